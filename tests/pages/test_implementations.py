"""The page By hand or ready-made: a button runs both nets once, every view opens, code is written."""

from __future__ import annotations

from functools import partial

import pytest

from cvdemo.labs.implementations import board, experiment
from cvdemo.labs.implementations.controls import EXPERIMENTS, VIEWS
from cvdemo.labs.implementations.experiment import Comparison, search_list
from cvdemo.zoo.counterparts import COUNTERPARTS
from tests.pages import driver
from tests.pages.driver import query, without_errors

open_page = partial(driver.open_page, "implementations")


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str, int]]:
    """The comparisons that were asked for, which are the smallest real one's."""
    asked: list[tuple[str, str, int]] = []
    board._compared.clear()
    monkeypatch.setattr(experiment, "RUNS", 1)
    real = board.compare

    def counted(key: str, size: str, seed: int) -> Comparison:
        asked.append((key, size, seed))
        return real(key, size, seed)

    monkeypatch.setattr(board, "compare", counted)
    return asked


def test_nothing_runs_before_the_button_and_nothing_twice(runs: list[tuple[str, str, int]]) -> None:
    app = without_errors(open_page(architecture="localizer"))
    assert not runs
    assert any("random weights when the button" in c.value for c in app.caption)
    without_errors(app.button(key="run").click().run())
    assert runs == [("localizer", "small", 0)]
    assert any(m.value.endswith(" ms") for m in app.metric)
    without_errors(app.button(key="run").click().run())
    assert len(runs) == 1
    without_errors(open_page(architecture="localizer"))
    assert len(runs) == 1


def test_both_nets_are_compared(runs: list[tuple[str, str, int]]) -> None:
    app = without_errors(open_page(architecture="ssd"))
    without_errors(app.button(key="run").click().run())
    assert any("the same, up to rounding" in m.value for m in app.markdown)
    table = app.dataframe[0].value
    assert set(table["output"]) == {"boxes", "labels", "scores"}
    assert sum(m.value.endswith(" ms") for m in app.metric) == 2


@pytest.mark.parametrize("key", COUNTERPARTS)
def test_every_architecture_opens(key: str) -> None:
    app = without_errors(open_page(architecture=key))
    assert any(metric.label == "Parameters" for metric in app.metric)
    pair = COUNTERPARTS[key]
    if pair.ready is not None and not pair.ready.installed:
        assert any("pip install cvdemo[" in info.value for info in app.info)


@pytest.mark.parametrize("view", VIEWS)
def test_every_view_opens(view: str) -> None:
    without_errors(open_page(view=view))


def test_every_method_has_rows() -> None:
    for method in search_list()["methods"]:
        app = without_errors(open_page(view="search", method=method["method"]))
        assert len(app.dataframe[0].value) == len(method["found"])
        assert any(search_list()["checked"] in c.value for c in app.caption)


def test_the_code_follows_the_sliders() -> None:
    app = without_errors(open_page(view="take it home", model="fasterrcnn-resnet50-fpn"))
    assert "box_score_thresh=0.5" in app.code[0].value
    without_errors(app.slider(key="implementations-score").set_value(0.8).run())
    assert "box_score_thresh=0.8" in app.code[0].value
    assert query(app)["score"] == ["0.8"]
    without_errors(app.selectbox(key="implementations-model").select("segformer-b0-ade").run())
    assert "AutoModelForSemanticSegmentation" in app.code[0].value


def test_a_prompt_of_nothing_is_the_first_one() -> None:
    app = without_errors(open_page(view="take it home", model="grounding-dino-tiny", prompt=" , "))
    assert "texts = ['cat', 'dog']" in app.code[0].value


def test_odd_addresses() -> None:
    without_errors(open_page(view="nothing", architecture="gan", size="huge", seed="-3"))
    app = open_page(view="take it home", model="ssd")
    assert not app.exception


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_every_experiment_is_one_click(name: str) -> None:
    without_errors(open_page(view="search").button(key=f"try-{name}").click().run())
