"""The IoU page: experiments, the state in the URL, the detector's hits."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import supervision as sv
from streamlit.testing.v1 import AppTest

from cvdemo.draw.iou import PREDICTION, TRUTH, draw_overlap
from cvdemo.labs.iou.boxes import STATE, Pair, beside, experiments, measures, within
from cvdemo.labs.iou.hits import correct_boxes
from tests.pages.driver import open_page


def pair_of(app: AppTest) -> Pair:
    return app.session_state[STATE]["pair"]


def test_it_opens_with_a_true_box_and_a_prediction_beside_it() -> None:
    app = open_page("iou")
    pair = pair_of(app)
    assert 0.4 < measures(pair.truth, pair.prediction)["iou"] < 0.9
    assert app.query_params["truth"] == ",".join(f"{v:g}" for v in pair.truth)


def test_every_experiment_shows_what_its_sentence_says() -> None:
    app = open_page("iou")
    said: dict[str, Any] = {}
    for name in experiments(1280, 960):
        app.button(key=f"try-{name}").click().run()
        assert not app.exception and not app.error
        assert len(app.info) == 1
        said[name] = measures(*pair_of(app)[:2])
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


@pytest.mark.parametrize("size", [(1, 1), (30, 2000), (451, 300)])
def test_boxes_stay_within_pictures_of_any_size(size: tuple[int, int]) -> None:
    width, height = size
    x1, y1, x2, y2 = within(beside((0, 0, width, height), width, height), width, height)
    assert 0 <= x1 < x2 <= width and 0 <= y1 < y2 <= height
    for pair in experiments(width, height).values():
        for x1, y1, x2, y2 in (pair.truth, pair.prediction):
            assert 0 <= x1 < x2 <= width and 0 <= y1 < y2 <= height


def test_the_url_brings_the_boxes_back_and_nonsense_gives_the_default() -> None:
    app = open_page("iou", truth="100,100,300,300", prediction="150,120,350.5,320", measure="ciou")
    assert pair_of(app) == Pair((100, 100, 300, 300), (150, 120, 350.5, 320), "ciou")
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


def test_a_detectors_hits_fall_with_the_threshold() -> None:
    app = open_page("iou", detector="true")
    assert not app.exception and not app.error
    assert any("network" in c.value for c in app.caption)
    truth = np.array([[0.0, 0, 100, 100], [200, 0, 300, 100]])
    found = sv.Detections(
        xyxy=np.array([[0.0, 0, 100, 100], [200, 0, 270, 100], [0, 0, 100, 99]]),
        confidence=np.array([0.9, 0.8, 0.7]),
        class_id=np.array([3, 3, 5]),
    )
    assert correct_boxes(truth, found, width=320, height=100) == [2] * 5 + [1] * 5
    assert correct_boxes(truth, sv.Detections.empty(), width=320, height=100) == [0] * 10


def test_the_downloaded_picture_has_both_boxes() -> None:
    drawn = draw_overlap(np.full((200, 300, 3), 128, np.uint8), (20, 20, 120, 120), (60, 60, 200, 190))
    assert {TRUTH, PREDICTION} <= set(map(tuple, drawn.reshape(-1, 3).tolist()))
