"""Five answers beside one another: each a picture, what it says, how good it is, and its pages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import streamlit as st
import supervision as sv
from numpy.typing import NDArray

from cvdemo import zoo
from cvdemo.data.chosen import Chosen
from cvdemo.data.pictures import fit, to_jpeg
from cvdemo.draw.detections import draw_detections
from cvdemo.draw.segmentation import overlay_labels
from cvdemo.labs.five_tasks.experiment import (
    LOCALIZER,
    TASKS,
    FiveAnswers,
    OneObject,
    best_iou,
    box_of,
    holdings,
    kept,
    of_classifier,
    of_localizer,
)
from cvdemo.metrics.scene import scene_score
from cvdemo.ui.cache import cached
from cvdemo.ui.downloads import offer, png
from cvdemo.ui.models import classification, raw_detections
from cvdemo.ui.page import texts
from cvdemo.ui.pages import PAGES
from cvdemo.ui.segmentation import Segmented, segmented
from cvdemo.world.reading import Truth
from cvdemo.world.vocabulary import THINGS

WIDTH = 640  # pixels of a picture

TITLES = dict(
    zip(
        TASKS,
        ("Classification", "Localization", "Detection", "Semantic segmentation",
         "Instance segmentation"),
        strict=True,
    )
)  # fmt: skip
LINKS = {
    "classification": ("classify",),
    "localization": ("localize",),
    "detection": ("detect", "rcnn", "yolo_ssd"),
    "semantic": ("segment", "fcn", "decoders"),
    "instances": ("instances", "mask_rcnn"),
}
"""The pages of each task."""


class Cell(NamedTuple):
    """One task's picture [H, W, 3], what it says, and how good that is where the truth is known."""

    picture: NDArray[np.uint8]
    answer: str
    score: str
    milliseconds: float


class Found(NamedTuple):
    """What the models say of a picture before the score threshold; each has run once for it."""

    first: OneObject
    second: OneObject
    detection: sv.Detections
    semantic: Segmented
    instances: sv.Detections


def found_by(models: dict[str, zoo.ModelSpec], chosen: Chosen) -> Found | None:
    """Run every model on the picture; None while one of them is not here."""
    semantic = segmented(models["semantic"], chosen)
    if semantic is None:
        return None
    return Found(
        _one_object(models["classification"], chosen),
        _one_object(models["localization"], chosen),
        raw_detections(models["detection"], chosen),
        semantic,
        raw_detections(models["instances"], chosen),
    )


def _one_object(entry: zoo.ModelSpec, chosen: Chosen) -> OneObject:
    if entry.key == LOCALIZER:
        return of_localizer(raw_detections(entry, chosen))
    height, width = chosen.picture.shape[:2]
    return of_classifier(classification(entry, chosen), (height, width), zoo.labels(entry.labels))


def answers(models: dict[str, zoo.ModelSpec], found: Found, score: float) -> FiveAnswers:
    """What is left at a score threshold; runs no network."""
    return FiveAnswers(
        found.second,
        kept(found.detection, models["detection"], score),
        found.semantic.answer.labels,
        found.semantic.names,
        kept(found.instances, models["instances"], score),
    )


def board(chosen: Chosen, models: dict[str, zoo.ModelSpec], found: Found, score: float) -> None:
    """Six cells: the five tasks, and how much each answer holds."""
    five = answers(models, found, score)
    cells = _cells(chosen, models, found, five, score)
    for row in (TASKS[:3], TASKS[3:]):
        columns = st.columns(3, gap="medium")
        for column, task in zip(columns, row, strict=False):
            with column:
                _show(task, models[task], cells[task], chosen)
        if row is not TASKS[:3] and len(row) < len(columns):
            with columns[-1]:
                _holdings(five)
    sheet = png(lambda: _sheet([cell.picture for cell in cells.values()]), "All five (PNG)")
    offer(chosen.name, sheet)


