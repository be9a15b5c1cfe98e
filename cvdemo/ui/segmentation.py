"""Segmentation models side by side: choosing them, running each once per picture, the component."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from typing import Any, NamedTuple, cast

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cvdemo import zoo
from cvdemo.data.chosen import Chosen
from cvdemo.data.label_maps import TopClasses, shares, top_classes
from cvdemo.data.pictures import fit, to_jpeg
from cvdemo.draw.segmentation import WRONG, class_colours
from cvdemo.metrics.segmentation import SegmentationScores
from cvdemo.ui import state, widgets
from cvdemo.ui.cache import cached
from cvdemo.ui.component import component, packed
from cvdemo.ui.models import model_title, opening_model, ready, say_what_is_unknown
from cvdemo.world.vocabulary import SEMANTIC
from cvdemo.zoo.model import Segmenter

LONGEST = 1280
MOST_MODELS = 4
SHOW = ("mask", "errors", "truth")  # what the component lays over the picture

_lab = component("segment")


class Answer(NamedTuple):
    """What is kept of a model's answer: labels [H, W] of the picture, the top classes of coarse cells."""

    labels: NDArray[np.uint8]
    top: TopClasses
    milliseconds: float


class Segmented(NamedTuple):
    """A model and its answer; `score` where the truth is known in the model's classes."""

    entry: zoo.ModelSpec
    names: tuple[str, ...]
    answer: Answer
    score: SegmentationScores | None


def choose_models(chosen: Chosen | None) -> list[zoo.ModelSpec]:
    """A box of the segmentation models, one or several; their keys stand in the address."""
    first = opening_model(zoo.Task.SEGMENT, chosen)
    keys = sorted((m.key for m in zoo.models(zoo.Task.SEGMENT)), key=lambda key: key != first)
    say_what_is_unknown([key for text in state.asked("models") for key in text.split(",")], keys)
    wanted = widgets.multiselect(
        "models", "Models", keys, keys[:1], max_selections=MOST_MODELS, format_func=model_title
    )
    return [zoo.spec(key) for key in wanted]


@cached
def _answer(key: str, identity: str, _picture: NDArray[np.uint8]) -> Answer:
    found = cast(Segmenter, zoo.load(key)).segmentation(_picture)
    return Answer(found.labels(), top_classes(found.each()), found.milliseconds)


@cached
def scored(
    key: str, identity: str, classes: int, _labels: NDArray[np.uint8], _truth: NDArray[np.uint8]
) -> SegmentationScores:
    """The score of an answer's labels, computed once for each answer (`key`) and picture (`identity`)."""
    score = SegmentationScores(classes)
    score.add(_truth, _labels)
    return score


def segmented(entry: zoo.ModelSpec, chosen: Chosen) -> Segmented | None:
    """The model's answer, its network run once for each picture; None while the model is not here yet."""
    if not ready(entry):
        return None
    with st.spinner(f"{entry.title} runs on {zoo.default_device().upper()} …", show_time=True):
        answer = _answer(entry.key, chosen.identity, chosen.picture)
    names = tuple(name for _, name in sorted(zoo.labels(entry.labels).items()))
    truth = known(chosen, names)
    score = None
    if truth is not None:
        score = scored(entry.key, chosen.identity, len(names), answer.labels, truth)
    return Segmented(entry, names, answer, score)


def known(chosen: Chosen, names: Sequence[str]) -> NDArray[np.uint8] | None:
    """The picture's true label map [H, W] where it is known in these very classes."""
    return chosen.truth.semantic if chosen.truth is not None and tuple(names) == SEMANTIC else None


def by_classes(found: Sequence[Segmented]) -> list[list[Segmented]]:
    """Models that know the same classes together, for one legend."""
    groups: dict[tuple[str, ...], list[Segmented]] = {}
    for one in found:
        groups.setdefault(one.names, []).append(one)
    return list(groups.values())


def masks(chosen: Chosen, found: Sequence[Segmented], *, key: str) -> None:
    """The picture under each model's mask, with one legend; models of one set of classes."""
    names = found[0].names
    truth = known(chosen, names)
    what = state.value("show", read=_shown) or SHOW[0]
    height, width = chosen.picture.shape[:2]
    heads, rows = legend(found, truth)
    fields = {
        "identity": f"{chosen.identity} {[s.entry.key for s in found]}",
        "show": what,
        "stamp": state.stamp(),
        "name": f"{chosen.name.rsplit('.', 1)[0]}-segmented.png",
        "width": width,
        "height": height,
        "names": names,
        "colours": class_colours(names).tolist(),
        "wrong": WRONG,
        "heads": heads,
        "rows": rows,
        "models": [_panel(chosen, one) for one in found],
    }
    parts = {"picture": to_jpeg(fit(chosen.picture, LONGEST))}
    for k, one in enumerate(found):
        parts[f"labels{k}"] = zlib.compress(one.answer.labels.tobytes(), 1)
        parts[f"top{k}"] = zlib.compress(b"".join(part.tobytes() for part in one.answer.top), 1)
    if truth is not None:
        parts["truth"] = zlib.compress(truth.tobytes(), 1)
    _lab(data=packed(fields, parts), key=key)


def _shown(texts: Sequence[str]) -> str:
    return SHOW[SHOW.index(texts[-1])]


def _panel(chosen: Chosen, one: Segmented) -> dict[str, Any]:
    k, rows, columns = one.answer.top.ids.shape
    scores = []
    if one.score is not None:
        scores = [
            ("mIoU", f"{one.score.mean_iou():.3f}"),
            ("pixels right", f"{100 * one.score.pixel_accuracy():.1f} %"),
            ("boundary F1", f"{one.score.mean_boundary_f1():.3f}"),
        ]
    return {
        "title": one.entry.title,
        "note": f"{one.answer.milliseconds:.0f} ms on {zoo.default_device().upper()} (once)",
        "alt": f"{chosen.name} segmented by {one.entry.title}",
        "scores": scores,
        "grid": {"k": k, "rows": rows, "columns": columns},
    }


def legend(
    found: Sequence[Segmented], truth: NDArray[np.uint8] | None
) -> tuple[list[str], list[dict[str, Any]]]:
    """Headings, and a row for each class that shows anywhere, the largest first: areas, IoU by model."""
    names = found[0].names
    areas = [shares(one.answer.labels, len(names)) for one in found]
    heads, columns = ["class"], []
    if truth is not None:
        areas.append(shares(truth, len(names)))
        heads.append("truth")
        columns.append([f"{100 * v:.1f} %" for v in areas[-1]])
    for one, area in zip(found, areas, strict=False):
        title = one.entry.title if len(found) > 1 else "area"
        heads.append(title)
        columns.append([f"{100 * v:.1f} %" for v in area])
        if one.score is not None:
            heads.append("IoU")
            columns.append(["–" if np.isnan(v) else f"{v:.3f}" for v in one.score.iou()])
    largest = np.max(areas, axis=0)
    order = [int(k) for k in np.argsort(-largest, kind="stable") if largest[k] > 0]
    return heads, [{"id": k, "cells": [column[k] for column in columns]} for k in order]
