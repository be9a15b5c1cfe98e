"""The pages in the lecture's order: `streamlit run app.py`."""

import streamlit as st

from cvdemo.ui import ahead

if ahead.is_server():
    app = st.App(__file__, lifespan=ahead.lifespan)
else:
    ahead.wait()
    from cvdemo.assets import asset
    from cvdemo.ui import follow, present, turns
    from cvdemo.ui.pages import navigation

    st.set_page_config(page_title="cvdemo", page_icon=asset("icon.png"), layout="wide")
    navigation(present.frame, follow.frame, turns.frame)
