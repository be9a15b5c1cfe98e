"""`cvdemo detect`: boxes on photos, from the shell."""

from __future__ import annotations

import difflib
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import click
import numpy as np
import supervision as sv
from tqdm import tqdm

from cvdemo import zoo
from cvdemo.data.detections_json import PictureDetections, class_names, coco_file
from cvdemo.data.pictures import read_picture, to_jpeg
from cvdemo.data.suffixes import SUFFIXES
from cvdemo.draw.detections import draw_detections
from cvdemo.errors import CvdemoError, DataError, PictureError
from cvdemo.ops.detections import confidence
from cvdemo.zoo.model import Detector, Model, phrases

FRACTION = click.FloatRange(0, 1)


def model_option(task: zoo.Task) -> Callable[..., Any]:
    """The option of a model's key; by default the best of the task that works on photos now."""
    shown = "the best for photos that is here"
    return click.option(
        "--model", "key", metavar="KEY", default=lambda: zoo.first_model(task), show_default=shown
    )


def photo_options(task: zoo.Task, score: float) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """The argument and options of a command that runs a task's models on photos; `score` is the default."""
    file, folder = (click.Path(path_type=Path, dir_okay=d, file_okay=not d) for d in (False, True))
    photo = click.Path(path_type=Path)
    options: list[Any] = [
        click.argument("photos", metavar="PHOTO...", nargs=-1, required=True, type=photo),
        model_option(task),
        click.option("--score", type=FRACTION, default=score, show_default=True, help="Least score."),
        click.option(
            "--iou", type=FRACTION, default=0.5, show_default=True, help="NMS threshold; 1 drops nothing."
        ),
        click.option("--max-detections", type=click.IntRange(1), default=100, show_default=True),
        click.option("--device", help="cpu, cuda or mps; the best there is by default."),
        click.option("--json", "json_file", type=file, help="Write COCO JSON."),
        click.option("--out", type=folder, help="Write drawn pictures here."),
    ]

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        for option in reversed(options):
            command = option(command)
        return command

    return decorate


@click.command("detect")
@photo_options(zoo.Task.DETECT, 0.5)
@click.option("--classes", metavar="A,B", help="Only these classes, by name.")
@click.option("--prompt", default="", help="What to look for, for models asked by text: 'red kite, dog'.")
@click.option(
    "--sentence", is_flag=True, help="Put what is found into words by a grammar; no network writes them."
)
def command(
    photos: tuple[Path, ...],
    key: str,
    score: float,
    iou: float,
    classes: str | None,
    prompt: str,
    sentence: bool,
    max_detections: int,
    device: str | None,
    json_file: Path | None,
    out: Path | None,
) -> None:
    """Detect objects in each PHOTO, a picture or a folder of them; print a line per photo.

    A photo that cannot be read is named on stderr, the rest goes on, and the exit code is 1.

    The JSON file is one object in COCO's form: "images" (id, file_name, width, height), "categories" (id,
    name) and "annotations" (id, image_id, category_id, bbox as x y width height in pixels, area, iscrowd,
    score).
    """
    model = load_detector(key, zoo.Task.DETECT, device)
    if model.spec.prompt and not phrases(prompt):
        raise CvdemoError(f"{model.spec.title} is asked by text: say what to look for with --prompt")
    names = model.names(prompt)
    chosen = None if classes is None else class_ids(classes, names)

    def detect(picture: np.ndarray) -> sv.Detections:
        return model(
            picture, score=score, iou=iou, classes=chosen, max_detections=max_detections, prompt=prompt
        )

    run_on_photos(photos, detect, names, json_file, out, say=_writer(device) if sentence else None)


def _writer(device: str | None) -> Callable[[np.ndarray, sv.Detections], str]:
    """What puts detections into words, with the regions of a segmenter of photos where one is here."""
    from cvdemo.zoo.describe import describe_photo
    from cvdemo.zoo.model import Segmenter

    best = zoo.spec(zoo.first_model(zoo.Task.SEGMENT))
    segmenter = load_model(best.key, device) if best.domain is zoo.Domain.PHOTOS else None
    return lambda picture, found: describe_photo(picture, found, cast(Segmenter | None, segmenter))


