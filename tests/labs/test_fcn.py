"""From sliding window to FCN: the same scores in both ways, formulas of their cost, the folded layer."""

from __future__ import annotations

import numpy as np
import pytest

from cvdemo.labs.fcn.experiment import (
    at_size,
    both_ways,
    centre_classes,
    convolved_cost,
    folded_layer,
    window_cost,
)
from cvdemo.nets.patch_classifier import WINDOW, PatchClassifier


@pytest.mark.parametrize("stride", [1, 4, 16])
def test_both_ways_give_the_same_scores_and_the_formulas_count_their_calls(stride: int) -> None:
    picture = np.random.default_rng(stride).integers(0, 256, (41, 58, 3)).astype(np.uint8)
    found = both_ways(picture, stride)
    assert found.apart < 1e-4 < np.ptp(found.slid.value.scores)
    slid, dense = window_cost(41, 58, stride), convolved_cost(41, 58, stride)
    assert (slid.calls, dense.calls) == (found.slid.value.calls, found.convolved.value.calls)
    assert slid.multiply_adds % slid.calls == 0
    layer = folded_layer(picture)
    assert layer.apart < 1e-4
    assert layer.values == PatchClassifier().config.hidden * ((41 - 32) // 4 + 1) * ((58 - 32) // 4 + 1)


def test_finer_strides_cost_the_sliding_window_more() -> None:
    ratios = [
        window_cost(144, 192, s).multiply_adds / convolved_cost(144, 192, s).multiply_adds for s in (16, 8, 4)
    ]
    assert 1 < ratios[0] < ratios[1] < ratios[2]
    assert ratios[0] == pytest.approx(1.5, abs=0.1)  # as the page's text says
    assert window_cost(144, 192, 1).multiply_adds > 8 * convolved_cost(144, 192, 1).multiply_adds


def test_centre_classes_are_those_of_the_windows_centre_pixels() -> None:
    truth = np.arange(40 * 50).reshape(40, 50) % 14
    found = centre_classes(truth.astype(np.uint8), (40, 50), 8)
    np.testing.assert_array_equal(found, truth[16:32:8, 16:40:8])


def test_a_picture_is_brought_to_its_size() -> None:
    assert at_size(np.zeros((1, 1, 3), np.uint8), 64).shape == (64, 64, 3)
    assert at_size(np.zeros((30, 300, 3), np.uint8), 100).shape == (10, 100, 3)
    assert min(at_size(np.zeros((960, 1280, 3), np.uint8), 48).shape[:2]) >= WINDOW
