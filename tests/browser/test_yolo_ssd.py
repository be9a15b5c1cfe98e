"""YOLO's grid and SSD's levels in a real Chromium: the cells' numbers arrive, the pointer finds them."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from cvdemo.labs.yolo_ssd.experiment import ssd_levels, yolo_grid
from cvdemo.ui.scene import SPLIT
from cvdemo.world import draw, named, scene


def values(board: Any) -> dict[str, Any]:
    return json.loads(board.get_attribute("data-values"))


def test_a_cell_has_pythons_numbers(app: str, page: Any) -> None:
    page.goto(f"{app}/yolo_ssd?seed=3")
    board = page.locator(".yolo")
    page.locator(".yolo[data-ready]").wait_for()
    picture, _ = draw(scene(3, split=SPLIT, difficulty=named("normal")), 1280, 960)
    cells, found = yolo_grid(picture), ssd_levels(picture)
    board.locator(".view").first.focus()
    r, c = values(board)["at"]
    assert cells.confidence[r, c].max() == cells.confidence.max()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowLeft")
    at = max(r - 1, 0), max(c - 1, 0)
    seen = values(board)
    assert tuple(seen["at"]) == at
    np.testing.assert_allclose(seen["classes"], cells.classes[at], atol=1e-3)
    np.testing.assert_allclose(seen["confidence"], cells.confidence[at], atol=1e-3)
    np.testing.assert_allclose(seen["boxes"], cells.boxes[at], atol=0.5)
    board.locator(".view").nth(1).hover(position={"x": 3, "y": 3})
    assert values(board)["at"] == [0, 0]

    page.goto(f"{app}/yolo_ssd?seed=3&view=SSD%27s+levels")
    page.locator(".ssd[data-ready]").wait_for()
    levels = page.locator(".ssd")
    levels.locator(".view").hover(position={"x": 3, "y": 3})
    seen = values(levels)
    assert seen["at"] == [0, 0]
    first = int((found.level == 0).sum())  # the page shows the default boxes of the second level
    np.testing.assert_allclose(seen["defaults"], found.boxes[first : first + 6], atol=0.01)
