"""Mask R-CNN: shapes, pooling, targets and losses against doubles, learning, and what was shipped."""

from __future__ import annotations

import contextlib
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import Tensor
from torchvision.models.detection.roi_heads import maskrcnn_loss, project_masks_on_boxes
from torchvision.ops import roi_align, roi_pool

from cvdemo import world
from cvdemo.nets.backbone import BackboneConfig
from cvdemo.nets.mask_rcnn import (
    MaskRCNN,
    mask_loss,
    mask_probabilities,
    mask_rcnn_loss,
    project_masks,
)
from cvdemo.nets.matching import Targets
from cvdemo.nets.roi_head import boxes_to_rois
from cvdemo.ops.masks import PastedMasks
from cvdemo.train.instances import instance_masks
from cvdemo.train.scenes import draw_sample
from cvdemo.train.task import as_tensor, flipped
from cvdemo.zoo.entries import build_net
from cvdemo.zoo.weights import has_weights, load_weights

SMALL = BackboneConfig((8, 8, 16, 16, 16), (1, 1, 1, 1))


KEYS = ("mask-rcnn", "mask-rcnn-roipool", "mask-rcnn-softmax")


@pytest.fixture(autouse=True)
def _seeded() -> None:
    torch.manual_seed(0)


def small(key: str = "mask-rcnn") -> MaskRCNN:
    config = build_net(key).config
    return MaskRCNN(replace(config, channels=16, backbone=SMALL, branch=replace(config.branch, channels=16)))


def features_of(net: MaskRCNN) -> dict[int, Tensor]:
    return net.eval().features(torch.rand(1, 3, 96, 128))


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("size", [(160, 192), (1, 1), (33, 70)])
def test_any_picture_has_masks_for_its_detections(key: str, size: tuple[int, int]) -> None:
    net = small(key).eval()
    net.config = replace(net.config, detect=replace(net.config.detect, score=0.0, most=20))
    trace = net(torch.rand(2, 3, *size))
    count = sum(len(d.boxes) for d in trace.detected)
    assert all(len(d.boxes) <= 20 for d in trace.detected)
    assert trace.masks.rois.shape == (count, 5)
    assert trace.masks.pooled.shape == (count, 16 + 8, 14, 14)
    assert trace.masks.logits.shape == (count, 9, 28, 28)
    torch.testing.assert_close(trace.masks.rois, boxes_to_rois([d.boxes for d in trace.detected]))


def test_the_head_runs_alone_on_boxes_moved_by_hand() -> None:
    """From kept features, without the backbone; boxes across and outside the border, and of one pixel."""
    net = small()
    features = features_of(net)
    boxes = torch.tensor(
        [[10.3, 8, 50, 60], [-20, -9, 15, 12], [300, 300, 340, 350], [5, 5, 6, 6], [7, 7, 7, 7]]
    )
    trace = net.mask_head(features, [boxes])
    assert trace.logits.shape == (5, 9, 28, 28)
    assert torch.isfinite(trace.logits).all()
    torch.testing.assert_close(
        net.mask_head(features, [boxes[:1]]).logits, trace.logits[:1], rtol=1e-4, atol=1e-5
    )
    assert not trace.pooled[2, :16].any(), "no features outside the picture"
    assert net.mask_head(features, [boxes[:0]]).logits.shape == (0, 9, 28, 28)


@pytest.mark.parametrize("key", ["mask-rcnn", "mask-rcnn-roipool"])
def test_two_maps_are_pooled_side_by_side(key: str) -> None:
    net = small(key)
    features = features_of(net)
    roi = torch.tensor([[0, 12.0, 9, 40, 55]])
    pooled = net.mask_head(features, [roi[:, 1:]]).pooled
    for part, stride in ((pooled[:, :16], 4), (pooled[:, 16:], 2)):
        wanted = (
            roi_align(features[stride], roi, 14, 1 / stride, 2, aligned=True)
            if key == "mask-rcnn"
            else roi_pool(features[stride], roi, 14, 1 / stride)
        )
        torch.testing.assert_close(part, wanted)
    assert net.head.config.pooling == net.config.branch.pooling


