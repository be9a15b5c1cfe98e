"""`streamlit run app.py`: the server finds an app of its own in the file, and gets the first page ready."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import pytest
import streamlit as st
from streamlit import config
from streamlit.runtime.pages_manager import PagesManager
from streamlit.web.server.app_discovery import discover_asgi_app

from cvdemo.assets import app_file
from cvdemo.ui import ahead


def with_options(monkeypatch: pytest.MonkeyPatch, **options: object) -> None:
    real = config.get_option
    named = {f"server.{name}": value for name, value in options.items()}
    monkeypatch.setattr(config, "get_option", lambda key: named[key] if key in named else real(key))


def test_streamlit_finds_the_app_in_the_file() -> None:
    found = discover_asgi_app(app_file())
    assert found.is_asgi_app and found.import_string == "app:app"


@pytest.mark.parametrize(("headless", "opened"), [(True, []), (False, ["http://localhost:8765"])])
def test_the_browser_is_opened_where_there_is_one(
    headless: bool, opened: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with_options(monkeypatch, headless=headless, port=8765)
    addresses: list[str] = []
    monkeypatch.setattr(ahead.cli_util, "open_browser", addresses.append)
    monkeypatch.setattr(PagesManager, "uses_pages_directory", None)
    monkeypatch.setattr(ahead, "_threads", [])
    monkeypatch.setattr(config, "_main_script_path", str(app_file()))  # st.App would leave its own
    interval = sys.getswitchinterval()

    async def serve() -> None:
        async with ahead.lifespan(st.App(Path(__file__))):
            await asyncio.sleep(0)

    asyncio.run(serve())
    ahead.wait()
    assert addresses == opened
    assert PagesManager.uses_pages_directory is False
    assert sys.getswitchinterval() == interval
    assert all(name in sys.modules for name in ahead.FIRST)


def test_the_address_is_one_that_a_browser_can_open(monkeypatch: pytest.MonkeyPatch) -> None:
    with_options(monkeypatch, port=8765, baseUrlPath="lab", address="0.0.0.0")
    monkeypatch.setattr(config, "is_manually_set", lambda key: key == "server.address")
    assert ahead._address() == "http://localhost:8765/lab"
