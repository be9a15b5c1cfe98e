"""What the sliding window's page shows: the running window, both ways' cost, the detections."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import streamlit as st
import supervision as sv
from numpy.typing import NDArray

from cvdemo.data.chosen import Chosen
from cvdemo.data.pictures import fit, to_jpeg
from cvdemo.draw.colours import colour
from cvdemo.draw.detections import draw_detections
from cvdemo.labs.windows.draw import count_curves
from cvdemo.labs.windows.experiment import (
    MOST_SCALES,
    SMALLEST,
    STRIDES,
    PyramidScores,
    Search,
    search_both_ways,
)
from cvdemo.nets.sliding_window import STRIDE, WINDOW
from cvdemo.ops.detections import confidence, select
from cvdemo.ops.windows import Level
from cvdemo.ui import widgets
from cvdemo.ui.cache import cached
from cvdemo.ui.component import Parts, component, packed
from cvdemo.ui.downloads import offer, png, table
from cvdemo.ui.page import guarded
from cvdemo.ui.truth import say_score
from cvdemo.world.vocabulary import THINGS

PLAIN = {"displayModeBar": False}

_board = component("windows/lab")


@cached
def _pyramid_scores(identity: str, search: Search, _picture: NDArray[np.uint8]) -> PyramidScores:
    return search_both_ways(_picture, search)


def pyramid_scores(chosen: Chosen, search: Search) -> PyramidScores:
    """The scores of every window; the classifier runs once for each picture and search."""
    with st.spinner("Classifying every window of the pyramid, one by one, on the CPU …", show_time=True):
        return _pyramid_scores(chosen.identity, search, chosen.picture)


class ShownPyramid(NamedTuple):
    """What the board shows of a pyramid: probabilities [1 + K, rows, columns] of every level's windows.

    The first of them is that of no object at all, the others are those of `names`; `identity` is another
    one for another search.
    """

    identity: str
    levels: Sequence[Level]
    probabilities: Sequence[NDArray[np.floating[Any]]]
    names: Sequence[str]
    window: int
    stride: int


def shown_pyramid(chosen: Chosen, found: PyramidScores) -> ShownPyramid:
    """The pyramid of the net that knows drawings."""
    identity = f"{chosen.identity} {found.search}"
    return ShownPyramid(identity, found.levels, found.probabilities, THINGS, WINDOW, found.search.stride)


def board(chosen: Chosen, found: ShownPyramid) -> None:
    """The window running over the pyramid, with a player, the heat maps and the window under it."""
    levels = [
        {
            "height": level.size[0],
            "width": level.size[1],
            "rows": likely.shape[1],
            "columns": likely.shape[2],
            "side": [level.side * level.ratio**0.5, level.side / level.ratio**0.5],
        }
        for level, likely in zip(found.levels, found.probabilities, strict=True)
    ]
    fields = {
        "identity": found.identity,
        "window": found.window,
        "stride": found.stride,
        "levels": levels,
        "names": ["any object", *found.names],
        "colours": ["#888888", *(colour(name) for name in found.names)],
        "alt": chosen.name,
    }
    likely = np.concatenate([p.reshape(-1) for p in found.probabilities])
    parts: Parts = {
        "picture": to_jpeg(fit(chosen.picture, 800)),
        "probabilities": likely.astype("<f4"),
    }
    _board(data=packed(fields, parts), key=f"board-{len(found.names)}")


def counters(found: PyramidScores) -> None:
    """Calls and seconds of both ways, side by side, and how they compare."""
    slid, dense = st.columns(2, gap="large")
    for side, title, (calls, seconds), note in (
        (slid, "Window by window", found.windows, "a classification for each"),
        (dense, "By convolution", found.convolved, "all windows of a picture at once"),
    ):
        with side.container(border=True):
            st.markdown(f"**{title}**, {note}")
            one, other = st.columns(2)
            one.metric("network calls", f"{calls:,}")
            other.metric("measured here", f"{seconds:.2f} s" if seconds >= 1 else f"{1000 * seconds:.0f} ms")
    height, width = found.size
    terms = [f"{likely.shape[1]} × {likely.shape[2]}" for likely in found.probabilities]
    many = " + ".join(terms[:6]) + (f" + {len(terms) - 6} more" if len(terms) > 6 else "")
    st.caption(
        f"The net's input is {width} × {height} pixels. Windows of all levels: {many} = "
        f"**{found.windows.calls:,}**. "
        f"Both ways give the same scores: the largest difference is {found.apart:.0e}, and one takes "
        f"**{found.windows.seconds / found.convolved.seconds:.0f} ×** the other's time."
    )


def costs(found: PyramidScores) -> None:
    """How many windows there would be with other knobs, by formula."""
    st.markdown("#### What each knob costs")
    now = found.search

    def count(**changes: Any) -> int:
        return now._replace(**changes).windows(found.size)

    scales = list(range(1, MOST_SCALES + 1))
    lines = {
        "smallest window in pixels": (SMALLEST, [count(smallest=v) for v in SMALLEST]),
        "scales": (scales, [count(scales=v) for v in scales]),
        "stride in pixels": (STRIDES, [count(stride=v) for v in STRIDES]),
    }
    figure = count_curves(lines, (now.smallest, now.scales, now.stride))
    st.plotly_chart(figure, config=PLAIN, key="costs", width="stretch")
    st.caption(
        f"By formula: a level of W × H pixels has (⌊(W − {WINDOW}) / s⌋ + 1) × (⌊(H − {WINDOW}) / s⌋ + 1) "
        f"windows. By convolution there is one call a level, and below a stride of {STRIDE} one for each "
        "shift."
    )


@st.fragment
@guarded
def detections(chosen: Chosen, raw: sv.Detections, *, part: str = "", first: float = 0.5) -> None:
    """Windows above the threshold that NMS leaves, and the score where the truth is known."""
    st.markdown("#### After threshold and NMS")
    left, right = st.columns([1, 2.6], gap="medium")
    with left:
        score = widgets.slider(f"{part}score", "Score threshold", 0.05, 1.0, first, 0.01)
        iou = widgets.slider("iou", "NMS threshold (IoU)", 0.0, 1.0, 0.3, 0.05)
    kept = select(raw, score=score, iou=iou)
    drawn = draw_detections(chosen.picture, kept)
    with right:
        if chosen.truth is not None:
            say_score(chosen, kept)
        st.image(to_jpeg(fit(drawn, 1280)), width="stretch", alt=f"{chosen.name}: {len(kept)} windows")
    with left:
        st.caption(
            f"{int((confidence(raw) >= score).sum()):,} windows pass the score threshold, NMS leaves "
            f"**{len(kept)}**. The window *is* the box: it has one of a few sizes and shapes and lies on a "
            "grid, so it hardly ever fits. R-CNN adds a regression that corrects it."
        )
        offer(chosen.name, png(lambda: drawn), table(lambda: kept))
