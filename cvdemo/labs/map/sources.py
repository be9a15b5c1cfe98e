"""Where the mAP page's truth and results come from: the drawn world, a detector on photos, own files."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeAlias, cast, get_args

import streamlit as st

from cvdemo import zoo
from cvdemo.data.annotations import IouType
from cvdemo.data.suffixes import SUFFIXES
from cvdemo.labs.map.experiment import (
    DrawnExample,
    EvaluationSet,
    Rows,
    SetPicture,
    detect,
    detected_set,
    drawn_detectors,
    drawn_example,
    pictures_of_example,
    simulated_set,
)
from cvdemo.labs.map.files import Contents, PhotoSet, photo_evaluation, read_own_set, read_photo_set
from cvdemo.metrics.readers import Format
from cvdemo.ui import state, widgets
from cvdemo.ui.cache import cached
from cvdemo.ui.models import about, choose_model, ready
from cvdemo.ui.progress import with_bar
from cvdemo.zoo.model import Detector

FORMATS = ("guess", *get_args(Format))
IOU_TYPES: dict[str, IouType] = {"boxes": "bbox", "masks": "segm", "keypoints": "keypoints"}
SHOWN_PROBLEMS = 8
SIMULATED = "simulated"
READING = "Reading the files …"

Progress: TypeAlias = Callable[[Iterable[SetPicture], str], Iterable[SetPicture]]


def choose_set() -> EvaluationSet | None:
    """Draws the source widget and returns the chosen set, or None while there is none yet."""
    kind = widgets.segmented_control("data", "Data", KINDS, "example", label_visibility="collapsed")
    found = KINDS[kind]()
    if found is not None:
        st.caption(found.about)
        _show_problems(found)
    return found


def _example() -> EvaluationSet:
    """The scenes with the detections of a detector that is trained on the drawn world, or simulated ones."""
    with st.spinner("Drawing 40 scenes …"):
        example = _drawn()
    key = SIMULATED
    if keys := drawn_detectors():
        key = widgets.pill("detector", "Detections of", [*keys, SIMULATED], keys[0])
    return _simulated(example) if key == SIMULATED else _detected(key, example, with_bar)


@cached
def _drawn() -> DrawnExample:
    return drawn_example()


@cached
def _simulated(_example: DrawnExample) -> EvaluationSet:
    return simulated_set(_example)


@cached
def _detected(key: str, _example: DrawnExample, _progress: Progress) -> EvaluationSet:
    entry, pictures = zoo.spec(key), pictures_of_example(_example)
    rows = _detect_all(entry, "drawn", pictures, _example.truth["categories"], _progress)
    return detected_set(_example, entry, rows)


def _detector_on_photos() -> EvaluationSet | None:
    """A detector of the catalogue on the visitor's photos, against their COCO truth."""
    left, right = st.columns([1.6, 1], gap="medium")
    files = left.file_uploader(
        "Photos and their truth: a ZIP, or photos and one COCO JSON file",
        ["zip", "json", *SUFFIXES],
        accept_multiple_files=True,
        key=state.key("photos"),
    )
    with right:
        entry = choose_model(zoo.Task.DETECT, None)
        about(entry)
    if not files:
        st.info("Drop a ZIP of photos with their truth in COCO JSON to begin.")
        return None
    if not ready(entry):
        return None
    identity = _identity(files)
    with st.spinner(READING):
        photos = _photos(identity, files)
    return _on_photos(identity, entry.key, photos, with_bar)


@cached
def _photos(identity: str, _files: Sequence[Any]) -> PhotoSet:
    return read_photo_set(_contents(_files))


@cached
def _on_photos(identity: str, key: str, _photos: PhotoSet, _progress: Progress) -> EvaluationSet:
    entry = zoo.spec(key)
    rows = _detect_all(entry, identity, _photos.pictures, _photos.truth["categories"], _progress)
    return photo_evaluation(f"{identity}:{key}", entry, _photos, rows)


def _detect_all(
    entry: zoo.ModelSpec,
    identity: str,
    pictures: Sequence[SetPicture],
    categories: Sequence[dict[str, Any]],
    progress: Progress,
) -> Rows:
    """A detector's results of all pictures; a run that was broken off goes on where it was."""
    text = f"{entry.title} on {zoo.default_device().upper()}"
    rows = (_rows(entry.key, identity, p.image_id, p, categories) for p in progress(pictures, text))
    return [row for some in rows for row in some]


@cached
def _rows(
    key: str, identity: str, image_id: Any, _picture: SetPicture, _categories: Sequence[dict[str, Any]]
) -> Rows:
    return detect(cast(Detector, zoo.load(key)), _picture, _categories)


def _own_files() -> EvaluationSet | None:
    """Truth and results of the visitor, scored as they are."""
    there, found, seen = st.columns(3, gap="medium")
    text = ["zip", "json", "xml", "txt", "names", "yaml", "yml"]
    truth = there.file_uploader(
        "Truth", [*text, *SUFFIXES], accept_multiple_files=True, key=state.key("truth")
    )
    results = found.file_uploader("Results", text, accept_multiple_files=True, key=state.key("results"))
    photos = seen.file_uploader("Pictures, if you like", ["zip", *SUFFIXES], True, key=state.key("pictures"))
    form, kind, note = st.columns([1, 1, 3], gap="medium", vertical_alignment="bottom")
    format_ = widgets.selectbox("format", "Format", FORMATS, place=form)
    iou_type = IOU_TYPES[widgets.selectbox("shape", "Score", IOU_TYPES, place=kind)]
    note.caption(
        "COCO JSON, VOC XML, YOLO text (boxes or polygons), text of Object-Detection-Metrics (odm), as files "
        "or ZIP. Masks: COCO, YOLO. Keypoints: COCO. A ZIP with both may have the results in `results/`."
    )
    if not truth:
        st.info("Drop your truth and your results to begin.")
        return None
    with st.spinner(READING):
        return _own(_identity(truth, results, photos), format_, iou_type, truth, results, photos)


@cached
def _own(
    identity: str,
    format_: str,
    iou_type: IouType,
    _truth: Sequence[Any],
    _results: Sequence[Any],
    _photos: Sequence[Any],
) -> EvaluationSet:
    return read_own_set(
        f"{identity}:{format_}:{iou_type}",
        _contents(_truth),
        _contents(_results),
        _contents(_photos),
        iou_type=iou_type,
        format=None if format_ == "guess" else cast(Format, format_),
    )


KINDS = {"example": _example, "my photos": _detector_on_photos, "my results": _own_files}


def _contents(files: Sequence[Any]) -> Contents:
    return [(file.name, file.getvalue()) for file in files]


def _identity(*uploads: Sequence[Any]) -> str:
    """The same for the same files."""
    return "|".join(",".join(file.file_id for file in files) for files in uploads)


def _show_problems(found: EvaluationSet) -> None:
    """What was left out or looks odd, a sentence each."""
    problems = [*found.notes, *map(str, found.data.problems)]
    if not problems:
        return
    more = f"- … and {len(problems) - SHOWN_PROBLEMS} more" if len(problems) > SHOWN_PROBLEMS else ""
    with st.expander(
        f"Remarks on the files: {len(problems)}", icon=":material/warning:", expanded=len(problems) <= 3
    ):
        lines = [f"- {_escaped(text)}" for text in problems[:SHOWN_PROBLEMS]]
        st.markdown("\n".join([*lines, more]))


def _escaped(text: str) -> str:
    """Text from a file, with nothing in it that Markdown would read."""
    return "".join(f"\\{c}" if c in "\\`*_{}[]<>#|~$:" else c for c in text)
