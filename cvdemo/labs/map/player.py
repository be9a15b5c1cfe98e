"""The player of a precision-recall curve: what its JavaScript gets, made of the steps along the curve."""

from __future__ import annotations

from typing import Any

import numpy as np
import streamlit as st

from cvdemo.labs.map.draw import outlines
from cvdemo.labs.map.experiment import EvaluationSet, first_false_positive, outcomes
from cvdemo.metrics.ap import AP_METHODS, levels
from cvdemo.metrics.pr_steps import PRStep, PRSteps
from cvdemo.ui.cache import cached
from cvdemo.ui.component import component
from cvdemo.ui.internals import picture_address

CHUNK = 40  # detections whose pictures and reasons travel together

_player = component("map/player")


def curve_player(steps: PRSteps, found: EvaluationSet, *, run: str, threshold: float, key: str) -> None:
    """The curve growing detection by detection, with each one's picture, outcome and numbers.

    `run` names the list of detections (the place is kept while it stays), `threshold` is the score where
    the operating point lies. Pictures and reasons travel for 40 detections at a time, when they are needed.
    """
    curve = steps.curve
    start = first_false_positive(curve)
    asked = (st.session_state.get(key) or {}).get("chunk") or {}
    k = int(asked["k"]) if asked.get("run") == run else start // CHUNK
    data = {
        "run": run,
        "walk": f"{run}|{curve.iou_threshold:g}",
        "name": curve.name,
        "start": start,
        "outcomes": outcomes(curve),
        "scores": np.round(curve.scores, 5).tolist(),
        "positives": curve.positives,
        "levels": [levels("11-point").tolist(), levels("101-point").tolist()],
        "aps": [curve.ap(method) for method in AP_METHODS],
        "threshold": threshold,
        "chunkSize": CHUNK,
        "chunk": _chunk(steps, k, found) if len(steps) else None,
    }
    _player(data=data, key=key, on_chunk_change=_nothing)


def _nothing() -> None:
    """The answer to a request for a chunk is the rerun itself."""


def _chunk(steps: PRSteps, k: int, found: EvaluationSet) -> dict[str, Any]:
    """Steps 40 k to 40 k + 39 with their pictures and the truth on these."""
    last = (len(steps) - 1) // CHUNK
    k = min(max(k, 0), last)
    part = [steps[i] for i in range(k * CHUNK, min(len(steps), (k + 1) * CHUNK))]
    eligible = steps.curve.eligible
    images = sorted({int(eligible.data.results.image[step.detection]) for step in part})
    places = _matched_at(steps)
    return {
        "k": k,
        "findings": [_step_fields(steps, step) for step in part],
        "pictures": {i: _picture(steps, i, found) for i in images},
        "truths": {i: _truths(steps, i, places) for i in images},
    }


def _step_fields(steps: PRSteps, step: PRStep) -> dict[str, Any]:
    """One step as JSON; `partner` is the truth that decides about it."""
    data = steps.curve.eligible.data
    near = step.matched or (step.other if step.error_type in ("Cls", "Both") else step.same)
    return {
        "image": int(data.results.image[step.detection]),
        "box": _box(step.box),
        "outcome": step.outcome,
        "why": step.why,
        "partner": near and {"box": _box(data.truth.boxes[near.truth]), "iou": near.iou},
        "rival": None
        if step.taken_by is None
        else {
            "box": _box(data.results.boxes[step.taken_by]),
            "score": float(data.results.score[step.taken_by]),
        },
        "outline": outlines(data, step.detection, near and near.truth, step.outcome),
    }


def _matched_at(steps: PRSteps) -> dict[int, int]:
    """The step at which each truth of the class is found, by the truth's row."""
    curve = steps.curve
    matched = curve.matches.matched[0, curve.rows]
    return {int(matched[i]): int(i) for i in np.flatnonzero(curve.true_positives)}


def _truths(steps: PRSteps, image: int, places: dict[int, int]) -> list[dict[str, Any]]:
    truth, curve = steps.curve.eligible.data.truth, steps.curve
    rows = np.flatnonzero((truth.image == image) & ~curve.matches.truth_ignored).tolist()
    return [
        {
            "box": _box(truth.boxes[g]),
            "same": int(truth.category[g]) == curve.category,
            "at": places.get(g, -1),
        }
        for g in rows
    ]


def _picture(steps: PRSteps, image: int, found: EvaluationSet) -> dict[str, Any]:
    """Name, size and address of a picture; without a known size, that of all boxes on it."""
    data = steps.curve.eligible.data
    width, height = (float(v) for v in data.image_sizes[image])
    if not (width and height):
        boxes = [s.boxes[s.image == image] for s in (data.truth, data.results)]
        width, height = (float(v) for v in np.concatenate(boxes)[:, 2:].max(axis=0) * 1.02)
    encoded = _jpeg(found.identity, image, found)
    return {
        "name": data.image_names[image],
        "width": width,
        "height": height,
        "src": "" if encoded is None else picture_address(encoded, f"map-{image}"),
    }


@cached
def _jpeg(identity: str, image: int, _found: EvaluationSet) -> bytes | None:
    return _found.jpeg(image)


def _box(box: np.ndarray) -> list[float]:
    return [round(float(v), 2) for v in box]
