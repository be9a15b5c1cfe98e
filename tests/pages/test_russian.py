"""Pages in Russian: what they show, that they work as in English, and that errors are Russian too."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from cvdemo.ui import translation
from tests.pages.driver import open_page, query, without_errors


@pytest.fixture
def entries(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The table, and an error in it, whatever becomes of the table."""
    said = {"cannot read '{}': the file is empty": "не удаётся прочитать «{0}»: файл пуст"}
    table = {**translation.entries("ru"), **said}
    monkeypatch.setattr(translation, "entries", lambda _language: table)
    for cache in (translation.table, translation.translated):
        cache.cache_clear()
    yield
    for cache in (translation.table, translation.translated):
        cache.cache_clear()


@pytest.mark.usefixtures("entries")
def test_detect_in_russian() -> None:
    app = without_errors(open_page("detect", lang="ru"))
    assert app.title[0].value == "Детекция объектов"
    slider = app.slider(key="detect-score")
    assert slider.label == "Порог оценки"
    slider.set_value(0.7).run()
    without_errors(app)
    assert query(app) == {"lang": ["ru"], "score": ["0.7"]}
    app.segmented_control(key="detect-source").set_value("upload").run()
    app.file_uploader[0].upload("a.png", b"").run()
    assert app.error[0].value == "Не удаётся прочитать «a.png»: файл пуст."


@pytest.mark.usefixtures("entries")
def test_nms_in_russian_keeps_the_state_of_an_english_link() -> None:
    app = without_errors(open_page("nms", lang="ru", iou="0.3", way="x"))
    assert app.title[0].value == "Подавление немаксимумов"
    assert app.slider(key="nms-iou").label == "Порог IoU"
    assert app.slider(key="nms-iou").value == 0.3
    app.button(key="try-lost").click().run()
    without_errors(app)
    assert app.button(key="try-lost").label == "Потерять утку"
    assert query(app)["lang"] == ["ru"]
