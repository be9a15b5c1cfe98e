"""Sliding windows: both ways to the same scores, counts by formula, the detector's windows."""

from __future__ import annotations

from typing import cast

import numpy as np
import pytest
import torch

from cvdemo.errors import DataError
from cvdemo.labs.windows.experiment import Search, model, raw_windows, search_both_ways
from cvdemo.nets.sliding_window import SlidingWindow, WindowPyramidConfig
from cvdemo.ops.detections import confidence
from cvdemo.zoo.drawn import at_working_size
from cvdemo.zoo.model import FLOOR


@pytest.mark.parametrize("stride", [4, 8, 32])
def test_both_ways_give_the_same_scores_and_the_formula_counts_the_calls(stride: int) -> None:
    picture = np.random.default_rng(stride).integers(0, 256, (60, 96, 3)).astype(np.uint8)
    found = search_both_ways(picture, Search(54, 2, stride, (0.5, 1.0)))
    assert found.size == (120, 192)
    assert found.apart < 1e-3 < max(float(np.ptp(p)) for p in found.probabilities)
    assert (
        found.windows.calls == found.search.windows(found.size) == sum(p[0].size for p in found.probabilities)
    )
    every = max(8 // stride, 1)
    shifts = [min(every, p.shape[1]) * min(every, p.shape[2]) for p in found.probabilities]
    assert found.convolved.calls == sum(shifts)


@torch.inference_mode()
def test_the_windows_are_the_detectors() -> None:
    picture = np.random.default_rng(1).integers(0, 256, (160, 192, 3)).astype(np.uint8)
    search = Search(54, 2, 8, (0.5, 1.0))
    mine = raw_windows(search_both_ways(picture, search), 192, 160)
    whole = SlidingWindow(
        cast(SlidingWindow, model().net).classifier, WindowPyramidConfig((54, 81), (0.5, 1))
    )
    trace = whole(at_working_size(picture, "cpu"))
    row, kind = (trace.scores()[0] > FLOOR).nonzero(as_tuple=True)
    assert len(mine) == len(row) > 0
    scores, order = trace.scores()[0][row, kind].sort(descending=True, stable=True)
    np.testing.assert_allclose(confidence(mine), scores, atol=1e-3)
    np.testing.assert_allclose(mine.xyxy[0], trace.boxes()[0][row[order[0]]], atol=1e-2)


def test_searches_without_windows_or_with_too_many() -> None:
    thin = np.zeros((4, 400, 3), np.uint8)
    with pytest.raises(DataError, match="no window of 24 pixels or more fits into a picture that is 192 x 2"):
        search_both_ways(thin, Search(24, 3, 8, (1.0,)))
    with pytest.raises(DataError, match=r"windows are too many to wait for, at most 20,000"):
        search_both_ways(np.zeros((160, 192, 3), np.uint8), Search(12, 6, 4, (0.5, 1.0, 2.0)))
