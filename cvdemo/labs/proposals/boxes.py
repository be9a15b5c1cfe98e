"""All boxes of a search over the picture: how many, which thing each finds, recall, candidates a second."""

from __future__ import annotations

import time
from typing import NamedTuple

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from cvdemo import world
from cvdemo.data.pictures import fit, to_jpeg
from cvdemo.draw.proposals import draw_proposals
from cvdemo.draw.recall_curves import COLOURS, recall_curves
from cvdemo.metrics.proposals import NEVER, first_match_ranks, recall
from cvdemo.ops.iou import box_iou
from cvdemo.ops.regions import FAST, QUALITY, RegionProposals, Strategy, selective_search
from cvdemo.ui.scene import SPLIT
from cvdemo.ui.source import Chosen
from cvdemo.world.truth import Truth
from cvdemo.world.vocabulary import THINGS

MOST = 1000
SEARCHES = ("one", "fast", "quality")
IOUS = tuple(COLOURS)
COUNTS = (*range(1, 20), *range(20, 100, 5), *range(100, MOST + 1, 20))
MANY, MANY_SIZE = 24, (192, 160)  # other scenes for a steadier curve, drawn small
WIDEST = 960  # pixels of the picture that is sent
LEGEND = "\n\n:green[■] thing that is found, :orange[■] box that fits it best, :red[■] thing that is missed"
PLAIN = {"displayModeBar": False}


class Searched(NamedTuple):
    """Proposals, and the seconds that they took when they were made."""

    proposals: RegionProposals
    seconds: float


class Shown(NamedTuple):
    """What the controls ask for: a search, so many boxes, and from which IoU on a thing is found."""

    search: str
    boxes: int
    iou: float


def strategies(search: str, one: Strategy) -> tuple[Strategy, ...]:
    """Of a name of `SEARCHES`; `one` is the strategy that the player shows."""
    return {"one": (one,), "fast": FAST, "quality": QUALITY}[search]


@st.cache_resource(max_entries=16, show_spinner=False)
def _searched(identity: str, chosen: tuple[Strategy, ...], _picture: NDArray[np.uint8]) -> Searched:
    began = time.perf_counter()
    found = selective_search(_picture, most=MOST, strategies=chosen)
    return Searched(found, time.perf_counter() - began)


def searched(chosen: Chosen, search: str, one: Strategy) -> Searched:
    """At most `MOST` boxes, once for each picture and search."""
    with st.spinner("Searching …", show_time=True):
        return _searched(chosen.identity, strategies(search, one), chosen.picture)


@st.cache_resource(max_entries=8, show_spinner=False)
def _over_many(chosen: tuple[Strategy, ...]) -> NDArray[np.float64]:
    """Recall [IOUS, COUNTS] over `MANY` scenes."""
    boxes, truth = [], []
    for seed in range(MANY):
        picture, known = world.draw(world.scene(seed, split=SPLIT), *MANY_SIZE)
        boxes.append(selective_search(picture, most=MOST, strategies=chosen).boxes)
        truth.append(asked(known))
    return recall(boxes, truth, IOUS, COUNTS)


def asked(truth: Truth) -> NDArray[np.floating]:
    """The boxes [G, 4] that must be found: all but the difficult ones."""
    boxes: NDArray[np.floating] = truth.boxes[~truth.difficult]
    return boxes


def box_controls(known: bool) -> Shown:
    """Which search, how many boxes, and, where truth is `known`, the IoU that counts; all are in the URL."""
    search = st.segmented_control(
        f"Boxes of one hierarchy, of {len(FAST)}, of {len(QUALITY)}",
        SEARCHES,
        default="fast",
        required=True,
        key="search",
        bind="query-params",
        wrap=True,
    )
    count = st.slider("Number of boxes", 0, MOST, 100, 10, key="n", bind="query-params")
    iou = st.segmented_control(
        "Found from an IoU of",
        IOUS,
        default=IOUS[0],
        required=True,
        key="iou",
        bind="query-params",
        disabled=not known,
    )
    return Shown(str(search), int(count), float(iou or IOUS[0]))


