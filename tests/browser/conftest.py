"""A fresh server, a real Chromium, and a page that notes whom it talks to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest

from cvdemo.bench.ui import browser, chromium_path, start, wait_until_healthy

VIEW = {"width": 1366, "height": 900}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/browser/" in item.nodeid:
            item.add_marker(pytest.mark.browser)
            # A click that falls into the moment in which Streamlit lays the page out anew is lost, now and
            # then, with two browsers on two cores. What is broken fails twice.
            item.add_marker(pytest.mark.flaky(reruns=1))


@pytest.fixture(scope="session")
def has_chromium() -> None:
    pytest.importorskip("playwright", reason="Playwright is not installed: pip install 'cvdemo[test]'")
    if chromium_path() is None:
        pytest.skip("no chromium or google-chrome on the PATH: `make browser` installs one")


@pytest.fixture(scope="module")
def chromium(has_chromium: None) -> Iterator[Any]:
    """Ended after each module: Playwright keeps a loop running that others' `asyncio.run` stumbles over."""
    with browser() as opened:
        yield opened


@pytest.fixture(scope="session")
def app(has_chromium: None) -> Iterator[str]:
    """One server for all modules: most of its first seconds are imports and models."""
    with start() as address:
        wait_until_healthy(address)
        yield address


@pytest.fixture
def fresh_app(chromium: Any) -> Iterator[str]:
    """A server that nobody has visited yet."""
    with start() as address:
        wait_until_healthy(address)
        yield address


@pytest.fixture
def page(chromium: Any) -> Iterator[Any]:
    """A page of 1366 x 900; fails the test when a request leaves this machine."""
    context = chromium.new_context(viewport=VIEW)
    context.set_default_timeout(60_000)
    opened = context.new_page()
    strangers: list[str] = []

    def note(request: Any) -> None:
        url = urlsplit(request.url)
        if url.scheme not in ("data", "blob") and url.hostname != "localhost":
            strangers.append(request.url)

    opened.on("request", note)
    yield opened
    context.close()
    assert not strangers, f"requests left this machine: {strangers}"
