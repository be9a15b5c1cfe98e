"""The RPN page in a real Chromium: a cell's numbers and what each stage finds are Python's."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from cvdemo.labs.rpn.controls import TRAINED
from cvdemo.labs.rpn.experiment import (
    FilteredProposals,
    FunnelKnobs,
    RPNPrediction,
    filter_proposals,
    predict,
)
from cvdemo.ui.scene import SPLIT
from cvdemo.world import draw, named, scene
from tests.browser.driver import settled

AT = "/rpn?seed=7&nms=0.5&before=100&after=60"
KNOBS = FunnelKnobs(before=100, iou=0.5, after=60)
CLOSE = 5e-3  # the browser's server may sum in another order


@pytest.fixture(scope="module")
def expected() -> tuple[RPNPrediction, FilteredProposals]:
    picture, truth = draw(scene(7, split=SPLIT, difficulty=named("normal")), 1280, 960)
    found = predict(picture)
    return found, filter_proposals(found, KNOBS, truth)


def opened(page: Any, address: str) -> Any:
    page.goto(address)
    page.locator(".rpn[data-ready]").wait_for()
    settled(page)
    return page.locator(".rpn")


def told(board: Any) -> dict[str, Any]:
    return json.loads(board.locator(".side").get_attribute("data-values"))


def card(board: Any, title: str) -> Any:
    return board.locator(".cards span", has_text=title)


def check(values: dict[str, Any], found: RPNPrediction, left: FilteredProposals) -> None:
    """A cell's anchors, corrections, scores and fates are those of Python's rows."""
    level, (r, c) = values["level"], values["at"]
    first = sum(len(a) for a in found.trace.rpn.anchors[:level])
    _, columns, kinds = found.trace.rpn.shapes[level]
    rows = first + (r * columns + c) * kinds + np.arange(kinds)
    np.testing.assert_allclose(values["anchors"], found.anchors[rows], atol=1e-4)
    np.testing.assert_allclose(values["boxes"], found.boxes[rows].cpu(), atol=0.05)
    np.testing.assert_allclose(values["scores"], found.scores[rows].cpu(), atol=CLOSE)
    assert values["lastStage"] == left.last_stage[rows].tolist()


def test_a_cell_has_pythons_numbers(
    app: str, page: Any, expected: tuple[RPNPrediction, FilteredProposals]
) -> None:
    board = opened(page, app + AT)
    check(told(board), *expected)
    canvas = board.locator(".board")
    for stride, level in (("8", 0), ("16", 1), ("32", 2)):
        board.locator(".levels").get_by_role("radio", name=stride, exact=True).click()
        before = told(board)
        assert before["level"] == level
        canvas.focus()
        page.keyboard.press("ArrowUp")
        page.keyboard.press("ArrowLeft")
        values = told(board)
        assert values["at"] == [max(0, v - 1) for v in before["at"]]
        check(values, *expected)
    box = canvas.bounding_box()
    canvas.click(position={"x": box["width"] / 2, "y": box["height"] / 2})
    values = told(board)
    assert values["at"] == [2, 3]  # the middle of 192 x 144 pixels, stride 32
    check(values, *expected)


def test_each_stage_counts_and_finds_what_python_does(
    app: str, page: Any, expected: tuple[RPNPrediction, FilteredProposals]
) -> None:
    _, left = expected
    board = opened(page, app + AT)
    titles = ("Anchors", "Corrected", "Best", "After NMS", "Proposals", "Detections")
    for title, stage in zip(titles, left.stages, strict=True):
        card(board, title).click()
        values = told(board)
        assert values["count"] == len(stage.boxes)
        assert stage.recall is not None
        assert [v / 6 for v in values["found"]] == [pytest.approx(v) for v in stage.recall]
    assert board.locator(".side tbody tr").count() == len(left.detections)


def test_a_box_leads_to_its_anchor(
    app: str, page: Any, expected: tuple[RPNPrediction, FilteredProposals]
) -> None:
    found, left = expected
    board = opened(page, app + AT)
    card(board, "Proposals").click()
    canvas = board.locator(".board")
    x1, y1, x2, y2 = left.stages[4].boxes[0]
    box = canvas.bounding_box()
    zoom = box["width"] / 192
    canvas.click(position={"x": zoom * float(x1 + x2) / 2, "y": zoom * float(y1 + y2) / 2})
    values = told(board)
    assert 5 in values["lastStage"]
    check(values, found, left)


def test_a_slider_is_answered_and_the_cell_stays(app: str, page: Any) -> None:
    board = opened(page, app + AT)
    before = told(board)
    page.get_by_role("button", name="no NMS").click()
    page.wait_for_function("e => e.dataset.ready.includes('iou=1.0')", arg=board.element_handle())
    values = told(board)
    assert values["at"] == before["at"]
    assert values["scores"] == before["scores"]
    assert 3 not in values["lastStage"]  # nothing falls in NMS
    assert TRAINED.iou != 1.0
