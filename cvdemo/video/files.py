"""Files of a clip's boxes: MOT Challenge's text, a COCO-like JSON with tracks, a CSV of the time lines."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cvdemo.data.detections_json import PictureDetections, coco_file
from cvdemo.data.mot import MotBoxes, to_mot
from cvdemo.draw.detections import draw_detections
from cvdemo.metrics.blinking import blinking_series
from cvdemo.video.clip import Clip, Frame
from cvdemo.video.drawn_over import drawn_mp4, drawn_over
from cvdemo.video.raw import RawClip
from cvdemo.video.tracked import ClipBoxes, detections_of, each_frame


def mot_text(boxes: ClipBoxes) -> str:
    """The boxes as MOT Challenge's results."""
    return to_mot(MotBoxes(boxes.frame, boxes.ids, boxes.boxes, boxes.scores))


def coco_video(raw: RawClip, boxes: ClipBoxes, name: str) -> dict[str, Any]:
    """The boxes as one COCO-like object: a video, its frames as images, annotations with a `track_id`.

    Images have `video_id`, `frame_id` from 0 and `seconds`, as in COCO-style video sets.
    """
    found = list(each_frame(raw, boxes))
    frames = [PictureDetections(f"{name}#{k}", raw.size, one) for k, one in enumerate(found)]
    text = coco_file(frames, raw.names)
    for number, (image, seconds) in enumerate(zip(text["images"], raw.times.tolist(), strict=True)):
        image.update(video_id=1, frame_id=number, seconds=round(seconds, 4))
    for row, track in zip(text["annotations"], boxes.ids.tolist(), strict=True):
        row["track_id"] = track
    width, height = raw.size
    return {"videos": [{"id": 1, "name": name, "width": width, "height": height}], **text}


def timeline_csv(raw: RawClip, without: ClipBoxes, tracked: ClipBoxes) -> str:
    """A line a frame: time, number of boxes, jitter, IoU with the frame before and class flips, of both."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    heads = ("boxes", "jitter_px", "iou", "class_flips")
    kinds = {"frame": blinking_series(without.linked()), "tracked": blinking_series(tracked.linked())}
    writer.writerow(["frame", "seconds", *(f"{kind}_{head}" for kind in kinds for head in heads)])
    for k, seconds in enumerate(raw.times.tolist()):
        cells: list[object] = [k, f"{seconds:.4f}"]
        for series in kinds.values():
            cells += [
                int(series.counts[k]),
                _cell(series.jitter[k]),
                _cell(series.iou[k]),
                int(series.flips[k]),
            ]
        writer.writerow(cells)
    return out.getvalue()


def _cell(value: float) -> str:
    return "" if np.isnan(value) else f"{value:.4f}"


def overlaid(clip: Clip, raw: RawClip, boxes: ClipBoxes) -> Iterator[Frame]:
    """The clip's frames with their boxes drawn, as many as there are raw detections of."""
    return drawn_over(clip, len(raw), lambda picture, number: drawn(picture, raw, boxes, number))


def drawn(picture: NDArray[np.uint8], raw: RawClip, boxes: ClipBoxes, frame: int) -> NDArray[np.uint8]:
    """A frame [H, W, 3] with its boxes, masks and skeletons."""
    return np.asarray(draw_detections(picture, detections_of(raw, boxes, frame)))


def overlay_mp4(clip: Clip, raw: RawClip, boxes: ClipBoxes) -> bytes:
    """The clip with its boxes drawn as an MP4 file, in memory."""
    return drawn_mp4(clip, len(raw), lambda picture, number: drawn(picture, raw, boxes, number))
