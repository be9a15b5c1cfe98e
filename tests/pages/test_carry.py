"""The picked picture goes along from page to page while its switch is on."""

from __future__ import annotations

from typing import Any

from streamlit.testing.v1 import AppTest

from cvdemo.assets import app_file
from cvdemo.data.pictures import sample, to_jpeg
from cvdemo.ui.carry import SWITCH
from tests.pages.driver import open_page, without_errors


def go(app: AppTest, page: str, **parameters: str) -> AppTest:
    """The same visitor on another page."""
    app.query_params.clear()
    for name, value in parameters.items():
        app.query_params[name] = value
    return without_errors(app.switch_page(f"pages/{page}.py").run())


def picked(app: AppTest, page: str) -> dict[str, Any]:
    names = ("source", "seed", "preset", "scene-objects", "sample")
    return {n: app.session_state[k] for n in names if (k := f"{page}-{n}") in app.session_state}


def test_a_scene_goes_along_with_its_knobs_and_an_address_still_decides() -> None:
    app = open_page("iou")
    app.number_input(key="iou-seed").set_value(12).run()
    assert picked(go(app, "localize"), "localize")["seed"] == 7, "the switch is off at first"
    go(app, "iou").toggle(key=SWITCH).set_value(True).run()
    here = picked(app, "iou")
    assert here["seed"] == 12
    assert picked(go(app, "localize"), "localize") == here, "here scenes have one object at first"
    assert picked(go(app, "world"), "world") == {n: v for n, v in here.items() if n != "source"}
    assert picked(go(app, "localize", seed="3", source="scene"), "localize")["seed"] == 3
    assert picked(go(app, "nms"), "nms")["seed"] == 12, "an address is no pick"
    app.toggle(key=SWITCH).set_value(False).run()
    assert picked(go(app, "rpn"), "rpn")["seed"] == 7


def test_what_an_experiment_sets_is_not_carried() -> None:
    app = open_page("iou")
    app.toggle(key=SWITCH).set_value(True).run()
    app.segmented_control(key="iou-source").set_value("sample").run()
    app.selectbox(key="iou-sample").select("coffee").run()
    go(app, "localize")
    assert picked(app, "localize")["sample"] == "coffee"
    next(b for b in app.button if (b.key or "").startswith("try-")).click().run()
    assert picked(app, "localize")["source"] == "scene"
    assert picked(go(app, "iou"), "iou")["sample"] == "coffee"


def test_a_photo_dropped_on_home_opens_every_page() -> None:
    app = AppTest.from_file(str(app_file()), default_timeout=180).run()
    photo = ("mine.jpg", to_jpeg(sample("cat")), "image/jpeg")
    app.file_uploader(key="home-photo").set_value([photo]).run()
    go(app, "iou")
    assert app.session_state["iou-source"] == "upload"
    assert "Your photo: mine.jpg" in [c.value for c in app.caption]
    go(app, "windows")
    assert app.session_state["windows-source"] == "upload"
