"""What the Region proposals page shows: the player of merges, the boxes, what they find, the files."""

from __future__ import annotations

import zlib

import numpy as np
import streamlit as st

from cvdemo.data.chosen import Chosen
from cvdemo.data.pictures import fit, to_jpeg
from cvdemo.labs.proposals import experiment
from cvdemo.labs.proposals.controls import BoxKnobs
from cvdemo.labs.proposals.draw import draw_merges, draw_proposals, recall_curves
from cvdemo.labs.proposals.experiment import (
    COUNTS,
    MOST,
    SCENES,
    Boxes,
    MergedSegments,
    Picture,
    StartSegments,
    TimedProposals,
    best_merge,
    find_objects,
    objects_table,
    recall_curve,
    strategies,
    target_boxes,
    to_csv,
    to_json,
)
from cvdemo.ops.grouping import SIMILARITIES
from cvdemo.ops.regions import Strategy
from cvdemo.ui import widgets
from cvdemo.ui.cache import cached
from cvdemo.ui.component import component, packed
from cvdemo.ui.downloads import gif, mp4, offer, png, text
from cvdemo.video.write import sampled

WIDEST = 960  # pixels of the picture that is sent
MOST_FRAMES, SECONDS = 120, 20.0  # of the film
LEGEND = "\n\n:green[■] object that is found, :orange[■] box that fits it best, :red[■] object that is missed"
PLAIN = {"displayModeBar": False}

_lab = component("proposals/lab")


@cached
def _start(identity: str, strategy: Strategy, _picture: Picture) -> StartSegments:
    return experiment.start_segments(_picture, strategy)


@cached
def _merged(identity: str, strategy: Strategy, _picture: Picture) -> MergedSegments:
    start = _start(identity, strategy._replace(similarities=()), _picture)
    return experiment.merge_segments(start, strategy)


@cached
def _searched(identity: str, chosen: tuple[Strategy, ...], _picture: Picture) -> TimedProposals:
    return experiment.search(_picture, chosen)


@cached
def _over_scenes(chosen: tuple[Strategy, ...], scenes: int) -> dict[float, list[float]]:
    return experiment.recall_over_scenes(chosen, scenes)


def merged(chosen: Chosen, strategy: Strategy) -> MergedSegments:
    """The hierarchy of a strategy, once for each picture; no similarity at all is a `DataError`."""
    return _merged(chosen.identity, strategy, chosen.picture)


def searched(chosen: Chosen, search: str, one: Strategy) -> TimedProposals:
    """The proposals of a search, once for each picture."""
    with st.spinner("Searching …", show_time=True):
        return _searched(chosen.identity, strategies(search, one), chosen.picture)


def hierarchy_player(chosen: Chosen, strategy: Strategy, found: MergedSegments) -> None:
    """The merges one by one, or level by level: which regions merge, their similarities, the new box."""
    _lab(data=_message(chosen.identity, strategy, chosen, found), key="hierarchy")


@cached
def _message(identity: str, strategy: Strategy, _chosen: Chosen, _found: MergedSegments) -> bytes:
    """All that the player is sent; made once, for it does not depend on what else moves on the page."""
    (picture, segments, milliseconds), tree = _found.start, _found.tree
    height, width = picture.shape[:2]
    merges = len(tree.parents)
    fields = {
        "identity": f"{identity} {strategy}",
        "topic": identity,
        "width": width,
        "height": height,
        "segments": len(segments),
        "merges": merges,
        "start": best_merge(_found, _chosen.truth, _chosen.picture.shape[1]),
        "names": SIMILARITIES,
        "on": [name in strategy.similarities for name in SIMILARITIES],
        "alt": f"{_chosen.name}: regions and their boxes",
        "note": f"{width} × {height} px · {len(segments)} segments in {milliseconds:.0f} ms · "
        f"{merges} merges in {_found.milliseconds:.0f} ms",
    }
    parts: dict[str, bytes | np.ndarray] = {
        "picture": zlib.compress(np.ascontiguousarray(picture).tobytes(), 1),
        "labels": zlib.compress(segments.labels.astype("<u4").tobytes(), 1),
        "similarities": _found.similarities.astype("<f4"),
        "totals": tree.similarity.astype("<f4"),
    }
    for name in ("parents", "boxes", "levels", "sizes"):
        parts[name] = getattr(tree, name).astype("<u4")
    return packed(fields, parts)


