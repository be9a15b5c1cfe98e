"""The common source of clips: a drawn clip, a sample clip, an upload."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from typing import NamedTuple

import streamlit as st

from cvdemo import world
from cvdemo.assets import asset
from cvdemo.data.chosen import SPLIT
from cvdemo.data.domain import Domain
from cvdemo.data.pictures import to_jpeg
from cvdemo.errors import CvdemoError
from cvdemo.ui import state, widgets
from cvdemo.ui.cache import cached
from cvdemo.ui.page import sentence
from cvdemo.ui.source import LIVE
from cvdemo.video.clip import Clip
from cvdemo.video.drawn import FPS, SECONDS, SIZE, drawn_clip
from cvdemo.video.read import SUFFIXES, Limits, read_video
from cvdemo.video.sample import strip
from cvdemo.world.difficulty import PRESETS, Difficulty

KINDS = ("drawn", "sample", "upload")
SAMPLES = {"vtest": "people on a square", "bikes": "bicycles in a street"}
LIMITS = Limits(seconds=60, pixels=4096 * 2304, nbytes=200 * 2**20)
FRAMES = 8  # of a strip
LONGEST = 1280  # pixels: larger frames are made smaller while they are read


class ChosenClip(NamedTuple):
    """A clip, and whether it is the visitor's own: what is made of that is kept for this visit alone."""

    clip: Clip
    own: bool

    @property
    def domain(self) -> Domain:
        """What kind of pictures its frames are."""
        return Domain.PHOTOS if self.clip.truths is None else Domain.DRAWINGS


@cached
def _drawn(seed: int, difficulty: Difficulty, camera: float, seconds: float, size: tuple[int, int]) -> Clip:
    found = world.clip(seed, split=SPLIT, difficulty=difficulty, seconds=seconds, fps=FPS, camera=camera)
    return drawn_clip(found, size)


@cached
def _sample(name: str) -> Clip:
    return read_video(asset("clips", f"{name}.mp4"))


@cached
def _strip(identity: str, _clip: Clip) -> bytes:
    return to_jpeg(strip(_clip, FRAMES, 60))


def choose_clip(
    first: str = "drawn",
    *,
    live: bool = False,
    further: Mapping[str, Callable[[], None]] | None = None,
    size: tuple[int, int] = SIZE,
) -> ChosenClip | None:
    """Draws the widget and returns the chosen clip, or None while there is none yet.

    A page with `live` has the live camera too, which gives None; it then asks `cvdemo.ui.source.is_live`. So
    do the page's own `further` kinds, each with what draws its widgets. Drawn clips have frames of `size`.
    """
    own = further or {}
    kinds = (*KINDS, *own, LIVE) if live else (*KINDS, *own)
    kind = widgets.segmented_control("source", "Clip", kinds, first, wrap=True, on_change=state.leave_picture)
    if kind in own:
        own[kind]()
        return None
    if kind == LIVE:
        return None
    return ChosenClip(_choose_drawn(size), own=False) if kind == "drawn" else choose_film(kind)


def choose_film(kind: str) -> ChosenClip | None:
    """Draws the widget of a "sample" clip or of an "upload"; None while there is none yet."""
    if kind == "sample":
        name = widgets.selectbox(
            "sample", "Sample clip", SAMPLES, format_func=SAMPLES.__getitem__, label_visibility="collapsed",
            on_change=state.leave_picture,
        )  # fmt: skip
        return ChosenClip(_sample(name), own=False)
    return _upload()


def _choose_drawn(size: tuple[int, int]) -> Clip:
    row = st.container(horizontal=True, vertical_alignment="bottom", gap="small")
    seed = widgets.number_input(
        "seed", "Seed", 0, 99_999, 7, place=row, width=130, on_change=state.leave_picture
    )
    row.button(":material/casino:", help="Draw another clip", on_click=_another_seed, key="dice")
    with row.popover("Settings"):
        preset = widgets.segmented_control(
            "preset", "Difficulty", PRESETS, "normal", on_change=state.leave_picture
        )
        knob = world.CAMERA
        camera = widgets.slider(
            "camera", "Camera", float(knob.low), float(knob.high), float(knob.default), 0.05,
            help=knob.meaning, on_change=state.leave_picture,
        )  # fmt: skip
        seconds = widgets.slider("seconds", "Seconds", 1.0, 20.0, SECONDS, 1.0, on_change=state.leave_picture)
    return _drawn(seed, PRESETS[preset], camera, seconds, size)


def _another_seed() -> None:
    state.leave_picture()
    state.put({"seed": random.randrange(100_000)})


def _upload() -> ChosenClip | None:
    file = st.file_uploader("Video", list(SUFFIXES), key=state.key("file"), label_visibility="collapsed")
    if file is None:
        st.info("Drop a video to begin; the first minute of it is read, and nothing of it is kept.")
        return None
    place = state.key("uploaded")
    kept = st.session_state.get(place)
    if kept is None or kept[0] != file.file_id:
        try:
            clip = read_video(file.getvalue(), name=file.name, limits=LIMITS, longest=LONGEST)
        except CvdemoError as error:
            st.error(sentence(error), icon=":material/warning:")
            return None
        st.session_state[place] = kept = (file.file_id, clip)
    state.note_own(file.name)
    return ChosenClip(kept[1], own=True)


def show_strip(chosen: ChosenClip) -> None:
    """Small pictures of a clip in a row, and what was left out of it."""
    clip = chosen.clip
    data = to_jpeg(strip(clip, FRAMES, 60)) if chosen.own else _strip(clip.identity, clip)
    st.image(data, width="stretch", alt=f"{clip.name}: {FRAMES} frames in a row")
    width, height = clip.size
    st.caption(f"{clip.name}: {clip.seconds:.1f} s, {clip.fps:.3g} frames a second, {width} × {height}")
    for note in clip.notes:
        st.warning(f"{note}.", icon=":material/content_cut:")
