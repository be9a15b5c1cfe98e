"""The IoU page: experiments, the state in the URL, the detector's hits."""

from __future__ import annotations

from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from cvdemo.labs.iou.board import STATE
from cvdemo.labs.iou.experiment import BoxPair, example_pairs, overlap_measures
from tests.pages.driver import open_page


def pair_of(app: AppTest) -> BoxPair:
    return app.session_state[STATE]["pair"]


def test_it_opens_with_a_true_box_and_a_prediction_beside_it() -> None:
    app = open_page("iou")
    pair = pair_of(app)
    assert 0.4 < overlap_measures(pair.truth, pair.prediction)["iou"] < 0.9
    assert app.query_params["truth"] == ",".join(f"{v:g}" for v in pair.truth)


def test_every_experiment_shows_what_its_sentence_says() -> None:
    app = open_page("iou")
    said: dict[str, Any] = {}
    for name in example_pairs(1280, 960):
        app.button(key=f"try-{name}").click().run()
        assert not app.exception and not app.error
        assert len(app.info) == 1
        said[name] = overlap_measures(*pair_of(app)[:2])
    assert set(said["identical"].values()) == {1.0}
    near, far = said["near miss"], said["far miss"]
    assert near["iou"] == far["iou"] == 0
    assert near["giou"] > far["giou"] and near["diou"] > far["diou"]
    assert said["one inside"]["iou"] == pytest.approx(said["one inside"]["giou"])
    assert said["one inside"]["diou"] < said["one inside"]["iou"]
    assert list(said["same shape"].values()) == pytest.approx([0.25] * 4)
    other = said["other shape"]
    assert [other[k] for k in ("iou", "giou", "diou")] == pytest.approx([0.25] * 3)
    assert other["ciou"] < 0.23
    assert said["10 px, small"]["iou"] == pytest.approx(0.6)
    assert said["10 px, large"]["iou"] > 0.95


def test_the_url_brings_the_boxes_back_and_nonsense_gives_the_default() -> None:
    app = open_page("iou", truth="100,100,300,300", prediction="150,120,350.5,320", measure="ciou")
    assert pair_of(app) == BoxPair((100, 100, 300, 300), (150, 120, 350.5, 320), "ciou")
    default = pair_of(open_page("iou"))
    for bad in ("1,2,3", "a,b,c,d", "nan,0,5,5", "300,300,100,100", "-5,0,10,10", "0,0,1e9,10"):
        app = open_page("iou", truth=bad, prediction="150,120,350,320")
        assert not app.exception and not app.error
        assert pair_of(app) == default


def test_another_object_takes_the_truth_box_and_another_picture_starts_over() -> None:
    app = open_page("iou")
    before = pair_of(app)
    app.selectbox(key="object").select_index(0).run()
    assert pair_of(app).truth != before.truth
    app.segmented_control(key="iou-source").set_value("sample").run()
    assert not app.exception
    assert pair_of(app).truth != before.truth


def test_a_detector_runs_on_the_scene() -> None:
    app = open_page("iou", detector="true")
    assert not app.exception and not app.error
    assert any("network" in c.value for c in app.caption)
