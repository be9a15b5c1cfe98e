"""The drawn world's segmenters side by side: their cards, their answers, what is inside them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple, cast

import numpy as np
import plotly.graph_objects as go
import streamlit as st
from numpy.typing import NDArray

from cvdemo import zoo
from cvdemo.data.pictures import fit
from cvdemo.draw.cost_chart import CHOSEN, OTHER, Disc, cost_chart
from cvdemo.draw.feature_maps import enlarged, feature_colours
from cvdemo.draw.segmentation import error_map, overlay_labels
from cvdemo.metrics.segmentation import SegmentationScores
from cvdemo.nets.inside import ablations, inner_maps
from cvdemo.ui.segmentation import Segmented, known, scored
from cvdemo.ui.source import Chosen
from cvdemo.world.vocabulary import SEMANTIC
from cvdemo.zoo.drawn import TraceSegmenter
from cvdemo.zoo.entries import entries
from cvdemo.zoo.model import Segmentation
from cvdemo.zoo.weights import has_weights, read_card

PICTURE = 480  # pixels of a small picture's width
MAP = 240


class Card(NamedTuple):
    """What a net's card says: mIoU and boundary F1 on 500 held-out scenes, parameters, milliseconds."""

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


@st.cache_data(show_spinner=False)
def cards(keys: tuple[str, ...]) -> list[Card]:
    """The nets' cards; nets without one are left out."""
    found = []
    for key in keys:
        if card := read_card(key):
            m = card["metrics"]
            numbers = (m["mIoU"], m["boundary_F1"], card["params"], m["ms_per_image"])
            found.append(Card(key, _title(zoo.spec(key)), *numbers))
    return found


def chart(found: list[Card], chosen: str) -> go.Figure:
    """mIoU on the held-out scenes against milliseconds a picture; discs by the number of parameters."""
    discs = [
        Disc(
            c.key,
            c.title,
            c.milliseconds,
            c.miou,
            c.params,
            f"mIoU {c.miou:.3f} · boundary F1 {c.boundary_f1:.3f}<br>"
            f"{c.milliseconds:.1f} ms · {c.params / 1e6:.2f} M parameters",
            CHOSEN if c.key == chosen else OTHER,
        )
        for c in found
    ]
    return cost_chart(discs, "mIoU, 500 held-out scenes")


def look(chosen: Chosen, labels: NDArray[np.uint8], show: str) -> NDArray[np.uint8]:
    """A small picture under a label map of the drawn world, or with the map's errors marked."""
    truth = known(chosen, SEMANTIC)
    if show == "errors" and truth is not None:
        full = error_map(chosen.picture, labels, truth)
    else:
        full = overlay_labels(chosen.picture, labels, SEMANTIC, opacity=1.0 if show == "labels" else 0.7)
    return fit(full, PICTURE)


def line(one: Segmented) -> str:
    """A net's name, and its score of this scene where the truth is known."""
    title = f"**{_title(one.entry)}**"
    return title if one.score is None else f"{title} · {figures(one.score)}"


def figures(score: SegmentationScores | None) -> str:
    """The two numbers of a score, or that there is none."""
    if score is None:
        return "no truth is known"
    return f"mIoU {score.mean_iou():.3f} · boundary F1 {score.mean_boundary_f1():.3f}"


def cut_score(
    key: str, chosen: Chosen, silenced: tuple[int, ...], labels: NDArray[np.uint8]
) -> SegmentationScores | None:
    """The score of the labels that are left without some of a net's parts, where the truth is known."""
    truth = known(chosen, SEMANTIC)
    if truth is None:
        return None
    return scored(f"{key} without {silenced}", chosen.identity, len(SEMANTIC), labels, truth)


def _title(entry: zoo.ModelSpec) -> str:
    return entry.title.removesuffix(" (drawn world)")


def choose_net(found: Sequence[Segmented]) -> str:
    """A box of the nets that ran; the chosen one's key stands in the URL."""
    titles = {one.entry.key: _title(one.entry) for one in found}
    keys = list(titles)
    asked = st.query_params.get("net", "unet")
    index = keys.index(asked) if asked in keys else 0
    # Not `bind`, which would put the title into the URL.
    chosen = str(st.selectbox("Net", keys, index, key="net", format_func=titles.__getitem__))
    if chosen != st.query_params.get("net", keys[index]):
        st.query_params["net"] = chosen
    return chosen


def possible_cuts(key: str) -> dict[str, int]:
    """What can be cut out of a net, by name."""
    return ablations(_net(key).net)


@st.cache_resource(max_entries=24, show_spinner=False)
def inside(key: str, identity: str, _picture: NDArray[np.uint8]) -> list[InnerMap]:
    """The net's inner maps of a picture as colours, the net run once for each picture."""
    trace = _net(key).trace(_picture)
    found = []
    for name, value in inner_maps(trace):
        features = value[0].float().cpu().numpy()  # [C, h, w]
        channels, height, width = features.shape
        size = f"{width} x {height}, {channels} channels"
        found.append(InnerMap(name, size, enlarged(feature_colours(features), MAP)))
    return found


@st.cache_resource(max_entries=48, show_spinner=False)
def without(
    key: str, identity: str, silenced: tuple[int, ...], _picture: NDArray[np.uint8]
) -> NDArray[np.uint8]:
    """The labels [H, W] of the picture by the net without some of its parts."""
    logits = _net(key).trace(_picture, silenced).logits[0].float()
    height, width = _picture.shape[:2]
    maps = logits.softmax(0).cpu().numpy()
    return Segmentation(maps, (height, width), (height, width), 0.0).labels()


def changed(
    picture: NDArray[np.uint8], before: NDArray[np.uint8], after: NDArray[np.uint8]
) -> NDArray[np.uint8]:
    """A small pale picture [h, w, 3] with the pixels marked whose label is another one."""
    return fit(error_map(picture, after, before), PICTURE)


def _net(key: str) -> TraceSegmenter:
    return cast(TraceSegmenter, zoo.load(key))


def in_rows(count: int, columns: int) -> Collection[range]:
    """The numbers 0 to count - 1, `columns` at a time."""
    return [range(k, min(k + columns, count)) for k in range(0, count, columns)]
