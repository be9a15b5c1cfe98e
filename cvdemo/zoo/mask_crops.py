"""Masks of any boxes of a photo, each from a cut-out of its own: nothing is shared between boxes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from cvdemo import zoo
from cvdemo.ops.detections import confidence, select
from cvdemo.zoo.box_masks import over_box
from cvdemo.zoo.mask_heads import SCORE, RoIMasks

if TYPE_CHECKING:
    from cvdemo.zoo.photo_masks import PhotoMasks
    from cvdemo.zoo.top_down import BoxesThenMasks

KEY = "photo-masks"
LONG_SIDE = 320  # pixels in which boxes are given
LEVEL = 1  # of the decoder, whose map is shown: stride 8


class MaskCrops(NamedTuple):
    """A photo [H, W, 3] and the detector's boxes [D, 4], best first, in pixels of `size` (height, width).

    `titles` are the boxes' classes by name; `classes` [D] are all 0, for a box has one mask, whatever it is.
    """

    key: str
    size: tuple[int, int]
    picture: NDArray[np.uint8]
    boxes: NDArray[np.float32]
    scores: NDArray[np.float32]
    classes: NDArray[np.int64]
    titles: tuple[str, ...]
    milliseconds: float

    @property
    def names(self) -> tuple[str, ...]:
        """What the masks of a box are of."""
        return ("object",)


def mask_crops(key: str, picture: NDArray[np.uint8]) -> MaskCrops:
    """Run the detector of the mask net's key on a picture [H, W, 3] once; any number of boxes can follow."""
    model = _model(key)
    found, milliseconds = model.run(lambda: model.first(picture))
    found = select(found, score=SCORE, iou=1.0)
    height, width = picture.shape[:2]
    scale = LONG_SIDE / max(height, width)
    size = max(1, round(height * scale)), max(1, round(width * scale))
    ratio = np.array([size[1] / width, size[0] / height] * 2, np.float32)
    titles = tuple(map(str, found.data["class_name"]))
    boxes = (found.xyxy * ratio).astype(np.float32)
    scores, classes = confidence(found).astype(np.float32), np.zeros(len(titles), np.int64)
    return MaskCrops(key, size, picture, boxes, scores, classes, titles, milliseconds)


def masks_of_crops(found: MaskCrops, boxes: Any) -> RoIMasks:
    """The masks [N, 1, M, M] of any boxes [N, 4] in pixels of `found.size`, and features of the cut-outs."""
    model = _model(found.key)
    masks = cast("PhotoMasks", model.model)
    height, width = found.picture.shape[:2]
    ratio = np.array([width / found.size[1], height / found.size[0]] * 2, np.float32)
    corners = np.asarray(boxes, np.float32).reshape(-1, 4) * ratio
    parts, milliseconds = model.run(lambda: list(masks.run(found.picture, corners)))
    pooled = np.concatenate([part.trace.decoder[LEVEL].float().cpu().numpy() for part in parts])
    values = np.stack([over_box(p) for part in parts for p in part.probabilities])[:, None]
    return RoIMasks(pooled, values, milliseconds)


def _model(key: str) -> BoxesThenMasks:
    return cast("BoxesThenMasks", zoo.load(key))
