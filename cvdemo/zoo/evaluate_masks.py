"""How good the masks of a model are that is given true boxes: the detector's mistakes are left out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cvdemo.data.rle import as_rle
from cvdemo.errors import DataError
from cvdemo.ops.masks import PastedMasks
from cvdemo.zoo.top_down import MaskModel

LEAST = 32  # pixels of the shorter side of a box that counts


class BoxedObjects(NamedTuple):
    """A picture [H, W, 3], boxes [N, 4] of objects in it and their true masks [N, H, W]."""

    picture: NDArray[np.uint8]
    boxes: NDArray[np.float32]
    masks: NDArray[np.bool_]


def true_objects(
    truth: dict[str, Any], pictures: Iterable[tuple[int, Callable[[], NDArray[np.uint8]]]]
) -> Iterator[BoxedObjects]:
    """The objects of COCO's truth whose box's shorter side has `LEAST` pixels; crowds are left out."""
    rows: dict[int, list[dict[str, Any]]] = {}
    for row in truth["annotations"]:
        if not row.get("iscrowd") and min(row["bbox"][2:]) >= LEAST:
            rows.setdefault(row["image_id"], []).append(row)
    for image_id, read in pictures:
        if own := rows.get(image_id):
            yield _objects(read(), own)


def _objects(picture: NDArray[np.uint8], rows: list[dict[str, Any]]) -> BoxedObjects:
    from pycocotools.mask import decode

    height, width = picture.shape[:2]
    boxes = np.array([row["bbox"] for row in rows], np.float32)
    boxes[:, 2:] += boxes[:, :2]
    try:
        masks = [decode(as_rle(row["segmentation"], width, height)) > 0 for row in rows]
    except ValueError as error:
        raise DataError(f"a mask of the truth {error}") from error
    return BoxedObjects(picture, boxes, np.stack(masks))


def score_masks(model: MaskModel, data: Iterable[BoxedObjects]) -> dict[str, float]:
    """Mean IoU of a model's masks in true boxes, the share above .5, and what the bare boxes would have."""
    found: list[float] = []
    bare: list[float] = []
    for picture, boxes, truth in data:
        masks = model.masks(picture, boxes)
        size = picture.shape[0], picture.shape[1]
        found += _ious(PastedMasks(masks, boxes, size), truth)
        bare += _ious(PastedMasks(np.ones((len(boxes), 28, 28), np.float32), boxes, size), truth)
    if not found:
        raise DataError(f"the truth has no object of {LEAST} x {LEAST} pixels: masks cannot be scored")
    return {
        "mask_IoU": float(np.mean(found)),
        "mask_IoU_above_half": float((np.array(found) > 0.5).mean()),
        "bare_box_IoU": float(np.mean(bare)),
        "objects": len(found),
    }


def _ious(found: PastedMasks, truth: NDArray[np.bool_]) -> list[float]:
    pairs = zip(found.each(), truth, strict=True)
    return [float((a & b).sum() / max(1, (a | b).sum())) for a, b in pairs]
