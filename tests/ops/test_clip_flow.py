"""The flow of clips: a small thing that moves, before a background that does not."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from cvdemo.ops.clip_flow import clip_flow

SIDE, THING = 96, 12
PLACE = slice(40, 40 + THING)


def moving(step: tuple[int, int]) -> NDArray[np.uint8]:
    """Two frames of a small thing before a textured background."""
    rng = np.random.default_rng(3)
    background = np.kron(rng.integers(60, 200, (24, 24)), np.ones((4, 4))).astype(np.uint8)
    thing = np.kron(rng.integers(0, 256, (4, 4)), np.ones((3, 3))).astype(np.uint8)
    frames = []
    for k in range(2):
        y, x = 40 + k * step[1], 40 + k * step[0]
        frame = background.copy()
        frame[y : y + THING, x : x + THING] = thing
        frames.append(np.repeat(frame[..., None], 3, -1))
    return np.stack(frames)


@pytest.mark.parametrize("step", [(2, 0), (0, -2), (-1, 1), (1, 2), (0, 0)])
def test_a_small_thing_moves_and_the_rest_stays(step: tuple[int, int]) -> None:
    flow = clip_flow(moving(step))[0]
    inside = flow[PLACE, PLACE][2:-2, 2:-2].reshape(-1, 2)
    np.testing.assert_allclose(np.median(inside, axis=0), step, atol=0.3)
    still = np.ones((SIDE, SIDE), bool)
    still[25:65, 25:65] = False
    assert np.abs(flow[still]).max() < 0.1


def test_frames_without_anything_in_them_do_not_move() -> None:
    assert not clip_flow(np.zeros((3, 16, 16, 3), np.uint8)).any()