def _cells(
    chosen: Chosen, models: dict[str, zoo.ModelSpec], found: Found, five: FiveAnswers, score: float
) -> dict[str, Cell]:
    picture, truth, semantic = chosen.picture, chosen.truth, found.semantic.score
    where = "one box" if found.second.box is not None else "no box: the map is flat"

    def scored(task: str, objects: sv.Detections, kind: str) -> str:
        key = models[task].key
        return "" if truth is None else _scored(key, chosen.identity, kind, score, objects, truth)

    cells = (
        Cell(picture, _named(found.first), _class_score(found.first, truth), found.first.milliseconds),
        Cell(
            draw_detections(picture, box_of(found.second)),
            f"{_named(found.second)}, {where}",
            _box_score(found.second, truth),
            found.second.milliseconds,
        ),
        Cell(
            draw_detections(picture, five.detection),
            _counted(len(five.detection), "box", "boxes"),
            scored("detection", five.detection, "bbox"),
            _ms(found.detection),
        ),
        Cell(
            overlay_labels(picture, five.semantic, five.names),
            _counted(len(np.unique(five.semantic)), "class", "classes"),
            "" if semantic is None else f"mIoU **{semantic.mean_iou():.3f}**",
            found.semantic.answer.milliseconds,
        ),
        Cell(
            draw_detections(picture, five.instances),
            _counted(len(five.instances), "mask", "masks"),
            scored("instances", five.instances, "segm"),
            _ms(found.instances),
        ),
    )
    return dict(zip(TASKS, cells, strict=True))


def _counted(count: int, one: str, several: str) -> str:
    return f"{count} {one if count == 1 else several}"


def _named(one: OneObject) -> str:
    if not one.classes:
        return "nothing"
    (name, probability), *others = one.classes
    more = "".join(f", {other} {p:.0%}" for other, p in others[:2] if p >= 0.01)
    return f"**{name} {probability:.0%}**{more}"


def _class_score(one: OneObject, truth: Truth | None) -> str:
    if truth is None or not one.classes:
        return ""
    there = {THINGS[c] for c in truth.classes.tolist()}
    others = len(there - {one.classes[0][0]})
    if one.classes[0][0] not in there:
        return f"✗ not in the scene, which has {', '.join(sorted(there)) or 'no objects'}"
    return f"✓ it is there; {others} other classes are not told" if others else "✓ the only class there"


def _box_score(one: OneObject, truth: Truth | None) -> str:
    if truth is None:
        return ""
    iou = best_iou(one, truth)
    if iou is None:
        return "no object of this class is there"
    others = int((~truth.difficult).sum()) - 1
    return f"IoU **{iou:.2f}** with the nearest one; {max(others, 0)} other objects have no box"


@cached
def _scored(key: str, identity: str, kind: Any, score: float, _found: sv.Detections, _truth: Truth) -> str:
    return scene_score(_found, _truth, kind).text()


def _ms(found: sv.Detections) -> float:
    return float(found.metadata["milliseconds"])


def _show(task: str, entry: zoo.ModelSpec, cell: Cell, chosen: Chosen) -> None:
    """One task: its name, picture, answer, sentence and links."""
    st.markdown(f"##### {1 + TASKS.index(task)} · {TITLES[task]}")
    drawn = to_jpeg(fit(cell.picture, WIDTH), 90)
    st.image(drawn, width="stretch", alt=f"{chosen.name}: {TITLES[task].lower()}")
    st.markdown("  \n".join(filter(None, [cell.answer, cell.score])))
    st.caption(f"{entry.title} · network {cell.milliseconds:.0f} ms (once)")
    st.markdown(texts("five_tasks")[task])
    with st.container(horizontal=True, gap="small"):
        for page in (page for page in PAGES if page.key in LINKS[task]):
            st.page_link(page.file, label=page.title, icon=page.symbol, width="content")


def _holdings(five: FiveAnswers) -> None:
    """How much each answer holds."""
    st.markdown("##### What each answer holds")
    st.table(holdings(five), hide_index=True, hide_header=True)
    st.markdown(texts("five_tasks")["holds"])


def _sheet(pictures: Sequence[NDArray[np.uint8]]) -> NDArray[np.uint8]:
    """Pictures of one size beside one another."""
    return np.hstack([fit(picture, WIDTH) for picture in pictures])
