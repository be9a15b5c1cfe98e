"""Sets from a visitor's files: truth and results in any format, or photos with their truth for a detector."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np

from cvdemo import zoo
from cvdemo.data.annotations import EvalSet, IouType
from cvdemo.data.archive import Archive, open_files
from cvdemo.data.coco import read_coco
from cvdemo.data.finding import PictureFinder
from cvdemo.data.layouts import is_coco, json_content
from cvdemo.data.pictures import fit, read_picture, to_jpeg
from cvdemo.errors import DataError, PictureError
from cvdemo.labs.map.experiment import NMS_IOU, EvaluationSet, Rows, SetPicture
from cvdemo.metrics.given import read_given
from cvdemo.metrics.readers import Format
from cvdemo.metrics.what_if import after_nms

MOST_PHOTOS = 500
SHOWN_SIDE = 640

Contents = Sequence[tuple[str, bytes]]
"""Files as (name, content)."""


def read_own_set(
    identity: str,
    truth: Contents,
    results: Contents,
    pictures: Contents = (),
    *,
    iou_type: IouType = "bbox",
    format: Format | None = None,
) -> EvaluationSet:
    """Truth and results of a visitor with their pictures, as `read_given` reads them."""
    there, found, seen = (open_files(files) for files in (truth, results, pictures))
    together = open_files([*truth, *pictures])
    data = read_given(together if seen.paths() else there, found, iou_type, format=format)
    about = (
        f"Your files: {len(data.image_ids)} images, {len(data.category_ids)} classes, "
        f"{len(data.truth)} truths, {len(data.results)} detections."
    )
    notes = (*there.notes, *found.notes, *seen.notes)
    return EvaluationSet(f"files:{identity}", about, data, jpegs_of(data, together, found), notes=notes)


@dataclass(frozen=True, eq=False)
class PhotoSet:
    """Photos and their truth in COCO's form; `notes` say what had to be left out."""

    archive: Archive
    pictures: tuple[SetPicture, ...]
    truth: dict[str, Any]
    notes: tuple[str, ...]


def read_photo_set(files: Contents) -> PhotoSet:
    """The photos among some files that the one COCO JSON file among them annotates.

    Raises DataError where there is not one such file and where it names none of the photos.
    """
    archive = open_files(files)
    path, truth = _truth_file(archive)
    columns = read_coco(truth, [], skip_bad=True)
    where = PictureFinder(archive)
    named = [(i, n, where(n)) for i, n in zip(columns.image_ids, columns.image_names, strict=True)]
    there = [(i, n, photo) for i, n, photo in named if photo]
    if not there:
        raise DataError(f"none of the {len(named)} images of {path} is among the photos")
    notes = list(archive.notes)
    if len(there) < len(named):
        notes.append(f"{len(named) - len(there)} of {len(named)} images have no photo; left out")
    if len(there) > MOST_PHOTOS:
        notes.append(f"the first {MOST_PHOTOS} of {len(there)} photos are scored")
    there = there[:MOST_PHOTOS]
    pictures = tuple(SetPicture(i, n, partial(_decoded, archive, photo)) for i, n, photo in there)
    ids = {picture.image_id for picture in pictures}
    scored = {
        **truth,
        "images": [row for row in truth["images"] if row.get("id") in ids],
        "annotations": [row for row in truth["annotations"] if row.get("image_id") in ids],
    }
    return PhotoSet(archive, pictures, scored, tuple(notes))


def _truth_file(archive: Archive) -> tuple[str, dict[str, Any]]:
    """The path and the content of the one JSON file that is an object."""
    paths = [p for p in archive.paths(".json") if is_coco(archive, p)]
    if len(paths) != 1:
        raise DataError(
            f"the truth must be one COCO JSON file beside the photos: {len(paths) or 'none'} found"
        )
    return paths[0], json_content(archive, paths[0])


def photo_evaluation(identity: str, entry: zoo.ModelSpec, photos: PhotoSet, rows: Rows) -> EvaluationSet:
    """Photos with a detector's results before NMS."""
    data = read_coco(photos.truth, rows, skip_bad=True)
    left = len(after_nms(data, NMS_IOU).results)
    about = (
        f"**{entry.title}** on {len(photos.pictures)} photos: {len(data.results)} raw detections "
        f"of the truth's classes, {left} after NMS at {NMS_IOU}."
    )
    found = EvaluationSet(f"photos:{identity}", about, data, jpegs_of(data, photos.archive), nms=NMS_IOU)
    return replace(found, notes=photos.notes)


def _decoded(archive: Archive, path: str) -> np.ndarray:
    return read_picture(archive.read(path), name=path)


def jpegs_of(data: EvalSet, *archives: Archive) -> Callable[[int], bytes | None]:
    """How to get the picture of an image at a position as a small JPEG; None where no archive has it."""
    finders = [(archive, PictureFinder(archive)) for archive in archives]

    def jpeg(image: int) -> bytes | None:
        for archive, find in finders:
            if path := find(data.image_names[image]):
                try:
                    return to_jpeg(fit(_decoded(archive, path), SHOWN_SIDE))
                except (PictureError, DataError):
                    return None
        return None

    return jpeg
