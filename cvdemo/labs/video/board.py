"""The board of the Video page: the work with its progress, the player with its time lines, numbers, files."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from functools import partial
from typing import Any, cast

import numpy as np
import streamlit as st

from cvdemo import zoo
from cvdemo.data.pictures import fit
from cvdemo.draw.colours import HEX, colour
from cvdemo.labs.video.controls import cuts
from cvdemo.labs.video.experiment import LONGEST, Compared, Processed, Work, busiest_track, compare
from cvdemo.metrics.blinking import Blinking
from cvdemo.metrics.tracking import TrackingScores
from cvdemo.ops.keypoints import LIMBS
from cvdemo.ui import state
from cvdemo.ui.cache import cached
from cvdemo.ui.clips import ChosenClip
from cvdemo.ui.component import Parts, component, packed
from cvdemo.ui.downloads import data, offer, text
from cvdemo.ui.page import texts
from cvdemo.video.drawn import required_tracks
from cvdemo.video.files import coco_video, mot_text, overlay_mp4, timeline_csv
from cvdemo.video.tracked import TrackingKnobs
from cvdemo.zoo.model import Detector

_source = component("video/source")
_player = component("video/player")


@cached
def _finished(key: str, identity: str, prompt: str, _work: Work) -> Processed:
    return _work.result()


def process(entry: zoo.ModelSpec, chosen: ChosenClip, prompt: str) -> Processed | None:
    """The model's results on the clip; while they are made, a bar and a button that stops and keeps them.

    Of a clip that others may choose too, the whole result is kept for all; else for this visit alone.
    """
    clip = chosen.clip
    if (
        not chosen.own
        and (kept := _finished.peek(entry.key, clip.identity, prompt, cast(Work, None))) is not None
    ):
        return kept
    place, name = state.key("work"), (entry.key, clip.identity, prompt)
    known = st.session_state.get(place)
    if known is None or known[0] != name:
        known = name, Work(cast(Detector, zoo.load(entry.key)), clip, prompt)
        st.session_state[place] = known
    work: Work = known[1]
    if not work.complete and not work.stopped:
        _work_on(entry, work)
    if work.complete and not chosen.own:
        return _finished(entry.key, clip.identity, prompt, work)
    if work.stopped and not work.complete:
        row = st.container(horizontal=True, vertical_alignment="center")
        row.info(f"Stopped after {len(work.found)} of about {clip.expected} frames.")
        row.button("Go on", on_click=_go_on, args=(work,), key="go-on")
    return work.result() if work.found else None


def _go_on(work: Work) -> None:
    work.stopped = False


def _stop(work: Work) -> None:
    work.stopped = True


def _work_on(entry: zoo.ModelSpec, work: Work) -> None:
    """Run the model on the frames that are left; a rerun ends it, and so does a visitor who leaves."""
    slot = st.empty()
    place = slot.container(horizontal=True, vertical_alignment="center")
    bar = place.progress(0.0, f"{entry.title} on {zoo.default_device().upper()} …")
    place.button("Stop", on_click=_stop, args=(work,), key="stop")
    with closing(work.run()) as frames:
        for speed in frames:
            text = f"frame {speed.done} of about {speed.expected} · {speed.fps:.1f} frames a second"
            bar.progress(min(1.0, speed.done / speed.expected), f"{text} · {speed.left:.0f} s left")
    slot.empty()


def send(done: Processed, name: str) -> None:
    """Film and raw results for the browser; to stand outside of what a slider runs again."""
    raw = done.raw
    width, height = _film_size(done)
    fields = {
        "key": "video",
        "identity": name,
        "width": width,
        "height": height,
        "scale": [width / raw.size[0], height / raw.size[1]],
        "nms": raw.nms,
        "names": {int(k): (raw.names.get(int(k), str(k)), colour(raw.names.get(int(k), str(k))))
                  for k in np.unique(raw.class_ids)},
        "palette": HEX,
        "limbs": [list(pair) for pair in LIMBS],
        "maskShape": [] if raw.masks is None else list(raw.masks.shape[1:]),
        "points": 0 if raw.keypoints is None else raw.keypoints.shape[1],
        "fps": raw.fps,
    }  # fmt: skip
    parts: dict[str, bytes | np.ndarray] = {
        "film": done.film,
        "times": raw.times.astype("<f8"),
        "offsets": raw.offsets.astype("<i4"),
        "boxes": raw.boxes.astype("<f4"),
        "scores": raw.scores.astype("<f4"),
        "classIds": raw.class_ids.astype("<i4"),
    }
    if raw.masks is not None and raw.mask_boxes is not None:
        parts |= {"masks": raw.masks, "maskBoxes": raw.mask_boxes.astype("<f4")}
    if raw.keypoints is not None:
        parts["keypoints"] = raw.keypoints.astype("<f4")
    if done.truths is not None:
        parts |= _truth_parts(done)
    _source(data=packed(fields, parts), key="film")


def _film_size(done: Processed) -> tuple[int, int]:
    """Width and height of the film: H.264 takes even ones only."""
    width, height = done.clip.size
    height, width = fit(np.empty((height, width, 3), np.uint8), LONGEST).shape[:2]
    return width + width % 2, height + height % 2


def _truth_parts(done: Processed) -> dict[str, bytes | np.ndarray]:
    frames = required_tracks(done.truths or [])
    return {
        "truthOffsets": np.concatenate([[0], np.cumsum([len(f.ids) for f in frames])]).astype("<i4"),
        "truthBoxes": np.concatenate([f.boxes for f in frames]).astype("<f4"),
    }


@cached
def _compared(identity: str, knobs: TrackingKnobs, _done: Processed) -> Compared:
    return compare(_done, knobs)


def show(done: Processed, name: str, knobs: TrackingKnobs, *, truth: bool) -> Compared:
    """The player with what the knobs leave, and the numbers beside; all that runs when a slider moves."""
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
