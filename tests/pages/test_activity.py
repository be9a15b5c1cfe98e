"""The Activity page: a clip and who looks on, played in other ways, films, and no nets."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from cvdemo import zoo
from cvdemo.labs.activity import experiment
from cvdemo.labs.activity.experiment import FIRST, ways
from cvdemo.world import ACTIVITIES
from cvdemo.zoo.activity import ActivityClassifier, Recognition
from cvdemo.zoo.catalogue_video import VIDEO
from cvdemo.zoo.entries import entries
from cvdemo.zoo.weights import has_weights
from tests.pages import driver
from tests.pages.driver import query, without_errors

open_page = partial(driver.open_page, "activity")

RECURRENT = "recurrent (LSTM)"


def said(app: AppTest) -> list[str]:
    """What each way says in the end, as the table shows it."""
    return list(app.table[0].value["says in the end"])


def test_every_idea_looks_on_and_averages_do_not_notice_the_order() -> None:
    app = without_errors(open_page())
    shown = [title for title in FIRST if title in ways()]
    assert list(app.table[0].value[""]) == shown and {*shown} >= {FIRST[0], RECURRENT}
    trained = [one for one in entries(zoo.Task.VIDEO) if has_weights(one.key)]
    named = list(app.dataframe[0].value["net"])
    assert [title for title in named if not title.endswith(", longer")] == [one.title for one in trained]
    before = said(app)
    runs = zoo.load("lrcn").runs
    without_errors(app.segmented_control(key="activity-order").set_value("backwards").run())
    assert query(app)["order"] == ["backwards"]
    for title, now, then in zip(shown, said(app), before, strict=True):
        if title in FIRST[:2]:
            assert now == then, "an average has no order"
        if title == RECURRENT:
            assert now != then, "the recurrent net notices"
    assert zoo.load("lrcn").runs == runs + 1
    without_errors(app.segmented_control(key="activity-order").set_value("as filmed").run())
    assert said(app) == before and zoo.load("lrcn").runs == runs + 1  # what is known runs nothing


def test_experiments_and_links() -> None:
    app = without_errors(open_page(activity="throw", seed="6", keep="4", ways=RECURRENT))
    assert len(app.table[0].value) == 1
    without_errors(app.button(key="try-Out of sight").click().run())
    assert app.slider(key="activity-hidden").value == 1.0
    assert len(app.table[0].value) == len([t for t in FIRST if t in ways()])
    without_errors(app.pills(key="activity-ways").set_value([]).run())
    assert "Choose somebody who looks on" in " ".join(e.value for e in app.info)


class Stranger(ActivityClassifier):
    """Says that every film is the class 7."""

    def network(self, frames: np.ndarray) -> Recognition:
        return Recognition(np.eye(400, dtype=np.float32)[[7] * len(frames)])


def test_a_film_and_a_model_of_the_hub(monkeypatch: pytest.MonkeyPatch) -> None:
    spec = VIDEO[0]
    monkeypatch.setattr("cvdemo.ui.models.is_here", lambda one: True)
    monkeypatch.setattr(zoo, "load", lambda key, **_: Stranger(spec, device="cpu", nbytes=0))
    app = without_errors(open_page(source="sample", model=spec.key))
    assert said(app) == [zoo.labels("kinetics")[7]]
    assert "only seen" not in " ".join(e.value for e in app.info)


def test_without_nets_the_page_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(experiment, "has_weights", lambda key: False)
    app = without_errors(open_page())
    assert "are not trained yet" in " ".join(e.value for e in app.info)
    assert not app.table and not app.dataframe and len(ACTIVITIES) == 15
