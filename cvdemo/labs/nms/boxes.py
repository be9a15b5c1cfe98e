"""Where the boxes of the NMS page come from: a model, simulated proposals of a drawn scene, the visitor."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import streamlit as st
import supervision as sv

from cvdemo import zoo
from cvdemo.data.detections_json import class_names
from cvdemo.labs.nms.own import as_detections, own_boxes
from cvdemo.labs.nms.player import Known, Setting
from cvdemo.metrics.recall_counts import RecallCounts, recall_counts
from cvdemo.ops.detections import confidence
from cvdemo.ops.iou import box_iou
from cvdemo.ops.replay import Method, Replay, replay
from cvdemo.ui.models import choose_model, raw_detections, ready
from cvdemo.ui.source import Chosen
from cvdemo.world.proposals import simulated_proposals
from cvdemo.world.truth import Truth
from cvdemo.world.vocabulary import THINGS

KINDS = ("detector", "simulated", "my own")


class Boxes(NamedTuple):
    """Raw boxes and where they are from; `identity` is the same for the same boxes."""

    kind: str
    identity: str
    raw: sv.Detections
    entry: zoo.ModelSpec | None = None

    @property
    def title(self) -> str:
        """What the boxes are, honestly."""
        if self.entry is not None:
            return f"raw boxes of {self.entry.title}"
        return "simulated proposals, no network" if self.kind == "simulated" else "boxes of your own"


def choose_boxes(chosen: Chosen | None) -> Boxes | None:
    """Draws the widget and returns the boxes, or None while there are none."""
    left, right = st.columns([1, 1.2], gap="medium", vertical_alignment="bottom")
    kind = str(
        left.segmented_control(
            "Boxes", KINDS, default=KINDS[0], required=True, key="boxes", bind="query-params"
        )
    )
    entry = None
    with right:
        if kind == "detector":
            entry = choose_model(zoo.Task.DETECT)
        elif kind == "simulated":
            st.caption("Simulated proposals: the truth of a drawn scene, jittered at random. No network ran.")
        else:
            st.caption("Draw, drag and resize boxes on the picture: every change is computed anew.")
    if chosen is None:
        return None
    if kind == "my own":
        return drawn_boxes(chosen)
    if kind == "simulated":
        if chosen.truth is None:
            st.info("Simulated proposals need a drawn scene: choose *scene* as the picture.")
            return None
        return Boxes(kind, f"simulated {chosen.identity}", simulated(chosen))
    if entry is None or not ready(entry):
        return None
    return Boxes(kind, f"{entry.key} {chosen.identity}", raw_detections(entry, chosen), entry)


def drawn_boxes(chosen: Chosen) -> Boxes:
    """The visitor's own boxes as they are now."""
    own = own_boxes(chosen)
    return Boxes("my own", repr(own), as_detections(own))


def simulated(chosen: Chosen) -> sv.Detections:
    """Simulated proposals of a drawn scene, the same for the same scene."""
    return _simulated(chosen.identity, chosen.truth)


@st.cache_resource(max_entries=16, show_spinner=False)
def _simulated(identity: str, _truth: Truth | None) -> sv.Detections:
    return sv.Detections.empty() if _truth is None else simulated_proposals(_truth)


class Played(NamedTuple):
    """The boxes that pass the score threshold, their rows among the raw ones, and what a method did."""

    detections: sv.Detections
    rows: np.ndarray
    replay: Replay


@st.cache_resource(max_entries=64, show_spinner=False)
def play(
    identity: str, _raw: sv.Detections, names: tuple[str, ...], setting: Setting, method: Method, sigma: float
) -> Played:
    """Every step of a method on the raw boxes of some classes (all where `names` is empty)."""
    stay = confidence(_raw) >= setting.score
    if names:
        stay &= np.isin(class_names(_raw), names)
    rows = np.flatnonzero(stay)
    some = _raw[rows]
    assert isinstance(some, sv.Detections)
    steps = replay(
        some.xyxy,
        confidence(some),
        some.class_id if setting.per_class else None,
        method,
        iou_threshold=setting.iou,
        sigma=sigma,
        score_threshold=setting.score,
    )
    return Played(some, rows, steps)


def known(chosen: Chosen, boxes: Boxes, played: Played) -> Known | None:
    """How the kept boxes stand to the truth; None where it is unknown or has other classes than the boxes."""
    if chosen.truth is None or not comparable(boxes):
        return None
    truth = chosen.truth
    ids = world_ids(played.detections)
    kept = played.replay.kept
    stand = recall_counts(
        played.replay.kept_boxes, played.replay.kept_scores, ids[kept], truth.boxes, truth.classes
    )
    return Known(truth.boxes, [THINGS[k] for k in truth.classes], stand)


def losers(played: Played, truth: Known | None) -> list[int]:
    """For each truth that is lost, the best-scored box that would have found it, if there is one."""
    if truth is None:
        return []
    names = np.array(class_names(played.detections))
    lost = np.flatnonzero(~truth.tally.found)
    ious = box_iou(played.detections.xyxy, truth.boxes[lost])  # [N, lost]
    scores = confidence(played.detections)
    best = []
    for column, t in enumerate(lost):
        good = np.flatnonzero((ious[:, column] >= 0.5) & (names == truth.names[t]))
        if len(good):
            best.append(int(good[np.argmax(scores[good])]))
    return best


def comparable(boxes: Boxes) -> bool:
    """Whether the boxes speak of the drawn world's classes."""
    return boxes.kind == "simulated" or (boxes.entry is not None and boxes.entry.source is zoo.Source.DRAWN)


def counted(stand: RecallCounts) -> str:
    """The tally in one line of Markdown."""
    lost = int((~stand.found).sum())
    parts = [f"**{int(stand.found.sum())} of {len(stand.found)}** true objects found"]
    parts.append(f":red[**{lost} lost**]" if lost else "none lost")
    twins, false = int(stand.duplicate.sum()), int(stand.background.sum())
    parts.append(f":orange[**{twins} duplicate{'' if twins == 1 else 's'}**]" if twins else "no duplicates")
    parts.append(f"{false} wrong" if false else "none wrong")
    return " · ".join(parts)


def world_ids(detections: sv.Detections) -> np.ndarray:
    """World class ids by name, -1 for names that the world does not have."""
    ids = {name: k for k, name in enumerate(THINGS)}
    return np.array([ids.get(n, -1) for n in class_names(detections)], dtype=np.int64)
