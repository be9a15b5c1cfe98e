"""The NMS player: every step over its picture, the sorted list, one sentence a step; and its downloads."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import streamlit as st
import supervision as sv

from cvdemo.data.detections_json import class_names
from cvdemo.data.pictures import fit
from cvdemo.draw.colours import colour
from cvdemo.labs.nms.draw import animation, draw_frames, frame_count
from cvdemo.labs.nms.experiment import NMSRun, NMSSettings, TruthMatches, run_nms
from cvdemo.labs.nms.own_boxes import OwnBoxes, classes_of
from cvdemo.ops.detections import confidence
from cvdemo.ops.replay import Method
from cvdemo.ui.cache import cached
from cvdemo.ui.component import component, with_picture
from cvdemo.ui.downloads import coco, gif, mp4, offer, png

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


def nms_player(
    picture: np.ndarray,
    run: NMSRun,
    settings: NMSSettings,
    *,
    key: str,
    topic: str,
    source: str,
    matches: TruthMatches | None = None,
    opening: int = -1,
    lost: Sequence[int] = (),
    own: OwnBoxes | None = None,
    on_own: Callable[[], None] | None = None,
) -> None:
    """Plays a run of NMS on a picture [H, W, 3] uint8 RGB; `source` says what the boxes are.

    A new topic opens at the first step (`opening` -1), at the result (-2), or where the box `opening` is kept
    or suppressed. While `topic` stays the same, a slider leaves the player near where it stands. `lost` are
    the best boxes of lost objects: they are pointed out where they are suppressed. With `own` the visitor
    changes the boxes; `on_own` is called after each change, and `sent_by(key)` is the new list.
    """
    height, width = picture.shape[:2]
    names, replay = class_names(run.detections), run.replay
    unique = sorted({*names, *(matches.names if matches else [])})
    fields: dict[str, Any] = {
        "width": width,
        "height": height,
        "topic": topic,
        "look": opening,
        "losers": list(lost),
        "title": TITLES[replay.method],
        "source": source,
        "opening": OPENING[replay.method] + " Press ▶ or the right arrow key.",
        "none": "No box passes: lower the score threshold."
        if own is None
        else "No boxes yet: draw one on the picture, and then one that overlaps it.",
        "alt": f"{len(names)} boxes on the picture: {', '.join(unique) or 'none'}",
        "threshold": settings.iou,
        "floor": max(settings.score, 0.001),
        "perClass": settings.per_class,
        "soft": replay.method in (Method.LINEAR, Method.GAUSSIAN),
        "diou": replay.method is Method.DISTANCE,
        "fusion": replay.method is Method.FUSION,
        "names": unique,
        "colours": [colour(n) for n in unique],
        "truthNames": matches.names if matches else [],
        "found": matches.counts.found.tolist() if matches else [],
        "editable": own is not None,
        "own": own or [],
        "classes": [] if own is None else classes_of(own),
    }
    data = with_picture(fields, fit(picture, LONGEST), _arrays(run, names, unique, matches))
    _player(data=data, key=key, on_own_change=on_own or _nothing)


def _arrays(
    run: NMSRun, names: list[str], unique: list[str], matches: TruthMatches | None
) -> dict[str, np.ndarray]:
    detections, replay = run.detections, run.replay
    verdict = np.zeros(len(detections) if matches else 0, np.uint8)
    if matches:
        counts = matches.counts
        verdict[replay.kept] = np.select(
            [counts.true_positive, counts.duplicate, counts.background], [1, 2, 3]
        )
    return {
        "boxes": detections.xyxy.astype(np.float32),
        "scores": confidence(detections).astype(np.float64),
        "name": np.array([unique.index(n) for n in names], np.int32),
        "rows": run.rows.astype(np.int32),
        "current": replay.current.astype(np.int32),
        "near": replay.overlapping.astype(np.int32),
        "offsets": replay.offsets.astype(np.int32),
        "other": replay.other.astype(np.int32),
        "overlap": replay.overlap.astype(np.float64),
        "suppressed": replay.suppressed.astype(np.uint8),
        "after": replay.after.astype(np.float32),
        "cluster": replay.cluster.astype(np.int32),
        "fused": replay.fused.astype(np.float32),
        "kept": replay.kept.astype(np.int32),
        "keptScores": replay.kept_scores.astype(np.float64),
        "truth": np.zeros(0, np.float32) if matches is None else matches.boxes.astype(np.float32),
        "verdict": verdict,
    }


@cached
def played(
    identity: str,
    _raw: sv.Detections,
    classes: tuple[str, ...],
    settings: NMSSettings,
    method: Method,
    sigma: float,
) -> NMSRun:
    """`run_nms`, kept for all visitors; `identity` stands for the raw detections."""
    return run_nms(_raw, settings, method, sigma=sigma, classes=classes)


def match_text(matches: TruthMatches) -> str:
    """Objects found and lost, duplicates and false boxes in one line of Markdown."""
    counts = matches.counts
    lost = int((~counts.found).sum())
    parts = [f"**{int(counts.found.sum())} of {len(counts.found)}** true objects found"]
    parts.append(f":red[**{lost} lost**]" if lost else "none lost")
    twins, false = int(counts.duplicate.sum()), int(counts.background.sum())
    parts.append(f":orange[**{twins} duplicate{'' if twins == 1 else 's'}**]" if twins else "no duplicates")
    parts.append(f"{false} wrong" if false else "none wrong")
    return " · ".join(parts)


def sent_by(key: str) -> Any:
    """What the visitor's last change left: the list that the player with this key sent, or None."""
    return st.session_state[key].get("own")


def _nothing() -> None:
    """A callback that must be there for the state to exist."""


def downloads(row: Any, name: str, picture: np.ndarray, run: NMSRun, *, part: str) -> None:
    """Buttons into a container: animation, last frame, kept boxes; `name` is the picture's."""
    last = frame_count(run.replay) - 1
    offer(
        name,
        gif(lambda: animation(picture, run)),
        mp4(lambda: animation(picture, run)),
        png(lambda: draw_frames(picture, run, [last], longest=1280)[0]),
        coco(lambda: run.kept),
        part=part,
        place=row,
    )
