"""The swipe between FCN-32s, 16s and 8s in a real Chromium."""

from __future__ import annotations

from typing import Any

import pytest


def test_two_lines_part_three_nets(app: str, page: Any) -> None:
    page.goto(f"{app}/decoders?seed=36")
    lab = page.locator(".fcn-swipe[data-ready*=scene]")
    lab.wait_for(timeout=180_000)
    assert lab.locator(".name").all_inner_texts() == ["FCN-32s", "FCN-16s", "FCN-8s"]
    line, frame = lab.get_by_role("slider").first, lab.locator(".view").bounding_box()
    line.scroll_into_view_if_needed()
    frame = lab.locator(".view").bounding_box()
    middle = frame["y"] + frame["height"] / 2
    page.mouse.move(frame["x"] + 0.33 * frame["width"], middle)
    page.mouse.down()
    page.mouse.move(frame["x"] + 0.8 * frame["width"], middle, steps=6)
    page.mouse.up()
    first, second = (float(v) for v in lab.get_attribute("data-at").split())
    assert first == second == pytest.approx(0.8, abs=0.01)  # a line takes the other one along
    page.keyboard.press("Home")
    assert lab.get_attribute("data-at") == f"0.000 {second:.3f}"
    assert "100%" in lab.locator("img.first").evaluate("e => e.style.clipPath")
