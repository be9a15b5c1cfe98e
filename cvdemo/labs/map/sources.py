"""Where the mAP page's truth and results come from: the drawn world, a detector on photos, own files."""

from __future__ import annotations

import streamlit as st

from cvdemo.labs.map.exam import Exam
from cvdemo.labs.map.example import example
from cvdemo.labs.map.files import detector_on_photos, own_files

KINDS = {"example": example, "my photos": detector_on_photos, "my results": own_files}
SHOWN_PROBLEMS = 8


def choose_exam() -> Exam | None:
    """Draws the source widget and returns the chosen set, or None while there is none yet."""
    kind = st.segmented_control(
        "Data",
        list(KINDS),
        default="example",
        required=True,
        key="data",
        bind="query-params",
        label_visibility="collapsed",
    )
    exam = KINDS[str(kind)]()
    if exam is not None:
        st.caption(exam.about)
        _problems(exam)
    return exam


def _problems(exam: Exam) -> None:
    """What was left out or looks odd, a sentence each."""
    said = [*exam.notes, *map(str, exam.data.problems)]
    if not said:
        return
    more = f"- … and {len(said) - SHOWN_PROBLEMS} more" if len(said) > SHOWN_PROBLEMS else ""
    with st.expander(f"Remarks on the files: {len(said)}", icon="⚠️", expanded=len(said) <= 3):
        lines = [f"- {_plain(text)}" for text in said[:SHOWN_PROBLEMS]]
        st.markdown("\n".join([*lines, more]))


def _plain(text: str) -> str:
    """Text from a file, with nothing in it that Markdown would read."""
    return "".join(f"\\{c}" if c in "\\`*_{}[]<>#|~$:" else c for c in text)
