"""Rain and snow in front of the scene, uneven brightness, and sensor noise."""

from __future__ import annotations

from functools import cache, lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from cvdemo.world.graph import Scene
from cvdemo.world.pen import Pen
from cvdemo.world.raster import Picture


def draw_falling(scene: Scene, pixels: float) -> Pen:
    """Draw rain or snow in front of everything; it does not count as occlusion."""
    pen = Pen(0, 0, 1, pixels=pixels, line=0)
    for m in scene.air:
        if m.kind == "drop":
            dx, dy = m.size * 0.22, m.size
            w = max(0.0011, 0.55 / pixels)
            pen.patch(
                np.array(
                    [(m.x - w, -m.y), (m.x + w, -m.y), (m.x + dx + w, -m.y + dy), (m.x + dx - w, -m.y + dy)]
                ),
                (226, 236, 246),
                glows=True,
            )
        elif m.kind == "flake":
            pen.dot(m.x, -m.y, m.size, m.size, (255, 255, 255), glows=True)
    return pen


@cache
def _grain() -> NDArray[np.uint8]:
    """Noise of mean 128 and standard deviation 32: sums of bytes of a fixed bit generator."""
    words = np.random.PCG64(7).random_raw(1 << 19)
    total = words.view(np.uint8).reshape(-1, 4).sum(axis=1, dtype=np.int32)
    spread = np.sqrt(4 * (256**2 - 1) / 12)
    return np.clip(np.rint(128 + (total - 510) * (32 / spread)), 0, 255).astype(np.uint8)


def add_noise(picture: Picture, scene: Scene) -> None:
    """Add sensor noise to a picture [H, W, 3] in place; none if the knob is 0."""
    if scene.light.noise <= 0:
        return
    grain = _grain()
    count = picture.size
    start = scene.light.noise_seed % len(grain)
    repeats = -(-(start + count) // len(grain))
    values = np.tile(grain, repeats)[start : start + count] if repeats > 1 else grain[start : start + count]
    share = scene.light.noise * 2.55 / 32
    cv2.addWeighted(picture, 1.0, values.reshape(picture.shape), share, -128 * share, dst=picture)


@lru_cache(maxsize=256)
def _blotches(seed: int) -> NDArray[np.float32]:
    """Soft patches of brightness around 0, as of paint on paper, [12, 16, 1]."""
    words = np.random.PCG64(seed).random_raw(48)
    coarse = (words.view(np.uint32)[:96] / np.float64(2**32) - 0.5).reshape(8, 12)
    soft = cv2.resize(coarse, (16, 12), interpolation=cv2.INTER_CUBIC)
    return soft.astype(np.float32)[..., None]


def blotches(scene: Scene) -> NDArray[np.float32]:
    """The scene's patches of lighter and darker paint, [12, 16, 1] around 0."""
    return _blotches(scene.light.blotch_seed)


def even_out(picture: Picture, scene: Scene) -> None:
    """Darkens the corners and one side of a picture [H, W, 3] a little, in place."""
    height, width = picture.shape[:2]
    y = np.linspace(-1, 1, 16, dtype=np.float32)[:, None, None]
    x = np.linspace(-1, 1, 20, dtype=np.float32)[None, :, None]
    gain = 1 - 0.07 * (x * x * y * y) - 0.03 * y * y + scene.light.ramp * x
    gain = np.clip(gain / (1 + abs(scene.light.ramp)), 0, 1) * 255
    small = np.repeat(gain.astype(np.uint8), 3, axis=2)
    veil = cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR)
    cv2.multiply(picture, veil, dst=picture, scale=1 / 255)
