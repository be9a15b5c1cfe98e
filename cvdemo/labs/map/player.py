"""The player of a precision-recall curve: what its JavaScript gets, made of a walk."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

import numpy as np
import streamlit as st
from streamlit import runtime

from cvdemo.labs.map.outline import outlines
from cvdemo.metrics.ap import AP_METHODS, levels
from cvdemo.metrics.curve import Curve
from cvdemo.metrics.walk import Finding, Walk
from cvdemo.ui.component import component

CHUNK = 40  # detections whose pictures and reasons travel together

_player = component("map/player")


def curve_player(
    walk: Walk, jpeg: Callable[[int], bytes | None], *, run: str, threshold: float, key: str
) -> None:
    """The curve growing detection by detection, with each one's picture, verdict and numbers.

    `run` names the list of detections (the place is kept while it stays), `threshold` is the score where
    the operating point lies. Pictures and reasons travel for 40 detections at a time, when they are needed.
    """
    curve = walk.curve
    start = first_wrong(curve)
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
        "chunk": chunk(walk, k, jpeg) if len(walk) else None,
    }
    _player(data=data, key=key, on_chunk_change=_nothing)


def _nothing() -> None:
    """The answer to a request for a chunk is the rerun itself."""


def outcomes(curve: Curve) -> str:
    """One letter per detection: 1 right, 0 wrong, 2 ignored."""
    kinds = np.where(curve.hits, "1", np.where(curve.misses, "0", "2"))
    return "".join(kinds.tolist())


def first_wrong(curve: Curve) -> int:
    """Where the curve first falls: the first false positive after a true one, else the last detection."""
    after = np.flatnonzero(curve.misses & (np.cumsum(curve.hits) > 0))
    return int(after[0]) if after.size else max(len(curve) - 1, 0)


def chunk(walk: Walk, k: int, jpeg: Callable[[int], bytes | None]) -> dict[str, Any]:
    """Findings 40 k to 40 k + 39 with their pictures and the truth on these."""
    last = (len(walk) - 1) // CHUNK
    k = min(max(k, 0), last)
    found = [walk[i] for i in range(k * CHUNK, min(len(walk), (k + 1) * CHUNK))]
    field = walk.curve.field
    images = sorted({int(field.data.results.image[f.detection]) for f in found})
    places = _found_at(walk)
    return {
        "k": k,
        "findings": [_finding(walk, f) for f in found],
        "pictures": {i: _picture(walk, i, jpeg) for i in images},
        "truths": {i: _truths(walk, i, places) for i in images},
    }


def _finding(walk: Walk, found: Finding) -> dict[str, Any]:
    """One finding as JSON; `partner` is the truth that decides about it."""
    data = walk.curve.field.data
    near = found.matched or (found.other if found.fault in ("Cls", "Both") else found.same)
    return {
        "image": int(data.results.image[found.detection]),
        "box": _box(found.box),
        "outcome": found.outcome,
        "why": found.why,
        "partner": near and {"box": _box(data.truth.boxes[near.truth]), "iou": near.iou},
        "rival": None
        if found.taken_by is None
        else {
            "box": _box(data.results.boxes[found.taken_by]),
            "score": float(data.results.score[found.taken_by]),
        },
        "outline": outlines(data, found.detection, near and near.truth, found.outcome),
    }


def _found_at(walk: Walk) -> dict[int, int]:
    """The place on the curve at which each truth of the class is found, by the truth's row."""
    curve = walk.curve
    matched = curve.verdicts.matched[0, curve.rows]
    return {int(matched[i]): int(i) for i in np.flatnonzero(curve.hits)}


def _truths(walk: Walk, image: int, places: dict[int, int]) -> list[dict[str, Any]]:
    truth, curve = walk.curve.field.data.truth, walk.curve
    rows = np.flatnonzero((truth.image == image) & ~curve.verdicts.truth_ignored).tolist()
    return [
        {
            "box": _box(truth.boxes[g]),
            "same": int(truth.category[g]) == curve.category,
            "at": places.get(g, -1),
        }
        for g in rows
    ]


def _picture(walk: Walk, image: int, jpeg: Callable[[int], bytes | None]) -> dict[str, Any]:
    """Name, size and address of a picture; without a known size, that of all boxes on it."""
    data = walk.curve.field.data
    width, height = (float(v) for v in data.image_sizes[image])
    if not (width and height):
        boxes = [s.boxes[s.image == image] for s in (data.truth, data.results)]
        width, height = (float(v) for v in np.concatenate(boxes)[:, 2:].max(axis=0) * 1.02)
    encoded = jpeg(image)
    return {
        "name": data.image_names[image],
        "width": width,
        "height": height,
        "src": "" if encoded is None else _address(encoded, f"map-{image}"),
    }


def _address(jpeg: bytes, coordinates: str) -> str:
    """Where the browser finds a picture: once in Streamlit's media store, so that it is sent only once."""
    if runtime.exists():
        return runtime.get_instance().media_file_mgr.add(jpeg, "image/jpeg", coordinates)
    return "data:image/jpeg;base64," + base64.b64encode(jpeg).decode()


def _box(box: np.ndarray) -> list[float]:
    return [round(float(v), 2) for v in box]
