"""The objects of the sample photos, drawn by hand: boxes of COCO's classes, for scores on real photos."""

from __future__ import annotations

import json
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cvdemo.assets import asset


class PhotoObjects(NamedTuple):
    """A photo's objects: boxes [N, 4] x1 y1 x2 y2 in pixels, class names, and which are not to be scored."""

    width: int
    height: int
    boxes: NDArray[np.float32]
    names: tuple[str, ...]
    difficult: NDArray[np.bool_]


@cache
def photo_objects(name: str) -> PhotoObjects | None:
    """The objects of a sample photo; None for one without."""
    known: dict[str, Any] = json.loads(asset("photos", "objects.json").read_text("utf-8"))
    if name not in known:
        return None
    width, height = known[name]["size"]
    rows = known[name]["objects"]
    return PhotoObjects(
        width,
        height,
        np.array([row["box"] for row in rows], np.float32),
        tuple(row["class"] for row in rows),
        np.array([row.get("difficult", False) for row in rows]),
    )
