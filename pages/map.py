"""Average precision (L17): the curve detection by detection, what AP depends on, what errors cost."""

from __future__ import annotations

import streamlit as st

from cvdemo.labs.map.controls import controls, experiments
from cvdemo.labs.map.results import results
from cvdemo.labs.map.sources import choose_set
from cvdemo.metrics.ap import average_precision
from cvdemo.metrics.curve import curves
from cvdemo.metrics.matching import match_coco
from cvdemo.metrics.tide import tide
from cvdemo.ui.page import code_fold, guarded, header, theory


@st.fragment
@guarded
def lab() -> None:
    """Data and controls on top, the player under them, tables below."""
    experiments()
    found = choose_set()
    if found is not None:
        results(found, controls(found))


def main() -> None:
    """The page from top to bottom."""
    header("map")
    lab()
    theory("map")
    code_fold(
        average_precision,
        match_coco,
        curves,
        tide,
        paper="https://arxiv.org/abs/1405.0312",
        ready_made="`pycocotools.cocoeval.COCOeval`, `faster_coco_eval.COCOeval_faster`",
    )


main()
