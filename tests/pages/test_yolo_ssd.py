"""YOLO and SSD: thresholds and views that run no network, experiments, odd pictures."""

from __future__ import annotations

import io
from functools import partial

import numpy as np
import pytest
from PIL import Image

from cvdemo import zoo
from cvdemo.labs.yolo_ssd.experiment import LEVELS, first_ssd
from tests.pages import driver
from tests.pages.driver import without_errors

open_page = partial(driver.open_page, "yolo_ssd")


def runs() -> tuple[int, int]:
    return zoo.load("yolo").runs, zoo.load(first_ssd()).runs


def test_sliders_and_views_run_no_network() -> None:
    yolo, ssd = runs()
    app = without_errors(open_page(seed="4711"))
    assert runs() == (yolo + 1, ssd + 1)
    without_errors(app.slider(key="yolo_ssd-score").set_value(0.1).run())
    without_errors(app.slider(key="yolo_ssd-iou").set_value(1.0).run())
    for view in ("SSD's levels", "Side by side", "YOLO's grid"):
        app.session_state["yolo_ssd-view"] = view
        without_errors(app.run())
    assert runs() == (yolo + 1, ssd + 1)


def test_every_experiment_is_one_click_and_says_what_to_look_at() -> None:
    app = without_errors(open_page())
    names = [b.key for b in app.button if (b.key or "").startswith("try-")]
    assert len(names) == 7
    for name in names:
        without_errors(app.button(key=name).click().run())
        assert sum(m.value.startswith(":material/visibility:") for m in app.markdown) == 1


@pytest.mark.parametrize("shape", [(1, 1), (3, 900), (37, 53)])
def test_pictures_of_any_size(shape: tuple[int, int]) -> None:
    out = io.BytesIO()
    Image.fromarray(np.full((*shape, 3), 90, np.uint8)).save(out, "PNG")
    app = open_page(source="upload", score="0.02")
    app.file_uploader(key="yolo_ssd-files").set_value([("odd.png", out.getvalue(), "image/png")]).run()
    assert not without_errors(app).info
    app.selectbox(key="yolo_ssd-nets").select_index(1).run()
    app.session_state["yolo_ssd-view"] = "SSD's levels"
    without_errors(app.run())
    assert any("only seen drawings" in i.value for i in app.info)
    assert all(name in LEVELS for name in ("stride 8", "stride 32"))
    app.session_state["yolo_ssd-view"] = "Side by side"
    without_errors(app.run())


def test_a_photo_is_for_the_ssd_that_knows_photos_level_by_level() -> None:
    before, drawn = zoo.load("ssd-mobilenet-v2").runs, runs()
    app = without_errors(open_page(source="sample", sample="motorcycle", score="0.4"))
    assert any("| 3\u00a0×\u00a03 | 3×3 | 54 | 195 | 1 |" in m.value for m in app.markdown)
    app.session_state["yolo_ssd-photo-levels"] = ["10 × 10", "5 × 5"]
    without_errors(app.run())
    assert any("| 5\u00a0×\u00a05 | 5×5 | 150 | 150 | 1 |" in m.value for m in app.markdown)
    assert any("| 3\u00a0×\u00a03 | 3×3 | 54 | 195 | off |" in m.value for m in app.markdown)
    assert zoo.load("ssd-mobilenet-v2").runs == before + 1 and runs() == drawn


def test_no_level_at_all_is_an_empty_answer() -> None:
    app = open_page(view="SSD's levels")
    app.session_state["yolo_ssd-levels"] = []
    without_errors(app.run())
    assert any(" 0 of " in m.value or "0 of " in m.value for m in app.markdown)
