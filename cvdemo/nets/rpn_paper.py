"""The funnel of the paper's region proposal network at the paper's size of pictures, counted.

arXiv:1506.01497, sec. 3.3: one map of stride 16, three scales by three ratios. Its anchors are counted
without a network; what NMS leaves needs scores.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor
from torchvision.ops import box_iou, clip_boxes_to_image

from cvdemo.nets.rpn import NO_VARIANCES, RPNConfig, funnel
from cvdemo.ops.anchors import anchor_sizes, grid_boxes, inside

SHORTER, LONGER = 600, 1000  # pixels of a picture's sides
PAPER = RPNConfig(
    strides=(16,),
    scales=((128, 256, 512),),
    ratios=(0.5, 1, 2),
    before=6000,  # at test, in the authors' code
    after=300,
    iou=0.7,
    positive=0.7,
    negative=0.3,
    anchors=256,
    variances=NO_VARIANCES,
    inside=True,
)


class Counted(NamedTuple):
    """Rows and columns of the map, its anchors, those wholly inside, those that go into NMS.

    `after_nms` are left by NMS, `proposed` come out; both are None where there are no scores.
    """

    rows: int
    columns: int
    anchors: int
    inside: int
    before: int
    after_nms: int | None = None
    proposed: int | None = None


def at_paper_size(height: int, width: int) -> tuple[int, int]:
    """Height and width that a picture is brought to: 600 pixels the shorter side, 1000 at most the longer.

    arXiv:1504.08083, sec. 5.2.
    """
    scale = min(SHORTER / min(height, width), LONGER / max(height, width))
    return max(1, round(height * scale)), max(1, round(width * scale))


def paper_anchors(size: tuple[int, int]) -> tuple[int, int, Tensor]:
    """Rows and columns of the map, and the anchors [rows * columns * 9, 4] for pictures of a (height, width).

    The map's sides are rounded up, as the poolings of the authors' framework do.
    """
    stride = PAPER.strides[0]
    rows, columns = (-(-side // stride) for side in size)
    boxes = grid_boxes(rows, columns, stride, anchor_sizes(PAPER.scales[0], PAPER.ratios))
    return rows, columns, torch.from_numpy(boxes)


def count(size: tuple[int, int], truth: np.ndarray | None = None) -> Counted:
    """The counts for pictures of a (height, width).

    With true boxes [T, 4] in pixels of that size, what a perfect objectness would let through: it is each
    anchor's best IoU with a true box, and anchors stay where they are.
    """
    rows, columns, anchors = paper_anchors(size)
    whole = len(anchors)
    first = Counted(
        rows,
        columns,
        whole,
        int(inside(anchors.numpy(), size).sum()),
        min(PAPER.before, whole),
    )
    if truth is None or not len(truth):
        return first
    scores = box_iou(anchors, torch.from_numpy(truth).to(anchors)).amax(dim=1)
    left = funnel(clip_boxes_to_image(anchors, size), scores, [whole], PAPER)
    return first._replace(after_nms=len(left.after_nms), proposed=len(left.proposed))
