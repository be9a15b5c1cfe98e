"""Texture on what is drawn in flat colours: uneven paint that lies on a thing and goes where it goes."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from cvdemo.world.compose import THING_CODE
from cvdemo.world.graph import FigureLook, Scene
from cvdemo.world.raster import Frame, Layer, Picture
from cvdemo.world.vocabulary import THINGS

SIDE = 256  # cells of the pattern, which repeats
CELLS = 128  # of them in the height of a thing's unit, or of the picture for stuff
OCTAVES = (64, 32, 16, 8, 4)  # periods of what the pattern is a sum of, in its cells
DEPTH = 0.2  # standard deviation of the brightness where the knob is 1, as a share of it
TINGE = 0.15  # of that, the part which differs from channel to channel
STUFF_STEP, KIND_STEP = 29, 61  # cells between where the patterns of two kinds begin
ROWS = 30_000  # places that are looked up at once: remap takes no more than 32,767

Places = NDArray[np.float64]  # [2, N]: x and y


def add_texture(
    picture: Picture, codes: Picture, scene: Scene, layers: Sequence[Layer], frame: Frame
) -> None:
    """Make a picture [H, W, 3] uneven in place, by its code map [H, W] and the layers that it was painted of.

    The pattern lies in a thing's own frame: it goes with the thing, turns and shrinks with it, but not with a
    limb. All things of a kind have the same. On stuff it lies in picture heights of the scene. What is finer
    than two pixels is left out.
    """
    pens = {layer.code: layer.pen for layer in reversed(layers) if layer.owner is not None}
    gain = np.ones(picture.shape, np.float32)
    for code in np.unique(codes):
        rows, columns = np.nonzero(codes == code)
        places = np.stack([columns, rows]) + 0.5
        if code >= THING_CODE:
            thing, pen = scene.things[int(code) - THING_CODE], pens[int(code)]
            placed = pen.to_scene.T * frame.pixels
            places -= ((pen.origin + frame.shift) * frame.pixels)[:, None]
            places = np.linalg.pinv(placed) @ places
            if thing.kind == "ball" and isinstance(thing.look, FigureLook):
                places = _turned(places, -thing.look.phase)
            fine, start = 1 / np.sqrt(abs(np.linalg.det(placed)) + 1e-9), KIND_STEP * THINGS.index(thing.kind)
        else:
            places = places / frame.pixels - np.array(frame.shift)[:, None]
            fine, start = 1 / frame.pixels, STUFF_STEP * int(code)
        pattern = _pattern(sum(period >= 2 * CELLS * fine for period in OCTAVES))
        gain[rows, columns] += scene.light.texture * DEPTH * _sample(pattern, CELLS * places + start)
    picture[:] = np.clip(np.rint(picture * gain), 0, 255).astype(np.uint8)


def _turned(places: Places, angle: float) -> Places:
    """Places turned round the middle (0, 0.5) of a ball."""
    c, s = np.cos(angle), np.sin(angle)
    middle = np.array([[0.0], [0.5]])
    return np.array([[c, -s], [s, c]]) @ (places - middle) + middle


def _sample(pattern: NDArray[np.float32], places: Places) -> NDArray[np.float32]:
    """A pattern [N, 3] at places in its cells, which go round its sides."""
    u, v = (places % SIDE).astype(np.float32)[..., None]
    parts = [
        cv2.remap(pattern, u[k : k + ROWS], v[k : k + ROWS], cv2.INTER_LINEAR, None, cv2.BORDER_WRAP)
        for k in range(0, len(u), ROWS)
    ]
    return np.concatenate(parts)[:, 0].astype(np.float32)


@cache
def _pattern(octaves: int) -> NDArray[np.float32]:
    """The coarsest octaves of patches [SIDE, SIDE, 3] around 0, which repeat without a seam.

    All of them together have a standard deviation of 1.
    """
    levels = _levels()
    return (levels[:octaves].sum(axis=0) / levels.sum(axis=0).std()).astype(np.float32)


@cache
def _levels() -> NDArray[np.float64]:
    """Patches of each period, [O, SIDE, SIDE, 3]."""
    words = np.random.PCG64(11).random_raw(2 * SIDE * SIDE)
    bits = words.view(np.uint32) / np.float64(2**32) - 0.5
    used, levels = 0, []
    for period in OCTAVES:
        n = SIDE // period
        coarse = bits[used : used + 4 * n * n].reshape(n, n, 4)
        used += 4 * n * n
        wide = np.pad(coarse, ((2, 2), (2, 2), (0, 0)), mode="wrap")
        grown = cv2.resize(wide, None, fx=period, fy=period, interpolation=cv2.INTER_CUBIC)
        level = grown[2 * period : -2 * period, 2 * period : -2 * period]
        mixed = (1 - TINGE) * level[..., :1] + TINGE * level[..., 1:]
        levels.append(mixed - mixed.mean(axis=(0, 1)))
    return np.stack(levels)
