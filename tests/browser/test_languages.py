"""The switch of the language: the same page in the same state, and so from page to page."""

from __future__ import annotations

from typing import Any

from tests.browser.driver import sidebar_link


def _title(page: Any, text: str) -> None:
    page.locator("h1", has_text=text).wait_for()


def test_the_switch_keeps_page_and_state_and_links_keep_the_language(app: str, page: Any) -> None:
    page.goto(app + "/iou?threshold=0.7")
    _title(page, "IoU: how well does a box fit?")
    page.get_by_role("button", name="Русский").click()
    page.wait_for_url("**/iou?threshold=0.7&lang=ru")
    _title(page, "IoU: насколько точна рамка?")
    sidebar_link(page, "Детекция").click()
    _title(page, "Детекция объектов")
    page.wait_for_url("**/detect?lang=ru")
    page.locator("input[type=range][aria-label='Порог оценки']").first.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_url("**/detect?lang=ru&score=0.51")
    page.get_by_role("button", name="English").click()
    page.wait_for_url("**/detect?lang=en&score=0.51")
    page.locator("input[type=range][aria-label='Score threshold'][aria-valuetext='0.51']").wait_for()
