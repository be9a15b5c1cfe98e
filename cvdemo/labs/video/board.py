"""The board of the Video page: the work with its progress, the player with its time lines, numbers, files."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import streamlit as st

from cvdemo import zoo
from cvdemo.labs.video.controls import cuts
from cvdemo.labs.video.experiment import Compared, Processed, busiest_track, compare
from cvdemo.metrics.blinking import Blinking
from cvdemo.metrics.tracking import TrackingScores
from cvdemo.ui import state
from cvdemo.ui.cache import cached
from cvdemo.ui.clip_work import kept_for_visit
from cvdemo.ui.component import Parts, component, packed
from cvdemo.ui.downloads import data, offer, text
from cvdemo.ui.page import texts
from cvdemo.video.files import coco_video, mot_text, overlay_mp4, timeline_csv
from cvdemo.video.tracked import TrackingKnobs

_player = component("video/player")


@cached
def _compared(identity: str, knobs: TrackingKnobs, _done: Processed) -> Compared:
    return compare(_done, knobs)


def show(done: Processed, name: str, knobs: TrackingKnobs, *, truth: bool, own: bool) -> Compared:
    """The player with what the knobs leave, and the numbers beside; all that runs when a slider moves.

    `own` says that the clip is the visitor's: what is made of it is kept for this visit alone.
    """
    if own:
        found = kept_for_visit("compared", (name, knobs), lambda: compare(done, knobs))
    else:
        found = _compared(name, knobs, done)
    chosen = state.value("object", read=_whole, of=name)
    ids = set(found.tracked.ids.tolist())
    if chosen not in ids:
        chosen = busiest_track(found.tracked, done.raw)
    with st.container():
        _draw(done, name, knobs, found, chosen, truth=truth)
    _numbers(found)
    return found


def _draw(
    done: Processed, name: str, knobs: TrackingKnobs, found: Compared, chosen: int | None, *, truth: bool
) -> None:
    boxes = found.tracked
    fields = {
        "key": "video",
        "raw": name,
        "cuts": cuts(knobs),
        "chosen": chosen,
        "stamp": f"{state.stamp()} {name}",
        "tracking": knobs.tracker != "none",
        "truth": truth,
        "alt": f"{done.clip.name}: {len(boxes)} boxes in {boxes.frames} frames",
    }
    parts: Parts = {
        "frame": boxes.frame.astype("<i4"),
        "ids": boxes.ids.astype("<i4"),
        "boxes": boxes.boxes.astype("<f4"),
        "classIds": boxes.class_ids.astype("<i4"),
        "scores": boxes.scores.astype("<f4"),
        "row": boxes.row.astype("<i4"),
        "countsBefore": found.series[0].counts.astype("<i4"),
        "countsAfter": found.series[1].counts.astype("<i4"),
        "jitterBefore": found.series[0].jitter.astype("<f4"),
        "jitterAfter": found.series[1].jitter.astype("<f4"),
    }
    _player(data=packed(fields, parts), key="player", on_picked_change=partial(_keep_picked, name))


def _whole(words: Sequence[str]) -> int:
    return int(words[-1])


def _keep_picked(name: str) -> None:
    picked = st.session_state["player"].get("picked")
    if picked is not None and picked.get("of") == name:
        state.keep({"object": int(picked["id"])}, of=name)


def _numbers(found: Compared) -> None:
    """How unsteady boxes are before and after, and where the truth is known, how right they are."""
    rows: dict[str, list[str]] = {"": ["frame by frame", "tracked"]}
    measures: dict[str, Any] = {
        "count changes": lambda b: f"{b.count_changes:.2f} a frame",
        "jitter": lambda b: f"{b.jitter:.2f} px",
        "IoU with the frame before": lambda b: f"{b.iou:.3f}",
        "class flips": lambda b: str(b.flips),
    }
    for title, value in measures.items():
        rows[title] = [_text(value, one) for one in found.blinking]
    if found.scores is not None:
        for title in ("mota", "idf1", "hota"):
            rows[title.upper()] = [f"{getattr(one, title):.3f}" for one in found.scores]
        rows["ID switches"] = [str(one.switches) for one in found.scores]
    st.table(rows, hide_index=True)
    st.caption(texts("video")["numbers"])


def _text(value: Any, one: Blinking | TrackingScores) -> str:
    shown: str = value(one)
    return shown.replace("nan px", "–").replace("nan a frame", "–").replace("nan", "–")


def downloads(done: Processed, found: Compared, key: str) -> None:
    """What ran, and files of what is shown, made when a button is pressed."""
    raw, boxes = done.raw, found.tracked
    device = zoo.default_device().upper()
    st.caption(f"{len(raw)} frames · network {raw.milliseconds:.0f} ms a frame on {device}, once")
    offer(
        done.clip.name,
        text("MP4 with boxes", "mp4", lambda: overlay_mp4(done.clip, raw, boxes)),
        text("MOT text", "txt", lambda: mot_text(boxes)),
        data(lambda: coco_video(raw, boxes, done.clip.name), "COCO JSON with tracks"),
        text("Time lines as CSV", "csv", lambda: timeline_csv(raw, found.without, boxes)),
        part=key,
    )
