"""Frames to take two of: a clip's, a study's, or photos."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from cvdemo import world
from cvdemo.data.domain import Domain
from cvdemo.data.pictures import fit
from cvdemo.data.stereo import motorcycle
from cvdemo.errors import PictureError
from cvdemo.labs.flow.experiment import LONGEST, SIZE, Frames, Pictures
from cvdemo.video.clip import Clip
from cvdemo.world.studies import FRAMES, study_motion, study_picture

CUT, MOTORCYCLE = "a cut", "motorcycle"


def clip_frames(clip: Clip) -> Frames:
    """The frames of a clip; of a drawn one with their true motion."""
    drawn = clip.drawn
    if drawn is None:
        return Frames(
            clip.identity, clip.name, clip.expected, lambda k: video_frames(clip, k), None, Domain.PHOTOS
        )
    return Frames(
        clip.identity, clip.name, len(drawn),
        lambda numbers: [world.clip_picture(drawn, k, *SIZE) for k in numbers],
        lambda k, to: world.clip_motion(drawn, k, *SIZE, to=to), Domain.DRAWINGS,
    )  # fmt: skip


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


def study_frames(name: str) -> Frames:
    """The frames of one of `STUDIES`, of `CUT` or of `MOTORCYCLE`."""
    if name == CUT:
        return Frames("study:cut", name, 2, lambda _: _two_scenes(), None, Domain.DRAWINGS)
    if name == MOTORCYCLE:
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


def photo_frames(identity: str, name: str, photos: Sequence[np.ndarray]) -> Frames:
    """Photos [H, W, 3] in the order in which they were taken."""
    return Frames(
        identity, name, len(photos), lambda numbers: [photos[k] for k in numbers], None, Domain.PHOTOS
    )
