"""A clip as a film, and the truth of all its frames in arrays."""

from __future__ import annotations

import io
import zlib
from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from cvdemo import world
from cvdemo.video.write import Mp4Writer
from cvdemo.world.film.export import mot_lines

SIZE = (800, 600)  # width and height of the page's film
FPS = 25.0
COARSE = 2  # pixels of the film that one of a map stands for


@dataclass(frozen=True)
class Film:
    """A clip as H.264, T frames of a size (width, height) at `times` [T] seconds, and what is known of each.

    `offsets` [T + 1] say which rows of the N objects of all frames are each frame's: `tracks` [N], `classes`
    [N], `boxes` [N, 4] in pixels, `visibility` [N], `keypoints` [N, 17, 3]. `masks` and `semantic` are maps
    [T, h, w] of track ids (0 for none) and semantic ids, every second pixel, compressed by zlib. `mot` is MOT
    Challenge's ground truth.
    """

    size: tuple[int, int]
    mp4: bytes
    times: NDArray[np.float64]
    offsets: NDArray[np.int32]
    tracks: NDArray[np.int32]
    classes: NDArray[np.int32]
    boxes: NDArray[np.float32]
    visibility: NDArray[np.float32]
    keypoints: NDArray[np.float32]
    masks: bytes
    semantic: bytes
    mot: str

    def rows(self, k: int) -> slice:
        """The rows of frame k."""
        return slice(int(self.offsets[k]), int(self.offsets[k + 1]))


def film(clip: world.Clip, size: tuple[int, int], progress: Callable[[int], None] | None = None) -> Film:
    """Draws all frames of a clip; `progress` is called with the number of those that are done."""
    target, truths, lines = io.BytesIO(), [], []
    masks, semantic = zlib.compressobj(1), zlib.compressobj(1)
    packed: tuple[list[bytes], list[bytes]] = ([], [])
    with Mp4Writer(target, clip.fps, scrub=True) as writer:
        for k in range(len(clip)):
            picture, truth = world.draw_clip_frame(clip, k, *size)
            writer.add(picture, clip.time(k))
            packed[0].append(masks.compress(_coarse(track_map(truth))))
            packed[1].append(semantic.compress(_coarse(truth.semantic)))
            truths.append(truth)
            lines += mot_lines(truth, k)
            if progress is not None:
                progress(k + 1)
    counts = [len(truth) for truth in truths]
    return Film(
        size, target.getvalue(), np.array([clip.time(k) for k in range(len(clip))]),
        np.concatenate([[0], np.cumsum(counts)]).astype(np.int32),
        np.concatenate([t.tracks for t in truths]).astype(np.int32),
        np.concatenate([t.classes for t in truths]).astype(np.int32),
        np.concatenate([t.boxes for t in truths]),
        np.concatenate([t.visibility for t in truths]),
        np.concatenate([t.keypoints for t in truths]),
        b"".join(packed[0]) + masks.flush(), b"".join(packed[1]) + semantic.flush(), "".join(lines),
    )  # fmt: skip


def track_map(truth: world.ClipTruth) -> NDArray[np.uint8]:
    """The track id of the object at each pixel, 0 where there is none, [H, W]."""
    table = np.zeros(256, np.uint8)
    table[truth.ids + 1] = truth.tracks
    return np.asarray(cv2.LUT(truth.instances, table), np.uint8)


def _coarse(labels: NDArray[np.uint8]) -> bytes:
    return np.ascontiguousarray(labels[COARSE // 2 :: COARSE, COARSE // 2 :: COARSE]).tobytes()
