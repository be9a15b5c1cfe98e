"""The common source widget: a drawn scene, a sample photo, uploads, the camera."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import streamlit as st

from cvdemo.data.chosen import Chosen
from cvdemo.data.photo_objects import photo_objects
from cvdemo.data.pictures import SAMPLES, read_picture, sample
from cvdemo.data.suffixes import SUFFIXES
from cvdemo.errors import CvdemoError
from cvdemo.ui import carry, state, widgets
from cvdemo.ui.cache import cached
from cvdemo.ui.page import sentence
from cvdemo.ui.scene import choose_scene, drawn
from cvdemo.world.difficulty import Difficulty

KINDS = ("scene", "sample", "upload", "camera")
LIVE = "live camera"
OWN = {"source": "upload"}


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


def choose_picture(first: str = "sample", *, live: bool = False) -> Chosen | None:
    """Draws the widget and returns the chosen picture, or None while there is none yet.

    `first` is the kind that the page opens with: "scene", "sample", "upload" or "camera". A page with `live`
    has the live camera too, which gives None; it then asks `is_live`. A file that cannot be read gives one
    sentence; the other files stay. The switch beside it lets the picture go along to the other pages.
    """
    kinds = (*KINDS, LIVE) if live else KINDS
    with st.container(key="picture-source"):
        kind = widgets.segmented_control(
            "source", "Picture", kinds, first, wrap=True, on_change=state.leave_picture
        )
        carry.switch()
    if kind == LIVE:
        return None
    if kind == "scene":
        return scene_picture(*choose_scene())
    if kind == "upload":
        return _upload()
    if kind == "camera":
        return _shot()
    name = widgets.selectbox(
        "sample", "Sample photo", SAMPLES, label_visibility="collapsed", on_change=state.leave_picture
    )
    st.caption(f"Photo: {SAMPLES[name].credit}, from scikit-image")
    carry.note({"source": "sample", "sample": name})
    return _sample(name)


def is_live() -> bool:
    """Whether the visitor chose the live camera on this page."""
    return bool(st.session_state.get(state.key("source")) == LIVE)


def _shot() -> Chosen | None:
    shot = st.camera_input("Camera", label_visibility="collapsed", on_change=state.leave_picture)
    if shot is None:
        st.info("Take a picture to begin.")
        return None
    chosen = _decoded(shot.file_id, "camera", shot)
    carry.keep_photo(shot)
    carry.note(OWN)
    return chosen


def _upload() -> Chosen | None:
    files = st.file_uploader(
        "Photos", list(SUFFIXES), accept_multiple_files=True, key=state.key("files"),
        label_visibility="collapsed", on_change=state.leave_picture,
    )  # fmt: skip
    readable = readable_files(files or [])
    if not readable and not files and (photo := carry.photo()) is not None:
        st.caption(f"Your photo: {photo.name}")
        carry.note(OWN)
        return _decoded(photo.file_id, photo.name, photo)
    if not readable:
        st.info("Drop one photo or several to begin.")
        return None
    index = 0
    if len(readable) > 1:
        index = st.selectbox("Which", range(len(readable)), format_func=lambda i: readable[i][1].name) or 0
    file, chosen = readable[int(index)]
    carry.keep_photo(file)
    carry.note(OWN)
    state.note_own(chosen.name)
    return chosen


def readable_files(files: Sequence[Any]) -> list[tuple[Any, Chosen]]:
    """The uploads that are pictures, each with what it shows; the others give one sentence each."""
    readable = []
    for file in files:
        try:
            readable.append((file, _decoded(file.file_id, file.name, file)))
        except CvdemoError as error:
            st.error(sentence(error), icon=":material/warning:")
    return readable
