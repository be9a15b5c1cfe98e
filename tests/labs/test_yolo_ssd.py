"""YOLO's cells against the detections that come of them, SSD's levels switched off, matches."""

from __future__ import annotations

import numpy as np
import pytest
import supervision as sv
from numpy.typing import NDArray

from cvdemo import world
from cvdemo.draw.matches import draw_matches, match_detections
from cvdemo.labs.yolo_ssd.draw import draw_cell_map
from cvdemo.labs.yolo_ssd.experiment import (
    CellMap,
    SizeRecall,
    SSDLevels,
    YOLOGrid,
    from_levels,
    level_scores,
    recall_by_size,
    ssd_cells,
    ssd_levels,
    yolo_cells,
    yolo_grid,
)
from cvdemo.ops.detections import confidence
from cvdemo.world.reading import Truth


@pytest.fixture(scope="module")
def drawn() -> tuple[NDArray[np.uint8], Truth]:
    return world.draw(world.scene(7, split="test", difficulty=world.named("hard")), 640, 480)


@pytest.fixture(scope="module")
def grid(drawn: tuple[NDArray[np.uint8], Truth]) -> YOLOGrid:
    return yolo_grid(drawn[0])


@pytest.fixture(scope="module")
def levels(drawn: tuple[NDArray[np.uint8], Truth]) -> SSDLevels:
    return ssd_levels(drawn[0])


def test_raw_detections_are_the_cells_products(grid: YOLOGrid) -> None:
    rows, columns, boxes = grid.confidence.shape
    assert (rows, columns, boxes) == (10, 12, 2)
    best = grid.raw[0]
    number = int(best.data["box"][0])
    r, c, b = np.unravel_index(number, grid.confidence.shape)
    score = grid.confidence[r, c, b] * grid.classes[r, c, best.class_id[0]]
    assert confidence(best)[0] == pytest.approx(score, abs=1e-5)
    np.testing.assert_allclose(best.xyxy[0], grid.boxes[r, c, b].clip(0, [640, 480, 640, 480]), atol=1e-2)


def test_a_level_that_is_off_gives_no_detections(levels: SSDLevels) -> None:
    found = levels
    assert found.cells == [(20, 24), (10, 12), (5, 6)]
    assert [int((found.level == k).sum()) for k in range(3)] == [20 * 24 * 6, 10 * 12 * 6, 5 * 6 * 6]
    assert len(from_levels(found, [0, 1, 2])) == len(found.raw)
    coarse = from_levels(found, [1, 2])
    assert 0 < len(coarse) < len(found.raw)
    assert set(coarse.data["level"]) == {1, 2}
    assert not len(from_levels(found, []))
    sizes = [np.sqrt((b[:, 2:] - b[:, :2]).prod(1)).mean() for b in
             (found.boxes[found.level == k] for k in range(3))]  # fmt: skip
    assert sizes[0] < sizes[1] < sizes[2]


def test_what_a_level_brings_is_what_the_card_says(monkeypatch: pytest.MonkeyPatch) -> None:
    card = {
        "metrics": {"AP": 0.75, "APs": 0.7501, "APm": 0.8},
        "metrics_without": {"stride 8": {"AP": 0.5, "APs": 0.2, "APm": 0.81239}},
    }
    monkeypatch.setattr("cvdemo.zoo.weights.read_card", lambda key: card)
    assert level_scores("ssd") == [
        {"level off": "none", "AP": 0.75, "AP small": 0.75, "AP medium": 0.8},
        {"level off": "stride 8", "AP": 0.5, "AP small": 0.2, "AP medium": 0.812},
    ]
    monkeypatch.setattr("cvdemo.zoo.weights.read_card", lambda key: None)
    assert level_scores("ssd") == []


def test_a_cell_says_the_best_of_its_boxes(grid: YOLOGrid, levels: SSDLevels) -> None:
    own = yolo_cells(grid)
    for r, c in ((0, 0), (4, 7), (9, 11)):
        products = grid.confidence[r, c][:, None] * grid.classes[r, c]  # [B, C]
        assert own.scores[r, c] == pytest.approx(products.max())
        assert own.class_ids[r, c] == products.max(axis=0).argmax()
    maps, before = ssd_cells(levels), 0
    for k, (rows, columns) in enumerate(levels.cells):
        for cell in (0, rows * columns // 2, rows * columns - 1):
            numbers = np.arange(before + 6 * cell, before + 6 * cell + 6)
            there = np.isin(levels.raw.data["box"], numbers)
            assert maps[k].scores.flat[cell] == max(confidence(levels.raw)[there], default=0)
        before += 6 * rows * columns
    assert maps[0].cell == pytest.approx((8 * 640 / 192,) * 2)


def test_a_sure_cell_hides_the_picture() -> None:
    map_ = CellMap("", np.array([[0, 1]]), np.array([[1, 0]], np.float32), (8.0, 8.0))
    drawn = draw_cell_map(np.full((8, 20, 3), 100, np.uint8), map_, ("cat", "dog"))
    assert (drawn[2, 12] == 100).all()  # nothing there
    assert (drawn[2, 18] == 100).all()  # beyond the cells: the last one's
    assert abs(drawn[2, 2].astype(int) - 0.85 * np.array([230, 159, 0]) - 15).max() <= 1


def test_small_objects_are_lost_with_the_finest_level(
    drawn: tuple[NDArray[np.uint8], Truth], levels: SSDLevels
) -> None:
    def recall(used: list[int]) -> SizeRecall:
        raw = from_levels(levels, used)
        return recall_by_size(raw[confidence(raw) >= 0.4], drawn[1])

    every, coarse = recall([0, 1, 2]), recall([1, 2])
    assert every.small_found > coarse.small_found
    assert every.small + every.large == int((~drawn[1].difficult).sum())
    assert (every.small, every.large) == (coarse.small, coarse.large)


def test_matches_take_each_object_once(drawn: tuple[NDArray[np.uint8], Truth]) -> None:
    picture, truth = drawn
    row = int(np.flatnonzero(~truth.difficult)[0])
    boxes = np.stack([truth.boxes[row], truth.boxes[row], truth.boxes[row] + 300]).astype(np.float32)
    found = sv.Detections(
        xyxy=boxes,
        confidence=np.array([0.5, 0.9, 0.8], np.float32),
        class_id=np.full(3, truth.classes[row]),
        data={"class_name": np.array(["a", "b", "c"])},
    )
    right, taken = match_detections(found, truth)
    assert right.tolist() == [False, True, False]
    assert taken.sum() == taken[row] == 1
    assert (draw_matches(picture, found, truth) != picture).any()
    nothing = match_detections(sv.Detections.empty(), truth)
    assert not nothing[1].any()
