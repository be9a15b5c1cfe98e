"""The flow page: what it opens with, its experiments, sliders that run nothing, and pairs that are no use."""

from __future__ import annotations

import io
from collections.abc import Iterator
from functools import partial

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from cvdemo import zoo
from cvdemo.labs.flow import results
from cvdemo.labs.flow.controls import APERTURE, EXPERIMENTS, PARTS, VIEWS
from cvdemo.ui.page import texts
from tests.pages import driver
from tests.pages.driver import query, without_errors

open_page = partial(driver.open_page, "flow")
STUDY = {"source": "study", "study": "plain wall", "methods": "dis", "frame": "2"}


def text(app: AppTest) -> str:
    return " ".join(e.value for e in (*app.markdown, *app.caption, *app.info, *app.warning))


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The keys of the methods that ran."""
    known: list[str] = []
    ran = results.run_method

    def counted(key, *rest):  # type: ignore[no-untyped-def]
        known.append(key)
        return ran(key, *rest)

    monkeypatch.setattr(results, "run_method", counted)
    yield known


def test_a_drawn_clip_opens_with_the_best_method_and_lucas_kanade(runs: list[str]) -> None:
    app = without_errors(open_page())
    first = zoo.first_model(zoo.Task.FLOW, zoo.Domain.DRAWINGS)
    assert app.multiselect(key="flow-methods").value == [first, "lucas-kanade"]
    assert set(runs) <= {first, "lucas-kanade"}  # a pair that was kept is not run again
    assert app.segmented_control(key="flow-view").value == "arrows"


def test_views_sliders_and_closer_looks_run_no_method_again(runs: list[str]) -> None:
    app = without_errors(open_page(**STUDY))
    without_errors(app.segmented_control(key="flow-view").set_value("there and back").run())
    for part in PARTS:
        without_errors(app.segmented_control(key="flow-part").set_value(part).run())
    runs.clear()
    for view in VIEWS:
        without_errors(app.segmented_control(key="flow-view").set_value(view).run())
    for name, value in (("spacing", 8), ("length", 3.0), ("full", 12.0), ("brightest", 2.0)):
        without_errors(app.slider(key=f"flow-{name}").set_value(value).run())
    without_errors(app.slider(key="flow-alpha").set_value(40.0).run())  # not one of DIS
    assert runs == []
    without_errors(app.segmented_control(key="flow-part").set_value("step by step").run())
    runs.clear()
    without_errors(app.segmented_control(key="flow-played").set_value("horn-schunck").run())
    without_errors(app.slider(key="flow-iterations").set_value(20).run())
    assert runs == ["horn-schunck"] * 2


def test_every_experiment_is_one_click_and_says_what_to_look_for() -> None:
    app = open_page(**STUDY)
    for name in EXPERIMENTS:
        without_errors(app.button(key=f"try-{name}").click().run())
        assert any(m.value == f":material/visibility: {texts('flow')[name]}" for m in app.markdown), name
    assert "two real photos" in EXPERIMENTS and app.segmented_control(key="flow-view").value == "error"


def test_what_makes_no_sense_is_said_and_shown_all_the_same() -> None:
    app = without_errors(open_page(**STUDY | {"study": "a cut"}))
    assert texts("flow")["pair: cut"] in text(app)
    assert "error" not in app.segmented_control(key="flow-view").options


def photo(*shape: int, seed: int = 0, grey: int | None = None) -> bytes:
    noise = np.random.default_rng(seed).integers(0, 255, (*shape, 3)).astype(np.uint8)
    out = io.BytesIO()
    Image.fromarray(noise if grey is None else np.full_like(noise, grey)).save(out, "PNG")
    return out.getvalue()


@pytest.mark.parametrize(
    ("one", "two", "says"),
    [
        (photo(40, 60), photo(40, 60), "pair: same"),
        (photo(40, 60, grey=0), photo(40, 60, grey=0), "pair: same"),
        (photo(40, 60, grey=0), photo(40, 60, grey=9), "pair: plain"),
        (photo(1, 300), photo(1, 300, seed=1), None),
        (photo(300, 1), photo(300, 1, seed=1), None),
        (photo(1, 1, grey=3), photo(1, 1, grey=4), "pair: plain"),
    ],
)
def test_photos_of_any_kind(one: bytes, two: bytes, says: str | None) -> None:
    app = without_errors(open_page(source="two photos", methods="lucas-kanade", part="what to trust"))
    assert "Drop two photos" in text(app)
    files = [("a.png", one, "image/png"), ("b.png", two, "image/png")]
    without_errors(app.file_uploader(key="flow-files").set_value(files).run())
    if says:
        assert texts("flow")[says] in text(app)


def test_photos_of_different_sizes_and_no_photos_give_one_sentence() -> None:
    app = open_page(source="two photos", methods="dis")
    uploader = app.file_uploader(key="flow-files")
    uploader.set_value([("a.png", photo(40, 60), "image/png"), ("b.png", photo(40, 61), "image/png")]).run()
    assert not app.exception
    assert [e.value for e in app.error] == [
        "Flow needs two pictures of one size: the first has 60 x 40 pixels, the second 61 x 40."
    ]
    app.file_uploader(key="flow-files").set_value([("a.png", b"no picture", "image/png")]).run()
    assert not app.exception and len(app.error) == 1


def test_the_stripe_stands_in_the_address() -> None:
    app = without_errors(open_page(**STUDY, part="aperture", stripe="45,10,-20,corner"))
    kept = app.session_state["cvdemo-kept-flow"].values["stripe"]
    assert kept == (45, 10, -20, "corner")
    app = without_errors(open_page(**STUDY, part="aperture", stripe="45,nan,-20,corner"))
    assert "stripe" not in app.session_state["cvdemo-kept-flow"].values
    assert APERTURE != "" and query(app)["part"] == ["aperture"]


def test_an_unknown_method_is_named() -> None:
    app = without_errors(open_page(**STUDY | {"methods": "diss"}))
    assert "did you mean dis" in text(app)
