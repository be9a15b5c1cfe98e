"""The flow page in a real Chromium: the arrow under the pointer, the swipe, the stripe, a clicked pixel."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from cvdemo import zoo
from cvdemo.labs.flow.experiment import aperture
from cvdemo.world.studies import study_picture
from tests.browser.test_lib import _scripts

AT = "/flow?source=study&study=plain+wall&frame=2&methods=dis"


@pytest.mark.parametrize("seed", range(3))
def test_the_apertures_arithmetic_is_pythons(page: Any, seed: int) -> None:
    _scripts(page, "flow/math")
    rng = np.random.default_rng(seed)
    for pattern in ("stripe", "corner"):
        angle, motion = float(rng.uniform(0, 180)), rng.uniform(-50, 50, 2).tolist()
        seen, eigenvalues, normals = page.evaluate(
            "([a, m, p]) => [seenMotion(a, m, p), edgeEigenvalues(p), normalsOf(a, p)]",
            [angle, motion, pattern],
        )
        expected = aperture(angle, tuple(motion), pattern)
        np.testing.assert_allclose(seen, expected.seen, atol=1e-9)
        np.testing.assert_allclose(eigenvalues, expected.eigenvalues, atol=1e-9)
        np.testing.assert_allclose(normals, expected.normals, atol=1e-12)


def test_the_pointer_reads_every_flow_and_swipes(app: str, page: Any) -> None:
    page.goto(app + AT)
    page.get_by_text("How it works").wait_for()  # all is drawn, and nothing moves any more
    board = page.locator(".flow-board")
    frames = board.locator(".frame")
    frames.nth(1).wait_for()
    board.locator("img.base").nth(1).evaluate("e => e.decode()")
    frames.nth(1).scroll_into_view_if_needed()
    box = frames.nth(1).bounding_box()
    page.mouse.move(box["x"] + 0.3 * box["width"], box["y"] + 0.5 * box["height"])
    first, second = (study_picture("plain wall", k) for k in (2, 3))
    flow = zoo.load("dis").flow(first, second).flow  # type: ignore[attr-defined]
    x, y = (float(v) for v in board.get_attribute("data-spot").split(","))
    u, v = flow[int(y * 60) * 4, int(x * 80) * 4]
    said = board.locator("figcaption small").all_inner_texts()
    assert (
        said[1] == f"{abs(u):.1f} {'left' if u < 0 else 'right'} · {abs(v):.1f} {'up' if v < 0 else 'down'}"
    )
    assert said[0].startswith("4.8 right · 2.9 down")  # the truth, a tenth of the board's 320 x 240 a second
    page.get_by_text("warped", exact=True).click()
    board.locator(".handle:visible").first.wait_for()
    frames.nth(0).focus()
    at = float(board.get_attribute("data-at"))
    page.keyboard.press("Shift+ArrowLeft")
    assert float(board.get_attribute("data-at")) == pytest.approx(at - 16 / 320, abs=1e-3)


def test_a_turned_stripe_has_pythons_normal_flow(app: str, page: Any) -> None:
    page.goto(app + AT + "&part=aperture")
    lab = page.locator(".flow-aperture")
    lab.locator(".python[data-values*=seen]").wait_for()
    lab.locator(".hole").focus()
    page.keyboard.press("Shift+ArrowRight")
    page.wait_for_url("**stripe=45*")
    lab.locator(".python[data-values*='45']").wait_for()
    live, python = (json.loads(e.get_attribute("data-values")) for e in (lab, lab.locator(".python")))
    assert live["angle"] == python["angle"] == 45
    np.testing.assert_allclose(live["seen"], python["seen"], atol=1e-9)
    np.testing.assert_allclose(live["seen"], aperture(45, (30, -10), "stripe").seen, atol=1e-9)
    lab.get_by_text("Corner").click()
    page.wait_for_url("**corner*")


def test_a_clicked_pixel_is_followed(app: str, page: Any) -> None:
    page.goto(app + AT + "&part=one+pixel&point=100,120")
    lab = page.locator(".flow-follow")
    lab.locator(".says b").first.wait_for()
    before = json.loads(lab.get_attribute("data-path"))
    assert before[0] == [100, 120]
    frame = lab.locator(".frame")
    frame.scroll_into_view_if_needed()
    box = frame.bounding_box()
    frame.click(position={"x": box["width"] / 2, "y": box["height"] / 2})
    page.wait_for_url("**point=159*")
    page.locator(".flow-follow[data-path^='[[159']").wait_for()
    x, y = json.loads(lab.get_attribute("data-path"))[0]
    assert (x, y) == (pytest.approx(159.5, abs=1), pytest.approx(119.5, abs=1))
