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
    assert any(m.value.startswith("👀") for m in app.markdown)


def test_a_threshold_loses_the_duck_and_one_step_up_it_is_back() -> None:
    app = open_page()
    app.button(key="try-lost").click().run()
    assert ":red" in tally(app)[0]
    slider = app.slider(key="iou")
    slider.set_value(slider.value + 0.01).run()
    assert "none lost" in tally(app)[0]


def test_a_threshold_brings_duplicates_and_one_step_down_there_are_none() -> None:
    app = open_page()
    app.button(key="try-duplicates").click().run()
    assert "duplicate" in tally(app)[0] and "no duplicates" not in tally(app)[0]
    slider = app.slider(key="iou")
    slider.set_value(slider.value - 0.01).run()
    assert "no duplicates" in tally(app)[0]


def test_per_class_brings_back_what_fell_across_classes() -> None:
    app = open_page()
    app.button(key="try-across").click().run()
    assert ":red" in tally(app)[0]
    app.toggle(key="across").set_value(False).run()
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
        app.slider(key="iou").set_value(iou)
        app.slider(key="score").set_value(score)
        app.selectbox(key="method").select(method).run()
        assert fine(app)
    assert zoo.load("ssd-mobilenet-v2").runs == before


def test_the_state_comes_from_the_url() -> None:
    app = open_page(iou="0.7", score="0.2", method="soft gaussian", compare="true", method2="fusion")
    assert app.slider(key="iou").value == 0.7 and app.slider(key="score").value == 0.2
    assert app.selectbox(key="method").value == Method.GAUSSIAN
    assert app.selectbox(key="method2").value == Method.FUSION
    assert app.slider(key="sigma").value == 0.5


def test_own_boxes_come_from_the_url_and_bad_ones_are_left_out() -> None:
    app = open_page(boxes="my own", own="cat:0.9:1,2,30,40;nonsense;dog:0.8:5,5,2e9,50;duck:0.7:50,60,90,80")
    assert fine(app)
    (own,) = app.session_state["nms-own"].values()
    assert [b["name"] for b in own] == ["cat", "duck"]
    assert own[0] == {"box": [1, 2, 30, 40], "name": "cat", "score": 0.9}


@pytest.mark.parametrize("own", [[], [{"box": [5, 5, 50, 50], "name": "cat", "score": 0.5}]])
@pytest.mark.parametrize("method", list(Method))
def test_no_box_and_one_box(own: list[dict], method: Method) -> None:
    app = open_page(boxes="my own", method=method.value)
    (identity,) = app.session_state["nms-own"]
    app.session_state["nms-own"] = {identity: own}
    app.run()
    assert fine(app)


def test_boxes_of_a_model_become_own_ones() -> None:
    app = open_page()
    app.button(key="edit").click().run()
    assert fine(app)
    (own,) = app.session_state["nms-own"].values()
    assert len(own) == 7 and own[0]["name"] == "cat"


def test_simulated_proposals_need_a_scene() -> None:
    app = open_page(boxes="simulated")
    assert fine(app) and any("drawn scene" in i.value for i in app.info)
