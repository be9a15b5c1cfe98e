"""RoI pooling, RoIAlign and position-sensitive pooling against torchvision, and their bins and samples."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
import torchvision.ops as peer
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from cvdemo.errors import DataError
from cvdemo.ops.roi import ps_roi_align, ps_roi_pool, roi_align, roi_pool
from cvdemo.ops.roi_bins import align_bins, pool_bins, ps_pool_bins

NUMBERS = st.floats(-0.5, 0.5, width=32)
PLACES = st.one_of(st.integers(-60, 100).map(lambda v: v / 4), st.floats(-15, 25))
SIDES = st.one_of(st.just(0.0), st.integers(0, 80).map(lambda v: v / 4), st.floats(0, 20))
SCALES = st.sampled_from([1.0, 1 / 2, 1 / 4, 1 / 16, 0.3])
TOLERANCE = {np.float32: 1e-5, np.float64: 1e-12}


@st.composite
def cases(draw: Any, maps: int = 1) -> tuple[np.ndarray, np.ndarray, tuple[int, int], float]:
    """A map [2 * maps of each bin, H, W], a RoI on it or beside it, an output size, a scale."""
    kind = draw(st.sampled_from([np.float32, np.float64]))
    size = draw(st.integers(1, 4)), draw(st.integers(1, 4))
    channels = 2 if maps == 1 else 2 * size[0] * size[1]
    shape = (channels, draw(st.integers(1, 9)), draw(st.integers(1, 9)))
    x = draw(arrays(np.float32, shape, elements=NUMBERS)).astype(kind)
    x1, y1 = draw(PLACES), draw(PLACES)
    roi = np.array([x1, y1, x1 + draw(SIDES), y1 + draw(SIDES)], kind)
    return x, np.maximum(roi, np.tile(roi[:2], 2)), size, draw(SCALES)


def theirs(operation: Any, x: np.ndarray, roi: np.ndarray, size: tuple[int, int], *rest: Any) -> np.ndarray:
    rois = torch.from_numpy(np.concatenate([np.zeros(1, roi.dtype), roi]))[None]
    return operation(torch.from_numpy(x)[None], rois, size, *rest)[0].numpy()


def close(ours: np.ndarray, expected: np.ndarray) -> None:
    assert ours.dtype == expected.dtype
    np.testing.assert_allclose(ours, expected, rtol=0, atol=TOLERANCE[ours.dtype.type])


def clear_of_the_edge(
    roi: np.ndarray, size: tuple[int, int], shape: tuple[int, int], scale: float, ratio: int, aligned: bool
) -> bool:
    """Whether no sample stands where rounding decides if it counts, and no bin where it decides how many."""
    bins = align_bins(
        roi, size, shape=shape, spatial_scale=scale, sampling_ratio=ratio, aligned=aligned
    )  # fmt: skip
    for axis, cells in ((bins.rows, shape[0]), (bins.columns, shape[1])):
        near = np.minimum(np.abs(axis.places + 1), np.abs(axis.places - cells))
        steps = np.diff(axis.edges)
        many = ratio < 0 and np.abs(steps - np.round(steps)).min() < 1e-4 and steps.max() > 1e-4
        if (near.size and near.min() < 1e-4) or (many and (steps % 0.25 != 0).any()):
            return False
    return True


@settings(deadline=None, max_examples=120)
@given(cases())
def test_roi_pool_equals_torchvision(case: Any) -> None:
    x, roi, size, scale = case
    close(roi_pool(x, roi, size, spatial_scale=scale), theirs(peer.roi_pool, x, roi, size, scale))


@settings(deadline=None, max_examples=120)
@given(cases(), st.sampled_from([-1, 1, 2, 3]), st.booleans())
def test_roi_align_equals_torchvision(case: Any, ratio: int, aligned: bool) -> None:
    x, roi, size, scale = case
    assume(clear_of_the_edge(roi, size, x.shape[1:], scale, ratio, aligned))
    ours = roi_align(x, roi, size, spatial_scale=scale, sampling_ratio=ratio, aligned=aligned)
    close(ours, theirs(peer.roi_align, x, roi, size, scale, ratio, aligned))


@settings(deadline=None, max_examples=80)
@given(cases(maps=2))
def test_ps_roi_pool_equals_torchvision(case: Any) -> None:
    x, roi, size, scale = case
    close(ps_roi_pool(x, roi, size, spatial_scale=scale), theirs(peer.ps_roi_pool, x, roi, size, scale))


@settings(deadline=None, max_examples=80)
@given(cases(maps=2), st.sampled_from([-1, 1, 2]))
def test_ps_roi_align_equals_torchvision_but_for_its_nan(case: Any, ratio: int) -> None:
    x, roi, size, scale = case
    assume(clear_of_the_edge(roi, size, x.shape[1:], scale, ratio, True))
    ours = ps_roi_align(x, roi, size, spatial_scale=scale, sampling_ratio=ratio)
    expected = theirs(peer.ps_roi_align, x, roi, size, scale, ratio)
    close(ours, np.nan_to_num(expected))


@settings(deadline=None, max_examples=60)
@given(cases(), st.sampled_from([-1, 2]), st.booleans())
def test_every_bin_is_the_mean_of_its_samples_and_their_neighbours(
    case: Any, ratio: int, aligned: bool
) -> None:
    x, roi, size, scale = case
    ours = roi_align(x, roi, size, spatial_scale=scale, sampling_ratio=ratio, aligned=aligned)
    bins = align_bins(
        roi, size, shape=x.shape[1:], spatial_scale=scale, sampling_ratio=ratio, aligned=aligned
    )
    for i, j in np.ndindex(*size):
        points = bins.points(i, j)
        sums = [sum(n.weight * float(x[0, n.row, n.column]) for n in p.neighbours) for p in points]
        assert ours[0, i, j] == pytest.approx(np.mean(sums) if points else 0, abs=1e-5)
        for point in points:
            total = sum(n.weight for n in point.neighbours)
            assert total == pytest.approx(1, abs=1e-5) or total == 0


def test_two_roundings_and_shared_cells() -> None:
    bins = pool_bins([10.0, 20, 90, 75], 2, (8, 8), spatial_scale=1 / 16)
    assert bins.exact.tolist() == [0.625, 1.25, 5.625, 4.6875]
    assert bins.rounded.tolist() == [1, 1, 7, 6]
    assert bins.columns.tolist() == [[1, 4], [4, 7]]
    assert bins.rows.tolist() == [[1, 4], [3, 6]]  # five rows in two bins: they share one
    assert bins.rounding_error().tolist() == [0.375, -0.25, 1.375, 1.3125]
    votes = ps_pool_bins([10.0, 20, 90, 75], 2, (8, 8), spatial_scale=1 / 16)
    assert votes.rounded.tolist() == [1, 1, 6, 5]


def test_halves_are_rounded_away_from_0() -> None:
    assert pool_bins([-2.5, -0.5, 0.5, 1.5], 1, (9, 9)).rounded.tolist() == [-3, -1, 2, 3]


def test_a_sample_lies_between_its_four_cells() -> None:
    bins = align_bins([1.0, 1, 3, 3], 1, shape=(6, 6), sampling_ratio=1)
    (point,) = bins.points(0, 0)
    assert (point.y, point.x) == (1.5, 1.5)
    cells = [(1, 1, 0.25), (1, 2, 0.25), (2, 1, 0.25), (2, 2, 0.25)]
    assert [tuple(n) for n in point.neighbours] == cells
    shifted = align_bins([1.0, 1, 3, 3], 1, shape=(6, 6), sampling_ratio=1, aligned=False)
    assert shifted.points(0, 0)[0][:2] == (2.0, 2.0)


def test_a_ramp_is_read_where_the_roi_is_by_align_alone() -> None:
    """On a map that grows by 1 a cell the pooled middle says where pooling has looked."""
    ramp = np.broadcast_to(np.arange(12.0) + 0.5, (12, 12))  # each cell holds its middle's place
    for shift in np.arange(0, 1, 0.125):
        roi = [2 + shift, 2, 6 + shift, 6]
        assert roi_align(ramp, roi, 1)[0, 0] == pytest.approx(4 + shift)
    steps = {float(roi_pool(ramp, [2 + s, 2, 6 + s, 6], 1)[0, 0]) for s in np.arange(0, 1, 0.125)}
    assert len(steps) == 2


def test_a_roi_of_no_size() -> None:
    x = np.arange(36.0).reshape(6, 6)
    assert roi_pool(x, [2, 3, 2, 3], 2).tolist() == [[20, 20], [20, 20]]  # one cell, shared by all bins
    assert roi_align(x, [2, 3, 2, 3], 2).tolist() == [[0, 0], [0, 0]]  # no cells, so no samples
    assert roi_align(x, [2.5, 3.5, 2.5, 3.5], 1, sampling_ratio=2).tolist() == [[20]]
    assert ps_roi_align(x[None], [2, 3, 2, 3], 1).tolist() == [[[0]]]


@pytest.mark.parametrize("operation", [roi_pool, roi_align])
def test_beside_the_map_all_is_0(operation: Any) -> None:
    assert not operation(np.ones((6, 6)), [20, 20, 30, 30], 3).any()


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: roi_pool(np.ones((4, 4)), [0, 0, np.nan, 1], 2), "not finite"),
        (lambda: roi_align(np.ones((4, 4)), [3, 0, 1, 1], 2), "negative size"),
        (lambda: roi_pool(np.ones((4, 4)), [0, 0, 1], 2), "four numbers"),
        (lambda: roi_pool(np.ones((4, 4)), "abcd", 2), "must be numbers"),
        (lambda: roi_pool(np.ones((4, 4)), [0, 0, 1, 1], 0), "size must be a whole number of 1 or more"),
        (lambda: roi_align(np.ones((4, 4)), [0, 0, 1, 1], 2, sampling_ratio=0), "sampling_ratio must be"),
        (lambda: roi_align(np.ones((4, 4)), [0, 0, 1, 1], 2, spatial_scale=0), "spatial_scale must be"),
        (lambda: roi_pool(np.ones((4, 4)), [0, 0, 1e12, 1], 2), "too far away"),
        (lambda: roi_align(np.ones((4, 4)), [0, 0, 1e6, 1], 2), "samples along a bin are too many"),
        (lambda: roi_pool(np.full((4, 4), np.inf), [0, 0, 1, 1], 2), "not finite"),
        (lambda: ps_roi_pool(np.ones((5, 4, 4)), [0, 0, 1, 1], 2), "must be 4 for each class"),
    ],
)
def test_what_is_wrong_is_said(call: Any, says: str) -> None:
    with pytest.raises(DataError, match=says):
        call()
