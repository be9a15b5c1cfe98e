"""R-CNN's idea on a photo before any fine-tuning: search, warp, ImageNet's classes, NMS side by side."""

from __future__ import annotations

import streamlit as st
import supervision as sv

from cvdemo import zoo
from cvdemo.data.chosen import Chosen
from cvdemo.data.pictures import fit, to_jpeg
from cvdemo.draw.detections import draw_detections
from cvdemo.labs.rcnn import results
from cvdemo.labs.rcnn.controls import PhotoKnobs, choose_photo_knobs
from cvdemo.labs.rcnn.draw import contact_sheet, draw_regions, sheet_shape
from cvdemo.labs.rcnn.experiment import PhotoRegions, keep_named
from cvdemo.labs.rcnn.stages import SHEET, Captioned
from cvdemo.ops.detections import scaled, select
from cvdemo.ui.downloads import offer, png, table
from cvdemo.ui.page import texts
from cvdemo.zoo.photo_rcnn import CONTEXT, CROP

WIDTH = 640
STEPS = ("regions of the search", "warped cut-outs", "boxes that pass the threshold", "boxes after NMS")


@st.fragment
def photo(chosen: Chosen) -> None:
    """The four steps of R-CNN, two by two, and under the last two what they depend on."""
    st.subheader("R-CNN on a photo, before fine-tuning", anchor=False)
    seen = st.container()
    knobs = choose_photo_knobs()
    st.markdown(texts("rcnn")["photo"])
    with seen:
        kept = _show(chosen, knobs)
    drawn = png(lambda: draw_detections(chosen.picture, kept))
    offer(chosen.name, drawn, table(lambda: kept), part="imagenet")


def _show(chosen: Chosen, knobs: PhotoKnobs) -> sv.Detections:
    """The four pictures; gives what is left behind the last one."""
    device = zoo.default_device().upper()
    with st.spinner(f"EfficientNet-Lite0 classifies {knobs.regions} cut-outs on {device} …", show_time=True):
        found = results.photo_regions(chosen.identity, knobs.regions, chosen.picture)
    kept = keep_named(found.raw, score=knobs.score, iou=knobs.iou, across=knobs.across)
    cells = _steps(chosen, found, knobs, kept)
    for k in (0, 2):
        for n, column in enumerate(st.columns(2, gap="small"), start=k):
            picture, caption = cells[n]
            column.image(to_jpeg(picture, 90), width="stretch", alt=f"{chosen.name}: {STEPS[n]}")
            column.caption(caption)
    return kept


def _steps(chosen: Chosen, found: PhotoRegions, knobs: PhotoKnobs, kept: sv.Detections) -> list[Captioned]:
    small = fit(chosen.picture, WIDTH)
    size, there = (picture.shape[:2] for picture in (chosen.picture, small))
    scale = small.shape[1] / chosen.picture.shape[1]
    ms = found.milliseconds
    passing = select(found.raw, score=knobs.score, iou=1.0)
    shape = sheet_shape(len(found.regions), chosen.picture.shape, most=SHEET)
    return [
        (
            draw_regions(small, found.regions * scale),
            f"**Search** · {len(found.regions)} regions, {ms['proposals']:.0f} ms",
        ),
        (
            contact_sheet(found.warped, shape=shape, width=WIDTH),
            f"**Warp** · {CROP} × {CROP} pixels each, {CONTEXT} of context, {ms['warp']:.0f} ms",
        ),
        (
            draw_detections(small, scaled(passing, size, there), labels=False),
            f"**Classify** · {len(passing)} of {len(found.raw)} answers pass, {ms['features']:.0f} ms",
        ),
        (draw_detections(small, scaled(kept, size, there)), f"**NMS** · {len(kept)} are left"),
    ]
