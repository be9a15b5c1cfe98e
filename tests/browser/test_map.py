"""The mAP page in a real Chromium: its player ends on Python's numbers, and keys move it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cvdemo.bench.metrics import random_set
from cvdemo.data.coco import read_coco
from cvdemo.labs.map.experiment import changed, drawn_example, simulated_set
from cvdemo.metrics.ap import AP_METHODS
from cvdemo.metrics.curve import curves
from cvdemo.metrics.eligible_pairs import eligible_pairs

STEPS = "input[type=range][aria-label=Step]"


def opened(page: Any, address: str) -> None:
    page.goto(address)
    page.locator(".map .verdict b").filter(has_text="score").wait_for()
    page.locator(STEPS).focus()


def shown(page: Any) -> list[float]:
    return [float(v) for v in page.locator(".panel output").evaluate_all("e => e.map(x => x.dataset.value)")]


def place(page: Any) -> int:
    return int(page.locator(".player span").inner_text().split("/")[0])


def test_the_last_step_is_pythons_ap_and_keys_move(app: str, page: Any) -> None:
    example = simulated_set(drawn_example())
    data = changed(example.data, nms=example.nms)
    ours = curves(eligible_pairs(data), 0.5)
    curve = next(c for c in ours.values() if c.name == "duck")
    opened(page, app + "/map?class=duck&detector=simulated")
    page.keyboard.press("Home")
    assert place(page) == 1
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowRight")
    assert place(page) == 12
    numbers = page.locator(".pr figcaption")
    assert float(numbers.get_attribute("data-precision")) == pytest.approx(curve.precision[11], abs=1e-6)
    assert float(numbers.get_attribute("data-recall")) == pytest.approx(curve.recall[11], abs=1e-6)
    page.keyboard.press("End")
    assert place(page) == len(curve)
    assert shown(page) == pytest.approx([curve.ap(m) for m in AP_METHODS], abs=1e-6)
    assert page.locator(".stage image").first.get_attribute("href")


def with_own_files(page: Any, address: str, folder: Path, truth: Any, results: Any) -> None:
    for name, content in (("t", truth), ("r", results)):
        (folder / f"{name}.json").write_text(json.dumps(content))
    page.goto(address + "/map?data=my+results")
    page.locator("input[type=file]").nth(2).wait_for(state="attached")
    page.locator("input[type=file]").nth(1).set_input_files(folder / "r.json")
    page.get_by_text("r.json").wait_for()
    page.locator("input[type=file]").nth(0).set_input_files(folder / "t.json")
    page.get_by_text(f"{len(results)} detections").wait_for()


def test_a_long_walk_of_own_files_ends_on_pythons_ap(app: str, page: Any, tmp_path: Path) -> None:
    truth, results = random_set(images=100, classes=2, detections=5000, seed=1)
    with_own_files(page, app, tmp_path, truth, results)
    page.locator(STEPS).focus()
    page.keyboard.press("End")
    page.locator(".map .stage:not(.waiting)").wait_for()
    name = page.locator(".map .list p").inner_text()
    ours = curves(eligible_pairs(read_coco(truth, results)), 0.5)
    curve = next(c for c in ours.values() if f" {c.name} " in name)
    assert place(page) == len(curve)
    assert shown(page) == pytest.approx([curve.ap(m) for m in AP_METHODS], abs=1e-6)


def test_a_key_moves_one_step_after_a_class_without_detections(app: str, page: Any, tmp_path: Path) -> None:
    truth, results = random_set(images=20, classes=2, detections=200, seed=2)
    with_own_files(page, app, tmp_path, truth, [row for row in results if row["category_id"] == 1])
    verdict = page.locator(".map .verdict b")
    for name, says in (
        ("class 2", "No detections"),
        ("class 1", "score"),
        ("class 2", "No detections"),
        ("class 1", "score"),
    ):
        page.get_by_role("combobox", name="Class").click()
        page.get_by_role("option", name=name, exact=True).click()
        verdict.filter(has_text=says).wait_for()
        assert page.locator(STEPS).is_visible() == (says == "score")
    page.get_by_role("button", name="First step").click()
    page.locator(".map .list svg").evaluate(
        """(svg) => { window.drawn = 0;
             const count = (all) => { window.drawn += all.filter((m) => m.attributeName === 'x').length; };
             new MutationObserver(count).observe(svg, { attributes: true, subtree: true }); }"""
    )
    page.keyboard.press("ArrowRight")
    assert place(page) == 2
    assert page.evaluate("window.drawn") == 1  # by one player


@pytest.mark.parametrize("width", [1366, 390])
def test_nothing_scrolls_sideways(app: str, page: Any, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    opened(page, app + "/map")
    wide = """() => [document.documentElement, ...document.querySelectorAll('[data-testid=stMain]')]
      .every(e => e.scrollWidth <= e.clientWidth)"""
    assert page.evaluate(wide)
