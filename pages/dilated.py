"""Dilated convolutions (L28, L29): receptive field, gridding, the same filter far apart, ASPP's branches."""

from __future__ import annotations

import streamlit as st

from cvdemo import zoo
from cvdemo.labs.dilated.board import aspp, board, cost_table, figures, response_lab
from cvdemo.labs.dilated.controls import EXPERIMENTS, choose_stack
from cvdemo.labs.dilated.experiment import ASPP_KEY, counts_csv, formula
from cvdemo.ops.dilated import dilated_response, measured_counts, path_counts, receptive_field
from cvdemo.ui.downloads import offer, text
from cvdemo.ui.page import code_fold, guarded, header, picture_beside, texts, theory
from cvdemo.ui.source import choose_picture
from cvdemo.ui.truth import say_what_it_knows
from cvdemo.ui.try_this import try_this
from cvdemo.zoo.weights import has_weights

PAGE = "dilated"


@st.fragment
@guarded
def lab() -> None:
    """Picture and sliders left, one output's field right, then the other ways to a large field."""
    left, right = picture_beside([1, 2.9], gap="medium")
    with left:
        chosen = choose_picture("scene")
        layers = choose_stack()
        offer("field", text("Counts as CSV", "csv", lambda: counts_csv(layers)))
    with right:
        try_this(PAGE, EXPERIMENTS)
        figures(layers)
        st.markdown(f"$r = 1 + \\sum_l d_l\\,(k_l - 1) \\prod_{{i<l}} s_i = {formula(layers)}$")
        if chosen is not None:
            board(chosen, layers)
    st.markdown("#### Three ways to a large field")
    cost_table(layers)
    st.caption(texts(PAGE)["ways"])
    if chosen is None:
        return
    st.markdown("#### The same filter, with and without shrinking the picture")
    response_lab(chosen)
    if has_weights(ASPP_KEY):
        st.markdown("#### DeepLab v3 has five reaches at once")
        st.markdown(texts(PAGE)["aspp"])
        say_what_it_knows(chosen, zoo.spec(ASPP_KEY))
        aspp(chosen)


def main() -> None:
    """The page from top to bottom."""
    header(PAGE)
    lab()
    theory(PAGE)
    code_fold(
        receptive_field,
        path_counts,
        measured_counts,
        dilated_response,
        paper="https://arxiv.org/abs/1706.05587",
        ready_made="`torch.nn.Conv2d(dilation=...)`, `torchvision.models.segmentation.deeplabv3_resnet50`",
    )


main()
