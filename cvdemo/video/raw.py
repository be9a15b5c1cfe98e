"""A detector over the frames of a clip: its raw detections, kept as small as sliders allow."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import supervision as sv
from numpy.typing import NDArray

from cvdemo.ops.detections import KEYPOINTS, MASK_BOXES, MASKS, confidence, select
from cvdemo.video.ahead import ahead
from cvdemo.video.clip import Clip, Frame
from cvdemo.zoo.model import Detector

LEAST_SCORE = 0.05  # of the detections of a frame that are kept: ByteTrack's second round starts at .1
MOST_BOXES = 60  # of a frame that are kept, the best ones; fewer with masks, which take more memory
MOST_MASKS = 24


class DetectedFrame(NamedTuple):
    """A frame of a clip with its raw detections, as `keep` leaves them."""

    frame: Frame
    raw: sv.Detections


@dataclass(frozen=True, eq=False)
class RawClip:
    """The raw detections of F frames: boxes, scores and class ids of all in a row.

    `times` [F] in seconds; frame f has the rows `offsets[f]` to `offsets[f + 1]` of `boxes` [N, 4] in pixels
    of a frame of `size` (width, height), `scores` [N] and `class_ids` [N]; `names` are those of the classes.
    Where there are any, `masks` [N, M, M] uint8 0..255 over `mask_boxes` [N, 4], and `keypoints` [N, K, 3].
    `nms` says whether the detector needs one; `milliseconds` is the time of its network a frame.
    """

    times: NDArray[np.float64]
    size: tuple[int, int]
    offsets: NDArray[np.int64]
    boxes: NDArray[np.float32]
    scores: NDArray[np.float32]
    class_ids: NDArray[np.int64]
    names: Mapping[int, str]
    nms: bool
    milliseconds: float
    masks: NDArray[np.uint8] | None = None
    mask_boxes: NDArray[np.float32] | None = None
    keypoints: NDArray[np.float32] | None = None

    def __len__(self) -> int:
        return len(self.times)

    @property
    def fps(self) -> float:
        """Frames a second on average; 25 for a single frame."""
        span = float(self.times[-1] - self.times[0]) if len(self.times) > 1 else 0.0
        return (len(self.times) - 1) / span if span > 0 else 25.0

    def rows(self, frame: int) -> slice:
        """The rows of a frame."""
        return slice(int(self.offsets[frame]), int(self.offsets[frame + 1]))


def detect_clip(
    model: Detector, clip: Clip, *, prompt: str = "", done: Sequence[sv.Detections] = ()
) -> Iterator[DetectedFrame]:
    """Frames with their raw detections, the network run on one after another, decoded ahead in a thread.

    The first frames have those of `done`, where any are known already. Closing the iterator ends the thread.
    """
    frames = ahead(clip.frames())
    try:
        for number, frame in enumerate(frames):
            known = number < len(done)
            raw = done[number] if known else keep(model.raw(frame.picture, prompt=prompt))
            yield DetectedFrame(frame, raw)
    finally:
        frames.close()  # type: ignore[attr-defined]


def keep(raw: sv.Detections) -> sv.Detections:
    """The raw detections of a frame that sliders may ask for: the best ones, with masks in bytes."""
    most = MOST_MASKS if MASKS in raw.data else MOST_BOXES
    chosen = select(raw, score=LEAST_SCORE, iou=1.0, max_detections=most)
    if MASKS in chosen.data:
        masks = np.asarray(chosen.data[MASKS])
        chosen.data = {**chosen.data, MASKS: (255 * masks.clip(0, 1)).round().astype(np.uint8)}
    return chosen


def gather(
    times: Sequence[float],
    found: Sequence[sv.Detections],
    model: Detector,
    size: tuple[int, int],
    prompt: str = "",
) -> RawClip:
    """The raw detections of frames in a row."""
    counts = [len(one) for one in found]

    def joined(pick: Callable[[sv.Detections], np.ndarray], empty: tuple[int, ...]) -> np.ndarray:
        parts = [pick(one) for one in found if len(one)]
        return np.concatenate(parts) if parts else np.zeros(empty, np.float32)

    def further(name: str) -> np.ndarray | None:
        if not any(name in one.data for one in found if len(one)):
            return None
        return joined(lambda one: np.asarray(one.data[name]), (0, 0, 3))

    times_of_network = [float(one.metadata.get("milliseconds", 0.0)) for one in found]
    return RawClip(
        np.asarray(times, np.float64),
        size,
        np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        joined(lambda one: one.xyxy, (0, 4)).astype(np.float32),
        joined(confidence, (0,)).astype(np.float32),
        joined(lambda one: np.asarray(one.class_id), (0,)).astype(np.int64),
        model.names(prompt),
        model.spec.nms,
        float(np.median(times_of_network)) if times_of_network else 0.0,
        further(MASKS),
        further(MASK_BOXES),
        further(KEYPOINTS),
    )
