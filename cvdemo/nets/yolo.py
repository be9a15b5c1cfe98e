"""YOLO v1: one look, and every cell of a grid says what is centred in it (arXiv:1506.02640).

Against the paper: the backbone is the shared small one, its map at stride 16 is the grid and knows of its
surroundings from the map at stride 32, and what follows are convolutions, so that pictures of any size have
a grid; sides of boxes are in units of the width of the scenes that it learns from. The loss is the paper's.
`cvdemo.nets.yolo_paper` is the paper's own net.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import torch
from torch import Tensor, nn

from cvdemo.nets.backbone import STRIDES, Backbone, BackboneConfig
from cvdemo.nets.blocks import ConvNorm, pad_to_stride
from cvdemo.nets.matching import Targets
from cvdemo.ops.box_coding import paired_overlap


@dataclass(frozen=True)
class Grid:
    """What a cell predicts: boxes, each with a confidence, and one distribution over the classes.

    `stride` is a cell's side in pixels, `unit` the pixels that a box's width and height are measured in.
    """

    classes: int = 8
    boxes: int = 2  # B
    stride: int = 16
    unit: float = 192

    @property
    def values(self) -> int:
        """Numbers of a cell, B * 5 + C."""
        return self.boxes * 5 + self.classes


@dataclass(frozen=True)
class YOLOConfig:
    """The grid, and the width and number of the convolutions before its numbers."""

    grid: Grid = Grid()
    channels: int = 128
    depth: int = 3
    backbone: BackboneConfig = field(default_factory=BackboneConfig)


class YOLOTrace(NamedTuple):
    """What the cells say, as a linear layer gives it: only learning brings it to 0..1 (sec. 2.2).

    `located` [N, h, w, B, 4]: centre x, y from the cell's upper left corner in cells, then the square roots
    of width and height in `grid.unit` pixels; `confidence` [N, h, w, B]: how well the box fits an object,
    0 where there is none; `classes` [N, h, w, C]: the class of the object, if there is one.
    """

    located: Tensor
    confidence: Tensor
    classes: Tensor
    grid: Grid

    def boxes(self) -> Tensor:
        """All cells' boxes, [N, h * w * B, 4] x1 y1 x2 y2 in pixels; cells row by row."""
        return boxes_of(self.located, self.grid).flatten(1, 3)

    def scores(self) -> Tensor:
        """Confidence times class of every box (eq. 1), [N, h * w * B, C] in 0..1."""
        both = self.confidence.clamp(0, 1)[..., None] * self.classes.clamp(0, 1)[..., None, :]
        return both.flatten(1, 3)  # [N, h, w, B, C] before


class YOLO(nn.Module):
    """Pictures [N, 3, H, W] of any size, RGB in 0..1, to B boxes and a class for every cell of 16 pixels."""

    def __init__(self, config: YOLOConfig | None = None) -> None:
        super().__init__()
        self.config = config = config or YOLOConfig()
        self.backbone = Backbone(config.backbone)
        *_, fine, coarse = config.backbone.channels
        self.fine = ConvNorm(fine, config.channels, 1, linear=True)
        self.coarse = ConvNorm(coarse, config.channels, 1, linear=True)
        self.head = nn.Sequential(*(ConvNorm(config.channels, config.channels) for _ in range(config.depth)))
        self.predict = nn.Conv2d(config.channels, config.grid.values, 1)

    def forward(self, pictures: Tensor) -> YOLOTrace:
        *_, fine, coarse = self.backbone(pad_to_stride(pictures, STRIDES[-1]))
        around = nn.functional.interpolate(self.coarse(coarse), scale_factor=2, mode="nearest")
        x = self.head(nn.functional.relu(self.fine(fine) + around))  # [N, 128, H/16, W/16]
        return cells(self.predict(x).permute(0, 2, 3, 1).float(), self.config.grid)


def cells(values: Tensor, grid: Grid) -> YOLOTrace:
    """The trace of numbers [N, h, w, B * 5 + C]: x, y, roots of w and h, confidence of each box; classes."""
    boxes = values[..., : 5 * grid.boxes].unflatten(-1, (grid.boxes, 5))  # [N, h, w, B, 5]
    return YOLOTrace(boxes[..., :4], boxes[..., 4], values[..., 5 * grid.boxes :], grid)


