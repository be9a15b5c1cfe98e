"""What a visitor takes home of the NMS page: the animation, the last frame, the kept boxes."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import supervision as sv

from cvdemo.data.detections_json import to_coco
from cvdemo.data.pictures import to_png
from cvdemo.draw.nms_frames import draw_frames, frame_count
from cvdemo.labs.nms.boxes import Played
from cvdemo.ops.replay import Replay
from cvdemo.ui.source import Chosen
from cvdemo.video.write import as_gif, as_mp4, sampled

MOST_FRAMES = 120
SECONDS = 24.0  # a short replay shows each step for a second, a long one is over in this time


def kept_detections(detections: sv.Detections, replay: Replay) -> sv.Detections:
    """The kept boxes with their final scores; fused ones stand where the fusion put them."""
    kept = detections[replay.kept]
    assert isinstance(kept, sv.Detections)
    kept.xyxy, kept.confidence = replay.kept_boxes.copy(), replay.kept_scores.copy()
    return kept


def animation(picture: np.ndarray, detections: sv.Detections, replay: Replay) -> list[np.ndarray]:
    """At most `MOST_FRAMES` frames, evenly taken, the last always among them."""
    return draw_frames(picture, detections, replay, sampled(frame_count(replay), MOST_FRAMES))


def frames_per_second(count: int) -> float:
    """One a second, or as many as it takes to be over in `SECONDS`."""
    return max(1.0, count / SECONDS)


def downloads(row: Any, chosen: Chosen, played: Played, *, key: str) -> None:
    """Four buttons into a container; every file is made when it is asked for."""
    found, steps, picture = played.detections, played.replay, chosen.picture
    stem = f"{chosen.name.rsplit('.', 1)[0]}-{steps.method.replace(' ', '-')}"

    def gif() -> bytes:
        frames = animation(picture, found, steps)
        return as_gif(frames, frames_per_second(len(frames)))

    def mp4() -> bytes:
        frames = animation(picture, found, steps)
        return as_mp4(frames, frames_per_second(len(frames)))

    def png() -> bytes:
        return to_png(draw_frames(picture, found, steps, [frame_count(steps) - 1], longest=1280)[0])

    def coco() -> str:
        return json.dumps(to_coco(kept_detections(found, steps), image_id=1), indent=1)

    row.download_button("GIF", gif, f"{stem}.gif", "image/gif", key=f"gif-{key}")
    row.download_button("MP4", mp4, f"{stem}.mp4", "video/mp4", key=f"mp4-{key}")
    row.download_button("PNG", png, f"{stem}.png", "image/png", key=f"png-{key}")
    row.download_button("COCO JSON", coco, f"{stem}.json", "application/json", key=f"coco-{key}")
