"""The common source widget: a drawn scene, a sample photo, uploads, the camera."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import streamlit as st

from cvdemo.data.chosen import Chosen
from cvdemo.data.photo_objects import photo_objects
from cvdemo.data.pictures import SAMPLES, read_picture, sample
from cvdemo.data.suffixes import SUFFIXES
from cvdemo.errors import CvdemoError
from cvdemo.ui import state, widgets
from cvdemo.ui.cache import cached
from cvdemo.ui.page import sentence
from cvdemo.ui.scene import choose_scene, drawn
from cvdemo.world.difficulty import Difficulty

KINDS = ("scene", "sample", "upload", "camera")
LIVE = "live camera"


@cached
def _sample(name: str) -> Chosen:
    start = time.perf_counter()
    picture = sample(name)
    milliseconds = 1000 * (time.perf_counter() - start)
    return Chosen(f"sample:{name}", name, picture, milliseconds, objects=photo_objects(name))


@cached
def _decoded(file_id: str, name: str, _file: Any) -> Chosen:
    start = time.perf_counter()
    picture = read_picture(_file.getvalue(), name=name)
    return Chosen(f"file:{file_id}", name, picture, 1000 * (time.perf_counter() - start))


def scene_picture(seed: int, difficulty: Difficulty) -> Chosen:
    """A drawn scene as the picture that a visitor chose."""
    start = time.perf_counter()
    picture, truth = drawn(seed, difficulty)
    milliseconds = 1000 * (time.perf_counter() - start)
    return Chosen(f"scene:{seed}:{difficulty}", f"scene-{seed}", picture, milliseconds, truth)


def choose_picture(
    first: str = "sample", *, knobs: Mapping[str, float] | None = None, live: bool = False
) -> Chosen | None:
    """Draws the widget and returns the chosen picture, or None while there is none yet.

    `first` is the kind that the page opens with: "scene", "sample", "upload" or "camera"; `knobs` are where
    a scene's knobs stand at first. A page with `live` has the live camera too, which gives None; it then asks
    `is_live`. A file that cannot be read gives one sentence; the other files stay.
    """
    kinds = (*KINDS, LIVE) if live else KINDS
    kind = widgets.segmented_control(
        "source", "Picture", kinds, first, wrap=True, on_change=state.leave_picture
    )
    if kind == LIVE:
        return None
    if kind == "scene":
        return scene_picture(*choose_scene(knobs=knobs))
    if kind == "upload":
        return _upload()
    if kind == "camera":
        shot = st.camera_input("Camera", label_visibility="collapsed")
        if shot:
            return _decoded(shot.file_id, "camera", shot)
        st.info("Take a picture to begin.")
        return None
    name = widgets.selectbox(
        "sample", "Sample photo", SAMPLES, label_visibility="collapsed", on_change=state.leave_picture
    )
    st.caption(f"Photo: {SAMPLES[name].credit}, from scikit-image")
    return _sample(name)


def is_live() -> bool:
    """Whether the visitor chose the live camera on this page."""
    return bool(st.session_state.get(state.key("source")) == LIVE)


def _upload() -> Chosen | None:
    files = st.file_uploader(
        "Photos", list(SUFFIXES), accept_multiple_files=True, key=state.key("files"),
        label_visibility="collapsed",
    )  # fmt: skip
    readable = []
    for file in files or []:
        try:
            readable.append(_decoded(file.file_id, file.name, file))
        except CvdemoError as error:
            st.error(sentence(error), icon="⚠️")
    if not readable:
        st.info("Drop one photo or several to begin.")
        return None
    index = 0
    if len(readable) > 1:
        index = st.selectbox("Which", range(len(readable)), format_func=lambda i: readable[i].name) or 0
    state.note_own(readable[index].name)
    return readable[index]
