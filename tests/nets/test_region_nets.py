"""Faster R-CNN, R-FCN, Fast R-CNN and R-CNN: shapes at any size, pooling, choices, losses, learning."""

from __future__ import annotations

import contextlib

import pytest
import torch
from torch import Tensor, nn
from torchvision.ops import box_iou, generalized_box_iou, roi_align, roi_pool
from torchvision.ops.poolers import LevelMapper

from cvdemo.nets.backbone import BackboneConfig
from cvdemo.nets.fast_rcnn import FastRCNN, FastRCNNConfig, fast_rcnn_loss
from cvdemo.nets.faster_rcnn import FasterRCNN, FasterRCNNConfig, faster_rcnn_loss
from cvdemo.nets.faster_rcnn import faster_rcnn as published_faster_rcnn
from cvdemo.nets.matching import Targets
from cvdemo.nets.rcnn import RCNN, RCNNConfig, regression_loss, svm_loss
from cvdemo.nets.rfcn import RFCN, RFCNConfig, VotingHead, VotingHeadConfig
from cvdemo.nets.rfcn import rfcn as published_rfcn
from cvdemo.nets.roi_head import (
    PUBLISHED,
    RoIHead,
    RoIHeadConfig,
    RoITargets,
    Sampling,
    assign_levels,
    boxes_to_rois,
    head_loss,
    sample_rois,
)
from cvdemo.ops.box_coding import decode, encode

SMALL = BackboneConfig((8, 8, 16, 16, 16), (1, 1, 1, 1))
SIZES = [(160, 192), (1, 1), (33, 70), (64, 31)]
ONE = Targets(torch.tensor([[8.0, 8, 30, 40]]), torch.tensor([2]), torch.tensor([False]))
NOTHING = Targets(torch.zeros(0, 4), torch.zeros(0, dtype=torch.long), torch.zeros(0, dtype=torch.bool))


@pytest.fixture(autouse=True)
def _seeded() -> None:
    torch.manual_seed(0)


def faster() -> FasterRCNN:
    return FasterRCNN(FasterRCNNConfig(channels=16, backbone=SMALL))


def rfcn() -> RFCN:
    return RFCN(RFCNConfig(channels=16, backbone=SMALL))


def random_boxes(n: int, width: float = 190, height: float = 150) -> Tensor:
    corners = torch.rand(n, 2) * torch.tensor([width - 5, height - 5])
    return torch.cat([corners, corners + 3 + torch.rand(n, 2) * 60], dim=1)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("build", [faster, rfcn])
