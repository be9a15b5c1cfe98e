"""The page of five tasks: six cells on a scene and on a photo, no network runs again for the slider."""

from __future__ import annotations

from functools import partial

import pytest

from cvdemo import zoo
from cvdemo.labs.five_tasks.board import TITLES
from cvdemo.labs.five_tasks.experiment import models_of
from tests.pages import driver
from tests.pages.driver import without_errors

open_page = partial(driver.open_page, "five_tasks")


def test_a_scene_has_five_answers_with_scores_and_links() -> None:
    app = without_errors(open_page(seed="7"))
    headings = [m.value for m in app.markdown if m.value.startswith("##### ")]
    assert headings == [f"##### {k + 1} · {t}" for k, t in enumerate(TITLES.values())] + [
        "##### What each answer holds"
    ]
    text = "\n".join(m.value for m in app.markdown)
    assert "objects found" in text and "mIoU **" in text
    assert len([c for c in app.caption if "(once)" in c.value]) == 5
    linked = {link.proto.page for link in app.get("page_link")}
    assert {"classify", "localize", "detect", "segment", "mask_rcnn"} <= linked
    before = {key: zoo.load(key).runs for key in {e.key for e in models_of(zoo.Domain.DRAWINGS).values()}}
    without_errors(app.slider(key="five_tasks-score").set_value(0.9).run())
    assert before == {key: zoo.load(key).runs for key in before}


@pytest.mark.parametrize("name", ["A photo"])
def test_a_photo_gets_models_of_photos(name: str) -> None:
    app = without_errors(open_page(seed="7").button(key=f"try-{name}").click().run())
    captions = [c.value for c in app.caption if "(once)" in c.value]
    titles = [entry.title for entry in models_of(zoo.Domain.PHOTOS).values()]
    assert [c.split(" · ")[0] for c in captions] == titles
