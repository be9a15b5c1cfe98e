"""Export of clips as a data set: frames, COCO annotations with tracks, MOT Challenge's text."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from cvdemo.errors import DataError
from cvdemo.world.export import Book, write_file, writing
from cvdemo.world.film.clip import Clip
from cvdemo.world.film.truth import ClipTruth, draw_clip_frame
from cvdemo.world.raster import Picture

_QUALITY = 95


def export_clips(
    folder: Path,
    clips: Sequence[Clip],
    *,
    width: int = 640,
    height: int = 480,
    progress: Callable[[int], None] | None = None,
) -> Path:
    """Write clips of one split into a folder, laid out as MOT Challenge does, and return the folder.

    Each clip has a folder `SPLIT/clip-SEED` with its frames, `img1/000001.jpg` and so on, `gt/gt.txt` and
    `seqinfo.ini`; `annotations` has COCO's `instances_SPLIT.json` and `person_keypoints_SPLIT.json` with
    `videos`, and `track_id` and `visibility` of each object. `progress` is called with the number of finished
    frames. Raises DataError for no clips, clips of several splits, or a folder that cannot be written.
    """
    splits = {clip.split for clip in clips}
    if len(splits) != 1:
        raise DataError(f"cannot export clips of {len(splits)} splits together: give clips of one")
    split, done = splits.pop(), 0
    with writing(folder):
        (folder / "annotations").mkdir(parents=True, exist_ok=True)
        book = ClipBook(split, clips[0])
        for clip in clips:
            place = folder / split / f"clip-{clip.seed:06d}"
            for part in ("img1", "gt"):
                (place / part).mkdir(parents=True, exist_ok=True)
            book.begin(clip)
            lines: list[str] = []
            for k in range(len(clip)):
                picture, truth = draw_clip_frame(clip, k, width, height)
                name = f"img1/{k + 1:06d}.jpg"
                write_file(place / name, _jpeg(picture))
                book.add_frame(truth, f"{split}/{place.name}/{name}", k)
                lines += mot_lines(truth, k)
                done += 1
                if progress is not None:
                    progress(done)
            write_file(place / "gt" / "gt.txt", "".join(lines).encode())
            write_file(place / "seqinfo.ini", _sequence(clip, place.name, width, height).encode())
        for kind, content in book.files():
            write_file(folder / "annotations" / f"{kind}_{split}.json", json.dumps(content).encode())
    return folder


def mot_lines(truth: ClipTruth, k: int) -> list[str]:
    """MOT Challenge's ground truth of frame k, from 0: frame and pixels counted from 1 there.

    A line is frame, track, left, top, width, height, 1 (0 for a difficult object, which does not count),
    class from 1, visibility.
    """
    lines = []
    for row in range(len(truth)):
        x1, y1, x2, y2 = truth.boxes[row].tolist()
        place = f"{x1 + 1:g},{y1 + 1:g},{x2 - x1:g},{y2 - y1:g}"
        counts, kind = int(not truth.difficult[row]), truth.classes[row] + 1
        lines.append(f"{k + 1},{truth.tracks[row]},{place},{counts},{kind},{truth.visibility[row]:.4f}\n")
    return lines


class ClipBook(Book):
    """Collects the COCO annotations of many clips, frame by frame."""

    def __init__(self, split: str, clip: Clip) -> None:
        super().__init__(split, clip.difficulty)
        self.videos: list[dict[str, Any]] = []

    def begin(self, clip: Clip) -> None:
        """Begin another clip; the frames that follow are its own."""
        name = f"clip-{clip.seed:06d}"
        self.videos.append({"id": len(self.videos) + 1, "name": name, "seed": clip.seed, "fps": clip.fps})

    def add_frame(self, truth: ClipTruth, name: str, k: int) -> None:
        """Add the truth of frame k of the clip that has begun."""
        first, number = len(self.instances), len(self.images)
        people = len(self.people)
        self.add_objects(truth, name, number)
        video = self.videos[-1]["id"]
        self.images[-1] |= {"video_id": video, "frame_id": k}
        # The same object of all clips and frames has one number, as COCO-like formats of video ask for.
        for row, entry in enumerate(self.instances[first:]):
            track, seen = int(truth.tracks[row]), round(float(truth.visibility[row]), 4)
            entry |= {"video_id": video, "track_id": 1000 * video + track, "visibility": seen}
        tracks = {entry["id"]: entry["track_id"] for entry in self.instances[first:]}
        for entry in self.people[people:]:
            entry |= {"video_id": video, "track_id": tracks[entry["id"]]}

    def files(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yields the name and content of each annotation file."""
        for kind, content in super().files():
            if kind in ("instances", "person_keypoints"):
                yield kind, {**content, "videos": self.videos}


def _jpeg(picture: Picture) -> bytes:
    done, data = cv2.imencode(
        ".jpg", np.ascontiguousarray(picture[..., ::-1]), [cv2.IMWRITE_JPEG_QUALITY, _QUALITY]
    )
    if not done:
        raise DataError("cannot encode a picture as JPEG")
    return data.tobytes()


def _sequence(clip: Clip, name: str, width: int, height: int) -> str:
    return (
        f"[Sequence]\nname={name}\nimDir=img1\nframeRate={clip.fps:g}\nseqLength={len(clip)}\n"
        f"imWidth={width}\nimHeight={height}\nimExt=.jpg\n"
    )