def test_two_stages_on_any_size(build, size: tuple[int, int]) -> None:
    net = build().eval()
    trace = net(torch.rand(1, 3, *size))
    high, wide = (-(-s // 32) * 32 for s in size)
    assert {s: m.shape[-2:] for s, m in trace.features.items()} == {
        s: (high // s, wide // s) for s in (4, 8, 16, 32)
    }
    assert [len(a) for a in trace.rpn.anchors] == [6 * (high // s) * (wide // s) for s in (8, 16, 32)]
    count = len(trace.proposals[0].boxes)
    assert count <= net.config.rpn.after
    assert trace.boxes().shape == (1, count, 8, 4)
    assert trace.scores().shape == (1, count, 8)
    assert (trace.proposals[0].boxes[:, 2] <= size[1]).all()


def test_fewer_proposals_when_asked_for() -> None:
    net = faster().eval()
    assert net.proposal_config(7).after == 7
    assert net.proposal_config(1000).before == 1000
    assert net.proposal_config() is net.config.rpn


def test_levels_are_torchvisions() -> None:
    boxes = random_boxes(500)
    boxes[:3] = torch.tensor([[0.0, 0, 0, 0], [0, 0, 112, 112], [0, 0, 500, 500]])
    theirs = LevelMapper(2, 4, canonical_scale=224, canonical_level=4)([boxes])
    torch.testing.assert_close(assign_levels(boxes, 112, 3), theirs)


@pytest.mark.parametrize("pooling", ["align", "max"])
def test_every_region_is_pooled_from_its_own_level(pooling: str) -> None:
    head = RoIHead(5, RoIHeadConfig(side=28, pooling=pooling, size=3))
    features = {s: torch.rand(2, 5, 160 // s, 192 // s) for s in (4, 8, 16)}
    rois = boxes_to_rois([random_boxes(9), random_boxes(6)])
    for roi, level, got in zip(
        rois, assign_levels(rois[:, 1:], 28, 3), head.pool(features, rois), strict=True
    ):
        stride = (4, 8, 16)[level]
        target_boxes = (
            roi_align(features[stride], roi[None], 3, 1 / stride, 2, aligned=True)
            if pooling == "align"
            else roi_pool(features[stride], roi[None], 3, 1 / stride)
        )
        torch.testing.assert_close(got, target_boxes[0])


def test_no_regions_give_empty_answers() -> None:
    features = {s: torch.rand(1, 16, 160 // s, 192 // s) for s in (4, 8, 16, 32)}
    for head in (RoIHead(16), VotingHead(16).eval()):
        trace = head(features, [torch.zeros(0, 4)])
        assert trace.logits.shape == (0, 9)
        assert trace.offsets.shape == (0, 9, 4)


def test_a_bin_votes_by_its_own_map() -> None:
    """Maps that are constant: each bin must give its map's constant, and the vote their mean."""
    head = VotingHead(4, VotingHeadConfig(classes=2, bins=3))
    values = torch.arange(27.0)
    trace = head.vote(
        values[None, :, None, None].expand(1, 27, 40, 48),
        torch.zeros(1, 36, 40, 48),
        [random_boxes(4, 150, 100)],
    )
    torch.testing.assert_close(trace.bins, values.view(1, 3, 3, 3).expand(4, 3, 3, 3))
    torch.testing.assert_close(trace.logits, torch.tensor([[4.0, 13, 22]]).expand(4, 3))


def test_regions_to_learn_from() -> None:
    targets = Targets(
        torch.tensor([[0.0, 0, 20, 20], [50, 50, 90, 90], [100, 0, 120, 20]]),
        torch.tensor([3, 5, 1]),
        torch.tensor([False, False, True]),
    )
    proposals = torch.cat([targets.boxes[:2] + 1, targets.boxes[2:], random_boxes(60)])
    trained = sample_rois([proposals, random_boxes(10)], [targets, NOTHING], Sampling(20, 0.25))
    assert [len(b) for b in trained.boxes] == [20, 10]
    first = trained.classes[:20]
    assert set(first[first > 0].tolist()) == {4, 6}
    assert (trained.classes[20:] == 0).all()
    assert len(trained.target_boxes) == int((trained.classes > 0).sum()) <= 5
    on = trained.boxes[0][: len(trained.target_boxes)]
    assert (box_iou(on, trained.target_boxes).diagonal() >= 0.5).all()
    away = box_iou(trained.boxes[0][len(on) :], targets.boxes)
    assert (away < 0.5).all(), "neither background nor a difficult thing overlaps by half"


def test_head_loss_is_the_formula() -> None:
    n, k = 12, 4
    logits, offsets = torch.randn(n, 1 + k), torch.randn(n, 1 + k, 4) * 0.3
    boxes = random_boxes(n)
    classes = torch.tensor([1, 2, 0, 0, 4, 0, 0, 0, 3, 0, 0, 0])
    target_boxes = boxes[classes > 0] + torch.rand(4, 4) * 3
    rois = torch.cat([torch.zeros(n, 1), boxes], dim=1)
    loss = head_loss(logits, offsets, rois, RoITargets([boxes], classes, target_boxes))
    entropy, distance, target = 0.0, 0.0, 0
    for r in range(n):
        p = logits[r].softmax(0)
        if classes[r] == 0:
            entropy -= float(p[0].log())
            continue
        own = offsets[r, classes[r]][None]
        box, truth = decode(own, boxes[r : r + 1]), target_boxes[target : target + 1]
        positive_fraction = float(box_iou(box, truth))
        entropy -= positive_fraction * float(p[classes[r]].log()) + (1 - positive_fraction) * float(
            p[0].log()
        )
        away = (own - encode(truth, boxes[r : r + 1])).abs()[0]
        smooth = torch.where(away < 0.1, away.square() / 0.2, away - 0.05).sum()
        distance += float(smooth) / 4 + 2 * (1 - float(generalized_box_iou(box, truth)))
        target += 1
    assert float(loss.classes) == pytest.approx(entropy / n, rel=1e-4)
    assert float(loss.boxes) == pytest.approx(distance / 4, rel=1e-4)


def test_published_head_loss_is_the_formula() -> None:
    """Cross-entropy of all regions, smooth L1 of those on objects, both over the number of all (eq. 1)."""
    n, k = 12, 4
    logits, offsets, boxes = torch.randn(n, 1 + k), torch.randn(n, 1 + k, 4), random_boxes(n)
    classes = torch.tensor([1, 2, 0, 0, 4, 0, 0, 0, 3, 0, 0, 0])
    on = (classes > 0).nonzero()[:, 0]
    target_boxes = boxes[on] + torch.rand(4, 4) * 3
    rois = torch.cat([torch.zeros(n, 1), boxes], dim=1)
    loss = head_loss(logits, offsets, rois, RoITargets([boxes], classes, target_boxes), iou_aware=False)
    torch.testing.assert_close(loss.classes, nn.functional.cross_entropy(logits, classes))
    away = (offsets[on, classes[on]] - encode(target_boxes, boxes[on])).abs()
    smooth = torch.where(away < 1, away.square() / 2, away - 0.5).sum()
    torch.testing.assert_close(loss.boxes, smooth / n)


def test_background_without_any_overlap_is_not_learnt_from_as_published() -> None:
    targets = Targets(torch.tensor([[20.0, 20, 60, 60]]), torch.tensor([2]), torch.tensor([False]))
    proposals = torch.cat([targets.boxes + 1, random_boxes(300)])
    found = sample_rois([proposals], [targets], PUBLISHED)
    iou = box_iou(found.boxes[0], targets.boxes)[:, 0]
    assert ((iou >= 0.5) == (found.classes > 0)).all() and (iou >= 0.1).all()
    assert 0 < len(found.target_boxes) <= 16 and len(found.boxes[0]) <= 64


def trained(net: nn.Module, loss, steps: int) -> tuple[float, float]:
    optimizer = torch.optim.AdamW(net.parameters(), lr=3e-3)
    values = []
    for step in range(steps):
        torch.manual_seed(step)
        value = loss(net)
        optimizer.zero_grad()
        value.backward()
        optimizer.step()
        values.append(value.item())
    return values[0], values[-1]


@pytest.mark.parametrize("build", [faster, rfcn, published_faster_rcnn, published_rfcn])
def test_two_stages_learn_a_picture_by_heart(build) -> None:
    pictures = torch.rand(2, 3, 64, 64)
    net = build()
    first, last = trained(
        net, lambda net: faster_rcnn_loss(net, pictures, [ONE, NOTHING], contextlib.nullcontext()), 120
    )
    assert last < 0.25 * first
    with torch.no_grad():
        trace = net(pictures)
    own = trace.head.rois[:, 0] == 0  # of the first picture
    best = int(trace.scores()[0, own, 2].argmax())
    assert box_iou(trace.proposals[0].boxes[:1], ONE.boxes) > 0.7
    assert box_iou(trace.boxes()[:, own][:, best, 2], ONE.boxes) > 0.7


def test_fast_rcnn_learns_given_regions_by_heart() -> None:
    pictures, boxes = torch.rand(2, 3, 64, 64), random_boxes(40, 60, 60).clamp(max=64)
    boxes = torch.cat([boxes, torch.tensor([[6.0, 10, 31, 38], [10, 6, 28, 41]])])
    net = FastRCNN(FastRCNNConfig(channels=16, backbone=SMALL))
    first, last = trained(
        net,
        lambda net: fast_rcnn_loss(net, pictures, [boxes, boxes], [ONE, NOTHING], contextlib.nullcontext()),
        30,
    )
    assert last < 0.5 * first
    assert net(pictures[:1], [boxes]).boxes().shape == (1, 42, 8, 4)


def test_rcnn_takes_any_number_of_regions() -> None:
    net = RCNN(RCNNConfig(backbone=SMALL, batch=3)).eval()
    cut_outs, regions = torch.rand(7, 3, 64, 64), random_boxes(7)
    trace = net(cut_outs, regions)
    alone = net(cut_outs[4:5], regions[4:5])
    torch.testing.assert_close(trace.margins[4:5], alone.margins, atol=1e-5, rtol=1e-5)
    assert trace.boxes().shape == (1, 7, 8, 4)
    assert net(cut_outs[:0], regions[:0]).scores().shape == (1, 0, 8)


def test_svm_and_regressor_losses_are_the_formulas() -> None:
    margins, classes = torch.randn(6, 3), torch.tensor([0, 1, 3, 0, 2, 2])
    target_boxes = 0.0
    for r in range(6):
        for k in range(3):
            y = 1 if classes[r] == k + 1 else -1
            target_boxes += max(0.0, 1 - y * float(margins[r, k])) ** 2
    assert float(svm_loss(margins, classes)) == pytest.approx(target_boxes / 6, rel=1e-5)
    regions, targets = random_boxes(4), random_boxes(4)
    offsets = torch.zeros(4, 3, 4)
    own = torch.tensor([0, 2, 1, 1])
    offsets[torch.arange(4), own] = encode(targets, regions)
    assert float(regression_loss(offsets, regions, own, targets)) == pytest.approx(0, abs=1e-4)
    wrong = (own + 1) % 3  # whose offsets are 0: their squares are left
    assert float(regression_loss(offsets, regions, wrong, targets)) == pytest.approx(
        float(encode(targets, regions).square().sum()) / 4, rel=1e-5
    )