def boxes_of(located: Tensor, grid: Grid) -> Tensor:
    """Boxes [N, h, w, B, 4] x1 y1 x2 y2 in pixels from what cells locate; a negative root is no box."""
    rows, columns = located.shape[1:3]
    y = torch.arange(rows, device=located.device)[:, None, None]
    x = torch.arange(columns, device=located.device)[None, :, None]
    centre = torch.stack([located[..., 0] + x, located[..., 1] + y], dim=-1) * grid.stride
    half = located[..., 2:].clamp(min=0).square() * grid.unit / 2
    return torch.cat([centre - half, centre + half], dim=-1)


class CellTargets(NamedTuple):
    """What the cells learn: the object centred in each.

    `has_object` [N, h, w], and for these `boxes` [N, h, w, 4] x1 y1 x2 y2 in pixels and `classes` [N, h, w];
    `valid` [N, h, w] is false where only a difficult object is centred.
    """

    has_object: Tensor
    boxes: Tensor
    classes: Tensor
    valid: Tensor


def assign_targets(truth: Sequence[Targets], rows: int, columns: int, grid: Grid) -> CellTargets:
    """Give objects to the cells that they are centred in; of several in one cell the largest counts.

    A cell has one class, so the others cannot be learnt: a limit that the paper names (sec. 2.4).
    """
    device = truth[0].boxes.device
    shape = len(truth), rows, columns
    has_object = torch.zeros(shape, dtype=torch.bool, device=device)
    valid, boxes = torch.ones_like(has_object), torch.zeros(*shape, 4, device=device)
    classes = torch.zeros(shape, dtype=torch.long, device=device)
    for n, targets in enumerate(truth):
        area = (targets.boxes[:, 2:] - targets.boxes[:, :2]).prod(1)
        # difficult ones first, then from small to large: what comes later in the same cell stays
        for t in sorted(range(len(area)), key=lambda t: (not targets.difficult[t], float(area[t]))):
            centre = (targets.boxes[t, :2] + targets.boxes[t, 2:]) / 2 / grid.stride
            i, j = int(centre[1].clamp(0, rows - 1)), int(centre[0].clamp(0, columns - 1))
            has_object[n, i, j] = valid[n, i, j] = not targets.difficult[t]
            boxes[n, i, j], classes[n, i, j] = targets.boxes[t], targets.classes[t]
    return CellTargets(has_object, boxes, classes, valid)


class YOLOLoss(NamedTuple):
    """The five sums of the paper's loss, in its order and with its weights, per picture."""

    centre: Tensor
    size: Tensor
    object: Tensor
    no_object: Tensor
    classes: Tensor

    @property
    def total(self) -> Tensor:
        return self.centre + self.size + self.object + self.no_object + self.classes


def yolo_loss(
    trace: YOLOTrace, truth: Sequence[Targets], *, coord: float = 5, noobj: float = 0.5
) -> YOLOLoss:
    """The loss of a batch (eq. 3), a sum of squares.

    Of the boxes of a cell with an object, the one of the highest IoU with it is responsible: it learns place,
    size and, as its confidence, this IoU. All others learn that their confidence is 0.
    """
    rows, columns = trace.confidence.shape[1:3]
    targets, grid = assign_targets(truth, rows, columns, trace.grid), trace.grid
    n, i, j = targets.has_object.nonzero(as_tuple=True)  # [P] each
    boxes = targets.boxes[n, i, j]  # [P, 4]
    with torch.no_grad():
        found = boxes_of(trace.located, grid)[n, i, j]  # [P, B, 4]
        each = boxes.repeat_interleave(grid.boxes, dim=0)  # [P * B, 4]
        iou = paired_overlap(each, found.flatten(0, 1))[0].view(-1, grid.boxes)
        best, responsible = iou.max(dim=1)  # [P]
    corner = torch.stack([j, i], dim=1)
    centre = (boxes[:, :2] + boxes[:, 2:]) / 2 / grid.stride - corner
    root = ((boxes[:, 2:] - boxes[:, :2]) / grid.unit).sqrt()
    mine = trace.located[n, i, j, responsible]  # [P, 4]
    confidence = trace.confidence[n, i, j, responsible]  # [P]
    others = targets.valid[..., None].repeat(1, 1, 1, grid.boxes)
    others[n, i, j, responsible] = False
    likely = nn.functional.one_hot(targets.classes[n, i, j], grid.classes)
    parts = (
        coord * (mine[:, :2] - centre).square().sum(),
        coord * (mine[:, 2:] - root).square().sum(),
        (confidence - best).square().sum(),
        noobj * trace.confidence[others].square().sum(),
        (trace.classes[n, i, j] - likely).square().sum(),
    )
    return YOLOLoss(*(part / len(truth) for part in parts))
