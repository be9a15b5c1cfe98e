"""Home: the lecture's plan as a map, the device, the models that are ready."""

from __future__ import annotations

import streamlit as st

from cvdemo import zoo
from cvdemo.errors import CvdemoError
from cvdemo.ui.page import header, sentence
from cvdemo.ui.pages import CHAPTERS, topics

ACROSS = 4  # links side by side


def plan() -> None:
    """The lecture, chapter by chapter: its systems in its order, each with the page that shows it."""
    st.html("<style>.stPageLink p { white-space: normal; }</style>")
    asked: set[str] = set()
    for chapter in CHAPTERS:
        listed = topics(chapter)
        if listed:
            st.subheader(chapter, anchor=False)
        for start in range(0, len(listed), ACROSS):
            columns = st.columns(ACROSS, gap="small")
            for column, topic in zip(columns, listed[start : start + ACROSS], strict=False):
                page = topic.page
                column.page_link(page.file, label=f"**{topic.title}**", icon=page.icon)
                column.caption(f"on *{page.title}*" if page.key in asked else page.question)
                asked.add(page.key)


def machine() -> None:
    """The device and how many models work now."""
    try:
        st.markdown(f"**Runs on** {zoo.device_title()}")
    except CvdemoError as error:
        st.error(sentence(error), icon="⚠️")
    entries = zoo.models()
    offline = [m.title for m in entries if m.offline]
    st.markdown(
        f"**Ready without a network:** {', '.join(offline)}. "
        f"{len(entries) - len(offline)} more models are fetched when you ask for them."
    )


def main() -> None:
    """The page from top to bottom."""
    header("home")
    plan()
    st.divider()
    machine()


main()
