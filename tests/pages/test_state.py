"""What visitors set stays theirs: by page, across pages, in the address, and under experiments."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from cvdemo.ui.pages import PAGES
from tests.pages.driver import open_page, query, without_errors


def go(app: AppTest, page: str) -> AppTest:
    return without_errors(app.switch_page(f"pages/{page}.py").run())


def thresholds(app: AppTest) -> tuple[float, float]:
    return app.slider(key="detect-score").value, app.slider(key="detect-iou").value


def test_thresholds_do_not_leak_from_page_to_page() -> None:
    app = go(go(open_page("detect"), "map"), "detect")
    assert thresholds(app) == (0.5, 0.5)


def test_thresholds_are_there_when_the_visitor_comes_back() -> None:
    app = go(go(open_page("detect", score="0.77", iou="0.9"), "map"), "detect")
    assert thresholds(app) == (0.77, 0.9)
    app.slider(key="detect-score").set_value(0.5).run()
    assert query(app) == {"iou": ["0.9"]}


def test_knobs_of_a_scene_are_in_the_address_and_come_back() -> None:
    app = open_page("world", seed="7")
    app.slider(key="world-scene-objects").set_value(10).run()
    assert query(app) == {"scene-objects": ["10"]}  # 7 is the first seed
    assert go(go(app, "classify"), "world").slider(key="world-scene-objects").value == 10
    linked = open_page("world", **{"scene-objects": "10"})
    assert linked.slider(key="world-scene-objects").value == 10
    assert linked.markdown[-2].value == app.markdown[-2].value  # the same scene, by its caption


def test_another_preset_sets_all_knobs() -> None:
    app = open_page("world")
    app.slider(key="world-scene-objects").set_value(10).run()
    app.segmented_control(key="world-preset").set_value("hard").run()
    assert app.slider(key="world-scene-objects").value != 10
    app.slider(key="world-scene-objects").set_value(5).run()
    assert query(app) == {"preset": ["hard"], "scene-objects": ["5"]}


def test_class_filters_are_in_the_address() -> None:
    app = open_page("detect", only="cat")
    assert app.multiselect(key="detect-only").value == ["cat"]
    app.multiselect(key="detect-only").set_value([]).run()
    assert query(app) == {}


def test_an_experiment_sets_what_it_does_not_name_to_where_it_stood_at_first() -> None:
    app = open_page("world")
    app.slider(key="world-scene-objects").set_value(1).run()
    app.button(key="try-Left and right").click().run()
    without_errors(app)
    assert app.slider(key="world-scene-objects").value > 1
    assert said(app)
    app.slider(key="world-scene-objects").set_value(2).run()
    assert not said(app)
    assert any("Changed since" in c.value for c in app.caption)
    app.button(key="try-back").click().run()
    assert app.slider(key="world-scene-objects").value == 1
    assert app.segmented_control(key="world-preset").value == "normal"
    assert not any(b.key == "try-back" for b in app.button)


@pytest.mark.parametrize("page", ["detect", "classify"])
def test_an_experiment_sets_the_source(page: str) -> None:
    app = open_page(page, source="scene", seed="3")
    first = next(b.key for b in app.button if (b.key or "").startswith("try-"))
    app.button(key=first).click().run()
    assert app.segmented_control(key=f"{page}-source").value == "sample"
    app.button(key="try-back").click().run()
    assert app.segmented_control(key=f"{page}-source").value == "scene"
    assert app.number_input(key=f"{page}-seed").value == 3
    assert query(app) == {"source": ["scene"], "seed": ["3"]}


def test_an_experiment_about_two_ducks_draws_two_ducks_again() -> None:
    app = open_page("nms", source="scene", preset="hard", **{"scene-objects": "1"})
    assert app.slider(key="nms-scene-objects").value == 1
    without_errors(app.button(key="try-lost").click().run())
    assert said(app)
    assert app.slider(key="nms-scene-objects").value > 1
    assert any("lost" in m.value for m in app.markdown if "true objects found" in m.value)
    without_errors(app.slider(key="nms-scene-objects").set_value(1).run())
    assert not said(app)


@pytest.mark.parametrize("page", [page.key for page in PAGES])
def test_nothing_is_in_the_address_before_the_visitor_has_changed_anything(page: str) -> None:
    app = without_errors(open_page(page))
    assert query(app) == {}


def said(app: AppTest) -> bool:
    return any(m.value.startswith(":material/visibility:") for m in app.markdown)
