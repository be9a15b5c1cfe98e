"""The Mask R-CNN page's component in a real browser: its pointer and slider answer."""

from __future__ import annotations

from typing import Any


def test_threshold_class_and_box_answer(page: Any, app: str) -> None:
    page.goto(f"{app}/mask_rcnn?source=scene&seed=7")
    lab = page.locator(".mask-lab[data-pixels]")
    lab.wait_for(timeout=120_000)
    pixels = int(lab.get_attribute("data-pixels"))
    slider = lab.locator(".threshold")
    slider.fill("95")
    assert int(lab.get_attribute("data-pixels")) < pixels
    lab.locator(".mask").hover(position={"x": 40, "y": 40})
    assert "%" in lab.locator(".pointed").inner_text()
    lab.locator(".classes button").nth(4).click()
    page.wait_for_url("**mask=car**")
    lab.locator(".body").focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_url("**box=**")
    page.locator(".mask-lab:not(.waiting)").wait_for()
