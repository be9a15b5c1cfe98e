"""The drawn world's segmenters: their cards, what is inside them, what they give with parts left out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from cvdemo import zoo
from cvdemo.draw.feature_maps import enlarged, feature_colours
from cvdemo.nets.inside import ablations, inner_maps
from cvdemo.zoo.drawn import TraceSegmenter
from cvdemo.zoo.entries import entries
from cvdemo.zoo.model import Segmentation
from cvdemo.zoo.weights import has_weights, read_card

MAP = 240  # pixels of an inner map's width


class SegmenterCard(NamedTuple):
    """What a net's card says: mIoU and boundary F1 on held-out scenes, parameters, milliseconds a picture."""

    key: str
    title: str
    miou: float
    boundary_f1: float
    params: int
    milliseconds: float


class InnerMap(NamedTuple):
    """One map of a trace: its name, its size as text, its colours [h, w, 3]."""

    name: str
    size: str
    colours: NDArray[np.uint8]


def drawn_segmenters() -> list[zoo.ModelSpec]:
    """The catalogue's nets of the drawn world that have weights, in the lecture's order."""
    return [zoo.spec(one.key) for one in entries(zoo.Task.SEGMENT) if has_weights(one.key)]


def short_title(entry: zoo.ModelSpec) -> str:
    """A net's title where all nets are of the drawn world."""
    return entry.title.removesuffix(" (drawn world)")


def segmenter_cards(keys: Sequence[str]) -> list[SegmenterCard]:
    """The nets' cards; nets without one are left out."""
    found = []
    for key in keys:
        if card := read_card(key):
            m = card["metrics"]
            numbers = (m["mIoU"], m["boundary_F1"], card["params"], m["ms_per_image"])
            found.append(SegmenterCard(key, short_title(zoo.spec(key)), *numbers))
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
        features = value[0].float().cpu().numpy()  # [C, h, w]
        channels, height, width = features.shape
        size = f"{width} x {height}, {channels} channels"
        found.append(InnerMap(name, size, enlarged(feature_colours(features), MAP)))
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
