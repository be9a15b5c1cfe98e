"""R-CNN's idea on a photo before any fine-tuning: search, warp, ImageNet's classes, NMS, each to be seen."""

from __future__ import annotations

from typing import NamedTuple, cast

import numpy as np
import streamlit as st
import supervision as sv

from cvdemo import zoo
from cvdemo.data.detections_json import to_csv
from cvdemo.data.pictures import fit, to_jpeg, to_png
from cvdemo.draw.detections import draw_detections
from cvdemo.draw.regions import contact_sheet, draw_regions, sheet_shape
from cvdemo.ops.detections import select
from cvdemo.ops.warp import warp_regions
from cvdemo.ui.page import texts
from cvdemo.ui.source import Chosen
from cvdemo.zoo.model import workable
from cvdemo.zoo.photo_rcnn import CONTEXT, CROP, PhotoRCNN

KEY = "rcnn-imagenet"
COUNTS = (8, 16, 32, 64, 128, 256)
SHEET = 12  # cut-outs beside each other, at most
WIDTH = 640


class Photographed(NamedTuple):
    """A photo's regions [R, 4], its first cut-outs, raw detections and the seconds of each step."""

    regions: np.ndarray
    sheet: np.ndarray
    raw: sv.Detections
    seconds: dict[str, float]


@st.cache_resource(max_entries=12, show_spinner=False)
def photographed(identity: str, regions: int, _picture: np.ndarray) -> Photographed:
    """The photo through every step, the network run once for each number of regions."""
    from cvdemo.zoo.drawn_regions import StageTimer

    model = cast(PhotoRCNN, zoo.load(KEY))
    picture, watch = workable(_picture), StageTimer(model.device)
    with watch.stage("proposals"):
        boxes = model.regions(picture, regions)
    with watch.stage("warp"):
        warped = warp_regions(picture, boxes, size=CROP, context=CONTEXT)
    with watch.stage("features"):
        probabilities = model.run(lambda: model.probabilities(warped)).value
    found = model.classify(boxes, probabilities)
    raw = model.detections(found, _picture.shape[:2], 1000 * sum(watch.seconds.values()))
    shape = sheet_shape(len(boxes), picture.shape, most=SHEET)
    return Photographed(boxes, contact_sheet(warped, shape=shape, width=WIDTH), raw, watch.seconds)


@st.fragment
def photo(chosen: Chosen) -> None:
    """The four steps of R-CNN side by side, two by two."""
    st.subheader("R-CNN on a photo, before fine-tuning", anchor=False)
    st.markdown(texts("rcnn")["photo"])
    first, second, third = st.columns(3, gap="medium")
    regions = int(first.select_slider("Regions", COUNTS, 64, key="photo-regions", bind="query-params"))
    score = second.slider("Probability", 0.01, 1.0, 0.2, 0.01, key="photo-score", bind="query-params")
    iou = third.slider("NMS (IoU)", 0.0, 1.0, 0.3, 0.05, key="photo-iou", bind="query-params")
    device = zoo.default_device().upper()
    with st.spinner(f"EfficientNet-Lite0 looks at {regions} cut-outs on {device} …", show_time=True):
        found = photographed(chosen.identity, regions, chosen.picture)
    across = third.toggle("Across classes", key="photo-across", bind="query-params")
    kept = kept_of(found.raw, score, iou, across=across)
    _steps(chosen, found, select(found.raw, score=score, iou=1.0), kept)
    downloads(chosen, kept)


def kept_of(raw: sv.Detections, score: float, iou: float, *, across: bool) -> sv.Detections:
    """What NMS leaves of raw detections: within each class, or of all as if they were of one class."""
    if not across:
        return select(raw, score=score, iou=iou)
    alike = sv.Detections(raw.xyxy, confidence=raw.confidence, class_id=np.zeros(len(raw), int))
    kept = raw[select(alike, score=score, iou=iou).data["raw_index"]]
    assert isinstance(kept, sv.Detections)
    return kept


def _steps(chosen: Chosen, found: Photographed, before: sv.Detections, kept: sv.Detections) -> None:
    small = fit(chosen.picture, WIDTH)
    scale = small.shape[1] / chosen.picture.shape[1]
    ms = {stage: 1000 * seconds for stage, seconds in found.seconds.items()}
    cells = [
        (
            draw_regions(small, found.regions * scale),
            f"**Search** · {len(found.regions)} regions, {ms['proposals']:.0f} ms",
        ),
        (found.sheet, f"**Warp** · {CROP} × {CROP} pixels each, {CONTEXT} of context, {ms['warp']:.0f} ms"),
        (
            draw_detections(small, _scaled(before, scale), labels=False),
            f"**Classify** · {len(before)} of {len(found.raw)} answers pass, {ms['features']:.0f} ms",
        ),
        (draw_detections(small, _scaled(kept, scale)), f"**NMS** · {len(kept)} are left"),
    ]
    for k in (0, 2):
        for column, (picture, caption) in zip(st.columns(2, gap="small"), cells[k : k + 2], strict=True):
            column.image(to_jpeg(picture, 90), width="stretch")
            column.caption(caption)


def _scaled(found: sv.Detections, scale: float) -> sv.Detections:
    return sv.Detections(
        found.xyxy * scale, confidence=found.confidence, class_id=found.class_id, data=dict(found.data)
    )


def downloads(chosen: Chosen, kept: sv.Detections) -> None:
    """The picture with what is left, and the table of it."""
    stem = chosen.name.rsplit(".", 1)[0]
    place = st.container(horizontal=True, gap="small")
    place.download_button(
        "PNG", lambda: to_png(draw_detections(chosen.picture, kept)), f"{stem}-imagenet.png", "image/png",
        key="photo-png",
    )  # fmt: skip
    place.download_button("CSV", lambda: to_csv(kept), f"{stem}-imagenet.csv", "text/csv", key="photo-csv")
