"""The page from sliding window to FCN in a real Chromium: Python's scores arrive, the race ends right."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from cvdemo.labs.fcn.experiment import at_size, both_ways
from cvdemo.ui.scene import SPLIT
from cvdemo.world import draw, named, scene


def opened(page: Any, address: str) -> Any:
    page.goto(address)
    page.locator(".fcn[data-ready]").wait_for()
    return page.locator(".fcn")


def probed(lab: Any) -> dict[str, Any]:
    return json.loads(lab.locator(".probe").get_attribute("data-values"))


def test_the_window_under_the_pointer_has_pythons_scores(app: str, page: Any) -> None:
    lab = opened(page, f"{app}/fcn?seed=3&longest=96&stride=8")
    picture, _ = draw(scene(3, split=SPLIT, difficulty=named("normal")), 1280, 960)
    expected = both_ways(at_size(picture, 96), 8)
    rows, columns = expected.slid.value.scores.shape[1:]
    lab.locator(".view").first.focus()
    for key in ("ArrowRight", "ArrowDown", "ArrowDown"):
        page.keyboard.press(key)
    found = probed(lab)
    r, c = found["at"]
    assert (r, c) == (min(rows // 2 + 2, rows - 1), min(columns // 2 + 1, columns - 1))
    np.testing.assert_allclose(found["slid"], expected.slid.value.scores[:, r, c], atol=1e-4)
    np.testing.assert_allclose(found["dense"], expected.convolved.value.scores[:, r, c], atol=1e-4)
    lab.locator(".view").nth(1).hover(position={"x": 5, "y": 5})
    assert probed(lab)["at"] == [0, 0]


def test_the_race_counts_to_the_formulas(app: str, page: Any) -> None:
    lab = opened(page, f"{app}/fcn?longest=64&stride=16")
    calls = lab.locator(".counters .calls")
    assert calls.all_inner_texts() == ["6", "1"]
    page.get_by_role("button", name="Race").click()
    page.wait_for_function(
        "e => [...e.querySelectorAll('.calls')].map((c) => c.textContent).join() === '6,1'",
        arg=lab.element_handle(),
    )


@pytest.mark.parametrize("neuron", ["1", "64"])
def test_a_neurons_row_folds_up(app: str, page: Any, neuron: str) -> None:
    opened(page, f"{app}/fcn?longest=64&stride=16")
    kernel = page.locator(".fcn-kernel")
    kernel.locator(".neuron").fill(neuron)
    canvas = kernel.locator("canvas")
    before = canvas.evaluate("e => e.toDataURL()")
    kernel.locator(".turn").evaluate("e => { e.value = 1000; e.oninput({ target: e }); }")
    assert canvas.evaluate("e => e.toDataURL()") != before
    assert "Every weight is the same number" in kernel.locator(".says").inner_text()
