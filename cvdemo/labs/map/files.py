"""A visitor's files on the mAP page: truth and results in any format, or photos with truth for a detector."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from pathlib import PurePosixPath
from typing import Any, get_args

import numpy as np
import streamlit as st

from cvdemo import zoo
from cvdemo.data.annotations import EvalSet, IouType
from cvdemo.data.archive import Archive, open_files
from cvdemo.data.coco import read_coco
from cvdemo.data.pictures import SUFFIXES, fit, read_picture, to_jpeg
from cvdemo.errors import DataError, PictureError
from cvdemo.labs.map.exam import Exam
from cvdemo.labs.map.run import NMS_IOU, Shown, run_detector
from cvdemo.metrics.evaluation import Format
from cvdemo.metrics.readers import read_archives
from cvdemo.metrics.what_if import after_nms
from cvdemo.ui.models import choose_model, ready

PICTURES = tuple(f".{suffix}" for suffix in SUFFIXES)
MOST_PHOTOS = 500
SHOWN_SIDE = 640
FORMATS = ("guess", *get_args(Format))
IOU_TYPES: dict[str, IouType] = {"boxes": "bbox", "masks": "segm", "keypoints": "keypoints"}


def own_files() -> Exam | None:
    """Truth and results of the visitor, scored as they are."""
    there, found, seen = st.columns(3, gap="medium")
    text = ["zip", "json", "xml", "txt", "names"]
    truth = there.file_uploader("Truth", [*text, *SUFFIXES], accept_multiple_files=True, key="truth")
    results = found.file_uploader("Results", text, accept_multiple_files=True, key="results")
    photos = seen.file_uploader("Pictures, if you like", ["zip", *SUFFIXES], True, key="pictures")
    form, kind, note = st.columns([1, 1, 3], gap="medium", vertical_alignment="bottom")
    format_ = form.selectbox("Format", FORMATS, key="format", bind="query-params")
    iou_type = IOU_TYPES[str(kind.selectbox("Score", list(IOU_TYPES), key="shape", bind="query-params"))]
    note.caption(
        "COCO JSON, VOC XML, YOLO text (boxes or polygons), text of Object-Detection-Metrics (odm), as files "
        "or ZIP. Masks: COCO, YOLO. Keypoints: COCO. A ZIP with both may have the results in `results/`."
    )
    if not truth:
        st.info("Drop your truth and your results to begin.")
        return None
    return _own(_identity(truth, results, photos), str(format_), iou_type, truth, results, photos)


@st.cache_resource(max_entries=3, show_spinner="Reading the files …")
def _own(
    identity: str, format_: str, iou_type: IouType, _truth: list[Any], _results: list[Any], _photos: list[Any]
) -> Exam:
    truth, results, photos = (open_files(_contents(files)) for files in (_truth, _results, _photos))
    wanted: Any = None if format_ == "guess" else format_
    together = open_files([*_contents(_truth), *_contents(_photos)])
    data = read_archives(together if photos.paths() else truth, results, iou_type, format=wanted)
    about = (
        f"Your files: {len(data.image_ids)} images, {len(data.category_ids)} classes, "
        f"{len(data.truth)} truths, {len(data.results)} detections."
    )
    notes = (*truth.notes, *results.notes, *photos.notes)
    jpeg = pictures_of(data, together, results)
    return Exam(f"files:{identity}:{format_}:{iou_type}", about, data, jpeg, notes=notes)


def detector_on_photos() -> Exam | None:
    """A detector of the catalogue on the visitor's photos, against their COCO truth."""
    left, right = st.columns([1.6, 1], gap="medium")
    files = left.file_uploader(
        "Photos and their truth: a ZIP, or photos and one COCO JSON file",
        ["zip", "json", *SUFFIXES],
        accept_multiple_files=True,
        key="photos",
    )
    with right:
        entry = choose_model(zoo.Task.DETECT)
    if not files:
        st.info("Drop a ZIP of photos with their truth in COCO JSON to begin.")
        return None
    if not ready(entry):
        return None
    identity = _identity(files)
    given = _photos(identity, files)
    rows = run_detector(entry, identity, given.pictures, given.truth["categories"])
    return _judged(identity, entry.key, given, rows)


