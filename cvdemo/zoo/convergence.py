"""Whether a net had finished learning when its training ended: one rule for all cards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

GAIN = 0.005
"""Less than this between the last two of a curve's points is flat, of a share as of an end-point error."""
SMALLER_IS_BETTER = ("EPE",)


def last_gain(validation: Sequence[Mapping[str, Any]], metric: str) -> tuple[float, float] | None:
    """The last two points of a validation curve, None where it has fewer."""
    points = [float(row[metric]) for row in validation if metric in row]
    return (points[-2], points[-1]) if len(points) > 1 else None


def converged(validation: Sequence[Mapping[str, Any]], metric: str) -> bool | None:
    """Whether the curve was flat at the end: it gained less than `GAIN` in its last ninth; None if unknown.

    The learning rate is near zero there, so that a flat end does not say that a longer schedule brings
    nothing; one that still rises says that it does.
    """
    points = last_gain(validation, metric)
    if points is None:
        return None
    before, last = points
    return (before - last if metric in SMALLER_IS_BETTER else last - before) < GAIN
