"""A lecturer and a follower in two browsers: what one moves the other sees, and a question goes round."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.browser.conftest import VIEW
from tests.browser.driver import settled, sidebar_link

SCORE = "Score threshold"


@pytest.fixture
def two(chromium: Any) -> Iterator[tuple[Any, Any]]:
    """Two visitors who know nothing of each other."""
    contexts = [chromium.new_context(viewport=VIEW) for _ in range(2)]
    for context in contexts:
        context.set_default_timeout(60_000)
    yield contexts[0].new_page(), contexts[1].new_page()
    for context in contexts:
        context.close()


def _value(page: Any, label: str, value: str) -> None:
    page.locator(f"input[type=range][aria-label='{label}'][aria-valuetext='{value}']").wait_for()


def _move(page: Any, label: str, key: str, times: int = 1) -> None:
    page.locator(f"input[type=range][aria-label='{label}']").first.focus()
    for _ in range(times):
        page.keyboard.press(key)
        page.wait_for_timeout(150)


def _start(page: Any) -> str:
    page.locator("[data-testid=stSidebar] summary", has_text="Follow a lecture").click()
    page.wait_for_timeout(500)  # the fold opens, and what is in it moves
    page.get_by_role("button", name="Start a room").click()
    fold = page.locator("[data-testid=stSidebar] summary", has_text=re.compile("Room [A-Z]{4}"))
    return str(fold.inner_text().split()[-1])


def test_the_hall_follows_explores_comes_back_and_answers(app: str, two: tuple[Any, Any]) -> None:
    lecturer, follower = two
    lecturer.goto(app + "/detect")
    _value(lecturer, SCORE, "0.50")
    settled(lecturer)
    code = _start(lecturer)
    follower.goto(f"{app}/?room={code}")
    follower.wait_for_url("**/detect?*")
    _value(follower, SCORE, "0.50")
    _move(lecturer, SCORE, "ArrowRight", 3)
    _value(follower, SCORE, "0.53")
    follower.wait_for_url(f"**/detect?room={code}&score=0.53")

    _move(follower, SCORE, "ArrowLeft")  # goes on from what the lecturer had set
    _value(follower, SCORE, "0.52")
    follower.get_by_role("button", name="Back to the lecturer").wait_for()
    _move(lecturer, SCORE, "ArrowRight", 1)
    _value(follower, SCORE, "0.52")
    follower.get_by_role("button", name="Back to the lecturer").click()
    _value(follower, SCORE, "0.54")

    sidebar_link(lecturer, "NMS").click()
    follower.get_by_role("heading", name="Non-maximum suppression").wait_for()
    _value(follower, "IoU threshold", "0.50")
    _move(lecturer, "IoU threshold", "ArrowRight")
    _value(follower, "IoU threshold", "0.51")

    settled(lecturer)
    lecturer.locator("summary", has_text="Ask the hall").click()
    settled(lecturer)
    lecturer.get_by_label("Question").first.click()
    lecturer.get_by_role("option", name="A question of your own").click()
    lecturer.get_by_label("Your question").fill("Is there a way back?")
    lecturer.get_by_label("Your question").press("Enter")
    lecturer.get_by_role("button", name="Ask", exact=True).click()
    follower.get_by_text("Is there a way back?").wait_for()
    follower.get_by_text("No", exact=True).click()
    lecturer.get_by_text("1 of 1 answered").wait_for()
    lecturer.get_by_role("button", name="Reveal").click()
    follower.get_by_text("Answer: Yes").wait_for()
    follower.get_by_text("yours: No").wait_for()
