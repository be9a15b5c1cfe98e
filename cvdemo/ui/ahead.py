"""What the first page needs is got ready while the first visitor's browser is still on its way."""

from __future__ import annotations

import asyncio
import importlib
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from threading import Thread

import streamlit as st
from streamlit import cli_util, config
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.web.server import server_util

from cvdemo.ui.internals import always_through_app

FIRST = "cvdemo.ui.follow", "cvdemo.ui.turns", "cvdemo.labs.home.board"
SWITCH = 0.0005  # seconds that an import may keep Python from the server, which sends the page's files
_threads: list[Thread] = []


def is_server() -> bool:
    """Whether the server reads `app.py`, once and before anybody comes; else it is a visitor's run."""
    return get_script_run_ctx(suppress_warning=True) is None


@asynccontextmanager
async def lifespan(_app: st.App) -> AsyncIterator[None]:
    """Begin, and open the browser as `streamlit run` does without an `st.App`."""
    always_through_app()
    thread = Thread(target=_get_ready, daemon=True)
    _threads.append(thread)
    thread.start()
    if not config.get_option("server.headless"):
        asyncio.get_running_loop().call_soon(cli_util.open_browser, _address())
    yield


def _address() -> str:
    """Where the browser finds this server, as `streamlit run` has it."""
    for option in ("browser.serverAddress", "server.address"):
        if config.is_manually_set(option):
            return server_util.get_url(server_util.get_display_address(config.get_option(option)))
    return server_util.get_url("localhost")


def wait() -> None:
    """Until all is ready: two threads that import the same at once can find it half done."""
    for thread in _threads:
        thread.join()


def _get_ready() -> None:
    before = sys.getswitchinterval()
    sys.setswitchinterval(SWITCH)
    try:
        for name in FIRST:
            importlib.import_module(name)
        from cvdemo.ui import present

        present.shipped(present.KEYS)
    finally:
        sys.setswitchinterval(before)
