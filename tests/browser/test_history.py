"""The address and the browser's history: one entry for a page, however often something on it is moved."""

from __future__ import annotations

from typing import Any

from tests.browser.driver import settled, sidebar_link

SCORE = "Score threshold"


def _open(page: Any, title: str, shown: str) -> None:
    sidebar_link(page, title).click()
    page.wait_for_url(shown)
    settled(page)


def _value(page: Any, label: str, value: str) -> None:
    page.locator(f"input[type=range][aria-label='{label}'][aria-valuetext='{value}']").wait_for()


def _move(page: Any, label: str, steps: int) -> None:
    page.locator(f"input[type=range][aria-label='{label}']").first.focus()
    for _ in range(steps):
        page.keyboard.press("ArrowRight")
        page.wait_for_timeout(120)


def test_a_moved_slider_replaces_the_entry_and_back_leads_to_it(app: str, page: Any) -> None:
    page.goto(app + "/detect")
    _value(page, SCORE, "0.50")
    entries = page.evaluate("history.length")
    _move(page, SCORE, 10)
    page.wait_for_url("**/detect?score=0.6")
    assert page.evaluate("history.length") == entries
    _open(page, "Classify", "**/classify")
    assert page.evaluate("history.length") == entries + 1
    page.go_back()
    page.wait_for_url("**/detect?score=0.6")
    _value(page, SCORE, "0.60")


def test_a_page_that_is_come_back_to_has_its_values_and_its_address(app: str, page: Any) -> None:
    page.goto(app + "/detect?score=0.77&iou=0.9")
    _value(page, SCORE, "0.77")
    _open(page, "Classify", "**/classify")
    entries = page.evaluate("history.length")
    _open(page, "Detect", "**/detect?score=0.77&iou=0.9")
    _value(page, SCORE, "0.77")
    _value(page, "NMS threshold (IoU)", "0.90")
    assert page.evaluate("history.length") == entries + 1
    _open(page, "Classify", "**/classify")  # with nothing of Detect's in it


def test_a_scene_s_knobs_are_in_the_address(app: str, page: Any) -> None:
    page.goto(app + "/world")
    page.locator("[data-testid=stExpander] summary", has_text="Knobs").click()
    _value(page, "objects", "6")
    _move(page, "objects", 2)
    page.wait_for_url("**/world?scene-objects=8")
    page.reload()
    page.locator("[data-testid=stExpander] summary", has_text="Knobs").click()
    _value(page, "objects", "8")


def test_home_and_a_page_s_end_lead_on(app: str, page: Any) -> None:
    page.goto(app)
    page.locator(".st-key-card-rcnn a").wait_for()
    page.locator(".st-key-card-rcnn").click(position={"x": 60, "y": 60})  # its picture: all of it is the link
    page.wait_for_url("**/rcnn")
    page.goto(app + "/world")
    page.get_by_role("link", name="Five tasks, one picture →").click()
    page.wait_for_url("**/five_tasks")
