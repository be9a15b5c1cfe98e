"""Stacks of neighbouring frames: a longer one has a shorter one in its middle, and truth is the middle's."""

from __future__ import annotations

import numpy as np
import pytest

from cvdemo import world
from cvdemo.errors import DataError
from cvdemo.world.film.truth import clip_truth


def test_a_longer_stack_has_the_shorter_one_inside() -> None:
    noisy = world.named("normal", weather=1.0, noise=12.0)
    five = world.frame_stack(3, frames=5, difficulty=noisy, size=(64, 48))
    three = world.frame_stack(3, frames=3, difficulty=noisy, size=(64, 48))
    assert five.frames.shape == (5, 48, 64, 3) and five.semantic.shape == (48, 64)
    assert (five.inner(3).frames == three.frames).all() and (five.middle == three.middle).all()
    assert (five.semantic == three.semantic).all()
    assert len({frame.tobytes() for frame in five.frames}) == 5  # noise is another in every frame


def test_at_a_clips_end_the_last_frame_repeats() -> None:
    clip = world.clip(2, seconds=0.4, fps=10)
    stack = world.stack_around(clip, 3, 5, (64, 48))
    assert (stack.frames[2] == stack.frames[3]).all() and (stack.frames[3] == stack.frames[4]).all()
    assert (stack.semantic == clip_truth(clip, 3, 64, 48).semantic).all()


@pytest.mark.parametrize("frames", [0, 2, 11, -1])
def test_other_lengths_are_refused(frames: int) -> None:
    with pytest.raises(DataError, match="odd number"):
        world.frame_stack(0, frames=frames)
    stack = world.FrameStack(np.zeros((3, 4, 4, 3), np.uint8), np.zeros((4, 4), np.uint8))
    with pytest.raises(DataError, match="around the middle"):
        stack.inner(frames)
