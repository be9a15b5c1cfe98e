"""The region proposal network: proposals are torchvision's, the loss is the formula, counts are exact."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torchvision.models.detection.anchor_utils import AnchorGenerator
from torchvision.models.detection.rpn import RegionProposalNetwork, RPNHead
from torchvision.ops import generalized_box_iou

from cvdemo.nets.matching import Targets, match
from cvdemo.nets.rpn import (
    NO_VARIANCES,
    RPN,
    RPNConfig,
    RPNTrace,
    decode_anchors,
    funnel,
    learnt_from,
    of_shapes,
    propose,
    rpn_loss,
)
from cvdemo.nets.rpn_paper import PAPER, at_paper_size, count, paper_anchors
from cvdemo.ops.box_coding import encode

SIZE = (144, 192)  # of the pictures; the maps are of the 160 rows that they are padded to


def random_features(seed: int, pictures: int = 2, channels: int = 8) -> dict[int, Tensor]:
    generator = torch.Generator().manual_seed(seed)
    return {s: torch.randn(pictures, channels, 160 // s, 192 // s, generator=generator) for s in (8, 16, 32)}


def random_trace(seed: int, config: RPNConfig | None = None) -> RPNTrace:
    torch.manual_seed(seed)
    net = RPN(8, config)
    for value in net.parameters():
        nn.init.normal_(value, std=0.4)
    with torch.no_grad():
        return net(random_features(seed))


CONFIGS = [
    RPNConfig(),
    RPNConfig(before=40, after=25, iou=0.4),
    RPNConfig(before=5000, after=5000, iou=0.9),
    RPNConfig(after=0),
]


@pytest.mark.parametrize("config", CONFIGS)
@pytest.mark.parametrize("seed", range(3))
def test_proposals_are_torchvisions(config: RPNConfig, seed: int) -> None:
    trace = random_trace(seed, config)
    most = {"training": config.before, "testing": config.before}
    left = {"training": config.after, "testing": config.after}
    theirs = RegionProposalNetwork(
        AnchorGenerator(), RPNHead(8, 6), 0.6, 0.3, 128, 0.5, most, left, config.iou
    )
    boxes, scores = theirs.filter_proposals(
        trace.corrected(config.variances),
        torch.cat(trace.objectness, 1),
        [SIZE, SIZE],
        [len(a) for a in trace.anchors],
    )
    for found, b, s in zip(propose(trace, SIZE, config), boxes, scores, strict=True):
        torch.testing.assert_close(found.boxes, b)
        torch.testing.assert_close(found.scores, s)


def test_outputs_stand_where_their_anchors_do() -> None:
    net = RPN(8)
    nn.init.zeros_(net.locate.weight)
    with torch.no_grad():
        net.conv.weight.fill_(0.1)
        net.objectness.weight.fill_(1)
        net.objectness.bias.copy_(torch.arange(6) / 100)
        net.locate.bias.copy_(torch.arange(24.0))
    features = {s: torch.zeros(1, 8, 160 // s, 192 // s) for s in (8, 16, 32)}
    features[16][..., 3, 7] = 1
    trace = net(features)
    first = trace.objectness[0][0].view(20, 24, 6)
    torch.testing.assert_close(first - first[..., :1], (torch.arange(6) / 100).expand(20, 24, 6))
    torch.testing.assert_close(trace.offsets[2][0].view(-1, 6, 4)[4], torch.arange(24.0).view(6, 4))
    warm = trace.objectness[1][0] > trace.objectness[1][0].min() + 0.2
    centres = (trace.anchors[1][:, :2] + trace.anchors[1][:, 2:])[warm] / 2
    expected = {((c + 0.5) * 16, (r + 0.5) * 16) for r in (2, 3, 4) for c in (6, 7, 8)}
    assert {(round(x, 3), round(y, 3)) for x, y in centres.tolist()} == expected


@pytest.mark.parametrize("scales", [(12, 18, 28, 42, 64, 96), (28,), (12, 96), ()])
@pytest.mark.parametrize("ratios", [(0.5, 1, 2), (2,), ()])
def test_anchors_are_asked_by_scale_and_ratio(scales: tuple[int, ...], ratios: tuple[float, ...]) -> None:
    trace = random_trace(0)
    part = of_shapes(trace, RPNConfig(), scales, ratios)
    width, height = (torch.cat(trace.anchors)[:, 2:] - torch.cat(trace.anchors)[:, :2]).T
    side, ratio = (width * height).sqrt(), height / width
    wanted = [
        any(abs(s - a) < 0.01 for a in scales) and any(abs(r - b) < 0.001 for b in ratios)
        for s, r in zip(side.tolist(), ratio.tolist(), strict=True)
    ]
    assert part.tolist() == wanted


def test_the_funnel_only_narrows_and_asks_whom_it_is_told_to() -> None:
    config = RPNConfig(before=50, after=20)
    trace = random_trace(4)
    boxes, scores = (t[0] for t in decode_anchors(trace, SIZE, config))
    lengths = [len(a) for a in trace.anchors]
    part = of_shapes(trace, config, (18, 64, 96), (1, 2))
    left = funnel(boxes, scores, lengths, config, part)
    assert left.selected.tolist() == part.nonzero()[:, 0].tolist()
    for wide, narrow in pairwise(left):
        assert set(narrow.tolist()) <= set(wide.tolist())
    first = 0
    for length in lengths:
        rows = [r for r in range(first, first + length) if part[r]]
        best = sorted(rows, key=lambda r: -float(scores[r]))[: config.before]
        assert set(best) == {r for r in left.best.tolist() if first <= r < first + length}
        first += length
    assert scores[left.proposed].tolist() == sorted(scores[left.after_nms].tolist(), reverse=True)[:20]
    nobody = funnel(boxes, scores, lengths, config, torch.zeros_like(part))
    assert [len(rows) for rows in nobody] == [0] * 5


def test_everything_takes_part_unless_said_otherwise() -> None:
    trace, config = random_trace(5), RPNConfig()
    boxes, scores = (t[0] for t in decode_anchors(trace, SIZE, config))
    lengths = [len(a) for a in trace.anchors]
    everything = funnel(boxes, scores, lengths, config, torch.ones(len(scores), dtype=torch.bool))
    for one, other in zip(funnel(boxes, scores, lengths, config), everything, strict=True):
        assert one.tolist() == other.tolist()  # rows, not floats


def things_of(*boxes: tuple[float, ...]) -> Targets:
    t = len(boxes)
    return Targets(
        torch.tensor(boxes, dtype=torch.float32).reshape(-1, 4),
        torch.zeros(t, dtype=torch.long),
        torch.zeros(t, dtype=torch.bool),
    )


def test_the_loss_is_the_formula() -> None:
    """With room for all anchors nothing is left to chance, and loops over the formula give the same."""
    config = replace(RPNConfig(), anchors=100_000)
    trace = random_trace(6, config)
    truth = [things_of((20, 20, 60, 100), (100, 30, 130, 55), (5, 5, 20, 18)), things_of()]
    anchors = torch.cat(trace.anchors)
    objectness, regression, positives = [], 0.0, 0
    for k, targets in enumerate(truth):
        target = match(anchors, targets, config.positive, background=config.negative).target
        scores, offsets = torch.cat(trace.objectness, 1)[k], torch.cat(trace.offsets, 1)[k]
        selected = [(s, t) for s, t in zip(scores, target, strict=True) if t > -2]
        losses = [-nn.functional.logsigmoid(s if t >= 0 else -s) for s, t in selected]
        objectness.append(torch.stack(losses).mean())
        boxes = trace.corrected(config.variances)[k]
        for row in (target >= 0).nonzero()[:, 0].tolist():
            wanted = targets.boxes[target[row]][None]
            apart = (offsets[row] - encode(wanted, anchors[row][None])[0]).abs()
            smooth = torch.where(apart < 0.1, apart**2 / 0.2, apart - 0.05).sum() / 4
            regression += smooth + 2 * (1 - generalized_box_iou(boxes[row][None], wanted)[0, 0])
            positives += 1
    found = rpn_loss(trace, truth, config)
    assert positives > 3
    torch.testing.assert_close(found.objectness, torch.stack(objectness).mean())
    torch.testing.assert_close(found.boxes, regression / positives)
    torch.testing.assert_close(found.total, found.objectness + found.boxes)


def test_published_loss_is_the_formula_over_the_anchors_inside() -> None:
    """Smooth L1 of raw offsets over all chosen anchors (eq. 1); those across the edge are left out."""
    config = replace(RPNConfig(), anchors=100_000, variances=NO_VARIANCES, inside=True)
    trace = random_trace(6, config)
    truth = [things_of((20, 20, 60, 100), (100, 30, 130, 55))] * 2
    used = learnt_from(trace, config)
    height, width = (side * 8 for side in trace.shapes[0][:2])
    anchors = torch.cat(trace.anchors)
    whole = (anchors[:, :2] >= 0).all(1) & (anchors[:, 2] <= width) & (anchors[:, 3] <= height)
    assert used.tolist() == whole.nonzero()[:, 0].tolist() and len(used) < len(anchors)
    anchors, distance, count = anchors[used], 0.0, 0
    for k, targets in enumerate(truth):
        target = match(anchors, targets, config.positive, background=config.negative).target
        offsets = torch.cat(trace.offsets, 1)[k, used]
        for row in (target >= 0).nonzero()[:, 0].tolist():
            away = (
                offsets[row] - encode(targets.boxes[target[row]][None], anchors[row][None], NO_VARIANCES)[0]
            ).abs()
            distance += torch.where(away < 1, away**2 / 2, away - 0.5).sum()
        count += min(int((target >= 0).sum()), 50_000) + int((target == -1).sum())
    found = rpn_loss(trace, truth, config, iou_aware=False)
    assert float(distance) > 0
    torch.testing.assert_close(found.boxes, distance / count)


def test_a_picture_without_things_teaches_objectness_only() -> None:
    found = rpn_loss(random_trace(7), [things_of(), things_of()], RPNConfig())
    assert found.boxes == 0
    assert found.objectness > 0


@pytest.mark.parametrize("size", [(600, 1000), (600, 800), (37, 101), (16, 16), (1, 1)])
def test_the_papers_anchors_are_counted_right(size: tuple[int, int]) -> None:
    height, width = size
    found = count(size)
    assert (found.rows, found.columns) == (int(np.ceil(height / 16)), int(np.ceil(width / 16)))
    assert found.anchors == found.rows * found.columns * 9
    assert found.before == min(6000, found.anchors)
    wholly = 0
    for scale in (128, 256, 512):
        for ratio in (0.5, 1, 2):
            w, h = scale / ratio**0.5, scale * ratio**0.5
            across = sum(w / 2 <= 16 * c + 8 <= width - w / 2 for c in range(found.columns))
            wholly += across * sum(h / 2 <= 16 * r + 8 <= height - h / 2 for r in range(found.rows))
    assert found.inside == wholly
    assert (found.after_nms, found.proposed) == (None, None)


def test_the_papers_own_figures() -> None:
    assert count((600, 1000))[:4] == (38, 63, 21_546, 8044)
    assert count((600, 800)).anchors == 17_100


def test_a_perfect_objectness_lets_the_things_through() -> None:
    truth = np.array([[100, 120, 230, 330], [400, 200, 700, 420]], np.float32)
    found = count((600, 800), truth)
    assert found.after_nms is not None
    assert 300 < found.after_nms < found.before
    assert found.proposed == PAPER.after
    assert count((600, 800), np.zeros((0, 4), np.float32)).after_nms is None
    rows, columns, anchors = paper_anchors((600, 800))
    assert len(anchors) == rows * columns * 9


@pytest.mark.parametrize(
    ("shape", "size"),
    [((960, 1280), (600, 800)), ((1, 1), (600, 600)), ((1, 4000), (1, 1000)), ((3000, 1000), (1000, 333))],
)
def test_pictures_are_brought_to_the_papers_size(shape: tuple[int, int], size: tuple[int, int]) -> None:
    assert at_paper_size(*shape) == size
