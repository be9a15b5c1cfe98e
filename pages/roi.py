"""RoI lab (L7, L14, L35): a region of a feature map pooled to a grid by RoIPool, RoIAlign and by votes."""

from __future__ import annotations

import streamlit as st

from cvdemo.labs.roi.board import board
from cvdemo.labs.roi.controls import EXPERIMENTS, WIDTH, current_roi
from cvdemo.labs.roi.results import levels
from cvdemo.ops.roi import ps_roi_align, ps_roi_pool, roi_align, roi_pool
from cvdemo.ops.roi_bins import align_bins, pool_bins, ps_pool_bins
from cvdemo.ops.roi_masks import mask_ious
from cvdemo.ui.page import code_fold, guarded, header, picture_first, theory
from cvdemo.ui.source import choose_picture
from cvdemo.ui.try_this import try_this


@st.fragment
@guarded
def lab() -> None:
    """Experiments and controls on top; under them the map, the grids and the curves."""
    try_this("roi", EXPERIMENTS)
    row = st.container(horizontal=True, vertical_alignment="bottom", gap="small")
    with row.popover(":material/image: Picture", width=WIDTH):
        chosen = choose_picture("scene")
    if chosen is None:
        st.info("Choose a picture to begin.")
        return
    features = levels(chosen)
    with picture_first():
        board(chosen, features, current_roi(chosen, features), row)


def main() -> None:
    """The page from top to bottom."""
    header("roi")
    lab()
    theory("roi")
    code_fold(
        pool_bins,
        roi_pool,
        align_bins,
        roi_align,
        ps_pool_bins,
        ps_roi_pool,
        ps_roi_align,
        mask_ious,
        paper="https://arxiv.org/abs/1703.06870",
        ready_made="`torchvision.ops.roi_pool`, `roi_align`, `ps_roi_pool`, `ps_roi_align`",
    )


main()
