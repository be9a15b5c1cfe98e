"""R-FCN as published: its count, its strides, and regions that vote."""

from __future__ import annotations

import pytest
import torch
from torchvision.models import resnet101
from torchvision.ops import ps_roi_pool

from cvdemo.nets.random_weights import hollow, parameters, random_net
from cvdemo.nets.rfcn import RFCN
from cvdemo.nets.rfcn_paper import rfcn_paper


@pytest.fixture(scope="module")
def net() -> RFCN:
    return random_net(rfcn_paper)


def test_it_counts_as_the_layers_say(net: RFCN) -> None:
    """ResNet-101; 3 x 3 x 512 and nine anchors; 1 x 1 x 1024; 7 x 7 maps of 21 classes and of a box."""
    body = parameters(hollow(resnet101)) - (2048 * 1000 + 1000)  # without its classifier
    rpn = (9 * 1024 * 512 + 512) + 9 * (1 + 4) * (512 + 1)
    head = (2048 * 1024 + 1024) + 7 * 7 * (21 + 4) * (1024 + 1)
    assert parameters(net) == body + rpn + head == 50_596_150


@torch.inference_mode()
def test_regions_vote_on_maps_of_stride_16(net: RFCN) -> None:
    trace = net(torch.rand(1, 3, 90, 120))
    (conv4,) = trace.features.values()
    assert conv4.shape == (1, 1024, 6, 8)
    assert trace.head.score_maps.shape == (1, 21 * 49, 6, 8)
    assert trace.head.box_maps.shape == (1, 4 * 49, 6, 8)
    bins = ps_roi_pool(trace.head.score_maps, trace.head.rois, 7, 1 / 16)  # [R, 21, 7, 7]
    torch.testing.assert_close(trace.head.logits, bins.mean(dim=(2, 3)))
    count = len(trace.proposals[0].boxes)
    assert 0 < count <= 300
    assert trace.boxes().shape == (1, count, 20, 4)


def test_conv5_is_dilated_and_not_strided(net: RFCN) -> None:
    conv5 = net.head.conv[0]
    threes = [block.conv2 for block in conv5]
    assert [c.stride for c in threes] == [(1, 1)] * 3
    assert [c.dilation for c in threes] == [(1, 1), (2, 2), (2, 2)]
