"""A clip of two coloured squares that move, and a detector that finds them by colour, more or less."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from cvdemo.video.clip import Clip, Frame
from cvdemo.zoo import spec
from cvdemo.zoo.model import Detector, RawArrays, Segmenter

SIZE = (120, 80)
COLOURS = ((230, 30, 30), (30, 30, 230))


def place(k: int, frame: int) -> np.ndarray:
    """The box of square k in a frame."""
    x, y = ((5 + 3 * frame, 10), (90 - 3 * frame, 50))[k]
    return np.array([x, y, x + 20, y + 20])


def moving(frames: int = 24, fps: float = 12.0, name: str = "squares") -> Clip:
    """The clip: one square goes right, the other, below, left."""

    def made() -> Iterator[Frame]:
        for t in range(frames):
            picture = np.full((SIZE[1], SIZE[0], 3), 90, np.uint8)
            for k, colour in enumerate(COLOURS):
                x1, y1, x2, y2 = place(k, t)
                picture[y1:y2, max(0, x1) : max(0, x2)] = colour
            yield Frame(t / fps, picture)

    return Clip(f"made:{name}:{frames}", name, SIZE, fps, frames / fps, made)


class ColourDetector(Detector):
    """Boxes of the squares with noise; the red one is missed, or called otherwise, every few frames."""

    def __init__(self, *, noise: float = 0.0, miss: int = 0, flip: int = 0, masks: bool = False) -> None:
        super().__init__(spec("ssd-mobilenet-v2"), device="cpu", nbytes=0)
        self.rng = np.random.default_rng(0)
        self.noise, self.miss, self.flip, self.masks = noise, miss, flip, masks

    def network(self, picture: np.ndarray, prompt: str) -> RawArrays:
        boxes, scores, kinds = [], [], []
        for k, colour in enumerate(COLOURS):
            ys, xs = np.nonzero((np.abs(picture.astype(int) - colour) < 60).all(axis=2))
            if not len(xs) or (self.miss and k == 0 and self.runs % self.miss == self.miss - 1):
                continue
            box = np.array([xs.min(), ys.min(), xs.max() + 1, ys.max() + 1], float)
            boxes.append(box + self.rng.normal(0, self.noise, 4))
            scores.append(0.9 - 0.1 * k)
            kinds.append(2 if self.flip and k == 0 and self.runs % self.flip == 1 else k)
        array = np.array(boxes).reshape(-1, 4)
        masks = np.ones((len(array), 4, 4)) if self.masks else None
        return RawArrays(array, np.array(scores), np.array(kinds, int), masks, array if self.masks else None)


class ColourSegmenter(Segmenter):
    """Ground, and a class for each of the two squares by colour; every `flip`-th frame is all ground."""

    def __init__(self, key: str = "unet", *, flip: int = 0) -> None:
        super().__init__(spec(key), device="cpu", nbytes=0)
        self.flip = flip

    def network(self, picture: np.ndarray) -> np.ndarray:
        """Probabilities: .6 in a square and .4 of the ground; in a frame that flips .3 and .6."""
        maps = np.zeros((len(self.names()), *picture.shape[:2]), np.float32)
        maps[0] = 0.4
        for k, colour in enumerate(COLOURS):
            maps[1 + k] = np.where((np.abs(picture.astype(int) - colour) < 60).all(axis=2), 0.6, 0.0)
        if self.flip and self.runs % self.flip == self.flip - 1:
            maps[0], maps[1:3] = 0.6, maps[1:3] * 0.5
        return maps