class _Given:
    """Photos with truth: what is scored, and what had to be left out."""

    def __init__(self, archive: Archive) -> None:
        paths = [p for p in archive.paths(".json") if archive.read(p).lstrip()[:1] == b"{"]
        if len(paths) != 1:
            raise DataError(
                f"the truth must be one COCO JSON file beside the photos: {len(paths) or 'none'} found"
            )
        self.archive, self.notes = archive, list(archive.notes)
        try:
            truth = json.loads(archive.read(paths[0]))
        except ValueError as error:
            raise DataError(f"{paths[0]}: not JSON ({error})") from error
        columns = read_coco(truth, [], skip_bad=True)
        where = _finder(archive)
        known = [(i, n, where(n)) for i, n in zip(columns.image_ids, columns.image_names, strict=True)]
        there = [(i, n, path) for i, n, path in known if path]
        if not there:
            raise DataError(f"none of the {len(known)} images of {paths[0]} is among the photos")
        if len(there) < len(known):
            self.notes.append(f"{len(known) - len(there)} of {len(known)} images have no photo; left out")
        if len(there) > MOST_PHOTOS:
            self.notes.append(f"the first {MOST_PHOTOS} of {len(there)} photos are scored")
        self.pictures: list[Shown] = []
        ids = set()
        for image_id, name, path in there[:MOST_PHOTOS]:
            self.pictures.append(Shown(image_id, name, partial(_decoded, archive, path)))
            ids.add(image_id)
        self.truth = {
            **truth,
            "images": [row for row in truth["images"] if row.get("id") in ids],
            "annotations": [row for row in truth["annotations"] if row.get("image_id") in ids],
        }


@st.cache_resource(max_entries=2, show_spinner="Reading the files …")
def _photos(identity: str, _files: list[Any]) -> _Given:
    return _Given(open_files(_contents(_files)))


@st.cache_resource(max_entries=3, show_spinner=False)
def _judged(identity: str, model: str, _given: _Given, _rows: list[dict[str, Any]]) -> Exam:
    data = read_coco(_given.truth, _rows, skip_bad=True)
    left = len(after_nms(data, NMS_IOU).results)
    about = (
        f"**{zoo.spec(model).title}** on {len(_given.pictures)} photos: {len(data.results)} raw detections "
        f"of the truth's classes, {left} after NMS at {NMS_IOU}."
    )
    jpeg = pictures_of(data, _given.archive)
    return Exam(f"photos:{identity}:{model}", about, data, jpeg, nms=NMS_IOU, notes=tuple(_given.notes))


def _decoded(archive: Archive, path: str) -> np.ndarray:
    return read_picture(archive.read(path), name=path)


def pictures_of(data: EvalSet, *archives: Archive) -> Callable[[int], bytes | None]:
    """How to get the picture of an image at a position as a small JPEG; None where it is not given."""
    finders = [(archive, _finder(archive)) for archive in archives]

    @lru_cache(maxsize=256)
    def jpeg(image: int) -> bytes | None:
        for archive, find in finders:
            if path := find(data.image_names[image]):
                try:
                    return to_jpeg(fit(_decoded(archive, path), SHOWN_SIDE))
                except (PictureError, DataError):
                    return None
        return None

    return jpeg


def _finder(archive: Archive) -> Callable[[str], str | None]:
    """Finds a picture by its path, its file name, or its name without ending."""
    by_name: dict[str, str] = {}
    for path in reversed(archive.paths(*PICTURES)):
        pure = PurePosixPath(path)
        by_name |= {pure.stem.lower(): path, pure.name.lower(): path}

    def find(name: str) -> str | None:
        pure = PurePosixPath(name.replace("\\", "/"))
        return by_name.get(pure.name.lower()) or by_name.get(pure.stem.lower())

    return find


def _contents(files: Sequence[Any]) -> list[tuple[str, bytes]]:
    return [(file.name, file.getvalue()) for file in files]


def _identity(*uploads: Sequence[Any]) -> str:
    """The same for the same files."""
    return "|".join(",".join(file.file_id for file in files) for files in uploads)
