"""Segmenters of one backbone: their cards, what is inside them, what they give with parts left out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from cvdemo import zoo
from cvdemo.draw.feature_maps import corner_colours, enlarged, feature_colours
from cvdemo.nets.inside import ablations, inner_maps
from cvdemo.zoo.budgets import steps_of
from cvdemo.zoo.convergence import Longer, longer
from cvdemo.zoo.drawn import TraceSegmenter
from cvdemo.zoo.entries import ENTRIES, entries
from cvdemo.zoo.model import Segmentation
from cvdemo.zoo.photo_entries import PHOTO_ENTRIES
from cvdemo.zoo.weights import has_weights, read_card

MAP = 240  # pixels of an inner map's width
MSRC = "msrc"  # the labels of the nets for photos that share backbone and training


class SegmenterCard(NamedTuple):
    """What a net's card says: mIoU and boundary F1 on its `data`, parameters, milliseconds a picture.

    `steps` is how long it was trained in all its stages, `more` what a longer last one gave, if any.
    """

    key: str
    title: str
    miou: float
    boundary_f1: float
    params: int
    milliseconds: float
    data: str
    steps: int
    more: Longer | None


class InnerMap(NamedTuple):
    """One map of a trace: its name, its size as text, its colours [h, w, 3].

    Those of a pooling's indices say which cell of each 2 x 2 block had the maximum.
    """

    name: str
    size: str
    colours: NDArray[np.uint8]


def drawn_segmenters() -> list[zoo.ModelSpec]:
    """The catalogue's nets of the drawn world that have weights, in the lecture's order."""
    return [zoo.spec(one.key) for one in entries(zoo.Task.SEGMENT) if has_weights(one.key)]


def photo_segmenters() -> list[zoo.ModelSpec]:
    """The nets that know MSRC's classes on photos and have weights."""
    return [
        zoo.spec(one.key) for one in PHOTO_ENTRIES.values() if one.labels == MSRC and has_weights(one.key)
    ]


def segmenters(*, drawn: bool) -> list[zoo.ModelSpec]:
    """The nets that know drawn scenes, or photos; the drawn world's where no others are here."""
    return (drawn_segmenters() if drawn else photo_segmenters()) or drawn_segmenters()


def short_title(entry: zoo.ModelSpec) -> str:
    """A net's title where all nets are of the drawn world, or all of MSRC's photos."""
    return entry.title.removesuffix(" (drawn world)").removesuffix(" (photos, MSRC)")


def segmenter_cards(keys: Sequence[str]) -> list[SegmenterCard]:
    """The nets' cards; nets without one are left out."""
    found = []
    for key in keys:
        if card := read_card(key):
            m, title = card["metrics"], short_title(zoo.spec(key))
            numbers = (m["mIoU"], m["boundary_F1"], card["params"], m["ms_per_image"])
            data = ", ".join(str(card["scored_on"]).split(", ")[:2])
            before = steps_of(key) - card["steps"] if key in ENTRIES else 0
            more = longer(card)
            more = more and more._replace(steps=before + more.steps)
            found.append(SegmenterCard(key, title, *numbers, data, before + card["steps"], more))
    return found


def possible_ablations(key: str) -> dict[str, int]:
    """What can be left out of a net, by name."""
    return ablations(_model(key).net)


def inner_pictures(key: str, picture: NDArray[np.uint8]) -> list[InnerMap]:
    """Run a net on a picture [H, W, 3] uint8 RGB: all its inner maps as colours."""
    model = _model(key)
    trace, _ = model.run(lambda: model.trace(picture))
    found = []
    for name, value in inner_maps(trace):
        channels, height, width = value.shape[1:]
        if value.is_floating_point():
            colours = feature_colours(value[0].float().cpu().numpy())
            size = f"{width} x {height}, {channels} channels"
        else:
            colours = corner_colours(value[0].cpu().numpy())
            size = f"{width} x {height} blocks, one of {channels} channels"
        found.append(InnerMap(name, size, enlarged(colours, MAP)))
    return found


def ablated_labels(key: str, picture: NDArray[np.uint8], ablate: Sequence[int]) -> NDArray[np.uint8]:
    """The label map [H, W] of a picture [H, W, 3] by a net without some of its parts.

    `ablate` are values of `possible_ablations`.
    """
    model = _model(key)
    trace, milliseconds = model.run(lambda: model.trace(picture, ablate))
    maps = trace.logits[0].float().softmax(0).cpu().numpy()  # [C, h, w]
    size = picture.shape[0], picture.shape[1]
    return Segmentation(maps, size, size, milliseconds).labels()


def _model(key: str) -> TraceSegmenter:
    return cast(TraceSegmenter, zoo.load(key))
