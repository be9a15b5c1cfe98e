"""CamVid in the SegNet authors' layout: frames in DIR/test, label maps in DIR/testannot."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cvdemo.errors import DataError

NAMES = (
    "sky", "building", "pole", "road", "pavement", "tree", "sign symbol", "fence", "car", "pedestrian",
    "bicyclist",
)  # fmt: skip
"""Class names; the index is the value in the label maps, and values above are void."""

ALSO = {
    "sidewalk": "pavement", "vegetation": "tree", "palm": "tree", "wall": "building", "house": "building",
    "skyscraper": "building", "traffic sign": "sign symbol", "traffic light": "sign symbol",
    "signboard": "sign symbol", "person": "pedestrian", "truck": "car", "bus": "car", "van": "car",
    "train": "car", "rider": "bicyclist", "bicycle": "bicyclist", "motorcycle": "bicyclist",
    "minibike": "bicyclist", "motorbike": "bicyclist", "streetlight": "pole",
}  # fmt: skip
"""Names in other data sets that belong to these classes, each of which joins several of CamVid's 32."""


def pairs(folder: Path, split: str = "test") -> list[tuple[Path, Path]]:
    """The (frame, label map) paths of a split, sorted by name; DataError if one is missing."""
    frames = sorted(p for p in (folder / split).glob("*") if p.suffix.lower() in (".png", ".jpg", ".jpeg"))
    if not frames:
        raise DataError(f"'{folder}' has no frames in '{split}': give CamVid's folder as camvid:DIR")
    maps = [folder / f"{split}annot" / f"{p.stem}.png" for p in frames]
    missing = [p.name for p in maps if not p.is_file()]
    if missing:
        raise DataError(f"'{split}annot' lacks {len(missing)} of {len(maps)} maps, such as '{missing[0]}'")
    return list(zip(frames, maps, strict=True))


def read_map(path: Path) -> NDArray[np.uint8]:
    """The label map [H, W] of a file; DataError if it cannot be read."""
    import cv2  # late: labels of models need this module, and no picture

    data = np.frombuffer(path.read_bytes(), np.uint8)
    found = cv2.imdecode(data, cv2.IMREAD_UNCHANGED) if data.size else None
    if found is None or found.ndim != 2:
        raise DataError(f"'{path.name}' is not a label map: a PNG with one channel is needed")
    return found.astype(np.uint8)
