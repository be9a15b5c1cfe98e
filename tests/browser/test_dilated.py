"""The page on dilated convolutions in a real Chromium: the counts are Python's, by mouse and by keys."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cvdemo.ops.dilated import ConvLayer, path_counts

AT = "/dilated?source=scene&seed=7"


def opened(page: Any, address: str) -> Any:
    page.goto(address)
    page.locator(".dilated .python[data-same=true]").wait_for()
    page.locator(".dilated img").evaluate("e => e.decode()")
    return page.locator(".dilated")


@pytest.mark.parametrize(
    ("query", "layers"),
    [
        ("", [ConvLayer(3, 1, 1), ConvLayer(3, 1, 2), ConvLayer(3, 1, 4)]),
        ("&layers=2&taps=4&rate1=3&rate2=5&stride1=2", [ConvLayer(4, 2, 3), ConvLayer(4, 1, 5)]),
    ],
)
def test_counts_are_pythons(app: str, page: Any, query: str, layers: list[ConvLayer]) -> None:
    lab = opened(page, app + AT + query)
    assert json.loads(lab.get_attribute("data-counts")) == path_counts(layers).tolist()


def test_a_cell_is_pointed_at_by_mouse_and_keys(app: str, page: Any) -> None:
    lab = opened(page, app + AT + "&rate1=2&rate2=2&rate3=2")
    says = lab.locator(".says")
    assert "sees 7 of the 13 pixels" in says.inner_text()
    assert "shares 0 of them" in says.inner_text()
    stack = lab.locator(".stack")
    stack.focus()
    page.keyboard.press("ArrowDown")
    assert "cell of map 2 sees 5 of the 9 pixels" in says.inner_text()
    box = stack.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] - 30)
    assert "pixel of the input" in says.inner_text()


def test_the_field_follows_the_pointer(app: str, page: Any) -> None:
    lab = opened(page, app + AT)
    frame = lab.locator(".frame")
    frame.scroll_into_view_if_needed()
    box = frame.bounding_box()
    page.mouse.move(box["x"] + 0.25 * box["width"], box["y"] + 0.5 * box["height"])
    x, y = map(int, lab.get_attribute("data-spot").split(","))
    assert (x, y) == (pytest.approx(48, abs=1), pytest.approx(72, abs=1))
    frame.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowDown")
    assert lab.get_attribute("data-spot") == f"{x + 1},{y + 8}"
