"""The NMS page, by Streamlit's own test driver."""

from __future__ import annotations

from functools import partial

import pytest
from streamlit.testing.v1 import AppTest

from cvdemo import zoo
from cvdemo.labs.nms.controls import BUTTONS
from cvdemo.ops.replay import Method
from tests.pages import driver

open_page = partial(driver.open_page, "nms")


def tally(app: AppTest) -> list[str]:
    return [m.value for m in app.markdown if "true objects found" in m.value]


def fine(app: AppTest) -> bool:
    return not app.exception and not app.error


@pytest.mark.parametrize("name", BUTTONS)
def test_every_experiment_sets_the_page_and_says_what_to_look_for(name: str) -> None:
    app = open_page()
    app.button(key=f"try-{name}").click().run()
    assert fine(app)
    assert any(m.value.startswith(":material/visibility:") for m in app.markdown)


def test_a_threshold_loses_the_duck_and_one_step_up_it_is_back() -> None:
    app = open_page()
    app.button(key="try-lost").click().run()
    assert ":red" in tally(app)[0]
    slider = app.slider(key="nms-iou")
    slider.set_value(slider.value + 0.01).run()
    assert "none lost" in tally(app)[0]


def test_a_threshold_brings_duplicates_and_one_step_down_there_are_none() -> None:
    app = open_page()
    app.button(key="try-duplicates").click().run()
    assert "duplicate" in tally(app)[0] and "no duplicates" not in tally(app)[0]
    slider = app.slider(key="nms-iou")
    slider.set_value(slider.value - 0.01).run()
    assert "no duplicates" in tally(app)[0]


def test_per_class_brings_back_what_fell_across_classes() -> None:
    app = open_page()
    app.button(key="try-across").click().run()
    assert ":red" in tally(app)[0]
    app.toggle(key="nms-across").set_value(False).run()
    assert "none lost" in tally(app)[0]


def test_soft_nms_keeps_what_greedy_loses() -> None:
    app = open_page()
    app.button(key="try-soft").click().run()
    greedy, soft = tally(app)
    assert ":red" in greedy and "none lost" in soft


def test_sliders_and_methods_never_run_the_network() -> None:
    app = open_page()
    before = zoo.load("ssd-mobilenet-v2").runs
    for iou, score, method in ((0.0, 0.0, "fusion"), (1.0, 1.0, "diou"), (0.5, 0.05, "soft linear")):
        app.slider(key="nms-iou").set_value(iou)
        app.slider(key="nms-score").set_value(score)
        app.selectbox(key="nms-method").select(method).run()
        assert fine(app)
    assert zoo.load("ssd-mobilenet-v2").runs == before


def test_the_state_comes_from_the_url() -> None:
    app = open_page(iou="0.7", score="0.2", method="soft gaussian", compare="true", method2="fusion")
    assert app.slider(key="nms-iou").value == 0.7 and app.slider(key="nms-score").value == 0.2
    assert app.selectbox(key="nms-method").value == Method.GAUSSIAN
    assert app.selectbox(key="nms-method2").value == Method.FUSION
    assert app.slider(key="nms-sigma").value == 0.5


def own(app: AppTest) -> list[dict]:
    return app.session_state["cvdemo-kept-nms"].values["own"]


def test_own_boxes_come_from_the_url_and_bad_ones_are_left_out() -> None:
    app = open_page(boxes="my own", own="cat:0.9:1,2,30,40;nonsense;dog:0.8:5,5,2e9,50;duck:0.7:50,60,90,80")
    assert fine(app)
    assert [b["name"] for b in own(app)] == ["cat", "duck"]
    assert own(app)[0] == {"box": [1, 2, 30, 40], "name": "cat", "score": 0.9}


@pytest.mark.parametrize("boxes", [[], [{"box": [5, 5, 50, 50], "name": "cat", "score": 0.5}]])
@pytest.mark.parametrize("method", list(Method))
def test_no_box_and_one_box(boxes: list[dict], method: Method) -> None:
    app = open_page(boxes="my own", method=method.value)
    app.session_state["cvdemo-kept-nms"].values["own"] = boxes
    app.run()
    assert fine(app)


def test_boxes_of_a_model_become_own_ones() -> None:
    app = open_page()
    app.button(key="edit").click().run()
    assert fine(app)
    assert len(own(app)) == 7 and own(app)[0]["name"] == "cat"
    assert app.segmented_control(key="nms-boxes").value == "my own"
    assert driver.query(app)["own"][0].count(";") == 6


def test_drawing_the_page_leaves_the_address_alone_and_experiments_reset_the_rest() -> None:
    app = open_page()
    assert not app.query_params
    app.slider(key="nms-score").set_value(0.77).run()
    app.button(key="try-across").click().run()
    assert fine(app) and app.slider(key="nms-score").value == 0.3
    app.button(key="try-back").click().run()
    assert app.slider(key="nms-score").value == 0.77 and not app.toggle(key="nms-across").value
    assert app.segmented_control(key="nms-source").value == "sample"


def test_simulated_proposals_need_a_scene() -> None:
    app = open_page(boxes="simulated")
    assert fine(app) and any("drawn scene" in i.value for i in app.info)
