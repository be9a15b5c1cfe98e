"""Average precision in three ways against the loops that define them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cvdemo.errors import DataError
from cvdemo.metrics import average_precision
from cvdemo.metrics.ap import AP_METHODS, envelope


@st.composite
def curves(draw) -> tuple[list[float], list[float]]:
    """Running recall and precision of a list of hits and misses."""
    hits = draw(st.lists(st.booleans(), max_size=60))
    positives = sum(hits) + draw(st.integers(1 - min(sum(hits), 1), 20))
    tp = np.cumsum(hits)
    return (tp / positives).tolist(), (tp / np.arange(1, len(hits) + 1)).tolist()


def all_point(recall, precision) -> float:
    """VOCap.m of VOC's development kit from 2010 on."""
    mrec, mpre = [0.0, *recall, 1.0], [0.0, *precision, 0.0]
    for i in range(len(mpre) - 2, -1, -1):
        mpre[i] = max(mpre[i], mpre[i + 1])
    return sum((mrec[i] - mrec[i - 1]) * mpre[i] for i in range(1, len(mrec)) if mrec[i] != mrec[i - 1])


def points(recall, precision, n: int) -> float:
    """The mean over n levels of the best precision at that recall or more."""
    total = 0.0
    for level in np.linspace(0, 1, n):
        total += max((p for r, p in zip(recall, precision, strict=True) if r >= level), default=0.0)
    return total / n


@settings(max_examples=200, deadline=None)
@given(curves())
def test_three_ways_are_their_definitions(curve) -> None:
    recall, precision = curve
    assert average_precision(recall, precision, "all-point") == pytest.approx(
        all_point(recall, precision), abs=1e-12
    )
    assert average_precision(recall, precision, "11-point") == pytest.approx(
        points(recall, precision, 11), abs=1e-12
    )
    assert average_precision(recall, precision, "101-point") == pytest.approx(
        points(recall, precision, 101), abs=1e-12
    )


@pytest.mark.parametrize("method", AP_METHODS)
def test_ends_of_the_scale(method) -> None:
    assert average_precision([0.5, 1.0], [1.0, 1.0], method) == 1
    assert average_precision([0.0, 0.0], [0.0, 0.0], method) == 0
    assert average_precision([], [], method) == 0


def test_ways_differ_where_the_curve_has_steps() -> None:
    recall, precision = [0.25, 0.25, 0.5], [1.0, 0.5, 2 / 3]
    assert average_precision(recall, precision, "all-point") == pytest.approx(0.25 + 0.25 * 2 / 3)
    assert average_precision(recall, precision, "11-point") == pytest.approx((3 + 3 * 2 / 3) / 11)
    assert average_precision(recall, precision, "101-point") == pytest.approx((26 + 25 * 2 / 3) / 101)


def test_envelope_looks_ahead() -> None:
    np.testing.assert_array_equal(envelope(np.array([0.5, 0.2, 0.6, 0.1, 0.3])), [0.6, 0.6, 0.6, 0.3, 0.3])


@pytest.mark.parametrize(
    ("recall", "precision", "method", "message"),
    [
        ([0.1, 0.2], [1.0], "all-point", "two lists of one length"),
        ([0.1, float("nan")], [1.0, 1.0], "all-point", "recall must lie in 0..1"),
        ([0.1, 0.2], [1.0, 1.5], "11-point", "precision must lie in 0..1, it has 1.5"),
        ([0.3, 0.2], [1.0, 1.0], "101-point", "must not fall"),
        ([0.3], [1.0], "12-point", "not '12-point'"),
        (["a"], [1.0], "all-point", "must be numbers"),
    ],
)
def test_what_is_no_curve_is_refused(recall, precision, method, message: str) -> None:
    with pytest.raises(DataError, match=message):
        average_precision(recall, precision, method)
