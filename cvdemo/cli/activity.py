"""`cvdemo activity`: what somebody does in a video, from the shell."""

from __future__ import annotations

from pathlib import Path

import click
import numpy as np

from cvdemo import zoo
from cvdemo.cli.detect import load_model, model_option, write_json
from cvdemo.data.domain import Domain
from cvdemo.errors import CvdemoError
from cvdemo.video.read import Limits, read_video
from cvdemo.video.sample import every, gathered
from cvdemo.zoo.activity import ActivityClassifier, ActivityResult

LONGEST = 256  # pixels of a frame's longer side: no net sees more
SECONDS = 30.0


@click.command("activity")
@click.argument("clip", type=click.Path(path_type=Path))
@model_option(zoo.Task.VIDEO)
@click.option("--seconds", type=click.FloatRange(0, 120, min_open=True), default=SECONDS, show_default=True,
              help="Only so many from the beginning.")  # fmt: skip
@click.option(
    "--top", "count", type=click.IntRange(1), default=5, show_default=True, help="Activities named."
)
@click.option("--device", help="cpu, cuda or mps; the best there is by default.")
@click.option(
    "--json", "json_file", type=click.Path(path_type=Path, dir_okay=False), help="Write all probabilities."
)
def command(
    clip: Path, key: str, seconds: float, count: int, device: str | None, json_file: Path | None
) -> None:
    """Say what happens in the video CLIP.

    Prints the most probable activities after the last frame, and the time from which each answer held. The
    JSON file has the times of the frames and the probability of each activity after each of them.
    """
    model = load_model(key, device)
    if not isinstance(model, ActivityClassifier):
        raise CvdemoError(f"{model.spec.title} knows no activities: `cvdemo models --task video` lists those")
    video = read_video(clip, limits=Limits(seconds=seconds), longest=LONGEST)
    times, frames = gathered(every(video.frames(), 1 / model.fps), 1 + round(seconds * model.fps))
    result = model.activity(frames)
    for note in video.notes:
        click.echo(f"{note}.", err=True)
    if model.spec.domain is not Domain.PHOTOS:
        click.echo(f"{model.spec.title} knows activities of the drawn world only.", err=True)
    _report(video.name, times, result, model.names(), count)
    if json_file is not None:
        write_json(json_file, _table(key, times, result, model.names()))


def _report(name: str, times: np.ndarray, result: ActivityResult, names: dict[int, str], count: int) -> None:
    click.echo(f"{name}: {len(times)} frames, {result.milliseconds:.0f} ms")
    first = result.probabilities.argmax(1)
    for class_id, probability in result.top(count):
        click.echo(f"{names[class_id]:24}{probability:>7.3f}")
    changes = np.flatnonzero(np.diff(first, prepend=-1))
    held = ", ".join(f"{names[int(first[k])]} from {times[k]:.2f} s" for k in changes)
    click.echo(f"most probable: {held}")


def _table(key: str, times: np.ndarray, result: ActivityResult, names: dict[int, str]) -> dict[str, object]:
    return {
        "model": key,
        "activities": list(names.values()),
        "times": [round(float(t), 4) for t in times],
        "probabilities": [[round(float(p), 5) for p in row] for row in result.probabilities],
    }
