"""Nothing is without its Russian: page texts, labels, errors, scripts; and none is outdated."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest

from cvdemo.assets import asset
from cvdemo.ui.page import texts_in
from cvdemo.ui.script_texts import script_entries
from cvdemo.ui.translation import PLACE, entries
from tests.ui.strings import all_texts, missing, missing_in_scripts, texts_of

PAGES = sorted(file.stem for file in asset("texts", "en").glob("*.md"))


@pytest.mark.parametrize("page", PAGES)
def test_a_page_has_its_texts_in_russian_as_the_english_are_now(page: str) -> None:
    english = asset("texts", "en", f"{page}.md")
    digest = hashlib.sha256(english.read_bytes()).hexdigest()[:12]
    russian = asset("texts", "ru", f"{page}.md")
    assert russian.is_file(), f"{russian} is missing"
    first = russian.read_text("utf-8").partition("\n")[0]
    assert first == f"<!-- en: {digest} -->", (
        f"{english.name} has changed: look at {russian}, then at its hash"
    )
    assert list(texts_in(page, "ru")) == list(texts_in(page, "en")), "its headings are those of the English"


def test_labels_messages_and_errors_are_in_russian() -> None:
    lost = [f"{text.file}:{text.line} {text.text!r}" for text in missing()]
    assert not lost, "\n".join(lost)


def test_texts_of_scripts_are_in_russian() -> None:
    lost = [f"{name} {text!r}" for name, texts in missing_in_scripts().items() for text in texts]
    assert not lost, "\n".join(lost)


def _places(text: str) -> int:
    return len(PLACE.findall(text))


def _pairs() -> list[tuple[str, str]]:
    scripts = script_entries("ru").values()
    return [(en, ru) for table in (entries("ru"), *scripts) for en, ru in table.items() if ru]


def test_a_template_fills_only_places_that_it_has() -> None:
    wrong = []
    for english, russian in _pairs():
        following, most = 0, -1
        for number, forms in PLACE.findall(russian):
            place = int(number) if number else following
            following = place if forms else place + 1
            most = max(most, place)
        if most >= _places(english):
            wrong.append((english, russian))
        if re.search(r"\{(?!\d*(\|[^{}]*)?\})(?![xyz](:|\}))", russian) and "{" not in english:
            wrong.append((english, russian))
    assert not wrong


def test_a_text_of_a_script_has_one_translation() -> None:
    """It may be a key that two scripts of a component share."""
    said: dict[str, set[str]] = {}
    for table in script_entries("ru").values():
        for english, russian in table.items():
            said.setdefault(english, set()).add(russian)
    assert {english: all_of for english, all_of in said.items() if len(all_of) > 1} == {}


def test_the_list_finds_labels_templates_options_and_errors() -> None:
    found = {text.text for text in all_texts()}
    assert {
        "Score threshold",
        "Lose a duck",
        "{} of {} raw boxes pass the score threshold",
        "cannot read '{}': {} x {} pixels, at most {} million",
        "my own",
        "How well does a box fit?",
    } <= found


def test_the_list_leaves_out_what_nobody_sees(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.ui.strings.ROOT", tmp_path)
    file = tmp_path / "page.py"
    file.write_text(
        '"""A docstring with words."""\n'
        'st.button("Go on", key="go on", type="primary")\n'
        'if kind == "a key":\n    raise ValueError("not for a visitor")\n'
        'st.caption(f"{n} boxes of {title}")\n'
    )
    assert [text.text for text in texts_of(file)] == ["Go on", "{} boxes of {}"]
