"""What the mAP page computes of a set, kept for all visitors, and how it is shown: numbers, player, tabs."""

from __future__ import annotations

from typing import NamedTuple

import streamlit as st

from cvdemo.labs.map.controls import IOU, MapChoice
from cvdemo.labs.map.experiment import EvaluationSet, ap_above, changed, conventions_of, mean_ap
from cvdemo.labs.map.player import curve_player
from cvdemo.labs.map.tabs import tabs
from cvdemo.metrics.coco import Scores, score
from cvdemo.metrics.curve import Curve, curves, unique_names
from cvdemo.metrics.eligible_pairs import EligiblePairs
from cvdemo.metrics.pr_steps import PRSteps
from cvdemo.ui.cache import cached
from cvdemo.ui.page import picture_first


class ChangedSet(NamedTuple):
    """A set and what was changed in it: what results are kept by. `category` is -1 without false alarms."""

    identity: str
    tool: str
    nms: float
    alarms: int = 0
    category: int = -1


def results(found: EvaluationSet, choice: MapChoice) -> None:
    """Numbers, player and tables for the set as the controls change it."""
    category = choice.category
    what = ChangedSet(
        found.identity, choice.tool, choice.nms, choice.alarms, category if choice.alarms else -1
    )
    eligible = _eligible(what, found)
    by_class = _curves(what, choice.iou, eligible)
    if category not in by_class:
        st.info(f"No {unique_names(eligible)[category]} has to be found under these rules.")
        return
    curve = by_class[category]
    _show_numbers(found, choice, by_class)
    run = "|".join(map(str, (*what, category)))
    steps = _steps(what, choice.iou, category, curve)
    with picture_first():
        curve_player(steps, found, run=run, threshold=choice.score, key="map")
    if eligible.beyond_limit:
        most = eligible.conventions.max_detections
        st.caption(
            f"{eligible.beyond_limit} detections below the best {most} of their image and class do not count."
        )
    tabs(_scores(what, eligible), by_class, curve, choice.score)


@cached
def _eligible(what: ChangedSet, _found: EvaluationSet) -> EligiblePairs:
    data = changed(_found.data, nms=what.nms, alarms=what.alarms, category=what.category)
    return EligiblePairs(data, conventions_of(what.tool, data))


@cached
def _scores(what: ChangedSet, _eligible: EligiblePairs) -> Scores:
    return score(_eligible.data, _eligible.conventions)


@cached
def _curves(what: ChangedSet, iou: float, _eligible: EligiblePairs) -> dict[int, Curve]:
    return curves(_eligible, iou)


@cached
def _steps(what: ChangedSet, iou: float, category: int, _curve: Curve) -> PRSteps:
    return PRSteps(_curve)


def _show_numbers(found: EvaluationSet, choice: MapChoice, by_class: dict[int, Curve]) -> None:
    """AP of the class, mAP, and AP above the score threshold, each with its change from the untouched set."""
    untouched = ChangedSet(found.identity, "COCO", found.nms)
    before = _curves(untouched, IOU, _eligible(untouched, found))
    curve = by_class[choice.category]
    point, own = curve.at_score(choice.score), curve.ap("101-point")
    own_before = before[choice.category].ap("101-point") if choice.category in before else own
    mean, cut = mean_ap(by_class), ap_above(curve, choice.score)
    parts = (
        f"**AP {curve.name} {own:.3f}**{_delta(own - own_before)} at IoU {choice.iou:.2f}",
        f"**mAP {mean:.3f}**{_delta(mean - mean_ap(before))} over {len(by_class)} classes",
        f"only scores ≥ {choice.score:.2f}: **AP {cut:.3f}**{_delta(cut - own)}, "
        f"◊ precision {point.precision:.3f}, recall {point.recall:.3f}",
    )
    st.markdown(" &emsp; ".join(parts))


def _delta(change: float) -> str:
    """A change as coloured text, nothing where there is none."""
    if abs(change) < 5e-4:
        return ""
    return f" :red[▼ {-change:.3f}]" if change < 0 else f" :green[▲ {change:.3f}]"
