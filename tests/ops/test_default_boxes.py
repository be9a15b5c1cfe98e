"""Default boxes and their coding against torchvision's."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torchvision.models.detection._utils import BoxCoder
from torchvision.models.detection.anchor_utils import DefaultBoxGenerator
from torchvision.models.detection.image_list import ImageList
from torchvision.ops import box_iou, generalized_box_iou

from cvdemo.ops.anchors import default_sizes, grid_boxes
from cvdemo.ops.box_coding import decode, encode, paired_overlap


@pytest.fixture
def pairs() -> tuple[torch.Tensor, torch.Tensor]:
    torch.manual_seed(0)
    corners, sizes = torch.rand(2, 50, 2) * 100, torch.rand(2, 50, 2) * 80 + 1
    return tuple(torch.cat([corners, corners + sizes], dim=2))


def test_offsets_are_torchvisions(pairs) -> None:
    boxes, defaults = pairs
    coder = BoxCoder((10.0, 10.0, 5.0, 5.0))
    ours = encode(boxes, defaults)
    torch.testing.assert_close(ours, coder.encode_single(boxes, defaults), rtol=1e-4, atol=1e-4)
    theirs = coder.decode_single(ours, defaults)
    torch.testing.assert_close(decode(ours, defaults), theirs, rtol=1e-4, atol=1e-3)
    torch.testing.assert_close(decode(ours, defaults), boxes, rtol=1e-4, atol=1e-3)


def test_wild_offsets_stay_finite(pairs) -> None:
    wild = torch.full((50, 4), 1e4)
    assert torch.isfinite(decode(wild, pairs[0])).all()


def test_overlaps_are_torchvisions(pairs) -> None:
    a, b = pairs
    iou, giou = paired_overlap(a, b)
    torch.testing.assert_close(iou, box_iou(a, b).diagonal())
    torch.testing.assert_close(giou, generalized_box_iou(a, b).diagonal())


def test_default_boxes_are_torchvisions() -> None:
    side, scales, strides, ratios = 192, (12, 24, 48, 96), (8, 16, 32), (2, 3)
    relative = [s / side for s in scales]
    generator = DefaultBoxGenerator([list(ratios)] * 3, scales=relative, steps=list(strides), clip=False)
    maps = [torch.zeros(1, 1, side // s, side // s) for s in strides]
    images = ImageList(torch.zeros(1, 3, side, side), [(side, side)])
    theirs = generator(images, maps)[0].numpy()
    ours = np.concatenate(
        [
            grid_boxes(side // stride, side // stride, stride, default_sizes(*scales[k : k + 2], ratios))
            for k, stride in enumerate(strides)
        ]
    )
    np.testing.assert_allclose(ours, theirs, atol=1e-3)
