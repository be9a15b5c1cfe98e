"""Which two frames the flow page looks at: of a clip, of a video, of a study, or two photos."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import streamlit as st

from cvdemo import world
from cvdemo.data.domain import Domain
from cvdemo.data.pictures import SAMPLES, fit, read_picture
from cvdemo.data.stereo import motorcycle
from cvdemo.data.suffixes import SUFFIXES
from cvdemo.errors import PictureError
from cvdemo.labs.flow.experiment import LONGEST, SIZE, Choice, Frames, Pair, Pictures
from cvdemo.ui import state, widgets
from cvdemo.ui.cache import cached
from cvdemo.ui.clip_work import kept_for_visit
from cvdemo.ui.clips import ChosenClip, choose_clip
from cvdemo.video.clip import Clip
from cvdemo.world.studies import FRAMES, STUDIES, study_motion, study_picture
from cvdemo.zoo.flow import check_sizes

GAPS = (1, 2, 3, 4)
CUT, MOTORCYCLE = "a cut", "motorcycle"
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
    gap = gaps[0]
    if len(gaps) > 1:
        gap = widgets.segmented_control("gap", "Frames apart", gaps, gap, on_change=state.leave_picture)
    last = frames.count - 1 - gap
    if last == 0:
        return Choice(frames, 0, gap)
    k = widgets.slider("frame", "First frame", 0, last, min(FRAME, last), on_change=state.leave_picture)
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
    clip = chosen.clip
    drawn = clip.drawn
    if drawn is not None:
        return Frames(
            clip.identity, clip.name, len(drawn),
            lambda numbers: [world.clip_picture(drawn, k, *SIZE) for k in numbers],
            lambda k, to: world.clip_motion(drawn, k, *SIZE, to=to), Domain.DRAWINGS,
        )  # fmt: skip
    identity = OWN + clip.identity if chosen.own else clip.identity
    return Frames(identity, clip.name, clip.expected, lambda k: video_frames(clip, k), None, Domain.PHOTOS)


def video_frames(clip: Clip, numbers: Sequence[int]) -> Pictures:
    """The frames of some numbers (rising) of a video, made smaller; where it ends sooner, its last ones."""
    wanted, found = set(numbers), {}
    last = None
    for k, frame in enumerate(clip.frames()):
        last = frame.picture
        if k in wanted:
            found[k] = fit(frame.picture, LONGEST)
        if k >= max(wanted):
            break
    if last is None:
        raise PictureError(f"'{clip.name}' has no frames")
    return [found[k] if k in found else fit(last, LONGEST) for k in numbers]


def _study() -> Frames:
    name = widgets.selectbox(
        "study", "Study", [*STUDIES, CUT, MOTORCYCLE], label_visibility="collapsed",
        on_change=state.leave_picture,
    )  # fmt: skip
    if name == CUT:
        return Frames("study:cut", name, 2, lambda _: _two_scenes(), None, Domain.DRAWINGS)
    if name == MOTORCYCLE:
        st.caption(f"Photos of the left and the right eye: {SAMPLES[MOTORCYCLE].credit}, from scikit-image")
        return _motorcycle()
    return Frames(
        f"study:{name}", name, FRAMES, lambda numbers: [study_picture(name, k, *SIZE) for k in numbers],
        lambda k, to: study_motion(name, k, to, *SIZE), Domain.DRAWINGS,
    )  # fmt: skip


def _two_scenes() -> Pictures:
    return [world.render(world.scene(seed, split="test"), *SIZE) for seed in (7, 12)]


def _motorcycle() -> Frames:
    eyes = motorcycle(LONGEST)
    nowhere = np.zeros(eyes.flow.shape[:2], bool)  # what the right eye does not see is not known
    return Frames(
        "study:motorcycle", MOTORCYCLE, 2, lambda _: [eyes.first, eyes.second],
        lambda _, __: world.Motion(eyes.flow, nowhere), Domain.PHOTOS,
    )  # fmt: skip


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
    return Frames(
        f"photos:{identity}", photos[0].name, len(photos),
        lambda numbers: [photos[k].picture for k in numbers], None, Domain.PHOTOS,
    )  # fmt: skip


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
