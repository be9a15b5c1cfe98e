"""YOLO and SSD: what the cells say against the detections, levels switched off, nets that run once."""

from __future__ import annotations

import io
from functools import partial

import numpy as np
import pytest
import supervision as sv
from PIL import Image

from cvdemo import world
from cvdemo.draw.matches import draw_matches, match_detections
from cvdemo.labs.yolo_ssd import lab as yolo_ssd
from cvdemo.labs.yolo_ssd.lab import LEVELS, found_by_size, looked, of_levels
from cvdemo.ops.detections import confidence
from cvdemo.ui.source import Chosen
from cvdemo.world.vocabulary import THINGS
from tests.pages import driver
from tests.pages.driver import without_errors

open_page = partial(driver.open_page, "yolo_ssd")


@pytest.fixture(scope="module")
def chosen() -> Chosen:
    picture, truth = world.draw(world.scene(7, split="test", difficulty=world.named("hard")), 640, 480)
    return Chosen("test-scene", "scene", picture, 0.0, truth)


def test_raw_detections_are_the_cells_products(chosen: Chosen) -> None:
    cells, _ = looked(chosen)
    rows, columns, boxes = cells.confidence.shape
    assert (rows, columns, boxes) == (10, 12, 2)
    best = cells.raw[0]
    number = int(best.data["box"][0])
    r, c, b = np.unravel_index(number, cells.confidence.shape)
    score = cells.confidence[r, c, b] * cells.classes[r, c, best.class_id[0]]
    assert confidence(best)[0] == pytest.approx(score, abs=1e-5)
    np.testing.assert_allclose(best.xyxy[0], cells.boxes[r, c, b].clip(0, [640, 480, 640, 480]), atol=1e-2)


def test_a_level_off_takes_its_detections_along(chosen: Chosen) -> None:
    _, found = looked(chosen)
    assert found.cells == [(20, 24), (10, 12), (5, 6)]
    assert [int((found.level == k).sum()) for k in range(3)] == [20 * 24 * 6, 10 * 12 * 6, 5 * 6 * 6]
    assert len(of_levels(found, [0, 1, 2])) == len(found.raw)
    coarse = of_levels(found, [1, 2])
    assert 0 < len(coarse) < len(found.raw)
    assert set(coarse.data["level"]) == {1, 2}
    assert not len(of_levels(found, []))
    sizes = [np.sqrt((b[:, 2:] - b[:, :2]).prod(1)).mean() for b in
             (found.boxes[found.level == k] for k in range(3))]  # fmt: skip
    assert sizes[0] < sizes[1] < sizes[2]


def test_small_things_are_lost_with_the_finest_level(chosen: Chosen) -> None:
    _, found = looked(chosen)
    assert chosen.truth is not None

    def small(levels: list[int]) -> int:
        kept = yolo_ssd.kept_rows(of_levels(found, levels))
        assert all(row["name"] in THINGS for row in kept)
        raw = of_levels(found, levels)
        text = found_by_size(raw[confidence(raw) >= 0.4], chosen.truth)
        return int(text.split()[1])

    assert small([0, 1, 2]) > small([1, 2])


def test_matches_take_each_thing_once(chosen: Chosen) -> None:
    truth = chosen.truth
    assert truth is not None
    thing = int(np.flatnonzero(~truth.difficult)[0])
    boxes = np.stack([truth.boxes[thing], truth.boxes[thing], truth.boxes[thing] + 300]).astype(np.float32)
    found = sv.Detections(
        xyxy=boxes,
        confidence=np.array([0.5, 0.9, 0.8], np.float32),
        class_id=np.full(3, truth.classes[thing]),
        data={"class_name": np.array(["a", "b", "c"])},
    )
    right, taken = match_detections(found, truth)
    assert right.tolist() == [False, True, False]
    assert taken.sum() == taken[thing] == 1
    assert (draw_matches(chosen.picture, found, truth) != chosen.picture).any()
    nothing = match_detections(sv.Detections.empty(), truth)
    assert not nothing[1].any()


def test_sliders_and_views_run_no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[str] = []
    own = yolo_ssd._traced
    monkeypatch.setattr(yolo_ssd, "_traced", lambda key, picture: ran.append(key) or own(key, picture))
    app = without_errors(open_page(seed="4711"))
    assert sorted(ran) == ["ssd", "yolo"]
    without_errors(app.slider(key="score").set_value(0.1).run())
    without_errors(app.slider(key="iou").set_value(1.0).run())
    for view in ("SSD's levels", "Side by side", "YOLO's grid"):
        app.session_state["view"] = view
        without_errors(app.run())
    assert sorted(ran) == ["ssd", "yolo"]


def test_every_experiment_is_one_click_and_says_what_to_look_at() -> None:
    app = without_errors(open_page())
    names = [b.key for b in app.button if (b.key or "").startswith("try-")]
    assert len(names) == 5
    for name in names:
        without_errors(app.button(key=name).click().run())
        assert sum(m.value.startswith("👀") for m in app.markdown) == 1


@pytest.mark.parametrize("shape", [(1, 1), (3, 900), (37, 53)])
def test_pictures_of_any_size(shape: tuple[int, int]) -> None:
    out = io.BytesIO()
    Image.fromarray(np.full((*shape, 3), 90, np.uint8)).save(out, "PNG")
    app = open_page(source="upload", view="SSD's levels", score="0.02")
    app.file_uploader(key="files").set_value([("odd.png", out.getvalue(), "image/png")]).run()
    without_errors(app)
    assert any("drawn world only" in i.value for i in app.info)
    assert all(name in LEVELS for name in ("stride 8", "stride 32"))
    app.session_state["view"] = "Side by side"
    without_errors(app.run())


def test_no_level_at_all_is_an_empty_answer() -> None:
    app = open_page(view="SSD's levels")
    app.session_state["levels"] = []
    without_errors(app.run())
    assert any(" 0 of " in m.value or "0 of " in m.value for m in app.markdown)