def test_targets_are_torchvisions() -> None:
    masks = torch.rand(6, 40, 50) > 0.5
    low = torch.rand(9, 2) * 30
    boxes = torch.cat([low, low + 1 + torch.rand(9, 2) * 30], dim=1)
    row = torch.tensor([0, 5, 5, 1, 2, 3, 4, 0, 0])
    theirs = project_masks_on_boxes(masks, boxes, row, 28)
    torch.testing.assert_close(project_masks(masks[row], boxes, 28, aligned=False), theirs)


def pasted_again(truth: world.Truth, *, aligned: bool) -> float:
    """Mean IoU of true masks with themselves, cropped to 28 x 28 and pasted back."""
    boxes = torch.from_numpy(truth.boxes)
    targets = project_masks(torch.from_numpy(truth.masks), boxes, 28, aligned=aligned).numpy()
    pasted = PastedMasks(targets, truth.boxes, (160, 192)).each()
    return float(np.mean([(a & b).sum() / (a | b).sum() for a, b in zip(pasted, truth.masks, strict=True)]))


def test_targets_lie_where_masks_are_pasted() -> None:
    """Half a pixel aside costs more than the 28 x 28 cells do."""
    truth = world.truth(world.scene(3, split="val"), 192, 160)
    exact, aside = (pasted_again(truth, aligned=aligned) for aligned in (True, False))
    assert exact > 0.96
    assert aside < exact - 0.03


def test_sigmoid_loss_is_torchvisions_and_the_formula() -> None:
    logits, classes = torch.randn(5, 4, 28, 28), torch.tensor([1, 3, 2, 2, 1])
    masks, boxes = (
        torch.rand(2, 30, 30) > 0.4,
        torch.tensor([[2.0, 3, 20, 25]]).repeat(5, 1) + torch.rand(5, 4),
    )
    row = torch.tensor([0, 1, 1, 0, 0])
    labels = torch.tensor([0, 0])
    targets = project_masks(masks[row], boxes, 28, aligned=False)
    for k in range(1, 4):  # torchvision takes an object's class for its RoI's: one class at a time
        own = (classes == k).nonzero()[:, 0]
        theirs = maskrcnn_loss(logits[own], [boxes[own]], [masks], [labels + k], [row[own]])
        torch.testing.assert_close(mask_loss(logits[own], classes[own], targets[own], "sigmoid"), theirs)
    total = 0.0
    for r in range(5):
        p = 1 / (1 + np.exp(-logits[r, classes[r]].double().numpy()))
        t = targets[r].double().numpy()
        total -= (t * np.log(p) + (1 - t) * np.log(1 - p)).mean()
    assert float(mask_loss(logits, classes, targets, "sigmoid")) == pytest.approx(total / 5, rel=1e-5)


def test_softmax_loss_is_the_formula() -> None:
    logits, classes, targets = torch.randn(3, 4, 5, 5), torch.tensor([1, 3, 2]), torch.rand(3, 5, 5)
    total = 0.0
    for r in range(3):
        p = torch.softmax(logits[r].double(), dim=0)
        total -= float((targets[r] * p[classes[r]].log() + (1 - targets[r]) * p[0].log()).mean())
    assert float(mask_loss(logits, classes, targets, "softmax")) == pytest.approx(total / 3, rel=1e-5)


def test_only_the_true_class_is_trained_by_sigmoid_and_all_by_softmax() -> None:
    for activation, touched in (("sigmoid", [2]), ("softmax", [0, 1, 2, 3])):
        logits = torch.randn(1, 4, 6, 6, requires_grad=True)
        mask_loss(logits, torch.tensor([2]), torch.rand(1, 6, 6), activation).backward()
        assert logits.grad.abs().sum((0, 2, 3)).nonzero()[:, 0].tolist() == touched


