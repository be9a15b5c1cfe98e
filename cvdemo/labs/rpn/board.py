"""The board of the RPN page: the funnel's stages as pictures, and the anchors of one cell."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import streamlit as st
import supervision as sv
from numpy.typing import NDArray

from cvdemo.data.detections_json import class_names, to_coco, to_csv
from cvdemo.data.pictures import fit, to_jpeg, to_png
from cvdemo.draw.colours import colour
from cvdemo.draw.detections import draw_detections
from cvdemo.labs.rpn.experiment import Choice, Passed, Seen, in_picture, true_boxes
from cvdemo.ops.detections import confidence
from cvdemo.ui.component import Parts, component, packed
from cvdemo.ui.page import texts
from cvdemo.ui.source import Chosen

LONGEST = 1000
STAGES = ("Anchors", "Corrected", "Best", "After NMS", "Proposals", "Detections")

_board = component("rpn/lab")


def board(chosen: Chosen, found: Seen, choice: Choice, left: Passed) -> None:
    """Cards of all stages, the big picture of one or of a cell's anchors, what is known of them."""
    height, width = found.size
    fields = {
        "identity": chosen.identity,
        "choice": repr(choice),
        "width": width,
        "height": height,
        "levels": _levels(found),
        "stages": _stages(left),
        "detections": _detections(left.detections),
        "truth": [] if chosen.truth is None else true_boxes(chosen.truth, found.size).tolist(),
        "alt": f"{chosen.name}, {len(left.rows)} proposals, {len(left.detections)} detections",
    }
    parts: Parts = {
        "picture": _jpeg(chosen.identity, chosen.picture),
        "anchors": found.anchors.astype("<f4"),
        "boxes": found.boxes.cpu().numpy().astype("<f4"),
        "scores": found.scores.cpu().numpy().astype("<f4"),
        "fate": left.fate,
    }
    _board(data=packed(fields, parts), key="board")


@st.cache_resource(max_entries=16, show_spinner=False)
def _jpeg(identity: str, _picture: NDArray[np.uint8]) -> bytes:
    return to_jpeg(fit(_picture, LONGEST))


def _levels(found: Seen) -> list[dict[str, Any]]:
    """Stride, map and anchors of each level, and where its rows begin among all."""
    levels, first = [], 0
    config = found.config
    for stride, shape, scales in zip(config.strides, found.trace.rpn.shapes, config.scales, strict=True):
        rows, columns, each = shape
        kinds = [{"scale": s, "ratio": r} for r in config.ratios for s in scales]
        levels.append(
            {"stride": stride, "rows": rows, "columns": columns, "first": first, "kinds": kinds,
             "centre": config.centre}
        )  # fmt: skip
        first += rows * columns * each
    return levels


def _stages(left: Passed) -> list[dict[str, Any]]:
    notes = texts("rpn")
    return [
        {"title": title, "count": len(s.boxes), "found": s.found, "note": notes[title.lower()]}
        for title, s in zip(STAGES, left.stages, strict=True)
    ]


def _detections(found: sv.Detections) -> list[dict[str, Any]]:
    rows = zip(class_names(found), confidence(found).tolist(), found.xyxy.tolist(), strict=True)
    return [{"name": n, "score": s, "box": b, "colour": colour(n)} for n, s, b in rows]


def proposals(chosen: Chosen, found: Seen, left: Passed) -> sv.Detections:
    """The proposals in pixels of the picture, best first, all of one class."""
    size = sv.Detections(
        found.boxes[left.rows].cpu().numpy().reshape(-1, 4),
        confidence=found.scores[left.rows].cpu().numpy(),
        class_id=np.zeros(len(left.rows), int),
        data={"class_name": np.full(len(left.rows), "proposal")},
    )
    height, width = chosen.picture.shape[:2]
    return in_picture(size, found.size, (height, width))


def downloads(chosen: Chosen, found: Seen, left: Passed) -> None:
    """The proposals as CSV and JSON, and drawn on the picture; each made when it is asked for."""
    stem = f"{chosen.name.rsplit('.', 1)[0]}-proposals"
    row = st.container(horizontal=True, gap="small")

    def png() -> bytes:
        return to_png(
            fit(draw_detections(chosen.picture, proposals(chosen, found, left), labels=False), 1280)
        )

    def table() -> str:
        return to_csv(proposals(chosen, found, left))

    def coco() -> str:
        return json.dumps(to_coco(proposals(chosen, found, left), image_id=1), indent=1)

    row.download_button("Proposals as CSV", table, f"{stem}.csv", "text/csv", key="csv")
    row.download_button("COCO JSON", coco, f"{stem}.json", "application/json", key="json")
    row.download_button("PNG", png, f"{stem}.png", "image/png", key="png")
