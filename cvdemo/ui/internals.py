"""What the app needs of Streamlit beyond its public interface, all of it here and in `web/address.js`.

`SEEN_WITH` are the versions with which this was tried; a test fails on any other one until somebody has
looked and added it. What to look at, besides this file:

- `web/address.js`: Streamlit's page calls `history.pushState` for every change of `st.query_params`;
- the scripts that follow a slider before Python answers read its value from `input[type=range]` with the
  label as `aria-label`;
- every message to the browser passes `ScriptRunContext.enqueue`, after the ids of widgets were made of their
  labels; `messages.py` lists the texts of each kind of message;
- `st.Page` keeps nothing of a run but the mark that it may be shown;
- `postScriptGC` of `.streamlit/config.toml` is a hidden option;
- before its first element Streamlit looks whether it is in a Python prompt, through the files of all modules
  (60 ms): a warning that is marked as given;
- every element and every command reads Streamlit's settings, under one lock for all visitors. Where a
  hundred runs want it, each waits for it longer than it works: `read_settings_without_lock`.
"""

from __future__ import annotations

import base64
import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit import config, delta_generator, runtime
from streamlit.components.v2.bidi_component import serialization
from streamlit.delta_generator_singletons import context_dg_stack
from streamlit.runtime.pages_manager import PagesManager
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.scriptrunner_utils.script_run_context import ScriptRunContext

SEEN_WITH = ("1.67.0",)

context_dg_stack.get()  # made in the first run otherwise: two at once would have one each, and mix them up

delta_generator._use_warning_has_been_displayed = True

serialization.is_dataframe_like = lambda obj: False  # components get none; to look for them imports pandas

_pages: dict[tuple[Any, ...], Any] = {}
_options: tuple[Any, dict[str, dict[str, Any]]] = (None, {})
_get_option = getattr(config.get_option, "unchanged", config.get_option)
_get_section = getattr(config.get_options_for_section, "unchanged", config.get_options_for_section)
_enqueue = getattr(ScriptRunContext.enqueue, "unchanged", ScriptRunContext.enqueue)


def start_through_app() -> None:
    """Start over through app.py where Streamlit runs the page's file alone.

    It does so for the deep links with which the first visits begin, because of the folder's name `pages/`
    (its older way to many pages), until `st.navigation` has been called once: in its `AppTest`, and on a
    server that did not begin with `always_through_app`.
    """
    context = get_script_run_ctx()
    if context is not None and (context.pages_manager.main_script_parent / "pages").is_dir():
        always_through_app()
        st.rerun()


def always_through_app() -> None:
    """Before the first visit: no page's file is run alone, and `start_through_app` has nothing to do."""
    PagesManager.uses_pages_directory = False


def settings_beside(script: Path) -> None:
    """Take `.streamlit/config.toml` beside a script, wherever this process was started.

    Under uvicorn Streamlit reads its settings as soon as a component is defined, before it knows the script.
    """
    config._main_script_path = str(script)
    config._config_options = None  # what was read without it; a second reading would warn
    config.get_config_options()


def page_of_file(file: str, title: str, icon: str, *, default: bool = False) -> Any:
    """`st.Page`, with its file looked for on the disk once and not in every run of every visitor."""
    context = get_script_run_ctx()
    if context is None:
        return st.Page(file, title=title, icon=icon, default=default)
    name = context.pages_manager.main_script_parent, file, title, icon, default
    if name not in _pages:
        _pages[name] = st.Page(file, title=title, icon=icon, default=default)
    return copy.copy(_pages[name])  # a run marks the one that is to be shown


def read_settings_without_lock() -> None:
    """Have settings that were read from their files looked up without waiting for other visitors' runs."""

    def get_option(key: str) -> Any:
        section, _, name = key.partition(".")
        option = _by_section().get(section, {}).get(name)
        return _get_option(key) if option is None else option.value

    def get_options_for_section(section: str) -> dict[str, Any]:
        options = _by_section().get(section)
        return (
            _get_section(section) if options is None else {name: one.value for name, one in options.items()}
        )

    get_option.unchanged, get_options_for_section.unchanged = _get_option, _get_section  # type: ignore[attr-defined]
    config.get_option, config.get_options_for_section = get_option, get_options_for_section


def _by_section() -> dict[str, dict[str, Any]]:
    """Streamlit's options by section and name, none where they are not read yet."""
    global _options
    now = config._config_options
    if now is None:
        return {}
    known, sections = _options
    if known is not now:
        sections = {}
        for option in list(now.values()):
            sections.setdefault(option.section, {})[option.name] = option
        _options = now, sections
    return sections


def picture_address(data: bytes, place: str, kind: str = "image/jpeg") -> str:
    """Where the browser finds a picture: once in Streamlit's media store, so that it is sent only once.

    A picture of the same `place` takes the older one's stead. Without a running app, a data URL.
    """
    if runtime.exists():
        return runtime.get_instance().media_file_mgr.add(data, kind, place)
    return f"data:{kind};base64," + base64.b64encode(data).decode()


def session_id() -> str:
    """The session of the visitor whose script runs."""
    context = get_script_run_ctx()
    return "" if context is None else context.session_id


def session_is_active(session: str) -> bool:
    """Whether a session's visitor is still here."""
    return runtime.exists() and runtime.get_instance().is_active_session(session)


def forget_ended_sessions() -> None:
    """Let go of visitors who have been away for too long to come back, on the event loop's thread.

    By itself Streamlit does so when the next visitor goes.
    """
    if runtime.exists():
        manager: Any = runtime.get_instance()._session_mgr
        with manager._storage_lock:
            manager._session_storage._cache.expire()


def change_messages(change: Callable[[Any], None]) -> None:
    """Let `change` alter every message of a visitor's script before it is sent."""

    def enqueue(self: ScriptRunContext, msg: Any) -> None:
        change(msg)
        _enqueue(self, msg)

    enqueue.unchanged = _enqueue  # type: ignore[attr-defined]
    ScriptRunContext.enqueue = enqueue  # type: ignore[method-assign]


def kept_without_waiting(name: str) -> Any:
    """A value of `st.session_state`, None where there is none, read without its lock.

    A callback holds the lock: a spinner's thread that waits for it and is itself waited for never ends.
    """
    context = get_script_run_ctx(suppress_warning=True)
    if context is None:
        return None
    state = context.session_state._state
    newer = state._new_session_state.get(name)
    return state._old_state.get(name) if newer is None else newer
