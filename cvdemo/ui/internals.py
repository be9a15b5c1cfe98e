"""What the app needs of Streamlit beyond its public interface, all of it here and in `web/address.js`.

`SEEN_WITH` are the versions with which this was tried; a test fails on any other one until somebody has
looked and added it. What to look at, besides this file:

- `web/address.js`: Streamlit's page calls `history.pushState` for every change of `st.query_params`;
- the scripts that follow a slider before Python answers read its value from `input[type=range]` with the
  label as `aria-label`;
- `postScriptGC` of `.streamlit/config.toml` is a hidden option.
"""

from __future__ import annotations

import base64
from pathlib import Path

import streamlit as st
from streamlit import config, runtime
from streamlit.runtime.pages_manager import PagesManager
from streamlit.runtime.scriptrunner import get_script_run_ctx

SEEN_WITH = ("1.67.0",)


def start_through_app() -> None:
    """Start over through app.py where Streamlit ran the page's file alone.

    It does so for a deep link that is the first visit of a server, because of the folder's name `pages/`
    (its older way to many pages), until `st.navigation` has been called once.
    """
    if PagesManager.uses_pages_directory:
        PagesManager.uses_pages_directory = False
        st.rerun()


def settings_beside(script: Path) -> None:
    """Take `.streamlit/config.toml` beside a script, wherever this process was started.

    Under uvicorn Streamlit reads its settings as soon as a component is defined, before it knows the script.
    """
    config._main_script_path = str(script)
    config._config_options = None  # what was read without it; a second reading would warn
    config.get_config_options()


def picture_address(jpeg: bytes, place: str) -> str:
    """Where the browser finds a picture: once in Streamlit's media store, so that it is sent only once.

    A picture of the same `place` takes the older one's stead. Without a running app, a data URL.
    """
    if runtime.exists():
        return runtime.get_instance().media_file_mgr.add(jpeg, "image/jpeg", place)
    return "data:image/jpeg;base64," + base64.b64encode(jpeg).decode()


def session_id() -> str:
    """The session of the visitor whose script runs."""
    context = get_script_run_ctx()
    return "" if context is None else context.session_id


def session_is_active(session: str) -> bool:
    """Whether a session's visitor is still here."""
    return runtime.exists() and runtime.get_instance().is_active_session(session)