def run_on_photos(
    photos: Iterable[Path],
    detect: Callable[[np.ndarray], sv.Detections],
    names: Mapping[int, str],
    json_file: Path | None,
    out: Path | None,
    *,
    say: Callable[[np.ndarray, sv.Detections], str] | None = None,
) -> None:
    """Detections of each photo: a line of each, COCO JSON with the class `names`, and drawn pictures.

    `say` puts the detections of a photo into words, a second line.

    A photo that cannot be read is named on stderr, the rest goes on, and the exit code is 1.
    """
    found = []

    def run(path: Path, picture: np.ndarray) -> None:
        detections = detect(picture)
        if out is not None:
            _write(out, path.stem, draw_detections(picture, detections))
        found.append(PictureDetections(path.name, (picture.shape[1], picture.shape[0]), detections))
        tqdm.write(_line(path.name, detections), file=sys.stdout)
        if say is not None:
            tqdm.write(f"  {say(picture, detections)}", file=sys.stdout)

    with each_photo(photos, run):
        if json_file is not None:
            write_json(json_file, coco_file(found, names))


@contextmanager
def each_photo(photos: Iterable[Path], run: Callable[[Path, np.ndarray], None]) -> Iterator[None]:
    """Run something on each photo, a file or all in a folder; then the block, which may write what came out.

    A photo that cannot be read is named on stderr, the rest goes on, and the exit code is 1.
    """
    bad = 0
    with tqdm(list(_expand(photos)), unit="photo", disable=None) as bar:
        for path in bar:
            try:
                run(path, read_picture(path))
            except PictureError as error:
                bad += 1
                tqdm.write(f"Error: {error}", file=sys.stderr)
    yield
    if bad:
        raise click.exceptions.Exit(1)


DOES = {
    zoo.Task.DETECT: "detect objects",
    zoo.Task.INSTANCES: "give a mask for each object",
    zoo.Task.POSE: "find keypoints",
    zoo.Task.CAPTION: "write captions",
    zoo.Task.DENSE_CAPTION: "write captions of regions",
}


def load_detector(key: str, task: zoo.Task, device: str | None) -> Detector:
    """The detector of a key, as `load_model_of` loads it."""
    model = load_model_of(task, key, device)
    assert isinstance(model, Detector)
    return model


def load_model_of(task: zoo.Task, key: str, device: str | None) -> Model:
    """The model of a key, with a progress bar for a download; CvdemoError if it has another task."""
    entry = zoo.spec(key)
    if entry.task != task:
        raise CvdemoError(f"{entry.title} does not {DOES[task]}: `cvdemo models --task {task}` lists those")
    return load_model(key, device)


def load_model(key: str, device: str | None) -> Model:
    """The model of a key, with a progress bar for a download."""
    entry = zoo.spec(key)
    with tqdm(desc=entry.title, unit="B", unit_scale=True, leave=False, disable=None, delay=0.5) as bar:

        def progress(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        return zoo.load(key, device, progress=progress)


def class_ids(text: str, names: Mapping[int, str]) -> set[int]:
    """Class ids of comma-separated names; CvdemoError with similar names for an unknown one."""
    by_name = {name.lower(): i for i, name in names.items()}
    chosen = phrases(text)
    for name in chosen:
        if name not in by_name:
            near = difflib.get_close_matches(name, by_name, n=3) or sorted(by_name)[:3]
            raise CvdemoError(f"no class is called '{name[:60]}': did you mean {', '.join(near)}?")
    return {by_name[name] for name in chosen}


def write_json(file: Path, value: object) -> None:
    """Write a value as indented JSON; DataError if the file cannot be written."""
    try:
        file.write_text(json.dumps(value, indent=2) + "\n", encoding="utf-8")
    except OSError as error:
        raise DataError(f"cannot write '{file.name}': {(error.strerror or 'no access').lower()}") from error


def _expand(paths: Iterable[Path]) -> Iterable[Path]:
    """The files, and the pictures in folders sorted by name."""
    for path in paths:
        if path.is_dir():
            inside = (p for p in path.iterdir() if p.suffix.lower().lstrip(".") in SUFFIXES)
            yield from sorted(inside)
        else:
            yield path


def _line(name: str, detections: sv.Detections) -> str:
    scored = zip(class_names(detections), confidence(detections), strict=True)
    labels = ", ".join(f"{label} {score:.2f}" for label, score in scored)
    return f"{name}: {len(detections)}" + (f" ({labels})" if labels else "")


def _write(folder: Path, stem: str, picture: np.ndarray) -> None:
    """Write a JPEG under a new name in a folder; DataError if it cannot be written."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        target, number = folder / f"{stem}.jpg", 2
        while target.exists():
            target, number = folder / f"{stem}-{number}.jpg", number + 1
        target.write_bytes(to_jpeg(picture))
    except OSError as error:
        raise DataError(
            f"cannot write to '{folder.name}': {(error.strerror or 'no access').lower()}"
        ) from error
