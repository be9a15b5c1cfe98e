"""A model's work on a clip: which model, the work with its progress, and its results for the browser."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from contextlib import closing
from typing import Any, TypeVar, cast

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cvdemo import zoo
from cvdemo.data.pictures import fit
from cvdemo.draw.colours import HEX, colour
from cvdemo.ops.keypoints import LIMBS
from cvdemo.ui import state, widgets
from cvdemo.ui.cache import cached
from cvdemo.ui.clips import ChosenClip
from cvdemo.ui.component import Parts, component, packed
from cvdemo.ui.models import about, model_title, say_what_is_unknown
from cvdemo.video.score import required_tracks
from cvdemo.video.work import LONGEST, ClipWork, MapWork, Processed, ProcessedMaps, Work
from cvdemo.zoo.model import Detector, Segmenter

TASKS = {zoo.Task.DETECT: "boxes", zoo.Task.INSTANCES: "masks", zoo.Task.POSE: "skeletons"}
"""Tasks whose models give boxes, and what they draw."""


_source = component("clip_source")

T = TypeVar("T")


def choose_detector(*, drawn: bool) -> zoo.ModelSpec:
    """A select box of all models that give boxes, masks or skeletons; first the one that knows the clip."""
    entries = {m.key: m for task in TASKS for m in zoo.models(task)}
    say_what_is_unknown(state.asked("model"), list(entries))
    first = "ssd-plus" if drawn and "ssd-plus" in entries else zoo.first_model(zoo.Task.DETECT)

    def title(key: str) -> str:
        return f"{model_title(key)} · {TASKS[entries[key].task]}"

    entry = entries[widgets.selectbox("model", "Model", list(entries), first, format_func=title)]
    about(entry)
    return entry


@cached
def _finished(key: str, identity: str, prompt: str, _work: ClipWork[Any, Any]) -> Any:
    return _work.result()


def process(entry: zoo.ModelSpec, chosen: ChosenClip, prompt: str) -> Processed | None:
    """A detector's results on the clip, made as `_process` says."""
    return _process(
        entry, chosen, prompt, lambda: Work(cast(Detector, zoo.load(entry.key)), chosen.clip, prompt)
    )


def process_maps(entry: zoo.ModelSpec, chosen: ChosenClip) -> ProcessedMaps | None:
    """A segmenter's results on the clip, made as `_process` says."""
    return _process(entry, chosen, "", lambda: MapWork(cast(Segmenter, zoo.load(entry.key)), chosen.clip))


def _process(
    entry: zoo.ModelSpec, chosen: ChosenClip, prompt: str, begin: Callable[[], ClipWork[Any, T]]
) -> T | None:
    """The model's results on the clip; while they are made, a bar and a button that stops and keeps them.

    Of a clip that others may choose too, the whole result is kept for all; else for this visit alone.
    """
    clip = chosen.clip
    if not chosen.own and (kept := _finished.peek(entry.key, clip.identity, prompt, cast(Any, None))):
        return cast(T, kept)
    place, name = state.key("work"), (entry.key, clip.identity, prompt)
    known = st.session_state.get(place)
    if known is None or known[0] != name:
        known = name, begin()
        st.session_state[place] = known
    work: ClipWork[Any, T] = known[1]
    if not work.complete and not work.stopped:
        _work_on(entry, work)
    if work.complete and not chosen.own and work.found:
        return cast(T, _finished(entry.key, clip.identity, prompt, work))
    if work.stopped and not work.complete:
        row = st.container(horizontal=True, vertical_alignment="center")
        row.info(f"Stopped after {len(work.found)} of about {clip.expected} frames.")
        row.button("Go on", on_click=_go_on, args=(work,), key="go-on")
    with work.working:  # a run that was stopped a moment ago may still be at its last frame
        return work.result() if work.found else None


def _go_on(work: ClipWork[Any, Any]) -> None:
    work.stopped = False


def _stop(work: ClipWork[Any, Any]) -> None:
    work.stopped = True


def _work_on(entry: zoo.ModelSpec, work: ClipWork[Any, Any]) -> None:
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


def kept_for_visit(name: str, key: Hashable, compute: Callable[[], T]) -> T:
    """A result about the visitor's own clip: the last one is kept under a name until the visit ends."""
    place = state.key(name)
    if st.session_state.get(place, (None, None))[0] != key:
        st.session_state[place] = key, compute()
    found: T = st.session_state[place][1]
    return found


def send_film(
    done: Processed | ProcessedMaps, times: NDArray[np.float64], name: str, fields: Mapping[str, Any],
    parts: Parts,
) -> None:  # fmt: skip
    """The film for the browser, with fields and parts of the results; outside of what a slider runs again."""
    width, height = _film_size(done.clip.size)
    whole = {"key": "video", "identity": name, "width": width, "height": height, **fields}
    _source(data=packed(whole, {"film": done.film, "times": times.astype("<f8"), **parts}), key="film")


def send(done: Processed, name: str) -> None:
    """Film and raw results for the browser; to stand outside of what a slider runs again."""
    raw = done.raw
    width, height = _film_size(done.clip.size)
    fields = {
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
    send_film(done, raw.times, name, fields, parts)


def _film_size(size: tuple[int, int]) -> tuple[int, int]:
    """Width and height of a clip's film: H.264 takes even ones only."""
    width, height = size
    height, width = fit(np.empty((height, width, 3), np.uint8), LONGEST).shape[:2]
    return width + width % 2, height + height % 2


def _truth_parts(done: Processed) -> dict[str, bytes | np.ndarray]:
    frames = required_tracks(done.truths or [])
    return {
        "truthOffsets": np.concatenate([[0], np.cumsum([len(f.ids) for f in frames])]).astype("<i4"),
        "truthBoxes": np.concatenate([f.boxes for f in frames]).astype("<f4"),
    }
