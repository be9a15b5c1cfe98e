"""One class and one box: shapes at any size, both losses, who is asked, a batch by heart."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from cvdemo.nets.backbone import BackboneConfig
from cvdemo.nets.localizer import (
    Localizer,
    LocalizerConfig,
    LocalizerTrace,
    corners,
    localizer_loss,
    only_object,
    relative,
)
from cvdemo.nets.matching import Targets

SMALL = LocalizerConfig(channels=16, hidden=32, backbone=BackboneConfig((8, 8, 16, 16, 16), (1, 1, 1, 1)))


@pytest.fixture(autouse=True)
def _seeded() -> None:
    torch.manual_seed(0)


def targets(boxes: list[list[float]], classes: list[int], difficult: list[bool]) -> Targets:
    return Targets(
        torch.tensor(boxes).view(-1, 4),
        torch.tensor(classes, dtype=torch.long),
        torch.tensor(difficult, dtype=torch.bool),
    )


@pytest.mark.parametrize("size", [(160, 192), (1, 1), (33, 70), (64, 31)])
def test_one_class_and_one_box_at_any_size(size: tuple[int, int]) -> None:
    trace = Localizer(SMALL).eval()(torch.rand(2, 3, *size))
    assert trace.features.shape == (2, 16, *(-(-s // 32) for s in size))
    assert trace.layout.shape == (2, 16, 5, 6)
    assert trace.boxes().shape == (2, 1, 4)
    assert trace.size == tuple(32 * s for s in trace.features.shape[-2:])
    assert (trace.scores() > 0).sum(dim=2).tolist() == [[1], [1]]


def test_boxes_relative_to_the_picture_and_back() -> None:
    boxes = torch.tensor([[8.0, 10, 40, 90], [0, 0, 192, 160]])
    box = relative(boxes, (160, 192))
    np.testing.assert_allclose(box[1], [0.5, 0.5, 1, 1], rtol=1e-5)
    np.testing.assert_allclose(corners(box) * torch.tensor([192, 160, 192, 160]), boxes, rtol=1e-5, atol=1e-4)


def test_the_losses_of_the_pictures_that_show_one_thing() -> None:
    logits, box = torch.randn(4, 8), torch.rand(4, 4)
    trace = LocalizerTrace(torch.empty(0), torch.empty(0), torch.empty(0), logits, box, (100, 200))
    truth = [
        targets([[20, 10, 60, 50]], [3], [False]),
        targets([[0, 0, 9, 9], [100, 20, 200, 80]], [1, 5], [True, False]),
        targets([[0, 0, 9, 9], [100, 20, 200, 80]], [1, 5], [False, False]),
        targets([], [], []),
    ]
    assert [only_object(t) for t in truth] == [0, 1, None, None]
    loss = localizer_loss(trace, truth)
    wanted = torch.tensor([[0.2, 0.3, 0.2, 0.4], [0.75, 0.5, 0.5, 0.6]])
    entropy = -(logits[0].softmax(0)[3].log() + logits[1].softmax(0)[5].log()) / 2
    torch.testing.assert_close(loss.classes, entropy)
    torch.testing.assert_close(loss.box, ((box[:2] - wanted) ** 2).sum() / 2)
    torch.testing.assert_close(loss.total(100), loss.classes + 100 * loss.box)
    assert localizer_loss(trace, [truth[3]] * 4).total(100) == 0


def test_it_learns_a_batch_by_heart() -> None:
    pictures = torch.rand(2, 3, 64, 64)
    truth = [targets([[8.0, 8, 30, 40]], [2], [False]), targets([[20.0, 20, 60, 30]], [5], [False])]
    net = Localizer(SMALL)
    optimizer = torch.optim.AdamW(net.parameters(), lr=3e-3)
    for _ in range(80):
        loss = localizer_loss(net(pictures), truth).total(100)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    trace = net(pictures)
    assert trace.scores()[:, 0].argmax(1).tolist() == [2, 5]
    np.testing.assert_allclose(trace.boxes()[0, 0].detach(), [8, 8, 30, 40], atol=3)
