"""A segmenter over the frames of a clip: the top classes of a coarse grid, kept compressed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from cvdemo.data.label_maps import TopClasses, top_classes
from cvdemo.data.packed_maps import PackedMaps, pack
from cvdemo.video.ahead import ahead
from cvdemo.video.clip import Clip, Frame
from cvdemo.zoo.model import Segmentation, Segmenter

LONGEST = 192  # cells of the longer side of the maps that are kept
TOP = 3  # classes of each cell that are kept with their probabilities


class FrameMaps(NamedTuple):
    """A frame's top classes [2, K, h, w] uint8, ids and then probabilities, compressed; K and the time."""

    body: bytes
    k: int
    milliseconds: float


class SegmentedFrame(NamedTuple):
    """A frame of a clip with what is kept of a segmenter's answer."""

    frame: Frame
    kept: FrameMaps


@dataclass(frozen=True, eq=False)
class ClipMaps:
    """What a segmenter says of F frames: for each cell of a grid [h, w] its K most probable classes.

    `times` [F] in seconds, `size` (width, height) of a frame in pixels; `top` has F arrays [2, K, h, w], ids
    and probabilities (255 is 1). `names` are those of the classes, by id; `milliseconds` is the time of the
    network a frame.
    """

    times: NDArray[np.float64]
    size: tuple[int, int]
    top: PackedMaps
    names: tuple[str, ...]
    milliseconds: float

    def __len__(self) -> int:
        return len(self.times)

    @property
    def grid(self) -> tuple[int, int]:
        """Rows and columns of the maps."""
        return self.top.shape[-2], self.top.shape[-1]

    def labels(self) -> Iterator[NDArray[np.uint8]]:
        """The most probable class of every cell [h, w], frame by frame."""
        return (top[0, 0] for top in self.top)

    def tops(self) -> Iterator[TopClasses]:
        """The most probable classes of every cell with their probabilities, frame by frame."""
        return (TopClasses(top[0], top[1]) for top in self.top)


def grid_of(size: tuple[int, int]) -> tuple[int, int]:
    """Rows and columns of the maps that are kept of frames of a size (width, height)."""
    width, height = size
    scale = min(1.0, LONGEST / max(size))
    return max(1, round(height * scale)), max(1, round(width * scale))


def keep_maps(found: Segmentation) -> FrameMaps:
    """The top classes of a segmenter's answer, over the grid of the picture's size."""
    rows, columns = grid_of((found.size[1], found.size[0]))
    top = top_classes((_resized(one, rows, columns) for one in found.each()), k=TOP, longest=LONGEST)
    return FrameMaps(pack(np.stack([top.ids, top.probabilities])), len(top.ids), found.milliseconds)


def _resized(values: NDArray[np.float32], rows: int, columns: int) -> NDArray[np.float32]:
    smaller = rows < values.shape[0]
    method = cv2.INTER_AREA if smaller else cv2.INTER_LINEAR
    made: NDArray[np.float32] = cv2.resize(values, (columns, rows), interpolation=method)  # type: ignore[assignment]
    return made


def segment_clip(model: Segmenter, clip: Clip, *, done: Sequence[FrameMaps] = ()) -> Iterator[SegmentedFrame]:
    """Frames with their top classes, the network run on one after another, decoded ahead in a thread.

    The first frames have those of `done`, where any are known already. Closing the iterator ends the thread.
    """
    frames = ahead(clip.frames())
    try:
        for number, frame in enumerate(frames):
            known = number < len(done)
            yield SegmentedFrame(
                frame, done[number] if known else keep_maps(model.segmentation(frame.picture))
            )
    finally:
        frames.close()  # type: ignore[attr-defined]


def gather_maps(
    times: Sequence[float], kept: Sequence[FrameMaps], model: Segmenter, size: tuple[int, int]
) -> ClipMaps:
    """What a segmenter said of frames, in a row; at least one."""
    names = tuple(name for _, name in sorted(model.names().items()))
    milliseconds = float(np.median([one.milliseconds for one in kept]))
    top = PackedMaps((2, kept[0].k, *grid_of(size)), [one.body for one in kept])
    return ClipMaps(np.asarray(times, np.float64), size, top, names, milliseconds)
