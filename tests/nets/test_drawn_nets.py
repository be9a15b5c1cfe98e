"""The nets of the drawn world: shapes at any size, traces, matching, losses that can be driven down."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

from cvdemo.nets.backbone import BackboneClassifier, BackboneConfig
from cvdemo.nets.losses import segmentation_loss
from cvdemo.nets.matching import Targets, match
from cvdemo.nets.ssd import GIOU, PLUS, SSD, TOP_DOWN, SSDConfig, ssd_loss
from cvdemo.nets.unet import UNet, UNetConfig
from cvdemo.ops.box_coding import decode, encode, paired_overlap

SMALL = BackboneConfig((8, 8, 16, 16, 16), (1, 1, 1, 1))
SIZES = [(160, 192), (1, 1), (33, 70), (64, 31)]


@pytest.fixture(autouse=True)
def _seeded() -> None:
    torch.manual_seed(0)


@pytest.mark.parametrize("size", SIZES)
def test_unet_answers_every_pixel(size: tuple[int, int]) -> None:
    trace = UNet(UNetConfig(backbone=SMALL)).eval()(torch.rand(2, 3, *size))
    assert trace.logits.shape == (2, 14, *size)
    high, wide = (-(-s // 32) * 32 for s in size)
    assert [m.shape[-2:] for m in trace.encoder] == [(high // s, wide // s) for s in (2, 4, 8, 16, 32)]
    assert [m.shape[-2:] for m in trace.decoder] == [(high // s, wide // s) for s in (16, 8, 4, 2)]


@pytest.mark.parametrize("off", range(4))
def test_a_skip_can_be_cut(off: int) -> None:
    skips = tuple(k != off for k in range(4))
    whole, cut = UNet(UNetConfig(backbone=SMALL)), UNet(UNetConfig(backbone=SMALL, skips=skips))
    assert sum(p.numel() for p in cut.parameters()) < sum(p.numel() for p in whole.parameters())
    assert cut(torch.rand(2, 3, 32, 64)).logits.shape == (2, 14, 32, 64)


@pytest.mark.parametrize("size", SIZES)
def test_ssd_answers_every_default_box(size: tuple[int, int]) -> None:
    trace = SSD(SSDConfig(backbone=SMALL)).eval()(torch.rand(2, 3, *size))
    high, wide = (-(-s // 32) * 32 for s in size)
    counts = [6 * (high // s) * (wide // s) for s in (8, 16, 32)]
    assert [len(d) for d in trace.defaults] == counts
    assert [t.shape for t in trace.logits] == [(2, n, 9) for n in counts]
    assert [t.shape for t in trace.offsets] == [(2, n, 4) for n in counts]
    assert trace.boxes().shape == (2, sum(counts), 4)
    assert trace.scores().shape == (2, sum(counts), 8)


def test_outputs_stand_where_their_default_boxes_do() -> None:
    """A shifted picture's strongest logit moves with it by as many cells as pixels over stride."""
    net = SSD(SSDConfig(backbone=SMALL, top_down=False, strides=(8,), scales=(12, 24))).eval()
    picture = torch.zeros(1, 3, 128, 192)
    picture[..., 40:56, 40:56] = 1
    here, there = (net(p) for p in (picture, picture.roll(64, dims=3)))
    change = [
        (t.logits[0] - net(torch.zeros_like(picture)).logits[0])[0].abs().sum(1).argmax()
        for t in (here, there)
    ]
    moved = here.defaults[0][change[1]] - here.defaults[0][change[0]]
    np.testing.assert_allclose(moved, [64, 0, 64, 0], atol=1e-4)


def test_classifier_takes_any_size() -> None:
    trace = BackboneClassifier(8, SMALL).eval()(torch.rand(2, 3, 50, 70))
    assert trace.logits.shape == (2, 8)
    assert len(trace.features) == 5


def test_matching() -> None:
    defaults = torch.tensor(
        [[0.0, 0, 10, 10], [0, 0, 10, 9], [50, 50, 60, 60], [80, 80, 90, 90], [20, 20, 30, 30]]
    )
    boxes = torch.tensor([[0.0, 0, 10, 10], [53, 53, 70, 70], [80, 80, 90, 90]])
    targets = Targets(boxes, torch.tensor([1, 2, 3]), torch.tensor([False, False, True]))
    # Both near boxes are the first object's; the second object takes its best though it is poor; the third
    # is difficult, so its box is not asked about; nothing is on the last.
    assert match(defaults, targets, 0.5).target.tolist() == [0, 0, 1, -2, -1]
    none = Targets(torch.zeros(0, 4), torch.zeros(0, dtype=torch.long), torch.zeros(0, dtype=torch.bool))
    assert match(defaults, none, 0.5).target.tolist() == [-1] * 5


