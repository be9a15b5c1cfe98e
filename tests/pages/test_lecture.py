"""The lecture script: its stations fit their pages, one is started, a visitor's own is taken or refused."""

from __future__ import annotations

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from cvdemo.labs.lecture.experiment import edited, rows_of, stations_of
from cvdemo.lecture.script import Station, shipped, write_script
from cvdemo.ui import state
from cvdemo.ui.pages import PAGES
from cvdemo.ui.present import KEYS
from tests.pages.driver import open_page, query, without_errors

SCRIPT = shipped(KEYS)


def test_the_script_shows_every_system_of_the_lecture() -> None:
    assert {page.key for page in PAGES if page.rows} <= {station.page for station in SCRIPT}


@pytest.fixture
def stops_when_all_is_claimed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A page ends as soon as it has asked for every parameter of its address: no network needs to run."""
    claim = state.Kept.claim

    def claim_and_stop(self: state.Kept, name: str, read: state.Read) -> None:
        asked = name in self.unread
        claim(self, name, read)
        if asked and not self.unread:
            st.stop()

    monkeypatch.setattr(state.Kept, "claim", claim_and_stop)


@pytest.mark.usefixtures("stops_when_all_is_claimed")
@pytest.mark.parametrize("station", SCRIPT, ids=lambda station: f"{station.page}?{station.query}"[:60])
def test_a_station_s_page_takes_all_of_its_state(station: Station) -> None:
    app = without_errors(open_page(station.page, **{name: [*v] for name, v in station.state.items()}))
    kept = app.session_state[f"cvdemo-kept-{station.page}"]
    assert kept.unread == {}
    assert kept.dropped == set()


def upload(app: AppTest, text: str) -> AppTest:
    return app.file_uploader(key="lecture-file").set_value([("own.yaml", text.encode(), "text/yaml")]).run()


def test_a_script_of_one_s_own_is_started_and_its_unknown_parameter_is_reported() -> None:
    own = (Station("iou", "First.", 1), Station("iou", "Then.", 2, {"measure": ("giou",), "size": ("2",)}))
    app = without_errors(upload(open_page("lecture"), write_script(own)))
    assert any("Your own script:** 2 stations, 3 minutes" in m.value for m in app.markdown)
    app.button(key="lecture-start-1").click().run()
    assert not app.exception
    assert query(app) == {"present": ["1"], "station": ["2"], "measure": ["giou"], "size": ["2"]}
    assert app.session_state["cvdemo-page"] == "iou"
    assert any("size" in warning.value for warning in app.warning)


def test_a_bad_script_is_one_sentence_and_the_script_stays() -> None:
    app = upload(open_page("lecture"), "- {page: iou, say: Look., minutes: -1}")
    assert not app.exception
    assert [error.value for error in app.error] == [
        "Station 1: minutes are between 0 and 600, not '-1'. The script stays as it was."
    ]
    assert any(f"{len(SCRIPT)} stations" in m.value for m in app.markdown)


def test_the_mode_stays_in_the_address_whatever_the_page_does_with_its_own() -> None:
    app = open_page("iou", present="1", station="3")
    app.number_input(key="iou-seed").set_value(8).run()
    assert query(app) == {"present": ["1"], "station": ["3"], "seed": ["8"]}
    app.number_input(key="iou-seed").set_value(7).run()
    assert query(app) == {"present": ["1"], "station": ["3"]}
    assert app.session_state["cvdemo-kept-iou"].address() == {}
    assert {"present", "station"} <= set(state.APP)


def test_an_edited_table_is_the_script_again() -> None:
    rows = rows_of(SCRIPT)
    assert stations_of(rows, KEYS) == SCRIPT
    change = {
        "edited_rows": {0: {"minutes": 7}},
        "deleted_rows": [1],
        "added_rows": [{"page": "nms", "say": "Last.", "minutes": 1, "address": "/nms?iou=0.9"}],
    }
    found = stations_of(edited(rows, change), KEYS)
    assert found[0].minutes == 7
    assert found[1:-1] == SCRIPT[2:]
    assert found[-1] == Station("nms", "Last.", 1, {"iou": ("0.9",)})