def overlaid(chosen: Chosen, boxes: NDArray[np.float32], iou: float) -> NDArray[np.uint8]:
    """The picture, at most `WIDEST` wide, with boxes [N, 4] in pixels of the whole and what they find."""
    small = fit(chosen.picture, WIDEST)
    scale = small.shape[1] / chosen.picture.shape[1]
    if chosen.truth is None:
        return draw_proposals(small, boxes * scale)
    truth = asked(chosen.truth)
    best, finders = _best(boxes, truth)
    return draw_proposals(small, boxes * scale, truth * scale, best >= iou, finders * scale)


def _best(boxes: NDArray[np.float32], truth: NDArray[np.floating]) -> tuple[NDArray, NDArray]:
    """The largest IoU [G] that any box has with each true one, and that box [G, 4]."""
    if not len(boxes) or not len(truth):
        return np.zeros(len(truth)), np.zeros((len(truth), 4))
    iou = box_iou(boxes, truth)
    return iou.max(axis=0), boxes[iou.argmax(axis=0)]


def boxes_over_picture(chosen: Chosen, found: Searched, shown: Shown) -> None:
    """The picture with the first boxes, and under it how fast they came."""
    boxes = found.proposals.boxes[: shown.boxes]
    st.image(to_jpeg(overlaid(chosen, boxes, shown.iou), 85), width="stretch")
    total = len(found.proposals)
    st.caption(
        f"{len(boxes)} of {total} boxes · the search took {1000 * found.seconds:.0f} ms: "
        f"**{total / found.seconds:,.0f} candidates a second**, measured now on this machine's CPU"
        + (f" · it gives at most {MOST:,}" if total == MOST else "")
        + (LEGEND if chosen.truth is not None else "")
    )


def score(chosen: Chosen, found: Searched, shown: Shown, one: Strategy) -> None:
    """On a drawn scene: how many things are found, recall over the number, and the box that finds each."""
    if chosen.truth is None:
        st.caption("No truth is known of this picture, so there is no recall.")
        return
    truth = asked(chosen.truth)
    if not len(truth):
        st.caption("Nothing in this scene asks to be found, so there is no recall.")
        return
    boxes = found.proposals.boxes
    best, _ = _best(boxes[: shown.boxes], truth)
    hits = int((best >= shown.iou).sum())
    st.markdown(f"**{hits} of {len(truth)}** things found: recall **{hits / len(truth):.2f}**")
    many = None
    if st.toggle(f"Over {MANY} other scenes", key="many", bind="query-params"):
        with st.spinner(f"Searching {MANY} scenes …", show_time=True):
            many = dict(zip(IOUS, _over_many(strategies(shown.search, one)).tolist(), strict=True))
    here = dict(zip(IOUS, recall([boxes], [truth], IOUS, COUNTS).tolist(), strict=True))
    figure = recall_curves(COUNTS, here, many, shown.boxes)
    st.plotly_chart(figure, config=PLAIN, key="recall", width="stretch")
    st.dataframe(_table(chosen.truth, boxes, best), hide_index=True, width="stretch")


def _table(truth: Truth, boxes: NDArray[np.float32], best: NDArray) -> pd.DataFrame:
    """A row for each thing: the best IoU of the boxes shown, and which box of all is the first to find it."""
    names = [THINGS[k] for k in truth.classes[~truth.difficult]]
    firsts = first_match_ranks(boxes, asked(truth), IOUS)
    columns = {"thing": names, "IoU": best.round(2)}
    for iou, row in zip(IOUS, firsts, strict=True):
        columns[f"box ≥ {iou:g}"] = [None if k == NEVER else int(k) + 1 for k in row]
    return pd.DataFrame(columns)
