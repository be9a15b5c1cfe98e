"""Segment a picture: one model or several, swipe, classes, probabilities, and the score on a drawn scene."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from cvdemo.data.label_maps import to_coco_rle, to_palette_png, top_classes
from cvdemo.data.pictures import to_png
from cvdemo.draw.segmentation import class_colours, error_map, overlay_labels
from cvdemo.metrics.segmentation import SegmentationScores, boundary_f1
from cvdemo.ui.models import about
from cvdemo.ui.page import code_fold, guarded, header, texts, theory
from cvdemo.ui.segmentation import Segmented, by_classes, choose_models, known, masks, segmented, show
from cvdemo.ui.source import Chosen, choose_picture

TRIED = "segment-tried"
EXPERIMENTS: dict[str, dict[str, Any]] = {
    "hard scene": {"source": "scene", "preset": "hard", "seed": 36},
    "easy scene": {"source": "scene", "preset": "easy", "seed": 3},
    "a photo": {"source": "sample", "sample": "cat"},
    "only the errors": {"source": "scene"},
    "another world": {"source": "scene", "preset": "easy", "seed": 3, "models": ["unet", "camvid-lite0"]},
}


def _try(name: str) -> None:
    st.session_state.update(EXPERIMENTS[name])
    st.session_state[TRIED] = name
    show("errors" if name == "only the errors" else "mask")


def try_this() -> None:
    """One click each: where a segmentation breaks."""
    st.markdown("**Try this**")
    row = st.container(horizontal=True, gap="small")
    for name in EXPERIMENTS:
        row.button(name, key=f"try-{name}", on_click=_try, args=(name,))
    if tried := st.session_state.get(TRIED):
        st.info(texts("segment")[tried])


def downloads(chosen: Chosen, found: Sequence[Segmented]) -> None:
    """Each model's overlay, errors, label map (PNG with a palette) and COCO run-length codes."""
    stem = chosen.name.rsplit(".", 1)[0]
    with st.popover("Download"):
        for one in found:
            st.markdown(f"**{one.entry.title}**")
            row = st.container(horizontal=True, gap="small")
            for label, suffix, mime, make in files(chosen, one):
                name = f"{stem}-{one.entry.key}-{suffix}"
                row.download_button(label, make, name, mime, key=f"{one.entry.key}-{suffix}")


def files(chosen: Chosen, one: Segmented) -> list[tuple[str, str, str, Callable[[], bytes | str]]]:
    """Label, name's end, kind and maker of each file; made only when its button is pressed."""
    picture, labels, names = chosen.picture, one.answer.labels, one.names
    png = "image/png"
    made: list[tuple[str, str, str, Callable[[], bytes | str]]] = [
        ("Overlay", "overlay.png", png, lambda: to_png(overlay_labels(picture, labels, names))),
        ("Label map", "labels.png", png, lambda: to_palette_png(labels, class_colours(names))),
        ("COCO RLE", "coco.json", "application/json",
         lambda: json.dumps(to_coco_rle(labels, dict(enumerate(names))))),
    ]  # fmt: skip
    if (truth := known(chosen, names)) is not None:
        made.append(("Errors", "errors.png", png, lambda: to_png(error_map(picture, labels, truth))))
    return made


@st.fragment
@guarded
def lab() -> None:
    """Controls left, the masks right."""
    left, right = st.columns([1, 2.6], gap="medium")
    with left:
        chosen = choose_picture("scene")
        entries = choose_models()
        if len(entries) == 1:
            about(entries[0])
        try_this()
    if chosen is None:
        return
    with right:
        if not entries:
            st.info("Choose a model to begin.")
            return
        found = [one for entry in entries if (one := segmented(entry, chosen)) is not None]
        if not found:
            return
        for k, group in enumerate(by_classes(found)):
            masks(chosen, group, key=f"masks-{k}")
        if all(known(chosen, one.names) is None for one in found):
            st.caption("No truth is known of this picture, so there is no score.")
        downloads(chosen, found)


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
