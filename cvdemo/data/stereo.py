"""A real pair of photos with measured motion: Middlebury's motorcycle, which scikit-image ships."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from cvdemo.data.pictures import fit, read_picture


class PhotoPair(NamedTuple):
    """Two photos [H, W, 3] uint8 RGB and the flow [H, W, 2] between them, NaN where it is not known."""

    first: np.ndarray
    second: np.ndarray
    flow: NDArray[np.float32]


def motorcycle(longest: int) -> PhotoPair:
    """The left and the right eye's photo, their longer side at most `longest` pixels.

    D. Scharstein et al., "High-resolution stereo datasets with subpixel-accurate ground truth", GCPR 2014:
    what the left camera sees at (x, y), the right one sees at (x - disparity, y).
    """
    import skimage

    folder = Path(str(skimage.__file__)).parent / "data"
    left, right = (read_picture(folder / f"motorcycle_{side}.png") for side in ("left", "right"))
    with np.load(folder / "motorcycle_disp.npz") as file:
        disparity = file["arr_0"].astype(np.float32)
    disparity[~np.isfinite(disparity) | (disparity <= 0)] = np.nan
    first, second = fit(left, longest), fit(right, longest)
    height, width = first.shape[:2]
    scale = width / left.shape[1]
    nearest = cv2.resize(disparity, (width, height), interpolation=cv2.INTER_NEAREST) * np.float32(scale)
    flow = np.stack([-nearest, np.where(np.isfinite(nearest), 0, np.nan)], axis=-1).astype(np.float32)
    return PhotoPair(first, second, flow)
