"""`cvdemo track`: objects of a video and their tracks, from the shell."""

from __future__ import annotations

from pathlib import Path

import click
import numpy as np
from tqdm import tqdm

from cvdemo import zoo
from cvdemo.cli.detect import FRACTION, load_model, model_option, write_json
from cvdemo.errors import CvdemoError, DataError
from cvdemo.metrics.blinking import blinking
from cvdemo.ops.smoothing import SMOOTHINGS
from cvdemo.ops.tracking import TRACKERS
from cvdemo.video.clip import Clip
from cvdemo.video.files import coco_video, mot_text, overlaid, timeline_csv
from cvdemo.video.raw import RawClip, detect_clip, gather
from cvdemo.video.read import Limits, read_video
from cvdemo.video.tracked import ClipBoxes, TrackingKnobs, as_tracks, frame_by_frame
from cvdemo.video.write import Mp4Writer
from cvdemo.zoo.model import Detector

KNOBS = TrackingKnobs()


def _file() -> click.Path:
    return click.Path(path_type=Path, dir_okay=False)


@click.command("track")
@click.argument("clip", type=click.Path(path_type=Path))
@model_option(zoo.Task.DETECT)
@click.option("--tracker", type=click.Choice(["none", *TRACKERS]), default=KNOBS.tracker, show_default=True)
@click.option("--score", type=FRACTION, default=KNOBS.score, show_default=True, help="Least score.")
@click.option("--iou", type=FRACTION, default=KNOBS.iou, show_default=True, help="NMS threshold.")
@click.option("--buffer", type=click.IntRange(0), default=KNOBS.buffer, show_default=True,
              help="Frames that a lost track is kept.")  # fmt: skip
@click.option("--smoothing", type=click.Choice(SMOOTHINGS), default=KNOBS.smoothing, show_default=True)
@click.option("--seconds", type=click.FloatRange(0, min_open=True), help="Only so many from the beginning.")
@click.option("--prompt", default="", help="What to look for, for models asked by text: 'red kite, dog'.")
@click.option("--device", help="cpu, cuda or mps; the best there is by default.")
@click.option("--out", type=_file(), metavar="FILE.mp4", help="Write the video with its boxes.")
@click.option("--mot", type=_file(), metavar="FILE.txt", help="Write MOT Challenge's text.")
@click.option("--json", "json_file", type=_file(), help="Write COCO-like JSON with tracks.")
@click.option("--csv", "csv_file", type=_file(), help="Write the time lines: boxes, jitter, flips a frame.")
def command(
    clip: Path,
    key: str,
    tracker: str,
    score: float,
    iou: float,
    buffer: int,
    smoothing: str,
    seconds: float | None,
    prompt: str,
    device: str | None,
    out: Path | None,
    mot: Path | None,
    json_file: Path | None,
    csv_file: Path | None,
) -> None:
    """Find and follow the objects of the video CLIP.

    KEY is a model that gives boxes, masks or skeletons. Prints how many tracks there are, and how unsteady
    boxes are frame by frame and along the tracks. With "none" frames stay by themselves.
    """
    model = load_model(key, device)
    if not isinstance(model, Detector):
        raise CvdemoError(f"{model.spec.title} gives no boxes: `cvdemo models` lists the detectors")
    if model.spec.prompt and not prompt:
        raise CvdemoError(f"{model.spec.title} is asked by text: say what to look for with --prompt")
    knobs = TrackingKnobs()._replace(
        score=score, iou=iou, buffer=buffer, tracker=tracker, smoothing=smoothing  # type: ignore[arg-type]
    )  # fmt: skip
    video = read_video(clip, limits=Limits(seconds=seconds or np.inf))
    raw = _detect(model, video, prompt)
    without, boxes = frame_by_frame(raw, knobs), as_tracks(raw, knobs)
    _report(video, raw, without, boxes)
    if out is not None:
        _write_video(out, video, raw, boxes)
    if mot is not None:
        _write(mot, mot_text(boxes))
    if csv_file is not None:
        _write(csv_file, timeline_csv(raw, without, boxes))
    if json_file is not None:
        write_json(json_file, coco_video(raw, boxes, video.name))


def _detect(model: Detector, clip: Clip, prompt: str) -> RawClip:
    times, found = [], []
    with tqdm(total=clip.expected, unit="frame", disable=None) as bar:
        for (time, _), detections in detect_clip(model, clip, prompt=prompt):
            times.append(time)
            found.append(detections)
            bar.update()
    return gather(times, found, model, clip.size, prompt)


def _report(clip: Clip, raw: RawClip, without: ClipBoxes, boxes: ClipBoxes) -> None:
    for note in clip.notes:
        click.echo(f"{note}.", err=True)
    tracks = len(np.unique(boxes.ids))
    click.echo(f"{clip.name}: {len(raw)} frames, {len(boxes)} boxes, {tracks} tracks")
    for title, one in (("frame by frame", without), ("tracked", boxes)):
        found = blinking(one.linked())
        click.echo(
            f"{title:15} count changes {found.count_changes:6.3f}  jitter {found.jitter:6.2f} px  "
            f"IoU {found.iou:.3f}  class flips {found.flips}"
        )


def _write_video(out: Path, clip: Clip, raw: RawClip, boxes: ClipBoxes) -> None:
    with Mp4Writer(out, clip.fps) as writer, tqdm(total=len(raw), unit="frame", disable=None) as bar:
        for frame in overlaid(clip, raw, boxes):
            writer.add(frame.picture, frame.time)
            bar.update()


def _write(file: Path, text: str) -> None:
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise DataError(f"cannot write '{file.name}': {(error.strerror or 'no access').lower()}") from error
