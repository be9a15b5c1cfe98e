"""The board of the Tracking page: a frame with predicted and new boxes, the matrix, the lives of tracks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import streamlit as st

from cvdemo.labs.tracking.experiment import ROUNDS, StepKnobs, TrackingSteps, first_change, track_steps
from cvdemo.ops.tracking import TrackStep
from cvdemo.ui import state
from cvdemo.ui.cache import cached
from cvdemo.ui.clip_work import kept_for_visit
from cvdemo.ui.component import component, packed
from cvdemo.ui.downloads import data, offer
from cvdemo.video.raw import RawClip
from cvdemo.video.work import Processed

EVENTS = ("born", "confirmed", "lost", "found_again", "removed")

_board = component("tracking/lab")


@cached
def _steps(identity: str, knobs: StepKnobs, _raw: RawClip) -> TrackingSteps:
    return track_steps(_raw, knobs)


def show(done: Processed, name: str, knobs: StepKnobs, *, own: bool) -> None:
    """The board of what the tracker does with the knobs; all that runs when a slider moves.

    `own` says that the clip is the visitor's: what is made of it is kept for this visit alone.
    """
    if own:
        found = kept_for_visit("steps-kept", (name, knobs), lambda: track_steps(done.raw, knobs))
    else:
        found = _steps(name, knobs, done.raw)
    start = state.value("frame", read=_whole)
    fields = {
        "key": "video",
        "raw": name,
        "choice": repr(knobs),
        "start": first_change(found) if start is None else min(start, len(found.steps) - 1),
        "stamp": f"{state.stamp()} {name}",
        "rounds": ROUNDS[knobs.tracker],
        "least": [knobs.iou, knobs.second_iou, knobs.iou],
        "score": knobs.score,
        "steps": steps_as_json(found, done.raw),
        "alt": f"{done.clip.name}: a frame with predicted boxes and detections",
    }
    _board(data=packed(fields, {}), key="steps")
    offer(done.clip.name, data(lambda: steps_as_json(found, done.raw), "Steps as JSON"))
    if len(done.raw) > len(found.steps):
        st.caption(f"The first {len(found.steps)} of {len(done.raw)} frames.")


def _whole(words: Sequence[str]) -> int:
    return max(0, int(words[-1]))


def steps_as_json(found: TrackingSteps, raw: RawClip) -> list[dict[str, Any]]:
    """The steps with their detections, for JSON: boxes to a tenth of a pixel, IoUs to a thousandth."""
    each = zip(found.steps, found.rows, found.frames, strict=True)
    return [
        {
            **_step(step),
            "detections": [
                {"box": _box(box), "score": round(float(score), 3), "name": raw.names.get(int(k), str(k))}
                for box, score, k in zip(frame.boxes, frame.scores, raw.class_ids[rows], strict=True)
            ],
        }
        for step, rows, frame in each
    ]


def _step(step: TrackStep) -> dict[str, Any]:
    return {
        "predicted": {str(track): _box(box) for track, box in step.predicted.items()},
        "rounds": [
            {
                "ids": one.ids.tolist(),
                "rows": one.rows.tolist(),
                "iou": np.round(one.iou, 3).tolist(),
                "pairs": one.assignment.pairs.tolist(),
            }
            for one in step.rounds
        ],
        **{event: getattr(step, event) for event in EVENTS},
        "tracks": [
            {"id": t.id, "life": t.life.value, "box": _box(t.box), "row": t.detection, "hits": t.hits,
             "missed": t.missed}
            for t in step.tracks
        ],
    }  # fmt: skip


def _box(box: np.ndarray) -> list[float]:
    return [round(float(v), 1) for v in box]
