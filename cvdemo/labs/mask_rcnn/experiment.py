"""How Mask R-CNN makes a mask: a RoI's features, the masks of all classes, the paste, the cost of shifts."""

from __future__ import annotations

from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from cvdemo.ops.iou import box_iou, mask_iou
from cvdemo.ops.masks import paste_patch
from cvdemo.world.truth import Truth
from cvdemo.world.vocabulary import THINGS
from cvdemo.zoo.mask_heads import ALIGN, POOL, MaskFeatures, masks_of_boxes
from cvdemo.zoo.weights import read_card

Box: TypeAlias = tuple[float, ...]
Mask: TypeAlias = NDArray[np.bool_]

SHIFTS = np.linspace(-8, 8, 33)  # pixels that the RoI is moved sideways
PAPER = {ALIGN: (30.3, 51.2, 31.5), POOL: (26.9, 48.8, 26.4), "mask-rcnn-softmax": (24.8, 44.1, 25.1)}
"""Mask AP, AP50 and AP75 of tables 2b and 2c (ResNet-50-C4, COCO), as remembered: not looked up."""


class Target(NamedTuple):
    """The object of a scene that a box fits best: its name, its mask [H, W], its IoU with the box."""

    name: str
    mask: Mask
    box_iou: float


class MaskScore(NamedTuple):
    """A pasted mask against an object's: IoU, pixels of both, and the IoU of the bare box."""

    iou: float
    pixels: int
    target_pixels: int
    bare_box_iou: float


def target_of(box: Box, size: tuple[int, int], truth: Truth | None) -> Target | None:
    """The object that a box in pixels of `size` (height, width) overlaps most; None where there is none."""
    if truth is None or not len(truth):
        return None
    scaled = np.asarray(to_picture(box, size, (truth.height, truth.width)))
    iou = box_iou(scaled[None], truth.boxes)[0]
    row = int(iou.argmax())
    if iou[row] <= 0:
        return None
    return Target(THINGS[int(truth.classes[row])], truth.masks[row], float(iou[row]))


def to_picture(box: Any, size: tuple[int, int], picture: tuple[int, int]) -> NDArray[np.float64]:
    """A box in pixels of the net's `size` (height, width) in pixels of the picture's."""
    return np.asarray(box, float) * np.array([picture[1] / size[1], picture[0] / size[0]] * 2)


def pasted(mask: Any, box: Box, size: tuple[int, int], picture: tuple[int, int], threshold: float) -> Mask:
    """A mask [M, M] of a box in the net's pixels, pasted into the picture (height, width), [H, W]."""
    patch = paste_patch(mask, to_picture(box, size, picture), picture)
    whole = np.zeros(picture, bool)
    whole[patch.within] = patch.values >= threshold
    return whole


def score_mask(found: Mask, box: Box, size: tuple[int, int], target: Target) -> MaskScore:
    """How well a pasted mask [H, W] meets an object's, beside what its box alone would do."""
    bare = pasted(np.ones((28, 28)), box, size, (found.shape[0], found.shape[1]), 0.5)
    return MaskScore(
        _iou(found, target.mask), int(found.sum()), int(target.mask.sum()), _iou(bare, target.mask)
    )


def _iou(a: Mask, b: Mask) -> float:
    return float(mask_iou([a], [b])[0, 0])


class ShiftCosts(NamedTuple):
    """IoU of the mask with the object's for each of `SHIFTS`, by the net's key."""

    shifts: NDArray[np.float64]
    ious: dict[str, NDArray[np.float64]]


def shift_costs(nets: dict[str, MaskFeatures], box: Box, class_id: int, target: Target) -> ShiftCosts:
    """The masks of a RoI that is moved sideways by parts of a pixel, from trained nets, all in one run each.

    Every mask is pasted where its RoI stands, as a detector would: a net that knows exactly where its RoI
    lies still meets the object, one that pools whole cells does not.
    """
    boxes = np.asarray(box)[None] + SHIFTS[:, None] * np.array([1.0, 0, 1, 0])
    height, width = target.mask.shape
    ious = {}
    for key, features in nets.items():
        masks = masks_of_boxes(features, boxes).masks[:, class_id]
        found = (
            pasted(m, tuple(b), features.size, (height, width), 0.5)
            for m, b in zip(masks, boxes, strict=True)
        )
        ious[key] = np.array([_iou(one, target.mask) for one in found])
    return ShiftCosts(SHIFTS, ious)


def held_out(keys: list[str]) -> list[dict[str, Any]]:
    """Mask AP on held-out scenes from the cards, beside the paper's figures for the same ablation."""
    rows = []
    for key in keys:
        card = read_card(key)
        if card is not None:
            ap, ap50, ap75 = (float(card["metrics"][f"mask_{name}"]) for name in ("AP", "AP50", "AP75"))
            rows.append(
                {"net": key, "mask AP": round(ap, 3), "AP50": round(ap50, 3), "AP75": round(ap75, 3),
                 "paper, COCO": " / ".join(f"{v / 100:.3f}" for v in PAPER[key])}
            )  # fmt: skip
    return rows
