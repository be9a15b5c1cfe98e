"""Which box belongs to which object: matching by overlap, and a balanced choice to learn from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor
from torchvision.ops import box_iou

BACKGROUND, IGNORE = -1, -2


class Targets(NamedTuple):
    """What one picture shows: boxes [T, 4] in pixels, class ids [T] from 0, which are too hard to ask for."""

    boxes: Tensor
    classes: Tensor
    difficult: Tensor


class Match(NamedTuple):
    """For every box: the row of its object, -1 for background, -2 where it is ignored; the IoU."""

    target: Tensor  # [D]
    iou: Tensor  # [D]


def match(
    boxes: Tensor, targets: Targets, iou_threshold: float, *, background: float = 1.0, each: bool = True
) -> Match:
    """Give boxes [D, 4] to objects: from the threshold on, and where `each`, to each object its best one.

    arXiv:1512.02325, sec. 2.2; arXiv:1506.01497, sec. 3.1.2. What overlaps an object by `background` or more
    and is not matched is ignored, and so are boxes on a difficult object.
    """
    if not len(targets.boxes):
        nobody = boxes.new_full((len(boxes),), BACKGROUND, dtype=torch.long)
        return Match(nobody, boxes.new_zeros(len(boxes)))
    iou = box_iou(boxes, targets.boxes)  # [D, T]
    best, target = iou.max(dim=1)
    other = torch.full_like(target, BACKGROUND).masked_fill(best >= background, IGNORE)
    target = target.where(best >= iou_threshold, other)
    if each:
        easy = (~targets.difficult).nonzero()[:, 0]
        target[iou.argmax(dim=0)[easy]] = easy
    return Match(target.masked_fill((target >= 0) & targets.difficult[target.clamp(min=0)], IGNORE), best)


def sample_positives_negatives(target: Tensor, count: int, positive_fraction: float) -> tuple[Tensor, Tensor]:
    """Rows of positives, at most `positive_fraction` * `count`, and of background up to `count`, at random.

    `target` [D] as in `Match` (arXiv:1504.08083, sec. 2.3, "mini-batch sampling").
    """
    positives, negatives = (target >= 0).nonzero()[:, 0], (target == BACKGROUND).nonzero()[:, 0]
    positives = _sample(positives, int(positive_fraction * count))
    return positives, _sample(negatives, count - len(positives))


def _sample(rows: Tensor, count: int) -> Tensor:
    """At most `count` of the rows, at random."""
    return rows[torch.randperm(len(rows), device=rows.device)[:count]]


def targets_of_batch(truth: Sequence[Targets], picture: Tensor, row: Tensor) -> tuple[Tensor, Tensor]:
    """Boxes [P, 4] and class ids [P] of the objects `row` [P] of the pictures `picture` [P] of a batch."""
    first = torch.tensor([0, *(len(t.boxes) for t in truth)], device=row.device).cumsum(0)
    index = first[picture] + row
    return torch.cat([t.boxes for t in truth])[index], torch.cat([t.classes for t in truth])[index]
