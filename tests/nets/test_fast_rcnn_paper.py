"""Fast R-CNN as published: its count, and what a region gets to see."""

from __future__ import annotations

import torch
from torchvision.ops import roi_pool

from cvdemo.nets.fast_rcnn_paper import fast_rcnn_paper
from cvdemo.nets.random_weights import hollow, parameters, random_net


def test_it_counts_as_the_layers_say() -> None:
    """VGG-16's convolutions; 7 x 7 x 512 to 4096, twice; 20 classes and background, each with a box."""
    convolutions = 14_714_688  # torchvision's vgg16().features
    head = (7 * 7 * 512 * 4096 + 4096) + (4096 * 4096 + 4096) + 21 * (1 + 4) * (4096 + 1)
    assert parameters(hollow(fast_rcnn_paper)) == convolutions + head == 134_690_729


@torch.inference_mode()
def test_it_judges_regions_on_the_last_convolutions_map() -> None:
    net = random_net(fast_rcnn_paper)
    boxes = torch.tensor([[0.0, 0, 119, 89], [20, 30, 70, 80], [64, 0, 100, 40]])
    trace = net(torch.rand(1, 3, 90, 120), [boxes])
    (conv5,) = trace.features.values()
    assert conv5.shape == (1, 512, 6, 8)  # stride 16, the edge repeated up to 96 x 128
    torch.testing.assert_close(trace.head.pooled, roi_pool(conv5, [boxes], 7, 1 / 16))
    assert trace.boxes().shape == (1, 3, 20, 4)
    assert trace.scores().shape == (1, 3, 20)
    assert trace.boxes().isfinite().all()
