"""A hall: as many visitors as seats, each on a picture of their own, move sliders; no network runs again."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from cvdemo import zoo
from cvdemo.labs.rpn import experiment
from cvdemo.ui.cache import RESULTS

VISITORS = 40


def _visit() -> None:
    import streamlit as st

    from cvdemo import zoo
    from cvdemo.labs.rpn.board import funnel
    from cvdemo.labs.rpn.experiment import FunnelKnobs
    from cvdemo.ui import state
    from cvdemo.ui.models import raw_detections
    from cvdemo.ui.scene import choose_scene
    from cvdemo.ui.source import scene_picture

    state.enter("rpn")
    chosen = scene_picture(*choose_scene())
    funnel(chosen, FunnelKnobs(iou=st.slider("NMS", 0.0, 1.0, 0.7, key="iou")))
    assert chosen.truth is not None
    shown = chosen.truth.masks.shape  # as large as all else that is kept of a scene
    st.caption(f"{len(raw_detections(zoo.spec('ssd-plus'), chosen))} {shown}")


def test_sliders_of_forty_visitors_run_no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    predict, predicted = experiment.predict, []
    monkeypatch.setattr(experiment, "predict", lambda p: predicted.append(1) or predict(p))
    before = zoo.load("ssd-plus").runs
    visitors = []
    for seed in range(VISITORS):
        app = AppTest.from_function(_visit, default_timeout=180)
        app.query_params["seed"] = str(100 + seed)
        visitors.append(app.run())
    for number, app in enumerate(visitors):
        assert not app.exception
        assert app.number_input[0].value == 100 + number
        app.slider(key="iou").set_value(0.3).run()  # the head runs on other proposals, the network does not
        assert not app.exception
    assert len(predicted) == VISITORS
    assert zoo.load("ssd-plus").runs == before + VISITORS
    assert RESULTS.nbytes <= RESULTS.limit
