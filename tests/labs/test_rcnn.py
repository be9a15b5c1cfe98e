"""Regions, cut-outs, votes and marked detections as pictures; charts of times."""

from __future__ import annotations

import numpy as np
import pytest
import supervision as sv

from cvdemo.draw.feature_maps import feature_colours, feature_palette
from cvdemo.labs.rcnn.charts import published_bars, region_curves, share_bars, time_bars
from cvdemo.labs.rcnn.draw import (
    AGAINST,
    BEST,
    CHOSEN,
    FOR,
    MISSED,
    PAPER,
    TARGET,
    MarkedDetections,
    beside,
    contact_sheet,
    draw_bins,
    draw_cells,
    draw_correction,
    draw_marked,
    draw_regions,
    sheet_shape,
    vote_colours,
    vote_grid,
    vote_limit,
    vote_maps,
    window_around,
    with_context_frame,
)

GREY = np.full((60, 80, 3), 128, np.uint8)


def test_regions_are_drawn_and_the_picture_stays() -> None:
    before = GREY.copy()
    drawn = draw_regions(GREY, [[10, 10, 30, 40], [5, 5, 70, 50]], chosen=1)
    np.testing.assert_array_equal(GREY, before)
    assert tuple(drawn[25, 10]) == BEST
    assert tuple(drawn[25, 5]) == CHOSEN
    np.testing.assert_array_equal(draw_regions(GREY, np.zeros((0, 4)), chosen=0), GREY)
    far = [[-500, -500, 900, 900], [70, 50, 300, 300]]
    assert draw_regions(GREY, far).shape == GREY.shape


def test_only_the_first_ten_are_yellow() -> None:
    boxes = np.array([[k, 0, k, 59] for k in range(0, 48, 4)])
    drawn = draw_regions(GREY, boxes)
    yellow = [tuple(drawn[30, k]) == BEST for k in range(0, 48, 4)]
    assert yellow == [True] * 10 + [False] * 2


def test_cut_outs_stand_in_their_order_and_the_rest_is_paper() -> None:
    cut_outs = np.stack([np.full((8, 8, 3), k, np.uint8) for k in (10, 20, 30)])
    sheet = contact_sheet(cut_outs, shape=(2, 4), width=80)
    assert sheet.shape == (40, 80, 3)
    assert [int(sheet[10, 10 + 20 * k, 0]) for k in range(3)] == [10, 20, 30]
    assert tuple(sheet[10, 70]) == PAPER and tuple(sheet[30, 10]) == PAPER
    assert contact_sheet(cut_outs[:0], shape=(1, 1), width=9).shape == (9, 9, 3)


@pytest.mark.parametrize(
    ("count", "size", "shape"),
    [
        (20, (144, 192), (4, 6)),
        (900, (144, 192), (9, 12)),
        (0, (10, 10), (3, 3)),
        (50, (8, 900), (1, 12)),
        (9, (900, 8), (36, 3)),
    ],
)
def test_a_sheet_has_the_pictures_shape(count: int, size: tuple[int, int], shape: tuple[int, int]) -> None:
    assert sheet_shape(count, size, most=12) == shape


def test_the_context_frame_lies_where_the_region_ends() -> None:
    framed = with_context_frame(np.full((64, 64, 3), 9, np.uint8), 4, side=128)
    assert tuple(framed[8, 64]) == CHOSEN and tuple(framed[120, 64]) == CHOSEN
    assert tuple(framed[64, 64]) == (9, 9, 9)


def test_boxes_in_cells_lie_on_their_cells() -> None:
    drawn = draw_cells(np.zeros((4, 8, 3), np.uint8), [[2, 1, 6, 3]], width=160)
    assert drawn.shape == (80, 160, 3)
    assert tuple(drawn[40, 40]) == BEST and tuple(drawn[40, 80]) == (0, 0, 0)


def test_a_correction_shows_region_box_and_target() -> None:
    drawn = draw_correction(GREY, [10, 10, 30, 30], [12, 8, 34, 33], [12, 8, 50, 40], (1, 2, 3))
    assert tuple(drawn[33, 22]) == (1, 2, 3) and tuple(drawn[40, 40]) == TARGET
    assert (drawn[10, 10:30] == CHOSEN).any()


@pytest.mark.parametrize("box", [[10, 10, 20, 40], [0, 0, 80, 60], [70, 50, 80, 60]])
def test_a_window_holds_its_boxes_with_room_and_stays_on_the_picture(box: list[int]) -> None:
    x1, y1, x2, y2 = window_around([box, [12, 12, 18, 18]], (60, 80))
    assert 0 <= x1 <= min(box[0], 12) and 0 <= y1 <= min(box[1], 12)
    assert max(box[2], 18) <= x2 <= 80 and max(box[3], 18) <= y2 <= 60
    if box[0] == 10:
        assert (x2 - x1) / (y2 - y1) == pytest.approx(4 / 3, rel=0.3)


