"""Files of a clip's label maps: an MP4 with the maps over its frames, a CSV of the time lines."""

from __future__ import annotations

import csv
import io

import cv2
import numpy as np

from cvdemo.data.packed_maps import PackedMaps
from cvdemo.draw.segmentation import overlay_labels
from cvdemo.labs.video.maps import ComparedMaps
from cvdemo.video.drawn_over import drawn_mp4
from cvdemo.video.maps import ClipMaps
from cvdemo.video.work import ProcessedMaps


def map_mp4(done: ProcessedMaps, maps: PackedMaps, opacity: float) -> bytes:
    """The clip with label maps [h, w] laid over its frames as an MP4 file, in memory."""

    def drawn(picture: np.ndarray, number: int) -> np.ndarray:
        height, width = picture.shape[:2]
        labels = cv2.resize(maps[number], (width, height), interpolation=cv2.INTER_NEAREST_EXACT)
        return overlay_labels(picture, labels.astype(np.uint8), done.maps.names, opacity=opacity)

    return drawn_mp4(done.clip, len(maps), drawn)


def map_csv(maps: ClipMaps, found: ComparedMaps) -> str:
    """A line a frame: time, share of pixels that change, mIoU where the truth is known, share of each class.

    The shares are those of the smoothed maps.
    """
    columns = {
        "frame_changed": found.series[0].changed,
        "smoothed_changed": found.series[1].changed,
    }
    if found.scores is not None:
        columns |= {"frame_miou": found.scores[0].frames, "smoothed_miou": found.scores[1].frames}
    shares = found.series[1].shares
    columns |= {name: shares[:, k] for k, name in enumerate(maps.names) if shares[:, k].any()}
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["frame", "seconds", *columns])
    for k, seconds in enumerate(maps.times.tolist()):
        cells = ("" if np.isnan(values[k]) else f"{values[k]:.4f}" for values in columns.values())
        writer.writerow([k, f"{seconds:.4f}", *cells])
    return out.getvalue()
