"""Keypoint R-CNN and pose regression: shapes, losses against doubles, learning, shipped weights."""

from __future__ import annotations

import contextlib
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import Tensor
from torchvision.models.detection.roi_heads import keypointrcnn_loss, keypoints_to_heatmap

from cvdemo import world
from cvdemo.nets.backbone import BackboneConfig
from cvdemo.nets.keypoint_rcnn import (
    HeatmapTrace,
    KeypointRCNN,
    decode_keypoints,
    encode_keypoints,
    heatmap_loss,
    keypoint_cells,
    keypoint_rcnn_loss,
    regression_loss,
)
from cvdemo.nets.matching import Targets
from cvdemo.ops.keypoints import oks
from cvdemo.train.recipes import POSE_SIZE
from cvdemo.train.scenes import draw_sample
from cvdemo.train.task import as_tensor, flipped
from cvdemo.zoo.entries import build_net
from cvdemo.zoo.weights import has_weights, load_weights

SMALL = BackboneConfig((8, 8, 16, 16, 16), (1, 1, 1, 1))


KEYS = ("keypoint-rcnn", "pose-regression")


@pytest.fixture(autouse=True)
def _seeded() -> None:
    torch.manual_seed(0)


def small(key: str) -> KeypointRCNN:
    config = build_net(key).config
    return KeypointRCNN(
        replace(config, channels=16, backbone=SMALL, branch=replace(config.branch, channels=16))
    )


