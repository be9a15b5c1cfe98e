"""The Region proposals page: experiments, sliders at their ends, odd pictures, files, the URL."""

from __future__ import annotations

import csv
import io
import json
from functools import partial

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from cvdemo.data.chosen import Chosen
from cvdemo.labs.proposals import board
from cvdemo.labs.proposals.board import film, overlaid
from cvdemo.labs.proposals.controls import BoxKnobs
from cvdemo.labs.proposals.experiment import (
    RECALL_IOUS,
    merge_segments,
    start_segments,
    strategies,
    to_csv,
    to_json,
)
from cvdemo.ops.regions import FAST, Strategy, selective_search
from cvdemo.world import draw, scene
from tests.pages import driver
from tests.pages.driver import without_errors

open_page = partial(driver.open_page, "proposals")


def says(app: AppTest, words: str) -> bool:
    return any(words in element.value for element in (*app.markdown, *app.caption))


@pytest.fixture(scope="module")
def chosen() -> Chosen:
    picture, truth = draw(scene(3, split="test"), 192, 160)
    return Chosen("a scene", "a scene", picture, 0.0, truth)


def test_every_experiment_is_one_click() -> None:
    app = without_errors(open_page())
    assert says(app, "objects found") and says(app, "candidates a second")
    names = [button.key for button in app.button if str(button.key).startswith("try-")]
    assert len(names) >= 3
    for key in names:
        without_errors(app.button(key=key).click().run())
        assert sum(m.value.startswith(":material/visibility:") for m in app.markdown) == 1


def test_sliders_at_their_ends_and_no_similarity() -> None:
    app = open_page(search="one")
    for k, sigma, least, n in ((10, 0.0, 5, 0), (1000, 3.0, 300, 1000)):
        app.select_slider(key="proposals-k").set_value(k)
        app.slider(key="proposals-sigma").set_value(sigma)
        app.slider(key="proposals-least").set_value(least)
        app.slider(key="proposals-n").set_value(n)
        without_errors(app.run())
    app.session_state["proposals-alike"] = []
    app.run()
    assert not app.exception and len(app.error) == 1 and "at least one similarity" in app.error[0].value


def test_state_comes_from_the_url_and_a_photo_has_no_recall() -> None:
    app = without_errors(open_page(source="sample", k="300", n="250", search="one"))
    assert app.select_slider(key="proposals-k").value == 300 and app.slider(key="proposals-n").value == 250
    assert says(app, "No truth is known")


def test_other_scenes_make_a_steadier_curve(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(board, "SCENES", 2)
    app = open_page(search="one")
    without_errors(app.toggle(key="proposals-many").set_value(True).run())


@pytest.mark.parametrize("shape", [(1, 1), (1, 900), (20, 15)])
def test_one_colour_and_tiny_pictures(shape: tuple[int, int]) -> None:
    out = io.BytesIO()
    Image.fromarray(np.full((*shape, 3), 90, np.uint8)).save(out, "PNG")
    app = open_page(source="upload")
    app.file_uploader(key="proposals-files").set_value([("odd.png", out.getvalue(), "image/png")]).run()
    assert says(without_errors(app), "1 of 1 boxes")


def test_files_have_the_boxes_and_the_merges(chosen: Chosen) -> None:
    found = selective_search(chosen.picture).first(30)
    rows = list(csv.DictReader(io.StringIO(to_csv(found))))
    assert [[float(row[k]) for k in ("x1", "y1", "x2", "y2")] for row in rows] == found.boxes.tolist()
    read = json.loads(to_json(found, chosen.name))
    assert read["boxes"] == found.boxes.tolist() and read["levels"] == found.level.tolist()
    strategy = Strategy("hsv", 300)
    merges = merge_segments(start_segments(chosen.picture, strategy), strategy)
    assert len(film(merges)) == min(120, len(merges.tree.parents))


def test_the_picture_shows_more_with_more_boxes(chosen: Chosen) -> None:
    boxes = selective_search(chosen.picture).boxes
    few, many = (overlaid(chosen, boxes[:n], RECALL_IOUS[0]) for n in (0, 200))
    assert few.shape == many.shape and not np.array_equal(few, many)


def test_a_search_is_one_hierarchy_or_the_named_many() -> None:
    one = Strategy("lab", 75)
    assert strategies("one", one) == (one,) and strategies("fast", one) == FAST
    assert BoxKnobs("one", 3, 0.5).boxes == 3
