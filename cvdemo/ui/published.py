"""Published figures of detectors beside ours, as several pages show them."""

from __future__ import annotations

from collections.abc import Collection

import streamlit as st

from cvdemo.ui.page import texts
from cvdemo.zoo.published import voc_rows


def voc_table(keys: Collection[str]) -> None:
    """VOC 2007 as the papers of these kinds of nets have it, with sources, and what ours reach here."""
    st.subheader("In the papers: PASCAL VOC 2007", anchor=False)
    link = st.column_config.LinkColumn("source", display_text=r"abs/(.+)$")
    st.dataframe(
        voc_rows(keys), hide_index=True, height="content", column_config={"source": link}, key="voc-2007"
    )
    st.caption(texts("published")["voc"])