def boxes_over_picture(chosen: Chosen, found: TimedProposals, knobs: BoxKnobs) -> None:
    """The picture with the first boxes, and under it how fast they came."""
    boxes = found.proposals.boxes[: knobs.boxes]
    drawn = to_jpeg(overlaid(chosen, boxes, knobs.iou), 85)
    st.image(drawn, width="stretch", alt=f"{chosen.name}: {len(boxes)} boxes")
    total = len(found.proposals)
    st.caption(
        f"{len(boxes)} of {total} boxes · the search took {1000 * found.seconds:.0f} ms: "
        f"**{total / found.seconds:,.0f} candidates a second**, measured now on this machine's CPU"
        + (f" · it gives at most {MOST:,}" if total == MOST else "")
        + (LEGEND if chosen.truth is not None else "")
    )


def overlaid(chosen: Chosen, boxes: Boxes, iou: float) -> Picture:
    """The picture, at most `WIDEST` wide, with boxes [N, 4] in pixels of the whole and what they find."""
    small = fit(chosen.picture, WIDEST)
    scale = small.shape[1] / chosen.picture.shape[1]
    if chosen.truth is None:
        return draw_proposals(small, boxes * scale)
    targets = target_boxes(chosen.truth)
    best = find_objects(boxes, targets)
    return draw_proposals(small, boxes * scale, targets * scale, best.iou >= iou, best.boxes * scale)


def score(chosen: Chosen, found: TimedProposals, knobs: BoxKnobs, one: Strategy) -> None:
    """On a drawn scene: objects found, recall over the number of boxes, and the box that finds each."""
    if chosen.truth is None:
        st.caption("No truth is known of this picture, so there is no recall.")
        return
    targets = target_boxes(chosen.truth)
    if not len(targets):
        st.caption("This scene has no object that must be found, so there is no recall.")
        return
    boxes = found.proposals.boxes
    best = find_objects(boxes[: knobs.boxes], targets).iou
    hits = int((best >= knobs.iou).sum())
    st.markdown(f"**{hits} of {len(targets)}** objects found: recall **{hits / len(targets):.2f}**")
    many = None
    if widgets.toggle("many", f"Over {SCENES} other scenes"):
        with st.spinner(f"Searching {SCENES} scenes …", show_time=True):
            many = _over_scenes(strategies(knobs.search, one), SCENES)
    figure = recall_curves(COUNTS, recall_curve(boxes, targets), many, knobs.boxes)
    st.plotly_chart(figure, config=PLAIN, key="recall", width="stretch")
    st.dataframe(objects_table(chosen.truth, boxes, best), hide_index=True, width="stretch")


def film(found: MergedSegments) -> list[np.ndarray]:
    """At most `MOST_FRAMES` merges, evenly taken, the last always among them."""
    numbers = sampled(len(found.tree.parents), MOST_FRAMES)
    return list(draw_merges(found.start.picture, found.start.segments.labels, found.tree, numbers))


def downloads(chosen: Chosen, merges: MergedSegments, found: TimedProposals, knobs: BoxKnobs) -> None:
    """Boxes, picture and film; every file is made when it is asked for."""
    first = found.proposals.first(knobs.boxes)
    offer(
        chosen.name,
        text("Boxes (CSV)", "csv", lambda: to_csv(first)),
        text("Boxes (JSON)", "json", lambda: to_json(first, chosen.name)),
        png(lambda: overlaid(chosen, first.boxes, knobs.iou), "Picture (PNG)"),
        gif(lambda: film(merges), "Merges (GIF)", SECONDS),
        mp4(lambda: film(merges), "Merges (MP4)", SECONDS),
    )
