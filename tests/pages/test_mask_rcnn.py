"""The Mask R-CNN page, by Streamlit's own test driver."""

from __future__ import annotations

import io
from functools import partial

import numpy as np
import pytest
from PIL import Image

from cvdemo import zoo
from cvdemo.labs.mask_rcnn.controls import EXPERIMENTS
from cvdemo.zoo.mask_crops import KEY
from cvdemo.zoo.weights import has_weights
from tests.pages import driver
from tests.pages.driver import without_errors

open_page = partial(driver.open_page, "mask_rcnn")


def score(app: object) -> float:
    text = next(m.value for m in app.markdown if "mask IoU" in m.value)  # type: ignore[attr-defined]
    return float(text.split("mask IoU **")[1].split("**")[0])


def test_the_largest_object_is_shown_with_its_score() -> None:
    app = without_errors(open_page())
    assert score(app) > 0.8
    assert not app.info


def test_a_class_and_a_box_of_the_address_change_the_mask() -> None:
    best = score(without_errors(open_page()))
    assert score(without_errors(open_page(mask="car"))) < best
    assert score(without_errors(open_page(box="60,40,80,90"))) < best


@pytest.mark.parametrize(
    "query",
    [{"mask": "unicorn"}, {"box": "1,2,3"}, {"box": "nan,0,1,1"}, {"object": "99"}, {"threshold": "7"}],
)
def test_what_cannot_be_read_in_the_address_is_dropped(query: dict[str, str]) -> None:
    assert score(without_errors(open_page(**query))) == score(without_errors(open_page()))


def test_another_threshold_runs_no_network() -> None:
    without_errors(open_page())
    before = zoo.load("mask-rcnn").runs
    without_errors(open_page(threshold="0.9"))
    assert zoo.load("mask-rcnn").runs == before


def test_a_photo_says_what_the_net_knows_and_nothing_is_scored() -> None:
    app = without_errors(open_page(source="sample", net="mask-rcnn"))
    assert any("only seen drawings" in i.value for i in app.info)
    assert not any("mask IoU" in m.value for m in app.markdown)


@pytest.mark.skipif(not has_weights(KEY), reason="the weights of photo-masks are not here")
def test_a_photo_opens_with_the_net_that_knows_photos() -> None:
    app = without_errors(open_page(source="sample", sample="cat"))
    assert not app.info
    assert any(c.value.startswith("Detector ") for c in app.caption)
    runs = zoo.load(KEY).runs
    without_errors(open_page(source="sample", sample="cat", threshold="0.9"))
    assert zoo.load(KEY).runs == runs
    moved = without_errors(open_page(source="sample", sample="cat", box="20,20,200,200", mask="car"))
    assert zoo.load(KEY).runs == runs + 1
    other = without_errors(moved.segmented_control(key="mask_rcnn-net").set_value("mask-rcnn").run())
    assert any("only seen drawings" in i.value for i in other.info)


def test_every_experiment_runs_and_says_what_to_look_for() -> None:
    app = open_page()
    for name in EXPERIMENTS:
        app.button(key=f"try-{name}").click().run()
        without_errors(app)
        assert any(m.value.startswith(":material/visibility:") for m in app.markdown)


@pytest.mark.parametrize("shape", [(1, 1), (100, 1600), (1600, 100)])
def test_pictures_of_any_shape(shape: tuple[int, int]) -> None:
    out = io.BytesIO()
    Image.fromarray(np.full((*shape, 3), 90, np.uint8)).save(out, "PNG")
    app = open_page(source="upload")
    app.file_uploader(key="mask_rcnn-files").set_value([("odd.png", out.getvalue(), "image/png")]).run()
    without_errors(app)


def test_a_roi_that_meets_no_object_says_so() -> None:
    app = without_errors(open_page(box="188,1,200,8"))
    assert any("meets no object" in m.value for m in app.markdown)
