"""Which box belongs to which thing: matching by overlap, and a balanced choice to learn from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor
from torchvision.ops import box_iou

BACKGROUND, NOT_ASKED = -1, -2


class Things(NamedTuple):
    """What one picture shows: boxes [T, 4] in pixels, class ids [T] from 0, which are too hard to ask for."""

    boxes: Tensor
    classes: Tensor
    difficult: Tensor


class Match(NamedTuple):
    """For every box: the row of its thing, -1 for background, -2 where nothing is asked; the IoU."""

    thing: Tensor  # [D]
    iou: Tensor  # [D]


def match(
    boxes: Tensor, things: Things, iou_threshold: float, *, background: float = 1.0, each: bool = True
) -> Match:
    """Give boxes [D, 4] to things: from the threshold on, and where `each`, to each thing its best one.

    arXiv:1512.02325, sec. 2.2; arXiv:1506.01497, sec. 3.1.2. What overlaps a thing by `background` or more
    and is not matched is not asked about, nor are boxes on a difficult thing.
    """
    if not len(things.boxes):
        nobody = boxes.new_full((len(boxes),), BACKGROUND, dtype=torch.long)
        return Match(nobody, boxes.new_zeros(len(boxes)))
    iou = box_iou(boxes, things.boxes)  # [D, T]
    best, thing = iou.max(dim=1)
    other = torch.full_like(thing, BACKGROUND).masked_fill(best >= background, NOT_ASKED)
    thing = thing.where(best >= iou_threshold, other)
    if each:
        asked = (~things.difficult).nonzero()[:, 0]
        thing[iou.argmax(dim=0)[asked]] = asked
    return Match(thing.masked_fill((thing >= 0) & things.difficult[thing.clamp(min=0)], NOT_ASKED), best)


def balanced(thing: Tensor, count: int, share: float) -> tuple[Tensor, Tensor]:
    """Rows of at most `share` * `count` matched boxes and of enough background to make `count`, at random.

    `thing` [D] as in `Match` (arXiv:1504.08083, sec. 2.3, "mini-batch sampling").
    """
    matched, nothing = (thing >= 0).nonzero()[:, 0], (thing == BACKGROUND).nonzero()[:, 0]
    matched = matched[torch.randperm(len(matched), device=thing.device)[: int(share * count)]]
    return matched, nothing[torch.randperm(len(nothing), device=thing.device)[: count - len(matched)]]


def things_of_batch(truth: Sequence[Things], picture: Tensor, row: Tensor) -> tuple[Tensor, Tensor]:
    """Boxes [P, 4] and class ids [P] of the things `row` [P] of the pictures `picture` [P] of a batch."""
    first = torch.tensor([0, *(len(t.boxes) for t in truth)], device=row.device).cumsum(0)
    index = first[picture] + row
    return torch.cat([t.boxes for t in truth])[index], torch.cat([t.classes for t in truth])[index]
