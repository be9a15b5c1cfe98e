"""The running window in a real Chromium: its scores are Python's, the player goes through all levels."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from cvdemo.labs.windows.experiment import Search, search_both_ways
from cvdemo.ui.scene import SPLIT
from cvdemo.world import draw, named, scene


def values(board: Any) -> dict[str, Any]:
    return json.loads(board.get_attribute("data-values"))


def test_the_window_has_pythons_scores(app: str, page: Any) -> None:
    page.goto(f"{app}/windows?seed=3&smallest=36&scales=2")
    board = page.locator(".windows")
    page.locator(".windows[data-ready]").wait_for()
    picture, _ = draw(scene(3, split=SPLIT, difficulty=named("normal")), 1280, 960)
    found = search_both_ways(picture, Search(36, 2, 8, (1.0,)))
    best = max(range(2), key=lambda k: float((1 - found.probabilities[k][0]).max()))
    assert values(board)["level"] == best  # it opens at what most looks like a thing
    board.get_by_role("button", name="First step").click()
    board.get_by_role("button", name="Step", exact=True).click()
    seen = values(board)
    assert (seen["level"], seen["at"]) == (0, [0, 1])
    likely = found.probabilities[0][:, 0, 1]
    np.testing.assert_allclose(seen["values"], [1 - likely[0], *likely[1:]], atol=1e-3)
    board.get_by_role("button", name="Last step").click()
    rows, columns = found.probabilities[1].shape[1:]
    seen = values(board)
    assert (seen["level"], seen["at"]) == (1, [rows - 1, columns - 1])
    assert "54 × 54" in board.locator(".levels .now").inner_text()
    board.locator(".view").hover(position={"x": 2, "y": 2})
    assert values(board)["at"] == [0, 0]
