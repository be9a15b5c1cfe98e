"""What every IoU threshold would give: boxes kept, and on a drawn scene objects found and duplicates."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import streamlit as st
import supervision as sv

from cvdemo.data.detections_json import class_names
from cvdemo.labs.nms.boxes import Boxes, world_ids
from cvdemo.labs.nms.player import Setting
from cvdemo.metrics.recall_counts import recall_counts
from cvdemo.ops.detections import confidence
from cvdemo.ops.nms import batched_nms, nms
from cvdemo.ui.component import component
from cvdemo.ui.source import Chosen
from cvdemo.world.truth import Truth

FINE, COARSE = np.linspace(0, 1, 101), np.linspace(0, 1, 21)
FEW = 150  # so many boxes can be swept finely within a slider's move

_chart = component("nms/sweep")


class Sweep(NamedTuple):
    """Greedy NMS at each threshold; found and duplicates are empty where the truth is not known."""

    thresholds: list[float]
    kept: list[int]
    found: list[int]
    duplicates: list[int]


def sweep(
    raw: sv.Detections, score: float, per_class: bool, names: tuple[str, ...], truth: Truth | None
) -> Sweep:
    """What greedy NMS keeps of the boxes of at least a score, threshold by threshold."""
    stay = confidence(raw) >= score
    if names:
        stay &= np.isin(class_names(raw), names)
    boxes, scores = raw.xyxy[stay], confidence(raw)[stay]
    ids = world_ids(raw)[stay] if truth is not None else np.asarray(raw.class_id)[stay]
    result = Sweep((FINE if len(boxes) <= FEW else COARSE).round(2).tolist(), [], [], [])
    for threshold in result.thresholds:
        kept = batched_nms(boxes, scores, ids, threshold) if per_class else nms(boxes, scores, threshold)
        result.kept.append(len(kept))
        if truth is not None:
            stand = recall_counts(boxes[kept], scores[kept], ids[kept], truth.boxes, truth.classes)
            result.found.append(int(stand.found.sum()))
            result.duplicates.append(int(stand.duplicate.sum()))
    return result


@st.cache_resource(max_entries=64, show_spinner=False)
def _swept(
    identity: str,
    _raw: sv.Detections,
    score: float,
    per_class: bool,
    names: tuple[str, ...],
    known: bool,
    _truth: Truth | None,
) -> Sweep:
    return sweep(_raw, score, per_class, names, _truth)


def sweep_chart(chosen: Chosen | None, boxes: Boxes, setting: Setting, names: tuple[str, ...]) -> None:
    """The sweep as curves over the IoU threshold, with a line where the slider stands.

    `chosen` is None where the boxes cannot be held against a truth.
    """
    truth = None if chosen is None else chosen.truth
    known = truth is not None
    swept = _swept(boxes.identity, boxes.raw, setting.score, setting.per_class, names, known, truth)
    _chart(
        data={
            **swept._asdict(),
            "truths": 0 if truth is None else len(truth),
            "threshold": setting.iou,
            "alt": "Greedy NMS over the IoU threshold: boxes kept, objects found, duplicates",
        },
        key="sweep",
    )
