"""Sliding windows: the closed formula against counting, and both ways to the scores against each other."""

from __future__ import annotations

import hypothesis.strategies as st
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from torch.utils.flop_counter import FlopCounterMode

from cvdemo.errors import DataError
from cvdemo.nets.patch_classifier import STRIDE, WINDOW, EveryPatch, PatchClassifier, multiply_adds
from cvdemo.ops.windows import (
    pyramid,
    pyramid_count,
    shift_and_stitch,
    slide,
    window_boxes,
    window_counts,
)

SIDES = st.integers(1, 40)


@settings(deadline=None)
@given(st.tuples(SIDES, SIDES), st.integers(1, 12), st.integers(1, 9))
def test_the_formula_counts_what_fits(size: tuple[int, int], window: int, stride: int) -> None:
    counted = tuple(sum(k + window <= side for k in range(0, side, stride)) for side in size)
    if 0 in counted:
        with pytest.raises(DataError, match="does not fit into a picture"):
            window_counts(size, window, stride)
    else:
        assert window_counts(size, window, stride) == counted


@settings(deadline=None)
@given(
    st.tuples(st.integers(10, 90), st.integers(10, 90)),
    st.integers(4, 20),
    st.integers(1, 9),
    st.lists(st.floats(4, 90), max_size=4),
)
def test_a_pyramids_windows_are_counted_and_placed(
    size: tuple[int, int], window: int, stride: int, sides: list[float]
) -> None:
    ratios = (0.5, 1.0, 2.0)
    levels = pyramid(size, window, sides, ratios)
    counted = 0
    for side in sides:
        for ratio in ratios:
            high = round(size[0] * window / (side / ratio**0.5))
            wide = round(size[1] * window / (side * ratio**0.5))
            fits = [
                (y, x)
                for y in range(0, high - window + 1, stride)
                for x in range(0, wide - window + 1, stride)
            ]
            counted += len(fits)
            if not fits:
                continue
            level = levels.pop(0)
            assert (level.size, level.side, level.ratio) == ((high, wide), side, ratio)
            boxes = window_boxes(level, window, stride)
            assert len(boxes) == len(fits) == pyramid_count([level], window, stride)
            y, x = fits[-1]
            expected = np.array([x, y, x + window, y + window]) * ([size[1] / wide, size[0] / high] * 2)
            np.testing.assert_allclose(boxes[-1], expected, rtol=1e-5)
            assert (boxes >= 0).all() and (boxes <= np.array([*size[::-1]] * 2) + 1e-3).all()
    assert not levels
    assert pyramid_count(pyramid(size, window, sides, ratios), window, stride) == counted


@settings(deadline=None)
@given(st.integers(5, 20), st.integers(5, 20), st.integers(1, 5), st.integers(1, 4), st.integers(1, 7))
def test_every_window_is_classified_where_it_stands(
    height: int, width: int, window: int, stride: int, batch: int
) -> None:
    picture = np.random.default_rng(height * width).normal(size=(2, height, width))

    def corners(cuts: np.ndarray) -> np.ndarray:
        assert cuts.shape[1:] == (2, window, window) and len(cuts) <= batch
        return np.stack([cuts[:, 0, 0, 0], cuts[:, 1, -1, -1]], axis=1)

    scores, calls = slide(picture, corners, window=window, stride=stride, batch=batch)
    rows, columns = window_counts((height, width), window, stride)
    assert scores.shape == (2, rows, columns) and calls == rows * columns
    for r, c in np.ndindex(rows, columns):
        assert scores[0, r, c] == picture[0, r * stride, c * stride]
        assert scores[1, r, c] == picture[1, r * stride + window - 1, c * stride + window - 1]


@pytest.fixture(scope="module")
def net() -> PatchClassifier:
    """The classifier with random weights and statistics."""
    torch.manual_seed(0)
    net = PatchClassifier()
    with torch.no_grad():
        net(torch.rand(64, 3, WINDOW, WINDOW))
    return net.eval()


@pytest.mark.parametrize("size", [(32, 32), (35, 61), (64, 47), (50, 83)])
@pytest.mark.parametrize("stride", [1, 2, 4, 8, 16])
@torch.inference_mode()
def test_the_convolutionalized_classifier_gives_the_same_scores(
    net: PatchClassifier, size: tuple[int, int], stride: int
) -> None:
    picture = np.random.default_rng(sum(size)).random((3, *size), dtype=np.float32)
    everywhere = EveryPatch(net)
    slid = slide(picture, lambda x: net(torch.from_numpy(x)).logits.numpy(), window=WINDOW, stride=stride)
    dense = shift_and_stitch(
        picture, lambda x: everywhere(torch.from_numpy(x.copy())[None]).logits[0].numpy(),
        window=WINDOW, own_stride=STRIDE, stride=stride,
    )  # fmt: skip
    rows, columns = window_counts(size, WINDOW, stride)
    assert slid.scores.shape == dense.scores.shape == (14, rows, columns)
    np.testing.assert_allclose(dense.scores, slid.scores, rtol=0, atol=2e-5)
    assert slid.calls == rows * columns
    assert dense.calls == min(max(STRIDE // stride, 1), rows) * min(max(STRIDE // stride, 1), columns)


def test_a_stride_that_does_not_meet_the_networks_is_said() -> None:
    with pytest.raises(DataError, match="a stride of 6 neither divides"):
        shift_and_stitch(np.zeros((3, 40, 40)), lambda x: x, window=32, own_stride=4, stride=6)


@pytest.mark.parametrize("size", [(32, 32), (33, 70)])
@torch.inference_mode()
def test_multiply_adds_are_those_that_torch_counts(net: PatchClassifier, size: tuple[int, int]) -> None:
    dense = EveryPatch(net)
    layers = [*dense.features, *dense.fc]
    with FlopCounterMode(display=False) as counter:
        dense(torch.rand(1, 3, *size))
    assert 2 * multiply_adds(layers, *size) == counter.get_total_flops()
    once = [*net.features, *net.fc]
    assert multiply_adds(once, WINDOW, WINDOW) == multiply_adds(layers, WINDOW, WINDOW)
