"""Upsampling (L24, L25): from a small map to a large one, cell by cell, and on a real picture."""

from __future__ import annotations

from typing import Any

import streamlit as st

from cvdemo.labs.upsampling.board import grids_board, picture_row
from cvdemo.labs.upsampling.controls import choose_options, edited_grids
from cvdemo.ops.transposed import convolution_matrix, transposed_convolution, transposed_summands
from cvdemo.ops.upsampling import bed_of_nails, bilinear, linear_weights, max_pool, max_unpool, nearest
from cvdemo.ui.page import code_fold, guarded, header, picture_first, theory
from cvdemo.ui.try_this import try_this


def _stamps(kernel: int, stride: int, weights: str, *, padding: int = 0) -> dict[str, Any]:
    numbers = {"kernel": kernel, "stride": stride, "padding": padding, "added": 0, "dilation": 1}
    return {"way": "transposed convolution", "cells": 3, "weights": weights, **numbers}


EXPERIMENTS: dict[str, dict[str, Any]] = {
    "the lecture's 4 × 4": {"way": "max unpooling", "cells": 2, "factor": 2},
    "aligned corners": {"way": "bilinear", "cells": 2, "factor": 4, "corners": True},
    "checkerboard": _stamps(3, 2, "ones"),
    "no checkerboard": _stamps(4, 2, "ones"),
    "bilinear by weights": _stamps(4, 2, "bilinear", padding=1),
    "holes": _stamps(2, 3, "ones"),
}


@st.fragment
@guarded
def lab() -> None:
    """Controls, grids and experiments; under them the same on a picture."""
    options = choose_options()
    try_this("upsampling", EXPERIMENTS)
    grids = edited_grids(options)
    with picture_first():
        grids_board(options, grids)
    st.markdown("#### The same on a picture")
    picture_row(options, grids)


def main() -> None:
    """The page from top to bottom."""
    header("upsampling")
    lab()
    theory("upsampling")
    code_fold(
        nearest,
        bilinear,
        linear_weights,
        bed_of_nails,
        max_pool,
        max_unpool,
        transposed_convolution,
        transposed_summands,
        convolution_matrix,
        paper="https://arxiv.org/abs/1603.07285",
        ready_made="`torch.nn.functional.interpolate`, `max_unpool2d`, `conv_transpose2d`",
    )


main()
