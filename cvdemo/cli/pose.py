"""`cvdemo pose`: skeletons of people on photos, from the shell."""

from __future__ import annotations

from pathlib import Path

import click
import numpy as np
import supervision as sv

from cvdemo import zoo
from cvdemo.cli.detect import class_ids, load_detector, photo_options, run_on_photos


@click.command("pose")
@photo_options(zoo.Task.POSE, 0.3)
def command(
    photos: tuple[Path, ...],
    key: str,
    score: float,
    iou: float,
    max_detections: int,
    device: str | None,
    json_file: Path | None,
    out: Path | None,
) -> None:
    """Find the people in each PHOTO, a picture or a folder of them, and their 17 keypoints.

    The JSON file is one object in COCO's keypoint form: as of `cvdemo detect`, each of the "annotations" with
    "keypoints" (17 times x, y in pixels and the keypoint's score) and "num_keypoints", and the category with
    the names of the keypoints and the "skeleton" of its limbs.
    """
    model = load_detector(key, zoo.Task.POSE, device)
    names = model.names()
    person = class_ids("person", names)

    def detect(picture: np.ndarray) -> sv.Detections:
        return model(picture, score=score, iou=iou, classes=person, max_detections=max_detections)

    people = {i: name for i, name in names.items() if i in person}
    run_on_photos(photos, detect, people, json_file, out)
