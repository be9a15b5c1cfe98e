"""On a phone the picture stands before the controls, and a long page has an index of its parts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.browser.driver import settled

PHONE = {"width": 390, "height": 844}


@pytest.fixture
def phone(chromium: Any) -> Iterator[Any]:
    context = chromium.new_context(viewport=PHONE)
    context.set_default_timeout(60_000)
    yield context.new_page()
    context.close()


def top(page: Any, selector: str) -> float:
    box = page.locator(selector).first.bounding_box()
    assert box is not None
    return float(box["y"])


@pytest.mark.parametrize("name", ["detect", "crf", "iou"])
def test_the_picture_stands_before_the_controls(app: str, phone: Any, name: str) -> None:
    phone.goto(f"{app}/{name}")
    phone.locator("[class*=st-key-picture-first]").wait_for()
    phone.locator(".stMain .stExpander").last.wait_for()  # the page's end
    phone.locator(".st-key-picture-source").wait_for()
    settled(phone)  # what is not drawn yet takes its place above the picture
    first = top(phone, "[class*=st-key-picture-first]")
    assert top(phone, "h1") < first < top(phone, ".st-key-picture-source")
    assert first < PHONE["height"] / 2
    width = phone.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth")
    assert width <= PHONE["width"]


def test_a_long_page_has_an_index_that_jumps_and_stays_in_sight(app: str, phone: Any) -> None:
    phone.goto(f"{app}/rcnn")
    parts = phone.locator(".st-key-page-parts.shown nav")
    parts.get_by_role("button", name="③ One region").click()
    heading = phone.get_by_role("heading", name="③ One region")
    phone.wait_for_function(
        "h => Math.abs(h.getBoundingClientRect().top) < 200", arg=heading.element_handle()
    )
    box = parts.bounding_box()
    assert box is not None
    assert -1 <= box["y"] < 20


def test_a_short_page_has_none(app: str, page: Any) -> None:
    page.goto(f"{app}/nms")
    page.locator(".stMain .stExpander").last.wait_for()
    assert page.locator(".st-key-page-parts.shown").count() == 0
