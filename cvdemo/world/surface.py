"""Texture on what is drawn in flat colours: uneven paint that belongs to a thing and moves with it."""

from __future__ import annotations

from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from cvdemo.world.compose import THING_CODE
from cvdemo.world.graph import Scene
from cvdemo.world.raster import Frame, Picture
from cvdemo.world.vocabulary import THINGS

SIDE = 256  # cells of the pattern, which repeats
ROWS = 30_000  # places that are looked up at once
CELLS = 128  # of them in the height of a thing's unit, or of the picture for stuff
OCTAVES = (32, 16, 8, 4, 2)  # periods of what the pattern is a sum of, in its cells
DEPTH = 0.2  # standard deviation of the brightness where the knob is 1, as a share of it
TINGE = 0.15  # of that, the part which differs from channel to channel


def add_texture(picture: Picture, codes: Picture, scene: Scene, frame: Frame) -> None:
    """Make a picture [H, W, 3] uneven in place, by its code map [H, W]; not where the knob is 0.

    The pattern lies on the unit of a thing, whatever its size and place, and on the view for stuff.
    """
    if scene.light.texture <= 0:
        return
    gain = np.ones(picture.shape, np.float32)
    for code in np.unique(codes):
        rows, columns = np.nonzero(codes == code)
        x, y, unit, start = 0.0, 0.0, 1.0, 29 * int(code)
        if code >= THING_CODE:
            thing = scene.things[int(code) - THING_CODE]
            x, y, unit = thing.x, thing.y, thing.size
            start = 61 * THINGS.index(thing.kind)
        scale = CELLS / unit / frame.pixels
        u = (columns + 0.5 - (x + frame.shift[0]) * frame.pixels) * scale + start
        v = (rows + 0.5 - frame.row(y)) * scale + 2 * start
        gain[rows, columns] += scene.light.texture * DEPTH * _sample(u, v)
    np.clip(np.rint(picture * gain), 0, 255, out=gain)
    picture[:] = gain.astype(np.uint8)


def _sample(u: NDArray[np.float64], v: NDArray[np.float64]) -> NDArray[np.float32]:
    """The pattern [N, 3] at places in its cells, which go round its sides."""
    maps = (u.astype(np.float32)[:, None] % SIDE, v.astype(np.float32)[:, None] % SIDE)
    flags = cv2.INTER_LINEAR
    parts = [  # remap takes no more than 32,767 rows
        cv2.remap(_pattern(), maps[0][k : k + ROWS], maps[1][k : k + ROWS], flags, None, cv2.BORDER_WRAP)
        for k in range(0, len(u), ROWS)
    ]
    return np.concatenate(parts)[:, 0]


@cache
def _pattern() -> NDArray[np.float32]:
    """Patches of all sizes [SIDE, SIDE, 3] around 0, of standard deviation 1, that repeat without a seam."""
    words = np.random.PCG64(11).random_raw(2 * SIDE * SIDE * len(OCTAVES))
    bits = words.view(np.uint32) / np.float64(2**32) - 0.5
    used, total = 0, np.zeros((SIDE, SIDE, 4))
    for period in OCTAVES:
        n = SIDE // period
        coarse = bits[used : used + 4 * n * n].reshape(n, n, 4)
        used += 4 * n * n
        wide = np.pad(coarse, ((2, 2), (2, 2), (0, 0)), mode="wrap")
        grown = cv2.resize(wide, None, fx=period, fy=period, interpolation=cv2.INTER_CUBIC)
        total += grown[2 * period : -2 * period, 2 * period : -2 * period]
    shared, tinge = total[..., :1], total[..., 1:]
    pattern = (1 - TINGE) * shared + TINGE * tinge
    return ((pattern - pattern.mean()) / pattern.std()).astype(np.float32)