def test_probabilities() -> None:
    logits = torch.randn(2, 9, 28, 28)
    torch.testing.assert_close(mask_probabilities(logits, "sigmoid"), logits[:, 1:].sigmoid())
    assert (mask_probabilities(logits, "softmax").sum(dim=1) < 1).all()


def test_no_positives_cost_nothing() -> None:
    logits = torch.zeros(0, 4, 28, 28, requires_grad=True)
    loss = mask_loss(logits, torch.zeros(0, dtype=torch.long), torch.zeros(0, 28, 28), "sigmoid")
    assert float(loss.detach()) == 0
    net = small().train()
    nothing = Targets(torch.zeros(0, 4), torch.zeros(0, dtype=torch.long), torch.zeros(0, dtype=torch.bool))
    loss = mask_rcnn_loss(
        net, torch.rand(1, 3, 64, 64), [nothing], [torch.zeros(0, 64, 64)], contextlib.nullcontext()
    )
    loss.backward()
    assert torch.isfinite(loss)


@pytest.mark.parametrize("key", KEYS)
def test_a_picture_is_learnt_by_heart(key: str) -> None:
    pictures, mask = torch.rand(1, 3, 64, 64), torch.zeros(1, 64, 64)
    mask[0, 8:40, 8:30] = 1
    mask[0, 8:20, 8:16] = 0
    truth = [Targets(torch.tensor([[8.0, 8, 30, 40]]), torch.tensor([2]), torch.tensor([False]))]
    net = small(key).train()
    optimizer = torch.optim.AdamW(net.parameters(), lr=3e-3)
    for step in range(120):
        torch.manual_seed(step)
        loss = mask_rcnn_loss(net, pictures, truth, [mask], contextlib.nullcontext())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    with torch.no_grad():
        trace = net.mask_head(net.features(pictures), [truth[0].boxes])
    found = net.mask_head.probabilities(trace.logits)[:, 2].numpy()
    pasted = next(PastedMasks(found, truth[0].boxes.numpy(), (64, 64)).each())
    true = mask[0].numpy() > 0
    assert (pasted & true).sum() / (pasted | true).sum() > 0.85


def test_masks_turn_with_the_scene() -> None:
    sample = draw_sample(5, objects=6)
    masks, turned = instance_masks(sample), instance_masks(flipped(sample))
    assert masks.shape == (len(sample.boxes), 160, 192)
    torch.testing.assert_close(turned, masks.flip(2))
    for box, mask in zip(flipped(sample).boxes, turned, strict=True):
        rows, columns = mask.any(1).nonzero()[:, 0], mask.any(0).nonzero()[:, 0]
        assert box.tolist() == [columns[0], rows[0], columns[-1] + 1, rows[-1] + 1]


@pytest.mark.parametrize("key", KEYS)
def test_shipped_weights_give_masks_of_a_test_scene(key: str) -> None:
    if not has_weights(key):
        pytest.skip(f"no weights of {key} are shipped")
    net = build_net(key)
    load_weights(net, key)
    picture, truth = world.draw(world.scene(4, split="test"), 192, 160)
    with torch.inference_mode():
        trace = net.eval()(as_tensor(picture[None], torch.device("cpu")))
    found = trace.detected[0]
    own = net.mask_head.probabilities(trace.masks.logits)[torch.arange(len(found.boxes)), found.classes]
    pasted = list(PastedMasks(own.numpy(), found.boxes.numpy(), (160, 192)).each())
    best = [
        max((m & t).sum() / (m | t).sum() for m, k in zip(pasted, found.classes, strict=True) if k == c)
        for t, c, d in zip(truth.masks, truth.classes, truth.difficult, strict=True)
        if not d
    ]
    assert best and min(best) > 0.5
