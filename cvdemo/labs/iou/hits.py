"""How many of a detector's boxes are right at each of COCO's thresholds, where the truth is known."""

from __future__ import annotations

import numpy as np
import streamlit as st
import supervision as sv

from cvdemo import zoo
from cvdemo.data.detections_json import to_coco
from cvdemo.draw.iou import true_positive_bars
from cvdemo.labs.iou.boxes import Pair, place
from cvdemo.metrics.conventions import COCO_THRESHOLDS
from cvdemo.metrics.curve import true_positives_by_threshold
from cvdemo.metrics.eligible_pairs import eligible_pairs
from cvdemo.metrics.evaluation import load
from cvdemo.ops.detections import select
from cvdemo.ops.iou import box_iou
from cvdemo.ui.models import choose_model, raw_detections, ready
from cvdemo.ui.source import Chosen


def correct_boxes(truth: np.ndarray, found: sv.Detections, *, width: int, height: int) -> list[int]:
    """How many detections find a true box [G, 4] at each of COCO's ten thresholds, classes left aside.

    Matched as COCO does, each truth once, the best-scored detection first; width and height in pixels.
    """
    sides = [[x1, y1, x2 - x1, y2 - y1] for x1, y1, x2, y2 in truth.tolist()]
    known = {
        "images": [{"id": 1, "width": width, "height": height}],
        "categories": [{"id": 1, "name": "object"}],
        "annotations": [
            {"id": k, "image_id": 1, "category_id": 1, "bbox": s, "area": s[2] * s[3], "iscrowd": 0}
            for k, s in enumerate(sides, 1)
        ],
    }
    results = [{**row, "category_id": 1} for row in to_coco(found, image_id=1)]
    return true_positives_by_threshold(eligible_pairs(load(known, results)), COCO_THRESHOLDS).tolist()


def hits(chosen: Chosen, pair: Pair) -> None:
    """A detector's boxes against the scene's truth, once the visitor asks for it."""
    st.markdown("#### A detector against the thresholds")
    if chosen.truth is None or not len(chosen.truth):
        st.caption("Choose a drawn scene: there the truth is known, and a detector's boxes can be counted.")
        return
    if not st.toggle("Run a detector on this scene", key="detector", bind="query-params"):
        st.caption("It shows how many of its boxes count as correct as the IoU threshold rises.")
        return
    entry = choose_model(zoo.Task.DETECT)
    if not ready(entry):
        return
    raw = raw_detections(entry, chosen)
    score = st.slider("Score threshold", 0.01, 1.0, 0.3, 0.01, key="score", bind="query-params")
    found = select(raw, score=score, iou=0.5 if entry.nms else 1.0)
    if len(found):
        overlaps = box_iou([pair.truth], found.xyxy)[0]
        best = tuple(round(float(v), 2) for v in found.xyxy[int(overlaps.argmax())])
        st.button(
            "Its box nearest to the truth as the prediction", key="nearest", on_click=place,
            args=(Pair(pair.truth, best, pair.measure), chosen.identity),
        )  # fmt: skip
    truth = chosen.truth.boxes[~chosen.truth.difficult]
    counts = correct_boxes(truth, found, width=chosen.truth.width, height=chosen.truth.height)
    figure = true_positive_bars(COCO_THRESHOLDS, counts, len(truth), len(found))
    st.plotly_chart(figure, config={"displayModeBar": False}, key="hits", width="stretch")
    st.caption(
        f"**{entry.title}**, network {raw.metadata['milliseconds']:.0f} ms (once). Classes are left aside: "
        "only the boxes count. Objects too small or too covered to ask for are not counted."
    )
