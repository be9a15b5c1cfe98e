"""The IoU page in a real Chromium: JavaScript's numbers are Python's, by mouse, keys and typing."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cvdemo.labs.iou.experiment import MEASURES, overlap_measures

AT = "/iou?truth=400,300,700,700&prediction=450,350,800,800"


def opened(page: Any, address: str) -> Any:
    page.goto(address)
    page.locator(".iou .python", has_text="IoU").wait_for()
    page.locator(".iou img").evaluate("e => e.decode()")
    return page.locator(".iou")


def shown(lab: Any) -> dict[str, Any]:
    return json.loads(lab.get_attribute("data-values"))


def agree(page: Any, lab: Any) -> dict[str, Any]:
    """JavaScript's numbers, once Python has answered for the same coordinates and says the same."""
    lab.locator(".python[data-values*=iou]").wait_for()
    live, python = shown(lab), json.loads(lab.locator(".python").get_attribute("data-values"))
    assert (live["truth"], live["prediction"]) == (python["truth"], python["prediction"])
    expected = overlap_measures(tuple(live["truth"]), tuple(live["prediction"]))
    for name in MEASURES:
        assert live[name] == pytest.approx(python[name], abs=1e-6)
        assert live[name] == pytest.approx(expected[name], abs=1e-6)
    return live


def drag(page: Any, lab: Any, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Drag with the real mouse from one place of the picture to another, in its pixels (1280 wide)."""
    frame = lab.locator(".board").bounding_box()
    scale = frame["width"] / 1280
    (x0, y0), (x1, y1) = ((frame["x"] + x * scale, frame["y"] + y * scale) for x, y in (start, end))
    page.mouse.move(x0, y0)
    page.mouse.down()
    page.mouse.move((x0 + x1) / 2, (y0 + y1) / 2, steps=5)
    page.mouse.move(x1, y1, steps=5)
    page.mouse.up()


def test_a_dragged_box_has_pythons_numbers(app: str, page: Any) -> None:
    lab = opened(page, app + AT)
    first = agree(page, lab)
    assert first["prediction"] == [450, 350, 800, 800]
    drag(page, lab, (750, 600), (650, 520))  # the body, where only the prediction is
    moved = agree(page, lab)
    assert moved["iou"] != first["iou"]
    x1, y1, x2, y2 = moved["prediction"]
    assert (x2 - x1, y2 - y1) == (350, 450)
    assert x1 == pytest.approx(350, abs=3) and y1 == pytest.approx(270, abs=3)
    drag(page, lab, (400, 300), (200, 150))  # the truth's upper left corner
    resized = agree(page, lab)
    assert resized["truth"][2:] == [700, 700]
    assert resized["truth"][0] == pytest.approx(200, abs=3)
    page.wait_for_url("**prediction=**")
    drag(page, lab, (1000, 100), (1100, 200))  # beside both: nothing moves
    assert shown(lab) == resized


def test_keys_move_and_resize(app: str, page: Any) -> None:
    lab = opened(page, app + AT)
    lab.locator("g.prediction").focus()
    for keys in ("ArrowRight", "Shift+ArrowDown", "Alt+ArrowLeft", "Alt+Shift+ArrowUp"):
        page.keyboard.press(keys)
    assert agree(page, lab)["prediction"] == [451, 360, 800, 800]
    assert "/iou" in page.url


def test_typed_numbers_and_the_ladder(app: str, page: Any) -> None:
    lab = opened(page, app + AT)
    for name, value in {"x1": "400", "y1": "300", "x2": "700", "y2": "650.5"}.items():
        cell = page.get_by_label(f"prediction {name}")
        cell.fill(value)
        cell.press("Tab")
    assert agree(page, lab)["prediction"] == [400, 300, 700, 650.5]
    assert lab.locator(".ladder li.hit").count() == 8  # IoU .87625
    page.get_by_label("prediction x1").fill("90000")
    page.get_by_label("prediction x1").press("Tab")
    assert shown(lab)["prediction"] == [400, 300, 700, 650.5]


def test_an_experiment_is_one_click_and_says_what_was(app: str, page: Any) -> None:
    lab = opened(page, app + AT)
    page.get_by_role("button", name="far miss").click()
    page.wait_for_url("**measure=giou**")
    lab.locator(".measures small", has_text="was").first.wait_for()
    live = agree(page, lab)
    assert live["iou"] == 0 and live["giou"] < 0
    assert lab.locator("rect.hull").get_attribute("visibility") == "visible"
    assert lab.locator(".ladder li.hit").count() == 0
