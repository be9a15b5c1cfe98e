"""Segment a picture: one model or several, swipe, classes, probabilities, and the score on a drawn scene."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from cvdemo.data.chosen import Chosen
from cvdemo.data.label_maps import to_coco_rle, to_palette_png, top_classes
from cvdemo.draw.segmentation import class_colours, error_map, overlay_labels
from cvdemo.metrics.segmentation import SegmentationScores, boundary_f1
from cvdemo.ui import widgets
from cvdemo.ui.downloads import File, data, offer, png, text
from cvdemo.ui.live.camera import choose_width, live_camera
from cvdemo.ui.live.predictors import SegmentationPredictor
from cvdemo.ui.models import about, offer_better, ready
from cvdemo.ui.page import code_fold, differs_from_paper, guarded, header, picture_beside, theory
from cvdemo.ui.segmentation import Segmented, by_classes, choose_models, known, masks, segmented
from cvdemo.ui.source import choose_picture, is_live
from cvdemo.ui.truth import say_what_it_knows
from cvdemo.ui.try_this import try_this
from cvdemo.zoo.spec import ModelSpec

EXPERIMENTS: dict[str, dict[str, Any]] = {
    "hard scene": {"source": "scene", "preset": "hard", "seed": 36},
    "easy scene": {"source": "scene", "preset": "easy", "seed": 3},
    "a photo": {"source": "sample", "sample": "motorcycle", "models": ["photo-deeplabv3plus", "unet"]},
    "only the errors": {"source": "scene", "show": "errors"},
    "another world": {"source": "scene", "preset": "easy", "seed": 3, "models": ["unet", "camvid-lite0"]},
}


def downloads(chosen: Chosen, found: Sequence[Segmented]) -> None:
    """Each model's overlay, errors, label map (PNG with a palette) and COCO run-length codes."""
    with st.popover("Download"):
        for one in found:
            st.markdown(f"**{one.entry.title}**")
            row = st.container(horizontal=True, gap="small")
            for end, file in files(chosen, one).items():
                offer(chosen.name, file, part=f"{one.entry.key}-{end}", place=row)


def files(chosen: Chosen, one: Segmented) -> dict[str, File]:
    """The files of one model, by the end of their names."""
    picture, labels, names = chosen.picture, one.answer.labels, one.names
    made = {
        "overlay": png(lambda: overlay_labels(picture, labels, names), "Overlay"),
        "labels": text("Label map", "png", lambda: to_palette_png(labels, class_colours(names))),
        "coco": data(lambda: to_coco_rle(labels, dict(enumerate(names))), "COCO RLE"),
    }
    if (truth := known(chosen, names)) is not None:
        made["errors"] = png(lambda: error_map(picture, labels, truth), "Errors")
    return made


@st.fragment
@guarded
def lab() -> None:
    """Controls left, the masks right."""
    left, right = picture_beside([1, 2.6], gap="medium")
    with left:
        chosen = choose_picture("scene", live=True)
        entries = choose_models(chosen)
        if len(entries) == 1:
            about(entries[0])
        else:
            differs_from_paper(*(entry.key for entry in entries))
        try_this("segment", EXPERIMENTS)
    if is_live():
        with right:
            live(entries)
        return
    if chosen is None:
        return
    with right:
        if not entries:
            st.info("Choose a model to begin.")
            return
        say_what_it_knows(chosen, *entries)
        found = [one for entry in entries if (one := segmented(entry, chosen)) is not None]
        if not found:
            return
        for k, group in enumerate(by_classes(found)):
            masks(chosen, group, key=f"masks-{k}")
        if all(known(chosen, one.names) is None for one in found):
            st.caption("No truth is known of this picture, so there is no score.")
        downloads(chosen, found)
        if len(entries) == 1:
            offer_better(entries[0], chosen, lambda key: {"models": [key]})


@st.fragment
@guarded
def live(entries: Sequence[ModelSpec]) -> None:
    """The visitor's camera; of several models the first answers."""
    if not entries:
        st.info("Choose a model to begin.")
    elif ready(entries[0]):
        row = st.columns([1, 1], gap="medium")
        with row[0]:
            width = choose_width()
        with row[1]:
            opacity = widgets.slider("opacity", "Opacity of masks", 0.0, 1.0, 0.55, 0.05)
        live_camera(entries[0], SegmentationPredictor(entries[0].key), width, opacity=opacity)


def main() -> None:
    """The page from top to bottom."""
    header("segment")
    lab()
    theory("segment")
    code_fold(
        SegmentationScores,
        boundary_f1,
        top_classes,
        to_coco_rle,
        paper="https://arxiv.org/abs/1505.04597",
        ready_made="`torchvision.models.segmentation`, `transformers.pipeline('image-segmentation')`",
    )


main()
