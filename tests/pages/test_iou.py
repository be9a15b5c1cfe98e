"""The IoU page: experiments, the state in the URL, the detector's hits."""

from __future__ import annotations

from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from cvdemo.labs.iou.experiment import BoxPair, example_pairs, initial_pair, overlap_measures
from cvdemo.ui.scene import drawn
from cvdemo.world.difficulty import PRESETS
from tests.pages.driver import open_page, query

FIRST = initial_pair(1280, 960, drawn(7, PRESETS["normal"])[1])  # of the scene that the page opens with


def pair_of(app: AppTest) -> BoxPair:
    """The pair that stands on the page: what it keeps, else the initial one of its first scene."""
    return BoxPair(**{**FIRST._asdict(), **app.session_state["cvdemo-kept-iou"].values})


def test_it_opens_with_a_true_box_and_a_prediction_beside_it_and_leaves_the_address_alone() -> None:
    app = open_page("iou")
    assert not app.exception and not app.error
    assert app.selectbox(key="iou-object").value is not None
    assert 0.4 < overlap_measures(FIRST.truth, FIRST.prediction)["iou"] < 0.9
    assert not app.query_params and not app.session_state["cvdemo-kept-iou"].values


def test_every_experiment_shows_what_its_sentence_says() -> None:
    app = open_page("iou")
    said: dict[str, Any] = {}
    for name in example_pairs(1280, 960):
        app.button(key=f"try-{name}").click().run()
        assert not app.exception and not app.error
        assert sum(m.value.startswith(":material/visibility:") for m in app.markdown) == 1
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
    for bad in ("1,2,3", "a,b,c,d", "nan,0,5,5", "300,300,100,100", "-5,0,10,10", "0,0,1e9,10"):
        app = open_page("iou", truth=bad, prediction="150,120,350,320")
        assert not app.exception and not app.error
        assert app.selectbox(key="iou-object").value is not None  # around the first truth box


def test_another_object_takes_the_truth_box_and_another_picture_starts_over() -> None:
    app = open_page("iou")
    app.selectbox(key="iou-object").select_index(0).run()
    placed = pair_of(app)
    assert placed.truth != FIRST.truth
    assert query(app)["truth"] == [",".join(f"{v:g}" for v in placed.truth)]
    app.segmented_control(key="iou-source").set_value("sample").run()
    assert not app.exception and "truth" not in query(app)
    app.segmented_control(key="iou-source").set_value("scene").run()
    assert pair_of(app) == placed  # the first picture's boxes are there again


def test_experiments_keep_the_picture_and_as_it_was_brings_the_boxes_back() -> None:
    app = open_page("iou", source="sample", sample="cat", truth="10,10,90,90", prediction="20,20,99,99")
    app.button(key="try-one inside").click().run()
    app.button(key="try-identical").click().run()
    assert not app.exception and not app.error
    assert app.segmented_control(key="iou-source").value == "sample"
    assert query(app)["truth"] == query(app)["prediction"]
    app.button(key="try-back").click().run()
    assert query(app)["truth"] == ["10,10,90,90"] and query(app)["source"] == ["sample"]


def test_a_detector_runs_on_the_scene() -> None:
    app = open_page("iou", detector="true")
    assert not app.exception and not app.error
    assert any("network" in c.value for c in app.caption)
