"""The Region proposals page's hierarchy: its controls, segments and merges, and what the player is sent."""

from __future__ import annotations

import time
import zlib
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cvdemo.ops.grouping import SIMILARITIES, Hierarchy, Similarity, group, merge_similarities
from cvdemo.ops.iou import box_iou
from cvdemo.ops.regions import Strategy, at_work, segment
from cvdemo.ops.segments import COLOUR_SPACES, Segments
from cvdemo.ui.component import component, packed
from cvdemo.ui.source import Chosen

Picture: TypeAlias = NDArray[np.uint8]

SCALES = (10, 20, 35, 50, 75, 100, 150, 200, 300, 500, 1000)
START = Strategy("hsv", 100.0, SIMILARITIES, 0.8, 30)
LATER = 0.6  # of all merges: where regions are large enough to be seen

_lab = component("proposals/lab")


class Grown(NamedTuple):
    """The picture as it was searched, its segments, all merges, and the milliseconds of both."""

    picture: Picture  # [h, w, 3]
    segments: Segments
    tree: Hierarchy
    similarities: NDArray[np.floating[Any]]  # [M, 4] of the two that merged
    segments_ms: float
    merges_ms: float


def experiment(**changes: Any) -> dict[str, Any]:
    """The state of the controls for a strategy that differs from the page's first one in these fields."""
    strategy = START._replace(**changes)
    return {
        "space": strategy.space,
        "k": int(strategy.scale),
        "sigma": strategy.sigma,
        "least": strategy.min_size,
        "alike": list(strategy.similarities),
    }


def controls() -> Strategy:
    """Colour space, the segments' three numbers, and the similarities; all stand in the URL."""
    space = st.segmented_control(
        "Colour space",
        COLOUR_SPACES,
        default=START.space,
        required=True,
        key="space",
        bind="query-params",
        wrap=True,
    )
    scale = st.select_slider(
        "Scale k: larger, larger segments", SCALES, int(START.scale), key="k", bind="query-params"
    )
    left, right = st.columns(2)
    sigma = left.slider("Blur σ", 0.0, 3.0, START.sigma, 0.1, key="sigma", bind="query-params")
    least = right.slider("Least pixels", 5, 300, START.min_size, 5, key="least", bind="query-params")
    names = st.pills(
        "What makes two regions alike",
        SIMILARITIES,
        selection_mode="multi",
        default=list(SIMILARITIES),
        key="alike",
        bind="query-params",
        wrap=True,
    )
    chosen: tuple[Similarity, ...] = tuple(name for name in SIMILARITIES if name in names)
    return Strategy(space, float(scale), chosen, float(sigma), int(least or 0))


@st.cache_resource(max_entries=16, show_spinner=False)
def _segments(identity: str, start: Strategy, _picture: Picture) -> tuple[Picture, Segments, float]:
    small = at_work(_picture)
    began = time.perf_counter()
    return small, segment(small, start), 1000 * (time.perf_counter() - began)


@st.cache_resource(max_entries=16, show_spinner=False)
def _grown(identity: str, strategy: Strategy, _picture: Picture) -> Grown:
    small, segments, segments_ms = _segments(identity, strategy._replace(similarities=()), _picture)
    began = time.perf_counter()
    tree = group(segments, strategy.similarities)
    merges_ms = 1000 * (time.perf_counter() - began)
    return Grown(small, segments, tree, merge_similarities(segments, tree), segments_ms, merges_ms)


def grown(chosen: Chosen, strategy: Strategy) -> Grown:
    """The hierarchy of a strategy, once for each picture; no similarity at all is a `DataError`."""
    return _grown(chosen.identity, strategy, chosen.picture)


def _telling(chosen: Chosen, found: Grown) -> int:
    """The merge to open with: the one that makes the best box of any true thing, or one of the later."""
    merges = len(found.tree.parents)
    boxes = found.tree.boxes[len(found.segments) :]
    if not merges or chosen.truth is None or chosen.truth.difficult.all():
        return int(LATER * merges)
    scale = found.picture.shape[1] / chosen.picture.shape[1]
    iou = box_iou(boxes, chosen.truth.boxes[~chosen.truth.difficult] * scale)
    return int(iou.max(axis=1).argmax())


@st.cache_resource(max_entries=8, show_spinner=False)
def _message(identity: str, strategy: Strategy, _chosen: Chosen, _found: Grown) -> bytes:
    """All that the player is sent; made once, for it does not depend on what else moves on the page."""
    height, width = _found.picture.shape[:2]
    count, tree = len(_found.segments), _found.tree
    merges = len(tree.parents)
    fields = {
        "identity": f"{identity} {strategy}",
        "topic": identity,
        "width": width,
        "height": height,
        "segments": count,
        "merges": merges,
        "start": _telling(_chosen, _found),
        "names": SIMILARITIES,
        "on": [name in strategy.similarities for name in SIMILARITIES],
        "alt": f"{_chosen.name}: regions and their boxes",
        "note": f"{width} × {height} px · {count} segments in {_found.segments_ms:.0f} ms · "
        f"{merges} merges in {_found.merges_ms:.0f} ms",
    }
    parts: dict[str, bytes | np.ndarray] = {
        "picture": zlib.compress(np.ascontiguousarray(_found.picture).tobytes(), 1),
        "labels": zlib.compress(_found.segments.labels.astype("<u4").tobytes(), 1),
        "similarities": _found.similarities.astype("<f4"),
        "totals": tree.similarity.astype("<f4"),
    }
    for name in ("parents", "boxes", "levels", "sizes"):
        parts[name] = getattr(tree, name).astype("<u4")
    return packed(fields, parts)


def hierarchy_player(chosen: Chosen, strategy: Strategy, found: Grown) -> None:
    """The merges one by one, or level by level: what merges, how alike it is, the box that is born."""
    _lab(data=_message(chosen.identity, strategy, chosen, found), key="hierarchy")