def test_every_thing_has_a_default_box() -> None:
    net = SSD()
    defaults = torch.cat(net(torch.zeros(1, 3, 160, 192)).defaults)
    corners = torch.rand(40, 2) * 100
    boxes = torch.cat([corners, corners + 8 + 70 * torch.rand(40, 2)], dim=1)
    targets = Targets(boxes, torch.zeros(40, dtype=torch.long), torch.zeros(40, dtype=torch.bool))
    found = set(match(defaults, targets, 0.45).target.tolist())
    assert len(found - {-1}) >= 38  # two objects may want the same one


def drive_down(net: nn.Module, loss, steps: int) -> tuple[float, float]:
    optimizer = torch.optim.AdamW(net.parameters(), lr=3e-3)
    values = []
    for _ in range(steps):
        value = loss(net)
        optimizer.zero_grad()
        value.backward()
        optimizer.step()
        values.append(value.item())
    return values[0], values[-1]


@pytest.mark.parametrize("config", [SSDConfig(), TOP_DOWN, GIOU, PLUS])
def test_ssd_loss_is_the_formula(config: SSDConfig) -> None:
    """Every picture by itself: positives, the hardest background, offsets or also the overlap."""
    torch.manual_seed(0)
    net = SSD(replace(config, backbone=SMALL)).eval()
    truth = [
        Targets(
            torch.tensor([[8.0, 8, 30, 40], [40, 30, 60, 62]]),
            torch.tensor([2, 5]),
            torch.zeros(2, dtype=bool),
        ),
        Targets(torch.zeros(0, 4), torch.zeros(0, dtype=torch.long), torch.zeros(0, dtype=torch.bool)),
    ]
    with torch.no_grad():
        trace = net(torch.rand(2, 3, 64, 64))
    defaults = torch.cat(trace.defaults)
    classes, offsets, overlap, count = 0.0, 0.0, 0.0, 0
    for k, targets in enumerate(truth):
        target = match(defaults, targets, config.match_iou).target
        likely = torch.cat(trace.logits, 1)[k].log_softmax(1)
        on = (target >= 0).nonzero()[:, 0]
        for row in on.tolist():
            box, default = targets.boxes[target[row]][None], defaults[row][None]
            own = torch.cat(trace.offsets, 1)[k, row][None]
            iou, giou = paired_overlap(decode(own, default), box)
            share = float(iou) if config.quality else 1.0
            label = 1 + int(targets.classes[target[row]])
            classes -= share * float(likely[row, label]) + (1 - share) * float(likely[row, 0])
            away = (own - encode(box, default)).abs()
            bend = config.bend
            smooth = torch.where(away < bend, away**2 / (2 * bend), away - bend / 2).sum()
            offsets += float(smooth) / (4 if config.giou else 1)
            overlap += float(1 - giou) if config.giou else 0.0
        background = -likely[target == -1, 0]
        classes += float(background.sort(descending=True).values[: max(12, 3 * len(on))].sum())
        count += len(on)
    found = ssd_loss(trace, truth, config)
    assert float(found.classes) == pytest.approx(classes / count, rel=1e-4)
    assert float(found.offsets) == pytest.approx(offsets / count, rel=1e-4)
    assert float(found.overlap) == pytest.approx(overlap / count, rel=1e-4)


def test_ssd_learns_a_batch_by_heart() -> None:
    pictures = torch.rand(2, 3, 64, 64)
    targets = [
        Targets(torch.tensor([[8.0, 8, 30, 40]]), torch.tensor([2]), torch.tensor([False])),
        Targets(torch.zeros(0, 4), torch.zeros(0, dtype=torch.long), torch.zeros(0, dtype=torch.bool)),
    ]
    net = SSD(SSDConfig(backbone=SMALL))
    first, last = drive_down(net, lambda net: ssd_loss(net(pictures), targets, net.config).total, 60)
    assert last < 0.15 * first
    trace = net(pictures)
    best = int(trace.scores()[0, :, 2].argmax())
    np.testing.assert_allclose(trace.boxes()[0, best].detach(), [8, 8, 30, 40], atol=3)


def test_unet_learns_a_batch_by_heart() -> None:
    pictures = torch.rand(2, 3, 32, 32)
    labels = (pictures[:, 0] > 0.5).long()
    labels[:, :4] = 255
    first, last = drive_down(
        UNet(UNetConfig(backbone=SMALL)), lambda net: segmentation_loss(net(pictures).logits, labels), 60
    )
    assert last < 0.5 * first


def test_segmentation_loss_against_a_plain_one() -> None:
    logits, labels = torch.randn(2, 5, 7, 6, dtype=torch.double), torch.randint(0, 4, (2, 7, 6))
    labels[0, :3] = 255
    p = logits.softmax(1)
    dice = []
    for k in range(4):
        asked, truth = labels != 255, labels == k
        dice.append(1 - 2 * p[:, k][truth].sum() / (p[:, k][asked].sum() + truth.sum()))
    wanted = nn.functional.cross_entropy(logits, labels, ignore_index=255) + torch.stack(dice).mean()
    torch.testing.assert_close(segmentation_loss(logits, labels), wanted)
    nothing = segmentation_loss(logits, torch.full_like(labels, 255))
    assert nothing == 0
