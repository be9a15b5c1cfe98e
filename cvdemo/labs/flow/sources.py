"""Which two frames the flow page looks at: of a clip, of a video, of a study, or two photos."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
import streamlit as st

from cvdemo.data.pictures import SAMPLES, fit, read_picture
from cvdemo.data.suffixes import SUFFIXES
from cvdemo.errors import PictureError
from cvdemo.labs.flow.experiment import LONGEST, SIZE, Choice, Frames, Pair
from cvdemo.labs.flow.frames import CUT, MOTORCYCLE, clip_frames, photo_frames, study_frames
from cvdemo.ui import state, widgets
from cvdemo.ui.cache import cached
from cvdemo.ui.clip_work import kept_for_visit
from cvdemo.ui.clips import ChosenClip, choose_clip
from cvdemo.world.studies import STUDIES
from cvdemo.zoo.flow import check_sizes

GAPS = (1, 2, 3, 4)
FRAME = 24  # of a clip, at first
OWN = "own "
MOST = 9  # photos that are read


def choose_frames() -> Choice | None:
    """Draws the widgets and returns the two frames, or None while there are none yet."""
    own: list[Frames | None] = []
    chosen = choose_clip(
        "drawn",
        further={"study": lambda: own.append(_study()), "two photos": lambda: own.append(_photos())},
        size=SIZE,
    )
    frames = own[0] if own else None if chosen is None else _of_clip(chosen)
    if frames is None:
        return None
    if frames.count < 2:
        raise PictureError(f"'{frames.name}' has one frame only: flow needs two")
    gaps = [gap for gap in GAPS if gap < frames.count]
    gap, row = gaps[0], st.container(horizontal=True, gap="small")
    if len(gaps) > 1:
        gap = widgets.segmented_control(
            "gap", "Frames apart", gaps, gap, place=row, width="content", on_change=state.leave_picture
        )
    last = frames.count - 1 - gap
    if last == 0:
        return Choice(frames, 0, gap)
    k = widgets.slider(
        "frame", "First frame", 0, last, min(FRAME, last), place=row, on_change=state.leave_picture
    )
    return Choice(frames, k, gap)


def is_own(identity: str) -> bool:
    """Whether frames are those of a visitor's own video."""
    return identity.startswith(OWN)


def open_pair(choice: Choice) -> Pair:
    """The two frames, drawn or read once for all visitors; those of a visitor's video for this visit."""
    if is_own(choice.identity):
        return kept_for_visit("pair", choice.identity, choice.pair)
    return _pair(choice.identity, choice)


@cached
def _pair(identity: str, _choice: Choice) -> Pair:
    return _choice.pair()


def _of_clip(chosen: ChosenClip) -> Frames:
    found = clip_frames(chosen.clip)
    return replace(found, identity=OWN + found.identity) if chosen.own else found


def _study() -> Frames:
    name = widgets.selectbox(
        "study", "Study", [*STUDIES, CUT, MOTORCYCLE], label_visibility="collapsed",
        on_change=state.leave_picture,
    )  # fmt: skip
    if name == MOTORCYCLE:
        st.caption(f"Photos of the left and the right eye: {SAMPLES[MOTORCYCLE].credit}, from scikit-image")
    return study_frames(name)


def _photos() -> Frames | None:
    files = st.file_uploader(
        "Two photos", list(SUFFIXES), accept_multiple_files=True, key=state.key("files"),
        label_visibility="collapsed",
    )  # fmt: skip
    photos = [_photo(file.file_id, file.name, file) for file in (files or [])[:MOST]]
    if len(photos) < 2:
        st.info("Drop two photos of the same size, taken a moment apart.")
        return None
    for one in photos[1:]:
        check_sizes(photos[0].size, one.size)
    identity = " ".join(one.file_id for one in (files or [])[:MOST])
    state.note_own(*(one.name for one in photos))
    return photo_frames(f"photos:{identity}", photos[0].name, [one.picture for one in photos])


class Photo(NamedTuple):
    """An uploaded photo, made smaller, and the size (width, height) that it had."""

    name: str
    picture: np.ndarray
    size: tuple[int, int]


@cached
def _photo(file_id: str, name: str, _file: Any) -> Photo:
    picture = read_picture(_file.getvalue(), name=name)
    height, width = picture.shape[:2]
    return Photo(name, fit(picture, LONGEST), (width, height))
