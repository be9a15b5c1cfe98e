"""The NMS player: a replay over its picture, with the sorted list and one sentence for every step."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st
import supervision as sv

from cvdemo.data.detections_json import class_names
from cvdemo.data.pictures import fit
from cvdemo.draw.colours import colour
from cvdemo.metrics.tally import Tally
from cvdemo.ops.detections import confidence
from cvdemo.ops.replay import Method, Replay
from cvdemo.ui.component import component, with_picture

LONGEST = 1024  # more than the stage is wide

TITLES = {
    Method.GREEDY: "Greedy NMS",
    Method.LINEAR: "Soft-NMS, linear",
    Method.GAUSSIAN: "Soft-NMS, Gaussian",
    Method.DISTANCE: "DIoU-NMS",
    Method.FUSION: "Weighted boxes fusion",
}
OPENING = {
    Method.GREEDY: "In every step the best one is kept, and what overlaps it too much falls.",
    Method.LINEAR: "In every step the best one is kept; what overlaps it too much only loses score.",
    Method.GAUSSIAN: "In every step the best one is kept; all that overlaps it loses score, by its overlap.",
    Method.DISTANCE: "As greedy NMS, but the farther two centres lie apart, the less an overlap counts.",
    Method.FUSION: "Each joins the fused box that it overlaps, or founds a new one. Nothing is thrown away.",
}

_player = component("nms/player")


@dataclass(frozen=True)
class Setting:
    """What the sliders say, for the sentences of the player."""

    iou: float
    score: float
    per_class: bool


@dataclass(frozen=True, eq=False)
class Known:
    """The truth of a drawn scene: boxes [G, 4], names [G], and how the kept boxes stand to it."""

    boxes: np.ndarray
    names: list[str]
    tally: Tally


def nms_player(
    picture: np.ndarray,
    detections: sv.Detections,
    replay: Replay,
    setting: Setting,
    *,
    key: str,
    topic: str,
    source: str,
    rows: np.ndarray,
    known: Known | None = None,
    look: int = -1,
    losers: Sequence[int] = (),
    own: list[dict[str, Any]] | None = None,
    classes: list[str] | None = None,
    on_own: Callable[[], None] | None = None,
) -> None:
    """Plays a replay of detections on a picture [H, W, 3] uint8 RGB; `source` says what the boxes are.

    `rows` [N] are the detections' rows among the raw ones. A new topic opens at the first step (`look`
    -1), at the result (-2), or where the box `look` is kept or falls. While `topic` stays the same, a
    slider leaves the player near where it stands. `losers` are the best boxes of lost truths: they are
    pointed out where they fall. With `own`, boxes as dicts of box, name, score, the
    visitor changes them; `on_own` is called after each change, and `sent_by(key)` is the new list.
    """
    height, width = picture.shape[:2]
    names = class_names(detections)
    unique = sorted({*names, *(known.names if known else [])})
    fields: dict[str, Any] = {
        "width": width,
        "height": height,
        "topic": topic,
        "look": look,
        "losers": list(losers),
        "title": TITLES[replay.method],
        "source": source,
        "opening": OPENING[replay.method] + " Press ▶ or the right arrow key.",
        "none": "No box passes: lower the score threshold."
        if own is None
        else "No boxes yet: draw one on the picture, and then one that overlaps it.",
        "alt": f"{len(names)} boxes on the picture: {', '.join(unique) or 'none'}",
        "threshold": setting.iou,
        "floor": max(setting.score, 0.001),
        "perClass": setting.per_class,
        "soft": replay.method in (Method.LINEAR, Method.GAUSSIAN),
        "diou": replay.method is Method.DISTANCE,
        "fusion": replay.method is Method.FUSION,
        "names": unique,
        "colours": [colour(n) for n in unique],
        "truthNames": known.names if known else [],
        "found": known.tally.found.tolist() if known else [],
        "editable": own is not None,
        "own": own or [],
        "classes": classes or [],
    }
    arrays = _arrays(detections, replay, names, unique, rows, known)
    data = with_picture(fields, fit(picture, LONGEST), arrays)
    _player(data=data, key=key, on_own_change=on_own or _nothing)


def _arrays(
    detections: sv.Detections,
    replay: Replay,
    names: list[str],
    unique: list[str],
    rows: np.ndarray,
    known: Known | None,
) -> dict[str, np.ndarray]:
    verdict = np.zeros(len(detections), np.uint8)
    if known:
        tally = known.tally
        verdict[replay.kept] = np.select([tally.right, tally.duplicate, tally.false], [1, 2, 3])
    return {
        "boxes": detections.xyxy.astype(np.float32),
        "scores": confidence(detections).astype(np.float64),
        "name": np.array([unique.index(n) for n in names], np.int32),
        "rows": rows.astype(np.int32),
        "current": replay.current.astype(np.int32),
        "near": replay.near.astype(np.int32),
        "offsets": replay.offsets.astype(np.int32),
        "other": replay.other.astype(np.int32),
        "overlap": replay.overlap.astype(np.float64),
        "fallen": replay.fallen.astype(np.uint8),
        "after": replay.after.astype(np.float32),
        "cluster": replay.cluster.astype(np.int32),
        "fused": replay.fused.astype(np.float32),
        "kept": replay.kept.astype(np.int32),
        "keptScores": replay.kept_scores.astype(np.float64),
        "truth": np.zeros(0, np.float32) if known is None else known.boxes.astype(np.float32),
        "verdict": verdict if known else np.zeros(0, np.uint8),
    }


def sent_by(key: str) -> Any:
    """What the visitor's last change left: the list that the player with this key sent, or None."""
    return st.session_state[key].get("own")


def _nothing() -> None:
    """A callback that must be there for the state to exist."""