@pytest.mark.parametrize("shape", [(30, 40), (100, 10), (10, 400), (1, 1)])
def test_beside_has_one_height(shape: tuple[int, int]) -> None:
    both = beside(np.zeros((*shape, 3), np.uint8), np.zeros((7, 7, 3), np.uint8), height=60)
    assert both.shape[0] == 60 and 60 + 10 + 1 <= both.shape[1] <= 60 + 10 + 120


def test_votes_for_and_against_have_their_colours() -> None:
    colours = vote_colours([-2.0, 0, 2, 9], 2.0)
    assert [tuple(c) for c in colours] == [AGAINST, (242, 242, 242), FOR, FOR]
    assert (vote_colours(np.zeros((2, 2)), 0.0) == 242).all()


def test_one_vote_in_a_hundred_is_above_the_limit() -> None:
    assert vote_limit(np.linspace(-1000, 1000, 2001)) == pytest.approx(990)


def test_a_grid_of_votes_and_a_divided_box() -> None:
    grid = vote_grid(np.array([[5.0, -5], [0, 0]]), limit=5.0, side=100)
    assert tuple(grid[4, 4]) == FOR and tuple(grid[4, 96]) == AGAINST
    divided = draw_bins(GREY, [10, 10, 40, 40], 3)
    assert tuple(divided[15, 20]) == CHOSEN and tuple(divided[15, 25]) == (128, 128, 128)


@pytest.mark.parametrize("size", [(48, 64), (48, 3), (3, 48)])
def test_maps_of_a_class_are_tiles(size: tuple[int, int]) -> None:
    picture = np.full((*size, 3), 100, np.uint8)
    maps = np.random.default_rng(0).normal(size=(3, 3, 16, 16)).astype(np.float32)
    for box in (None, [1, 1, 2, 2], [-90, -90, 500, 500]):
        drawn = vote_maps(maps, picture, box, scale=1 / 4, width=240)
        assert drawn.shape[1] == 240 and drawn.shape[0] % 3 == 0


def test_what_is_wrong_and_missed_is_marked() -> None:
    found = sv.Detections(
        np.array([[10.0, 10, 30, 30], [40, 10, 60, 30]]), confidence=np.array([0.9, 0.8]),
        class_id=np.array([1, 1]), data={"class_name": np.array(["cat", "cat"])},
    )  # fmt: skip
    marked = MarkedDetections(found, np.array([False, True]), np.array([[10.0, 40, 30, 55]]))
    drawn = draw_marked(GREY, marked, labels=False)
    assert tuple(drawn[20, 20]) == (128, 128, 128)
    assert tuple(drawn[20, 50]) == MISSED
    assert (drawn[40, 10:18] == MISSED).all()
    np.testing.assert_array_equal(draw_marked(GREY, MarkedDetections(sv.Detections.empty())), GREY)


def test_a_palette_colours_parts_as_the_whole() -> None:
    features = np.random.default_rng(0).normal(size=(5, 6, 7))
    palette = feature_palette(features)
    np.testing.assert_array_equal(palette.colours(features), feature_colours(features))
    np.testing.assert_array_equal(palette.colours(features[:, 2:4, 1:3]), feature_colours(features)[2:4, 1:3])


TIMES = {"slow": {"proposals": 0.2, "features": 0.6}, "quick": {"features": 0.03, "head": 0.01}}


def test_bars_hold_the_times_their_sums_and_ratios() -> None:
    figure = time_bars(TIMES)
    bars = {b.name: list(b.x) for b in figure.data if b.type == "bar"}
    assert bars["features"] == [600, 30] and bars["warp"] == [0, 0]
    (sums,) = (t for t in figure.data if t.type == "scatter")
    assert list(sums.x) == pytest.approx([800, 40])
    assert "800 ms" in sums.text[0] and "40 ms" in sums.text[1]
    assert "20 ×" in sums.text[0] and "1 ×" in sums.text[1]
    shares = {b.name: list(b.x) for b in share_bars(TIMES).data}
    assert sum(values[0] for values in shares.values()) == pytest.approx(100)
    assert "245 ×" in published_bars({"a": 49, "b": 0.2}).data[1].text[0]
    assert len(time_bars({}).data) == 5


def test_curves_have_a_line_for_each_and_a_mark() -> None:
    figure = region_curves([10, 100], {"a": [1, 2], "b": [3, 4]}, "ms", 100, log=True)
    assert [line.name for line in figure.data] == ["a", "b"]
    assert len(figure.layout.shapes) == 1
    assert not region_curves([10, 100], {}, "ms", 0, log=False).layout.shapes
    found = region_curves([10, 15, 20, 50], {"a": [1, 2, 2, 6]}, "things", 10, log=False)
    assert list(found.layout.xaxis.tickvals) == [10, 20, 50]
    assert found.layout.yaxis.range[1] > 6
