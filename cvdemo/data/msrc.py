"""MSRC v2: photos of about 320 x 213 pixels in DIR/photos, label maps in DIR/classes, lists of splits.

Microsoft Research Cambridge, in T. Malisiewicz's cleaner segmentation (BMVC 2007). A label map's value is 0
for void, else 1 + the position in `NAMES`.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cvdemo.data.camvid import read_map as read_png_map
from cvdemo.errors import DataError

NAMES = (
    "building", "grass", "tree", "cow", "horse", "sheep", "sky", "mountain", "aeroplane", "water", "face",
    "car", "bicycle", "flower", "sign", "bird", "book", "chair", "road", "cat", "dog", "body", "boat",
)  # fmt: skip

RARE = ("horse", "mountain")
"""Too rare to count: the data set's authors advise to leave them out of the mean."""

ALSO = {
    "airplane": "aeroplane", "plant": "tree", "potted plant": "flower", "traffic sign": "sign",
    "stop sign": "sign", "person": "body", "skyscraper": "building", "house": "building", "sea": "water",
    "river": "water", "lake": "water", "automobile": "car",
}  # fmt: skip
"""What other data sets call these classes."""


def pairs(folder: Path, split: str = "test") -> list[tuple[Path, Path]]:
    """Photos of a split ("train", "val", "test") and their label maps; what is missing is a `DataError`."""
    listed = folder / f"{split}.txt"
    if not listed.is_file():
        raise DataError(f"'{folder.name}' has no list '{listed.name}': give MSRC's folder as msrc:DIR")
    names = listed.read_text("utf-8").split()
    found = [(folder / "photos" / f"{n}.jpg", folder / "classes" / f"{n}.png") for n in names]
    missing = [path.name for pair in found for path in pair if not path.is_file()]
    if missing or not found:
        example = f", such as '{missing[0]}'" if missing else ""
        raise DataError(f"'{folder.name}' lacks {len(missing)} of {2 * len(found)} files of {split}{example}")
    return found


def read_map(path: Path) -> NDArray[np.uint8]:
    """A label map [H, W]: positions in `NAMES`, 255 for void; one that cannot be read is a `DataError`."""
    found = read_png_map(path)
    if found.max(initial=0) > len(NAMES):
        raise DataError(f"'{path.name}' has class {found.max()}, but MSRC has {len(NAMES)}")
    return found - np.uint8(1)  # 0, void, becomes 255
