"""The Mask R-CNN page's component in a real browser: its paste is Python's, its pointer and slider answer."""

from __future__ import annotations

from typing import Any

import numpy as np

from cvdemo.ops.masks import paste_mask
from cvdemo.ui.component import text


def test_the_browser_pastes_as_python_does(page: Any) -> None:
    rng = np.random.default_rng(0)
    page.goto("about:blank")
    page.add_script_tag(content=text("mask_rcnn/paste", ".js"))
    for box in ([3.3, 4.7, 20.1, 15.9], [-4.5, 2.0, 11.2, 30.5], [8.0, 8.0, 9.5, 9.25]):
        mask = rng.random((28, 28)).astype(np.float32)
        found = page.evaluate(
            """([mask, box]) => Array.from({ length: 24 * 32 }, (_, i) =>
                 maskAt(Float32Array.from(mask), 28, box, i % 32 + 0.5, Math.floor(i / 32) + 0.5))""",
            [mask.ravel().tolist(), box],
        )
        np.testing.assert_allclose(np.reshape(found, (24, 32)), paste_mask(mask, box, (24, 32)), atol=1e-5)


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
