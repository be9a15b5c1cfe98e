"""The CRF page in a real Chromium: its kernels and the counts beside each iteration are Python's."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from cvdemo.labs.crf.experiment import CRFSettings, mean_field, unary_term
from cvdemo.ops.crf_kernels import kernel_weights
from cvdemo.ui.component import text, used
from cvdemo.ui.scene import SPLIT
from cvdemo.world import draw, named, scene
from tests.browser.driver import settled

STEPS = "input[type=range][aria-label=Step]"


@pytest.mark.parametrize("srgb", [10.0, None])
def test_kernels_around_a_pixel_are_pythons(page: Any, srgb: float | None) -> None:
    page.goto("about:blank")
    page.add_script_tag(content="\n".join(text(name, ".js") for name in used("crf/views")))
    picture = np.random.default_rng(0).integers(0, 256, (12, 17, 3), np.uint8)
    found = page.evaluate(
        """([picture, srgb]) =>
             [...crfWeights(Uint8Array.from(picture), 17, 12, { x: 5, y: 8 }, 6.5, srgb)]""",
        [picture.ravel().tolist(), srgb],
    )
    expected = kernel_weights(picture, 5, 8, 6.5, np.inf if srgb is None else srgb)
    np.testing.assert_allclose(np.reshape(found, (12, 17)), expected, atol=1e-6)


def test_keys_step_through_pythons_iterations(app: str, page: Any) -> None:
    picture, _ = draw(scene(7, split=SPLIT, difficulty=named("normal")), 1280, 960)
    steps = mean_field(unary_term("unet", picture), CRFSettings()).steps
    page.goto(app + "/crf?seed=7&network=unet")
    board = page.locator(".crf[data-step]")
    board.wait_for()
    settled(page)
    assert int(board.get_attribute("data-last")) == len(steps) - 1
    page.locator(STEPS).focus()
    page.keyboard.press("Home")
    assert board.get_attribute("data-changed") == "0"
    for step in steps[1:4]:
        page.keyboard.press("ArrowRight")
        # The browser's server may sum in another order.
        assert int(board.get_attribute("data-changed")) == pytest.approx(step.changed, rel=0.02, abs=3)
    assert board.get_attribute("data-step") == "3"
    spot = (board.get_attribute("data-x"), board.get_attribute("data-y"))
    page.locator(".crf .stage").first.focus()
    page.keyboard.press("ArrowUp")
    assert board.get_attribute("data-step") == "3"  # the spot has moved, the player has not
    assert board.get_attribute("data-x") == spot[0]
    assert int(board.get_attribute("data-y")) == max(0, int(spot[1] or 0) - 1)
