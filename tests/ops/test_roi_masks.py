"""What rounding costs a mask: coverage, the way back, IoU over shifts."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from cvdemo.errors import DataError
from cvdemo.ops.roi import roi_align
from cvdemo.ops.roi_bins import pool_bins
from cvdemo.ops.roi_masks import POOLINGS, coverage, mask_ious, paste_grid, recovered_mask, roi_mean

DISC = (np.hypot(*(np.indices((80, 96)) - np.array([38, 45])[:, None, None])) < 21).astype(float)
AROUND = (16.0, 9, 74, 67)  # the disc's box and a cell of 8 pixels


def test_coverage_is_the_share_of_each_cell() -> None:
    mask = np.random.default_rng(0).random((9, 13))
    shares = coverage(mask, 4)
    assert shares.shape == (3, 4)
    for i, j in np.ndindex(3, 4):
        assert shares[i, j] == pytest.approx(mask[4 * i : 4 * i + 4, 4 * j : 4 * j + 4].sum() / 16)


def test_roi_mean_is_the_mean_of_roi_poolings_cells() -> None:
    x = np.random.default_rng(0).random((2, 9, 11))
    roi, scale = (3.0, -6, 41, 29), 0.25
    bins, found = pool_bins(roi, 3, (9, 11), spatial_scale=scale), roi_mean(x, roi, 3, scale)
    for (i, (top, bottom)), (j, (left, right)) in (
        (a, b) for a in enumerate(bins.rows) for b in enumerate(bins.columns)
    ):
        part = x[:, top:bottom, left:right]
        expected = part.mean(axis=(1, 2)) if part.size else np.zeros(2)
        np.testing.assert_allclose(found[:, i, j], expected)


def test_a_ramp_comes_back_where_it_was_through_align() -> None:
    ramp = np.broadcast_to(np.arange(24) + 0.5, (20, 24))  # each pixel holds its middle's place
    for shift in (0, 0.3, 0.75):
        roi = (4 + shift, 3, 16 + shift, 15)
        grid = roi_align(ramp, roi, 6, sampling_ratio=2)
        back = paste_grid(grid, roi, (20, 24))
        np.testing.assert_allclose(back[5:13, 6:14], ramp[5:13, 6:14], atol=1e-9)
    assert not back[:, :4].any() and not back[:3].any() and not back[15:].any()


def test_align_keeps_a_mask_where_it_is_and_rounding_does_not() -> None:
    shifts = np.linspace(-8, 8, 17)
    found = mask_ious(DISC, AROUND, shifts, stride=8)
    assert set(found) == set(POOLINGS)
    aligned, pooled = found["RoIAlign"], found["RoIPool"]
    assert aligned.min() > 0.9 and np.ptp(aligned) < 0.05
    assert pooled.max() < aligned.min() and np.ptp(pooled) > 0.1
    finer = mask_ious(DISC, AROUND, shifts, stride=2)
    assert finer["RoIPool"].mean() > pooled.mean() + 0.1


def test_an_empty_mask_comes_back_empty() -> None:
    nothing = np.zeros((80, 96))
    assert not recovered_mask(coverage(nothing, 8), AROUND, (80, 96), POOLINGS["RoIAlign"], 8).any()
    assert mask_ious(nothing, AROUND, [0], stride=8)["RoIPool"].tolist() == [1]


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: coverage([[1]], 0), "stride must be a whole number"),
        (lambda: paste_grid([[1]], (3, 3, 3, 8), (9, 9)), "no room for a mask"),
        (lambda: mask_ious(DISC, (0, 0, np.nan, 4), [0], stride=8), "not finite"),
    ],
)
def test_what_is_wrong_is_said(call: Any, says: str) -> None:
    with pytest.raises(DataError, match=says):
        call()
