"""Where the mAP page's truth and results come from: the drawn world, a detector on photos, own files."""

from __future__ import annotations

import streamlit as st

from cvdemo.views.map_exam import Exam, simulated_exam

KINDS = {"example": "Example", "photos": "A detector on photos", "files": "My truth and results"}


def choose_exam() -> Exam | None:
    """Draws the source widget and returns the chosen set, or None while there is none yet."""
    st.segmented_control(
        "Data",
        list(KINDS),
        default="example",
        required=True,
        key="data",
        bind="query-params",
        format_func=KINDS.__getitem__,
        label_visibility="collapsed",
    )
    exam = simulated_exam()
    st.caption(exam.about)
    return exam
