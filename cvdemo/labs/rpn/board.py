"""The board of the RPN page: the funnel's stages as pictures, the anchors of one cell, the paper's table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st
import supervision as sv
from numpy.typing import NDArray

from cvdemo import zoo
from cvdemo.data.chosen import Chosen
from cvdemo.data.detections_json import class_names
from cvdemo.data.pictures import fit, to_jpeg
from cvdemo.draw.colours import colour
from cvdemo.draw.detections import draw_detections
from cvdemo.labs.rpn import experiment
from cvdemo.labs.rpn.experiment import (
    FilteredProposals,
    FunnelKnobs,
    RPNPrediction,
    proposals_in_picture,
    target_boxes,
)
from cvdemo.ops.detections import confidence
from cvdemo.ui.cache import cached
from cvdemo.ui.component import Parts, component, packed
from cvdemo.ui.downloads import coco, offer, png, table
from cvdemo.ui.page import texts
from cvdemo.world.reading import Truth

if TYPE_CHECKING:  # torch
    from cvdemo.nets.rpn_paper import Counted

LONGEST = 1000
PAPER_EXAMPLE = (600, 1000)  # height and width of the paper's typical picture
PAPER_STAGES = (
    "Cells of the map",
    "Anchors, 9 for each",
    "Wholly inside, for training",
    "Best, before NMS",
    "After NMS at IoU .7",
    "Proposals",
)
QUOTED = (
    "about 2,400 (sec. 3.1)",
    "roughly 20,000 (sec. 3.3)",
    "about 6,000 (sec. 3.3)",
    "6,000 (the authors' code)",
    "about 2,000, in training (sec. 3.3)",
    "300 (abstract)",
)

_board = component("rpn/lab")


@cached
def _prediction(identity: str, _picture: NDArray[np.uint8]) -> RPNPrediction:
    return experiment.predict(_picture)


@cached
def _filtered(
    identity: str, knobs: FunnelKnobs, _found: RPNPrediction, _truth: Truth | None
) -> FilteredProposals:
    return experiment.filter_proposals(_found, knobs, _truth)


@cached
def _jpeg(identity: str, _picture: NDArray[np.uint8]) -> bytes:
    return to_jpeg(fit(_picture, LONGEST))


@cached
def _paper_counts(identity: str, size: tuple[int, int], _truth: Truth | None) -> Counted:
    return experiment.paper_counts(size, _truth)


def funnel(chosen: Chosen, knobs: FunnelKnobs) -> None:
    """The board and what is known of the proposals; the network runs once for each picture."""
    with st.spinner(f"Faster R-CNN+ runs on {zoo.default_device().upper()} …", show_time=True):
        prediction = _prediction(chosen.identity, chosen.picture)
    filtered = _filtered(chosen.identity, knobs, prediction, chosen.truth)
    _draw(chosen, prediction, knobs, filtered)
    if not len(filtered.rows):
        st.info(texts("rpn")["nothing"])
    _about(prediction, filtered)
    _downloads(chosen, prediction, filtered)


def _draw(chosen: Chosen, prediction: RPNPrediction, knobs: FunnelKnobs, filtered: FilteredProposals) -> None:
    height, width = prediction.size
    fields = {
        "identity": chosen.identity,
        "choice": repr(knobs),
        "width": width,
        "height": height,
        "levels": _levels(prediction),
        "stages": _stages(filtered),
        "detections": _detections(filtered.detections),
        "truth": [] if chosen.truth is None else target_boxes(chosen.truth, prediction.size).tolist(),
        "alt": f"{chosen.name}, {len(filtered.rows)} proposals, {len(filtered.detections)} detections",
    }
    parts: Parts = {
        "picture": _jpeg(chosen.identity, chosen.picture),
        "anchors": prediction.anchors.astype("<f4"),
        "boxes": prediction.boxes.cpu().numpy().astype("<f4"),
        "scores": prediction.scores.cpu().numpy().astype("<f4"),
        "lastStage": filtered.last_stage,
    }
    _board(data=packed(fields, parts), key="board")


def _levels(prediction: RPNPrediction) -> list[dict[str, Any]]:
    """Stride, map and anchors of each level, and where its rows begin among all."""
    levels, first = [], 0
    config = prediction.config
    for stride, shape, scales in zip(config.strides, prediction.trace.rpn.shapes, config.scales, strict=True):
        rows, columns, each = shape
        kinds = [{"scale": s, "ratio": r} for r in config.ratios for s in scales]
        levels.append(
            {"stride": stride, "rows": rows, "columns": columns, "first": first, "kinds": kinds,
             "centre": config.centre}
        )  # fmt: skip
        first += rows * columns * each
    return levels


def _stages(filtered: FilteredProposals) -> list[dict[str, Any]]:
    notes = texts("rpn")
    return [
        {"title": s.title, "count": len(s.boxes), "found": s.recall, "note": notes[s.title.lower()]}
        for s in filtered.stages
    ]


def _detections(found: sv.Detections) -> list[dict[str, Any]]:
    rows = zip(class_names(found), confidence(found).tolist(), found.xyxy.tolist(), strict=True)
    return [{"name": n, "score": s, "box": b, "colour": colour(n)} for n, s, b in rows]


def _about(prediction: RPNPrediction, filtered: FilteredProposals) -> None:
    """What it cost, and on a drawn scene the score of the detections at the end."""
    height, width = prediction.size
    cost = (
        f"Network {prediction.milliseconds:.0f} ms on {width} × {height} pixels, once for each picture · "
        f"funnel and head {filtered.milliseconds:.0f} ms"
    )
    if filtered.score is None:
        st.caption(f"{cost}.")
        return
    st.markdown(f"Detections: {filtered.score.text()}")
    st.caption(f"On the cards, the share of true boxes that are found at IoU .5 · .7. {cost}.")


def _downloads(chosen: Chosen, prediction: RPNPrediction, filtered: FilteredProposals) -> None:
    """The proposals as CSV and JSON, and drawn on the picture; each made when it is asked for."""
    height, width = chosen.picture.shape[:2]

    def proposals() -> sv.Detections:
        return proposals_in_picture(prediction, filtered, (height, width))

    def drawn() -> NDArray[np.uint8]:
        return fit(draw_detections(chosen.picture, proposals(), labels=False), 1280)

    offer(chosen.name, table(proposals, "Proposals as CSV"), coco(proposals), png(drawn))


def paper_rows(counted: Counted) -> list[str]:
    """The counts of one size of pictures as text, in the order of `PAPER_STAGES`."""
    counts = [counted.anchors, counted.inside, counted.before]
    return [
        f"{counted.rows} × {counted.columns} = {counted.rows * counted.columns:,}",
        *(f"{n:,}" for n in counts),
        "needs scores" if counted.after_nms is None else f"{counted.after_nms:,}",
        "at most 300" if counted.proposed is None else f"{counted.proposed:,}",
    ]


def paper_table(chosen: Chosen) -> None:
    """The paper's funnel at its full size beside this picture's: what is counted and what is quoted."""
    from cvdemo.nets.rpn_paper import at_paper_size

    height, width = chosen.picture.shape[:2]
    size = at_paper_size(height, width)
    st.markdown("#### The paper's funnel at full size")
    st.markdown(texts("rpn")["paper"])
    own = _paper_counts(chosen.identity, size, chosen.truth)
    columns = {
        "": list(PAPER_STAGES),
        "1000 × 600, counted": paper_rows(_paper_counts("", PAPER_EXAMPLE, None)),
        f"this picture at {size[1]} × {size[0]}, counted": paper_rows(own),
        "arXiv:1506.01497 says": list(QUOTED),
    }
    st.table(columns, hide_index=True)
    st.caption(texts("rpn")["paper note"])
