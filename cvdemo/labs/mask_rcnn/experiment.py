"""How Mask R-CNN makes a mask: a RoI's features, the masks of all classes, the paste, the score."""

from __future__ import annotations

from typing import Any, NamedTuple, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from cvdemo.ops.iou import box_iou, mask_iou
from cvdemo.world.reading import Truth
from cvdemo.world.vocabulary import THINGS
from cvdemo.zoo.mask_heads import ALIGN, POOL, SOFTMAX
from cvdemo.zoo.mask_shifts import Mask, pasted, to_picture
from cvdemo.zoo.weights import read_card

Box: TypeAlias = tuple[float, ...]

PAPER = {ALIGN: (30.3, 51.2, 31.5), POOL: (26.9, 48.8, 26.4), SOFTMAX: (24.8, 44.1, 25.1)}
"""Mask AP, AP50 and AP75 of tables 2b and 2c (ResNet-50-C4 on COCO) in percent."""


class Target(NamedTuple):
    """The object that a box fits best: its row in the truth, its name, mask [H, W] and IoU with the box."""

    row: int
    name: str
    mask: Mask
    box_iou: float


class MaskScore(NamedTuple):
    """A pasted mask against an object's: IoU, pixels of both, and the IoU of the bare box."""

    iou: float
    pixels: int
    target_pixels: int
    bare_box_iou: float


class Detected(Protocol):
    """What a net's detector finds: boxes [D, 4] in pixels of `size` (height, width), scores, classes."""

    @property
    def size(self) -> tuple[int, int]: ...
    @property
    def boxes(self) -> NDArray[np.floating[Any]]: ...
    @property
    def scores(self) -> NDArray[np.floating[Any]]: ...
    @property
    def classes(self) -> NDArray[np.integer[Any]]: ...


def largest_object(found: Detected) -> int:
    """The number of the largest object of a score above .7; -1 where nothing was detected."""
    sides = found.boxes[:, 2:] - found.boxes[:, :2]
    return int((sides.prod(1) * (found.scores > 0.7)).argmax()) if len(sides) else -1


def roi_of(found: Detected, number: int) -> tuple[Box, int]:
    """An object's box and class; of number -1 a box in the middle, and the first class."""
    if number < 0:
        height, width = found.size
        return (width * 0.3, height * 0.3, width * 0.7, height * 0.7), 0
    return tuple(float(v) for v in found.boxes[number]), int(found.classes[number])


def target_of(box: Box, size: tuple[int, int], truth: Truth | None) -> Target | None:
    """The object that a box in pixels of `size` (height, width) overlaps most; None where there is none."""
    if truth is None or not len(truth):
        return None
    scaled = np.asarray(to_picture(box, size, (truth.height, truth.width)))
    iou = box_iou(scaled[None], truth.boxes)[0]
    row = int(iou.argmax())
    if iou[row] <= 0:
        return None
    return Target(row, THINGS[int(truth.classes[row])], truth.masks[row], float(iou[row]))


def score_mask(found: Mask, box: Box, size: tuple[int, int], target: Target) -> MaskScore:
    """How well a pasted mask [H, W] meets an object's, beside what its box alone would do."""
    bare = pasted(np.ones((28, 28)), box, size, (found.shape[0], found.shape[1]), 0.5)
    return MaskScore(
        _iou(found, target.mask), int(found.sum()), int(target.mask.sum()), _iou(bare, target.mask)
    )


def _iou(a: Mask, b: Mask) -> float:
    return float(mask_iou([a], [b])[0, 0])


def held_out(keys: list[str]) -> list[dict[str, Any]]:
    """Mask AP on held-out scenes from the cards, beside the paper's figures for the same ablation."""
    rows = []
    for key in keys:
        card = read_card(key)
        if card is not None:
            ap, ap50, ap75 = (float(card["metrics"][f"mask_{name}"]) for name in ("AP", "AP50", "AP75"))
            rows.append(
                {"net": key, "box AP": round(float(card["metrics"]["AP"]), 3), "mask AP": round(ap, 3),
                 "AP50": round(ap50, 3), "AP75": round(ap75, 3),
                 "paper, COCO": " / ".join(f"{v / 100:.3f}" for v in PAPER[key])}
            )  # fmt: skip
    return rows