def random_people(n: int, boxes: Tensor) -> Tensor:
    """Keypoints [n, 17, 3] in and around boxes, of all visibilities."""
    sides = boxes[:, 2:] - boxes[:, :2]
    xy = boxes[:, None, :2] + (torch.rand(n, 17, 2) * 1.4 - 0.2) * sides[:, None]
    return torch.cat([xy, torch.randint(0, 3, (n, 17, 1)).float()], dim=2)


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("size", [(160, 192), (1, 1), (33, 70)])
def test_any_picture_has_keypoints_for_its_people(key: str, size: tuple[int, int]) -> None:
    net = small(key).eval()
    net.config = replace(net.config, detect=replace(net.config.detect, score=0.0, most=40))
    trace = net(torch.rand(2, 3, *size))
    count = sum(len(d.boxes) for d in trace.detected)
    assert all((d.classes == net.config.person).all() for d in trace.detected)
    places, scores = trace.keypoints.keypoints()
    assert places.shape == (count, 17, 2) and scores.shape == (count, 17)
    if isinstance(trace.keypoints, HeatmapTrace):
        assert trace.keypoints.logits.shape == (count, 17, 56, 56)
        total = trace.keypoints.probabilities().sum((2, 3))
        torch.testing.assert_close(total, torch.ones(count, 17), rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("key", KEYS)
def test_the_head_runs_alone_on_any_boxes(key: str) -> None:
    net = small(key).eval()
    features = net.features(torch.rand(1, 3, 96, 128))
    boxes = torch.tensor(
        [[10.3, 8, 50, 60], [-20, -9, 15, 12], [300, 300, 340, 350], [5, 5, 6, 6], [7, 7, 7, 7]]
    )
    places, _ = net.keypoint_head(features, [boxes]).keypoints()
    assert torch.isfinite(places).all()
    assert net.keypoint_head(features, [boxes[:0]]).keypoints()[0].shape == (0, 17, 2)


def test_cells_are_torchvisions() -> None:
    low = torch.rand(20, 2) * 40
    boxes = torch.cat([low, low + 2 + torch.rand(20, 2) * 60], dim=1)
    keypoints = random_people(20, boxes)
    keypoints[0, 0] = torch.tensor([*boxes[0, 2:], 2])  # on the right and lower border
    index, valid = keypoints_to_heatmap(keypoints, boxes, 56)
    cell, inside = keypoint_cells(keypoints, boxes, 56)
    torch.testing.assert_close(cell, index)
    torch.testing.assert_close(inside, valid.bool())


def test_heat_map_loss_is_torchvisions_and_the_formula() -> None:
    boxes = torch.tensor([[3.0, 4, 40, 60], [10, 0, 30, 31]])
    keypoints, logits = random_people(2, boxes), torch.randn(2, 17, 56, 56)
    loss = heatmap_loss(logits, keypoints, boxes)
    theirs = keypointrcnn_loss(logits, [boxes], [keypoints], [torch.tensor([0, 1])])
    torch.testing.assert_close(loss, theirs)
    total, count = 0.0, 0
    for r in range(2):
        x1, y1, x2, y2 = boxes[r].tolist()
        for k, (x, y, visibility) in enumerate(keypoints[r].tolist()):
            i, j = int(np.floor((y - y1) / (y2 - y1) * 56)), int(np.floor((x - x1) / (x2 - x1) * 56))
            if visibility > 0 and 0 <= i < 56 and 0 <= j < 56:
                total -= float(logits[r, k].double().flatten().log_softmax(0)[56 * i + j])
                count += 1
    assert float(loss) == pytest.approx(total / count, rel=1e-5)


def test_regression_loss_is_the_formula() -> None:
    boxes = torch.tensor([[3.0, 4, 40, 60], [10, 0, 30, 31]])
    keypoints, coordinates = random_people(2, boxes), torch.randn(2, 17, 2)
    total, count = 0.0, 0
    for r in range(2):
        x1, y1, x2, y2 = boxes[r].tolist()
        for k, (x, y, visibility) in enumerate(keypoints[r].tolist()):
            wanted = 10 * (x - (x1 + x2) / 2) / (x2 - x1), 10 * (y - (y1 + y2) / 2) / (y2 - y1)
            if visibility == 0:
                continue
            count += 1
            for value, target in zip(coordinates[r, k].tolist(), wanted, strict=True):
                away = abs(value - target)
                total += away**2 / 0.2 if away < 0.1 else away - 0.05
    assert float(regression_loss(coordinates, keypoints, boxes)) == pytest.approx(total / count, rel=1e-5)


def test_coordinates_and_back() -> None:
    boxes = torch.tensor([[3.0, 4, 40, 60], [10, 0, 30, 31]])
    keypoints = random_people(2, boxes)[..., :2]
    torch.testing.assert_close(decode_keypoints(encode_keypoints(keypoints, boxes), boxes), keypoints)
    torch.testing.assert_close(encode_keypoints(boxes[:, None, 2:], boxes), torch.full((2, 1, 2), 5.0))


@pytest.mark.parametrize("key", KEYS)
def test_hidden_keypoints_and_pictures_without_people_cost_nothing(key: str) -> None:
    boxes = torch.tensor([[3.0, 4, 40, 60]])
    for loss, values in (
        (heatmap_loss, torch.randn(1, 17, 56, 56)),
        (regression_loss, torch.randn(1, 17, 2)),
    ):
        values.requires_grad_()
        none = loss(values, torch.zeros(1, 17, 3), boxes)
        none.backward()
        assert float(none.detach()) == 0 and not values.grad.any()
        assert float(loss(values[:0], torch.zeros(0, 17, 3), boxes[:0]).detach()) == 0
    net = small(key).train()
    dog = Targets(torch.tensor([[8.0, 8, 30, 40]]), torch.tensor([2]), torch.tensor([False]))
    nothing = Targets(torch.zeros(0, 4), torch.zeros(0, dtype=torch.long), torch.zeros(0, dtype=torch.bool))
    loss = keypoint_rcnn_loss(
        net, torch.rand(2, 3, 64, 64), [dog, nothing], [torch.zeros(1, 17, 3), torch.zeros(0, 17, 3)],
        contextlib.nullcontext(),
    )  # fmt: skip
    loss.backward()
    assert torch.isfinite(loss)


@pytest.mark.parametrize("key", KEYS)
def test_a_person_is_learnt_by_heart(key: str) -> None:
    pictures = torch.rand(1, 3, 64, 64)
    truth = [Targets(torch.tensor([[8.0, 6, 34, 58]]), torch.tensor([0]), torch.tensor([False]))]
    keypoints = torch.cat(
        [torch.rand(17, 2) * torch.tensor([22, 46]) + torch.tensor([10, 9]), torch.full((17, 1), 2)], 1
    )
    net = small(key).train()
    optimizer = torch.optim.AdamW(net.parameters(), lr=3e-3)
    for step in range(150):
        torch.manual_seed(step)
        loss = keypoint_rcnn_loss(net, pictures, truth, [keypoints[None]], contextlib.nullcontext())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    with torch.no_grad():
        places, _ = net.keypoint_head(net.features(pictures), [truth[0].boxes]).keypoints()
    assert oks(places[0], keypoints, 26 * 52) > 0.75


def test_keypoints_turn_with_the_scene() -> None:
    sample = draw_sample(1, objects=8, people=2, size=POSE_SIZE)
    turned = flipped(sample)
    people = sample.classes == 0
    assert people.sum() >= 2 and not sample.keypoints[~people].any()
    np.testing.assert_allclose(flipped(turned).keypoints, sample.keypoints, atol=1e-4)
    for box, points in zip(turned.boxes[people], turned.keypoints[people], strict=True):
        seen = points[points[:, 2] == 2, :2]
        assert (seen >= box[:2] - 1).all() and (seen <= box[2:] + 1).all()
    left, right = 5, 6
    both = people & (sample.keypoints[:, [left, right], 2] > 0).all(axis=1)
    np.testing.assert_allclose(
        turned.keypoints[both, left, 0], POSE_SIZE[0] - sample.keypoints[both, right, 0], atol=1e-4
    )


@pytest.mark.parametrize("key", KEYS)
def test_shipped_weights_find_the_people_of_test_scenes(key: str) -> None:
    if not has_weights(key):
        pytest.skip(f"no weights of {key} are shipped")
    net = build_net(key)
    load_weights(net, key)
    similar = []
    for seed in range(12):
        picture, truth = world.draw(world.scene(seed, split="test"), *POSE_SIZE)
        with torch.inference_mode():
            trace = net.eval()(as_tensor(picture[None], torch.device("cpu")))
        places, _ = trace.keypoints.keypoints()
        for row in np.flatnonzero((truth.classes == 0) & ~truth.difficult):
            found = oks(places.numpy(), truth.keypoints[row][None], np.array([truth.masks[row].sum()]))
            similar.append(max(found, default=0.0))
    assert len(similar) > 4
    assert np.mean(similar) > 0.6
