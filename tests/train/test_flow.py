"""Pairs for training flow: views keep their exact motion; light changes; what is not known does not count."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
import torch

from cvdemo import world
from cvdemo.train.flow import relit
from cvdemo.train.flow_views import View, mirrored, random_view, turned, warped
from cvdemo.train.recipes import FlowPairs, recipe
from cvdemo.train.task import task_of

SIZE = (96, 80)


@pytest.fixture(scope="module")
def pair() -> world.FlowPair:
    return FlowPairs(size=SIZE).draw(1)


def plain(pair: world.FlowPair) -> View:
    return View(pair.first, pair.second, pair.flow, ~pair.occluded)


def test_the_recipes_pair_is_the_worlds(pair: world.FlowPair) -> None:
    expected = world.flow_pair(1, split="train", size=SIZE)
    np.testing.assert_array_equal(pair.first, expected.first)
    np.testing.assert_array_equal(pair.flow, expected.flow)


def test_in_a_mirror_what_goes_to_the_right_goes_to_the_left(pair: world.FlowPair) -> None:
    view = mirrored(plain(pair))
    np.testing.assert_array_equal(view.first, pair.first[:, ::-1])
    np.testing.assert_array_equal(view.flow[:, :, 0], -pair.flow[:, ::-1, 0])
    np.testing.assert_array_equal(view.flow[:, :, 1], pair.flow[:, ::-1, 1])
    back = mirrored(view)
    np.testing.assert_array_equal(back.flow, pair.flow)
    np.testing.assert_array_equal(back.known, ~pair.occluded)


def smooth_view() -> View:
    """A smooth picture, and one whose every point has gone by a smooth flow."""
    rng = np.random.default_rng(0)
    first = cv2.resize(rng.integers(0, 256, (8, 10, 3), dtype=np.uint8), SIZE, interpolation=cv2.INTER_CUBIC)
    y, x = np.indices(SIZE[::-1], dtype=np.float32)
    flow = np.stack([2 + 0.02 * x, -1 + 0.01 * y], axis=-1).astype(np.float32)
    # The second picture's point (a, b) was (x, y) with a = x + 2 + .02 x, b = y - 1 + .01 y.
    second = cv2.remap(
        first, (x - 2) / 1.02, (y + 1) / 1.01, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    return View(first, second, flow, np.ones(SIZE[::-1], bool))


def missed(view: View) -> np.ndarray:
    """How far the second picture, brought back by the flow, is from the first, where both are known."""
    y, x = np.indices(view.flow.shape[:2], dtype=np.float32)
    tx, ty = x + view.flow[..., 0], y + view.flow[..., 1]
    back = cv2.remap(view.second, tx, ty, cv2.INTER_LINEAR)
    middle = np.s_[20:-20, 20:-20]
    assert view.known[middle].all()
    return np.abs(back.astype(int) - view.first)[middle].mean(axis=2)


@pytest.mark.parametrize("further", [False, True])
def test_zoomed_and_turned_pictures_keep_the_exact_motion(further: bool) -> None:
    view = smooth_view()
    both = turned(40, 50, 1.2, 7.0)
    second = turned(30, 30, 0.97, -3.0) if further else np.eye(3)
    found = warped(view, both, second)
    assert np.abs(found.flow - view.flow).max() > 0.5
    assert missed(found).mean() < missed(view).mean() + 1.5
    wrong = found._replace(flow=view.flow)
    assert missed(wrong).mean() > 2 * missed(found).mean()


def test_random_views_have_the_size_and_are_a_function_of_the_chance(pair: world.FlowPair) -> None:
    for seed in range(6):
        one, two = (random_view(pair, (64, 48), np.random.default_rng(seed)) for _ in range(2))
        assert one.first.shape == one.second.shape == (48, 64, 3)
        assert one.flow.shape == (48, 64, 2) and one.known.shape == (48, 64)
        np.testing.assert_array_equal(one.flow, two.flow)
        np.testing.assert_array_equal(one.second, two.second)


def test_both_pictures_of_a_pair_come_into_nearly_the_same_light() -> None:
    grey = torch.full((8, 3, 2, 2), 0.5)
    one, two = relit(grey, np.random.default_rng(0)).chunk(2)
    assert (one - two).abs().max() < 0.06
    assert one.std() > 0.04
    assert ((one >= 0) & (one <= 1)).all()


@pytest.mark.parametrize("key", ["flownet", "raft"])
def test_a_pixel_that_is_not_known_does_not_count(key: str) -> None:
    task = task_of(recipe(key))
    torch.manual_seed(0)
    net = task.build().eval()
    known = torch.ones(1, 64, 64, dtype=torch.bool)
    known[:, :, 32:] = False
    target = torch.zeros(1, 2, 64, 64)
    with torch.inference_mode():
        trace = net(*torch.rand(2, 1, 3, 64, 64))
        expected = task.trace_loss(trace, target, known)
        target[..., 32:] = 1000
        assert torch.equal(task.trace_loss(trace, target, known), expected)
