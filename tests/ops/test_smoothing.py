"""Smoothers against their formulas, and on boxes that stand still, move and tremble."""

from __future__ import annotations

import numpy as np
import pytest

from cvdemo.errors import DataError
from cvdemo.ops.smoothing import SMOOTHINGS, exponential, moving_average, one_euro, smooth_boxes, vote_classes
from cvdemo.ops.tracks import Tracks


def tracks_of(boxes: np.ndarray, frame: np.ndarray | None = None) -> Tracks:
    n = len(boxes)
    return Tracks(n, np.arange(n) if frame is None else frame, np.ones(n, int), boxes, np.zeros(n, int))


def trembling(n: int = 100, noise: float = 3.0, speed: float = 2.0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    steady = np.array([10.0, 10, 60, 90]) + speed * np.arange(n)[:, None]
    return steady, steady + rng.normal(0, noise, steady.shape)


def test_a_moving_average_is_the_mean_of_its_neighbours() -> None:
    values = np.random.default_rng(0).normal(size=(9, 2))
    found = moving_average(values, 5)
    np.testing.assert_allclose(found[4], values[2:7].mean(axis=0))
    np.testing.assert_allclose(found[1], values[:3].mean(axis=0))
    np.testing.assert_allclose(found[0], values[0])
    np.testing.assert_allclose(moving_average(values, 1), values)
    with pytest.raises(DataError, match="odd"):
        moving_average(values, 4)


def test_exponential_smoothing_is_a_sum_of_powers() -> None:
    values = np.random.default_rng(0).normal(size=(6, 1))
    weights = 0.3 * 0.7 ** np.arange(5, 0, -1)
    expected = 0.7**5 * values[0] + sum(w / 0.7 * v for w, v in zip(weights, values[1:], strict=True))
    np.testing.assert_allclose(exponential(values, 0.3)[-1], expected)
    with pytest.raises(DataError, match="alpha"):
        exponential(values, 0)


def test_one_euro_without_speed_is_exponential_smoothing() -> None:
    values = np.random.default_rng(0).normal(size=(20, 3))
    alpha = 1 / (1 + 25 / (2 * np.pi * 1.5))
    np.testing.assert_allclose(one_euro(values, 25, cutoff=1.5, beta=0), exponential(values, alpha))


def test_one_euro_lags_less_than_a_filter_as_strong_at_rest() -> None:
    steady, noisy = trembling(speed=4)
    slow, quick = (one_euro(noisy, 25, cutoff=0.5, beta=beta) for beta in (0.0, 0.05))
    assert np.abs(quick - steady)[30:].mean() < np.abs(slow - steady)[30:].mean()


@pytest.mark.parametrize("how", SMOOTHINGS[1:])
def test_smoothing_reduces_jitter_and_stays_near(how: str) -> None:
    steady, noisy = trembling(speed=0)
    smooth = smooth_boxes(tracks_of(noisy), how, 0.7, 25).boxes  # type: ignore[arg-type]
    jitter = [np.abs(np.diff(boxes, n=2, axis=0)).mean() for boxes in (noisy, smooth)]
    assert jitter[1] < jitter[0] / 3
    assert np.abs(smooth - steady).mean() < np.abs(noisy - steady).mean()


def test_no_smoothing_leaves_boxes_and_a_gap_parts_them() -> None:
    _, noisy = trembling(10)
    np.testing.assert_allclose(smooth_boxes(tracks_of(noisy), "none", 1, 25).boxes, noisy)
    frame = np.array([0, 1, 2, 3, 4, 9, 10, 11, 12, 13])
    parted = smooth_boxes(tracks_of(noisy, frame), "moving average", 1, 25).boxes
    alone = smooth_boxes(tracks_of(noisy[:5]), "moving average", 1, 25).boxes
    np.testing.assert_allclose(parted[:5], alone)
    with pytest.raises(DataError, match="no smoothing is called 'more'"):
        smooth_boxes(tracks_of(noisy), "more", 1, 25)  # type: ignore[arg-type]


def test_a_vote_by_score() -> None:
    tracks = tracks_of(np.zeros((5, 4)))
    assert vote_classes(tracks, [1, 1, 2, 1, 2], [0.9, 0.9, 0.5, 0.9, 0.5]).tolist() == [1] * 5
    assert vote_classes(tracks, [1, 1, 2, 2, 2], [0.1, 0.1, 0.9, 0.9, 0.9]).tolist() == [2] * 5
    near = vote_classes(tracks, [1, 1, 2, 2, 2], [0.9] * 5, window=3)
    assert near.tolist() == [1, 1, 2, 2, 2]
    assert vote_classes(tracks_of(np.zeros((0, 4))), [], []).tolist() == []
