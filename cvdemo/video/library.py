"""The trackers of the library `trackers` (Roboflow, Apache-2.0) on the same detections as ours."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterable

import numpy as np
import supervision as sv

from cvdemo.errors import DataError
from cvdemo.ops.tracking import FrameBoxes, TrackerSettings
from cvdemo.ops.tracks import Tracks

CLASSES = {"sort": "SORTTracker", "bytetrack": "ByteTrackTracker"}
HOW = "the library 'trackers' is not installed: pip install --no-deps trackers"


def has_library() -> bool:
    """Whether the library is installed."""
    return importlib.util.find_spec("trackers") is not None


def library_tracks(name: str, frames: Iterable[FrameBoxes], settings: TrackerSettings) -> Tracks:
    """The tracks that the library's tracker of the same name finds, with the same settings.

    Detections get a number once their track is confirmed, as with `online` of `cvdemo.ops.tracks.track`.
    """
    if not has_library():
        raise DataError(HOW)
    import trackers

    options = {
        "lost_track_buffer": settings.buffer,
        "track_activation_threshold": settings.new,
        "minimum_consecutive_frames": settings.hits,
        "minimum_iou_threshold": settings.iou,
    }
    if name == "bytetrack":
        options["high_conf_det_threshold"] = settings.high
    tracker = getattr(trackers, CLASSES[name])(**options)
    rows: list[tuple[int, int, int]] = []
    boxes: list[np.ndarray] = []
    every = list(frames)
    for number, (found, scores) in enumerate(every):
        detections = sv.Detections(
            found.astype(np.float32), confidence=scores.astype(np.float32),
            class_id=np.zeros(len(found), int), data={"row": np.arange(len(found))},
        )  # fmt: skip
        tracked = tracker.update(detections)
        for box, track, row in zip(
            tracked.xyxy, tracked.tracker_id, tracked.data.get("row", []), strict=True
        ):
            if track >= 0:
                rows.append((number, int(track), int(row)))
                boxes.append(box)
    table = np.array(rows, np.int64).reshape(-1, 3)
    order = np.lexsort((table[:, 1], table[:, 0]))
    corners = np.array(boxes, np.float64).reshape(-1, 4)[order]
    return Tracks(len(every), table[order, 0], 1 + table[order, 1], corners, table[order, 2])
