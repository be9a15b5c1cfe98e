"""R-CNN as published: AlexNet's count, the features' sizes, any number of regions."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from cvdemo.nets.random_weights import parameters, random_net
from cvdemo.nets.rcnn import RCNN
from cvdemo.nets.rcnn_paper import rcnn_paper
from cvdemo.ops.warp import warp_regions


@pytest.fixture(scope="module")
def net() -> RCNN:
    return random_net(rcnn_paper)


def test_alexnet_counts_as_published(net: RCNN) -> None:
    """60 million parameters with ImageNet's 1000 classes (Krizhevsky et al. 2012, abstract)."""
    convolutions = [
        (11 * 11 * 3 + 1) * 96,
        (5 * 5 * 48 + 1) * 256,
        (3 * 3 * 256 + 1) * 384,
        (3 * 3 * 192 + 1) * 384,
        (3 * 3 * 192 + 1) * 256,
    ]
    assert [parameters(m) for m in net.backbone if isinstance(m, nn.Conv2d)] == convolutions
    hidden = (9216 + 1) * 4096 + (4096 + 1) * 4096
    assert parameters(net.fc) == hidden
    assert sum(convolutions) + hidden + (4096 + 1) * 1000 == 60_965_224


def test_it_counts_as_the_layers_say(net: RCNN) -> None:
    """Classifier of 21 and SVMs of 20 classes on fc7, 20 box regressors on pool5."""
    network = 60_965_224 - (4096 + 1) * 1000
    assert parameters(net) == network + (4096 + 1) * (21 + 20) + (9216 + 1) * 20 * 4 == 57_773_561


@torch.inference_mode()
def test_svms_see_fc7_and_regressors_pool5(net: RCNN) -> None:
    picture = np.random.default_rng(0).integers(0, 256, (90, 120, 3), np.uint8)
    regions = np.array([[0, 0, 120, 90], [10, 20, 60, 50]], np.float32)
    cut_outs = warp_regions(picture, regions, size=net.config.size, context=net.config.context)
    trace = net(torch.from_numpy(cut_outs).permute(0, 3, 1, 2) / 255, torch.from_numpy(regions))
    assert trace.features.maps.shape == (2, 256, 6, 6)
    assert trace.features.fc.shape == (2, 4096)
    torch.testing.assert_close(trace.margins, trace.features.fc @ net.svms.weight.T + net.svms.bias)
    offsets = trace.features.maps.flatten(1) @ net.locate.weight.T + net.locate.bias
    torch.testing.assert_close(trace.offsets.flatten(1), offsets)
    assert trace.boxes().shape == (1, 2, 20, 4)
    assert trace.scores().shape == (1, 2, 20)


@torch.inference_mode()
def test_there_may_be_no_regions(net: RCNN) -> None:
    trace = net(torch.zeros(0, 3, 227, 227), torch.zeros(0, 4))
    assert trace.boxes().shape == (1, 0, 20, 4)
