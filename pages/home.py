"""Home: the lecture's plan as a map, the device, the models that are ready."""

from __future__ import annotations

import streamlit as st

from cvdemo import zoo
from cvdemo.errors import CvdemoError
from cvdemo.ui.lecture import PLAN
from cvdemo.ui.page import header, sentence


def plan() -> None:
    """The lecture, chapter by chapter; a topic with a page is a link."""
    for column, (chapter, topics) in zip(st.columns(len(PLAN), gap="medium"), PLAN.items(), strict=True):
        with column:
            st.subheader(chapter, anchor=False)
            for topic in topics:
                if topic.page:
                    st.page_link(topic.page, label=f"**{topic.title}**", icon="▶️")
                else:
                    st.caption(topic.title)


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
