"""The Tracking page: every slider, every experiment, no network again."""

from __future__ import annotations

from functools import partial

import pytest

from cvdemo import zoo
from cvdemo.labs.tracking import controls
from cvdemo.ui import clips
from cvdemo.ui.cache import RESULTS
from tests.pages import driver
from tests.pages.driver import without_errors
from tests.video.made import ColourDetector, moving

open_page = partial(driver.open_page, "tracking")


@pytest.fixture(autouse=True)
def detector(monkeypatch: pytest.MonkeyPatch) -> ColourDetector:
    found = ColourDetector(miss=7)
    monkeypatch.setattr(zoo, "load", lambda key, progress=None: found)
    monkeypatch.setattr(clips, "_sample", lambda name: moving(name=name))
    monkeypatch.setattr(clips, "_drawn", lambda *given: moving(name=str(given)))
    RESULTS.clear()
    return found


def test_sliders_run_no_network_again(detector: ColourDetector) -> None:
    app = without_errors(open_page())
    assert detector.runs == 24
    for name, value in (
        ("score", 0.95),
        ("iou", 0.9),
        ("buffer", 0),
        ("hits", 6),
        ("low", 0.9),
        ("second", 0.1),
    ):
        without_errors(app.slider(key=f"tracking-{name}").set_value(value).run())
    without_errors(app.segmented_control(key="tracking-association").set_value("greedy").run())
    without_errors(app.segmented_control(key="tracking-tracker").set_value("sort").run())
    assert detector.runs == 24


def test_every_experiment_is_one_click_and_says_what_to_look_for() -> None:
    app = open_page()
    for name in controls.EXPERIMENTS:
        without_errors(app.button(key=f"try-{name}").click().run())
        assert sum(m.value.startswith(":material/visibility:") for m in app.markdown) == 1, name


@pytest.mark.parametrize("frame", ["3", "-5", "99999", "x", ""])
def test_any_frame_in_the_address(frame: str) -> None:
    without_errors(open_page(frame=frame))
