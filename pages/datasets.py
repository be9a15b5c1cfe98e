"""Data sets (L43): open one in its own format, look, count, find what is odd, score a model, convert."""

from __future__ import annotations

import streamlit as st

from cvdemo.data.convert import zip_of
from cvdemo.data.formats import cannot_hold, format_module, guess
from cvdemo.data.inspection import inspect, object_areas
from cvdemo.data.oddities import oddities
from cvdemo.labs.datasets.board import show_cards, show_charts, show_grid, show_large, show_oddities
from cvdemo.labs.datasets.controls import (
    CHARTS,
    CONVERT,
    EXPERIMENTS,
    LECTURE,
    MODEL,
    ODD,
    choose_filters,
    choose_layers,
    choose_view,
    open_image,
)
from cvdemo.labs.datasets.experiment import Opened, matching_images
from cvdemo.labs.datasets.sources import choose_dataset, escaped
from cvdemo.labs.datasets.tools import show_convert, show_model
from cvdemo.ui.page import code_fold, guarded, header, theory
from cvdemo.ui.try_this import try_this


@st.fragment
@guarded
def lab() -> None:
    """The source and the view on top, the view under them."""
    try_this("datasets", EXPERIMENTS)
    view = choose_view()
    found = choose_dataset()  # drawn in every view, or an upload would be lost
    if view == LECTURE:
        show_cards(lambda key: format_module(key).TITLE)
        return
    if found is None:
        return
    dataset = found.dataset
    objects = f"{len(dataset.objects):,} objects of {len(dataset.categories):,} classes"
    st.caption(f"**{escaped(found.title)}**: {len(dataset):,} images, {objects}.")
    if view == CHARTS:
        show_charts(found)
    elif view == ODD:
        show_oddities(found)
    else:
        _on_images(found, view)


def _on_images(found: Opened, view: str) -> None:
    """The views of the images that the filters leave."""
    row = st.container(horizontal=True, gap="small", vertical_alignment="bottom")
    with row:
        filters = choose_filters(found)
    images = matching_images(found.dataset, found.found, filters).tolist()
    if len(images) < len(found.dataset):
        st.caption(f"{len(images):,} of {len(found.dataset):,} images satisfy the filters.")
    if view == MODEL:
        show_model(found, images)
        return
    if view == CONVERT:
        show_convert(found, images)
        return
    with row:
        layers = choose_layers(found)
    image = open_image()
    if image is not None and 0 <= image < len(found.dataset):
        show_large(found, image, images, layers)
    else:
        show_grid(found, images, layers, row)


def main() -> None:
    """The page from top to bottom."""
    header("datasets")
    lab()
    theory("datasets")
    code_fold(
        guess,
        inspect,
        object_areas,
        oddities,
        cannot_hold,
        zip_of,
        paper="https://arxiv.org/abs/1405.0312",
        ready_made="`torchvision.datasets`, `supervision.DetectionDataset`, `pycocotools.coco.COCO`",
    )


main()
