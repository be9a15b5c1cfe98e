"""With a photo, every page shows a net that knows photos, or says that its net does not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from cvdemo.data.domain import Domain
from cvdemo.ui.cache import RESULTS
from cvdemo.ui.pages import PAGES
from cvdemo.zoo.model import Model
from cvdemo.zoo.spec import ModelSpec
from tests.pages.driver import open_page, query, without_errors

SENTENCE = "only seen drawings"
KNOWN = ("classify", "detect", "nms", "segment", "crf", "decoders", "instances", "mask_rcnn", "pose")
"""The pages that open a photo with nets that know photos."""


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> list[ModelSpec]:
    """The specs of all nets that run while the test does."""
    RESULTS.clear()
    specs: list[ModelSpec] = []
    run = Model.run

    def recorded(self: Model, work: Callable[[], Any], **options: Any) -> Any:
        specs.append(self.spec)
        return run(self, work, **options)

    monkeypatch.setattr(Model, "run", recorded)
    return specs


@pytest.mark.parametrize("page", [page.key for page in PAGES])
def test_a_net_of_drawings_on_a_photo_is_said_to_guess(page: str, ran: list[ModelSpec]) -> None:
    app = without_errors(open_page(page, source="sample", sample="cat"))
    if f"{page}-source" not in app.session_state:
        return  # the page has pictures of its own
    guesses = any(spec.domain is Domain.DRAWINGS for spec in ran)
    assert any(SENTENCE in info.value for info in app.info) == guesses
    if page in KNOWN:
        assert not guesses
        assert any(spec.domain is Domain.PHOTOS for spec in ran)


@pytest.mark.parametrize(
    ("page", "widget", "photo", "drawn"),
    [
        ("detect", "model", "ssd-mobilenet-v2", "faster-rcnn-plus"),
        ("instances", "model", "photo-masks", "mask-rcnn"),
        ("pose", "model", "movenet-lightning", "keypoint-rcnn"),
    ],
)
def test_the_model_follows_the_kind_of_picture(page: str, widget: str, photo: str, drawn: str) -> None:
    app = without_errors(open_page(page, source="sample", sample="coffee"))
    box = app.selectbox(key=f"{page}-{widget}")
    assert box.value == photo and widget not in query(app)
    app.segmented_control(key=f"{page}-source").set_value("scene").run()
    assert without_errors(app).selectbox(key=f"{page}-{widget}").value == drawn
    assert not app.info


def test_a_choice_of_the_visitor_is_kept() -> None:
    app = without_errors(open_page("detect", source="sample", sample="coffee"))
    app.selectbox(key="detect-model").select("yolo").run()
    assert any(SENTENCE in info.value for info in without_errors(app).info)
    for source in ("scene", "sample"):
        app.segmented_control(key="detect-source").set_value(source).run()
        assert without_errors(app).selectbox(key="detect-model").value == "yolo"
        assert any(SENTENCE in info.value for info in app.info) == (source == "sample")
