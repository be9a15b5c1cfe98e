"""Whether a net had finished learning when its training ended: one rule for all cards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from cvdemo.zoo.weights import LONGER

GAIN, OF_CLIPS, OF_ERROR = 0.005, 0.02, 0.01
"""Less than this between the last two of a curve's points is flat: of a metric of scenes; of an accuracy,
which is measured on 100 clips; of an end-point error, as a share of it."""


class Longer(NamedTuple):
    """What a net reaches in a longer training than the one that it is compared after, on the same data.

    `figure` is after `steps`, `own` after its `own_steps`; `flat` says whether its curve is flat then, and
    `metrics` holds all figures after `steps`.
    """

    own_steps: int
    own: float
    steps: int
    figure: float
    flat: bool
    metrics: Mapping[str, Any]


def last_gain(validation: Sequence[Mapping[str, Any]], metric: str) -> tuple[float, float] | None:
    """The last two points of a validation curve, None where it has fewer."""
    points = [float(row[metric]) for row in validation if metric in row]
    return (points[-2], points[-1]) if len(points) > 1 else None


def converged(validation: Sequence[Mapping[str, Any]], metric: str) -> bool | None:
    """Whether the curve was flat between its last two points; None if it has fewer.

    The learning rate is near zero there, so that a flat end does not say that a longer schedule brings
    nothing; one that still gets better suggests that it does.
    """
    points = last_gain(validation, metric)
    if points is None:
        return None
    before, last = points
    if metric == "EPE":
        return before - last < OF_ERROR * before
    return last - before < (OF_CLIPS if metric == "accuracy" else GAIN)


def unfinished(card: Mapping[str, Any] | None) -> tuple[float, float] | None:
    """The last two points of the curve of a card whose net had not converged; None for any other."""
    if card is None or card.get("converged") is not False:
        return None
    return last_gain(card["validation"], card["metric"])


def longer(card: Mapping[str, Any] | None) -> Longer | None:
    """What a card says of a longer training; None where it says nothing."""
    if card is None or LONGER not in card:
        return None
    metric, more = card["metric"], card[LONGER]
    figures = more["metrics"]
    return Longer(
        card["steps"], card["metrics"][metric], more["steps"], figures[metric], more["converged"], figures
    )
