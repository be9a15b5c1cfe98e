"""`cvdemo instances`: a mask for every object of photos, from the shell."""

from __future__ import annotations

from pathlib import Path

import click
import numpy as np
import supervision as sv

from cvdemo import zoo
from cvdemo.cli.detect import class_ids, load_detector, photo_options, run_on_photos
from cvdemo.ops.detections import at_mask_threshold


@click.command("instances")
@photo_options(zoo.Task.INSTANCES, 0.5)
@click.option("--classes", metavar="A,B", help="Only these classes, by name.")
@click.option(
    "--mask-threshold",
    type=click.FloatRange(0, 1, min_open=True),
    default=0.5,
    show_default=True,
    help="Least probability of an object's pixels.",
)
def command(
    photos: tuple[Path, ...],
    key: str,
    score: float,
    iou: float,
    classes: str | None,
    mask_threshold: float,
    max_detections: int,
    device: str | None,
    json_file: Path | None,
    out: Path | None,
) -> None:
    """Find a mask for each object in each PHOTO, a picture or a folder of them; print a line per photo.

    A photo that cannot be read is named on stderr, the rest goes on, and the exit code is 1.

    The JSON file is one object in COCO's form, as `cvdemo detect` writes it: each of the "annotations" has a
    "segmentation" in run lengths, of the photo's size, and "area" is that of the mask in pixels.
    """
    model = load_detector(key, zoo.Task.INSTANCES, device)
    names = model.names()
    chosen = None if classes is None else class_ids(classes, names)

    def detect(picture: np.ndarray) -> sv.Detections:
        found = model(picture, score=score, iou=iou, classes=chosen, max_detections=max_detections)
        return at_mask_threshold(found, mask_threshold)

    run_on_photos(photos, detect, names, json_file, out)
