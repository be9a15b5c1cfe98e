"""What the mAP page looks at: a set of truth and results with its pictures, judged once per set of rules."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import streamlit as st

from cvdemo.data.annotations import EvalSet
from cvdemo.metrics.coco import Scores, score
from cvdemo.metrics.convention_scores import TOOLS
from cvdemo.metrics.conventions import COCO_KEYPOINTS, COCO_THRESHOLDS, Conventions
from cvdemo.metrics.curve import Curve, curves
from cvdemo.metrics.eligible_pairs import EligiblePairs
from cvdemo.metrics.pr_steps import PRSteps
from cvdemo.metrics.what_if import after_nms, with_false_positives


@dataclass(frozen=True, eq=False)
class Exam:
    """Truth and results with their pictures; `identity` is the same for the same set."""

    identity: str
    about: str  # one sentence: where the detections come from
    data: EvalSet
    jpeg: Callable[[int], bytes | None]  # of the image at a position, None where there is no picture
    nms: float = 1.0  # threshold that such detections usually go through; 1 for results that did already
    notes: tuple[str, ...] = ()  # what was left out before the files were read
    rules: str = "COCO"


@st.cache_resource(max_entries=8, show_spinner=False)
def changed(identity: str, nms: float, alarms: int, category: int, _exam: Exam) -> EvalSet:
    """The exam's set after NMS and with so many false alarms of a class on top."""
    data = after_nms(_exam.data, nms)
    return with_false_positives(data, category, alarms) if alarms else data


def rules_of(name: str, data: EvalSet) -> Conventions:
    """A tool's conventions with COCO's ten thresholds; keypoints go by COCO's alone."""
    if data.iou_type == "keypoints":
        return COCO_KEYPOINTS
    return replace(TOOLS[name], iou_thresholds=COCO_THRESHOLDS)


@st.cache_resource(max_entries=8, show_spinner=False)
def eligible_pairs_of(identity: str, rules: str, _data: EvalSet) -> EligiblePairs:
    """The set under a tool's rules; overlaps are worked out once."""
    return EligiblePairs(_data, rules_of(rules, _data))


@st.cache_resource(max_entries=8, show_spinner=False)
def scores_of(identity: str, rules: str, _eligible: EligiblePairs) -> Scores:
    """AP of every class at the ten thresholds."""
    return score(_eligible.data, _eligible.conventions)


@st.cache_resource(max_entries=16, show_spinner=False)
def curves_of(identity: str, rules: str, iou: float, _eligible: EligiblePairs) -> dict[int, Curve]:
    """The curves of all classes at one threshold."""
    return curves(_eligible, iou)


@st.cache_resource(max_entries=16, show_spinner=False)
def pr_steps_of(identity: str, rules: str, iou: float, category: int, _curve: Curve) -> PRSteps:
    """The steps along one class's curve."""
    return PRSteps(_curve)
