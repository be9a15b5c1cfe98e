"""The visitor's language: where it comes from, templates, plurals, and a page in Russian."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from cvdemo.ui import translation
from cvdemo.ui.script_texts import literals, translated_html, translated_script
from cvdemo.ui.translation import Table, plural

FRAMES = ("кадр", "кадра", "кадров")
TABLE = Table.of(
    {
        "Score threshold": "Порог оценки",
        "cat": "кошка",
        "dog": "собака",
        "none lost": "все на месте",
        "{} of {}": "{0} из {1}",
        "**{} of {}** true objects found": "найдено **{0} из {1}** объектов",
        "{} frames as {} channels": "{0} {0|кадр|кадра|кадров} как {1} {1|канал|канала|каналов}",
        "{} runs on {} …": "{1}: считает {0} …",
        "Press ▶.": "Нажмите ▶.",
        "Nobody falls.": "Никто не упал.",
        "not yet": "",
    }
)


@pytest.mark.parametrize(
    ("number", "form"),
    [("1", 0), ("21", 0), ("2", 1), ("34", 1), ("5", 2), ("0", 2), ("11", 2), ("12", 2), ("114", 2),
     ("1,001", 0), ("1.5", 1), ("**3**", 1), ("no number", 1)],
)  # fmt: skip
def test_the_word_beside_a_number(number: str, form: int) -> None:
    assert plural(number, FRAMES) == FRAMES[form]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Score threshold", "Порог оценки"),
        ("**Score threshold**", "**Порог оценки**"),
        ("🦆 cat", "🦆 кошка"),
        ("21 frames as 12 channels", "21 кадр как 12 каналов"),
        ("cat runs on CPU …", "CPU: считает кошка …"),
        ("3 of 4 · none lost", "3 из 4 · все на месте"),
        (
            "**3 of 4** true objects found · :red[**1 lost**]",
            "найдено **3 из 4** объектов · :red[**1 lost**]",
        ),
        ("cat, dog", "кошка, собака"),
        ("Nobody falls. Press ▶.", "Никто не упал. Нажмите ▶."),
    ],
)
def test_a_text_by_the_table(text: str, said: str) -> None:
    assert TABLE.find(text) == said


@pytest.mark.parametrize("text", ["cats", "not yet", "cat, mouse", "", "12.5 %", "of"])
def test_a_text_that_the_table_does_not_have(text: str) -> None:
    assert TABLE.find(text) is None


@given(st.integers(0, 10_000), st.integers(0, 10_000))
def test_a_template_keeps_its_values(frames: int, channels: int) -> None:
    said = TABLE.find(f"{frames} frames as {channels} channels")
    assert said is not None
    assert re.fullmatch(rf"{frames} кадр(а|ов)? как {channels} канал(а|ов)?", said)


@given(st.text("abcdefgh {}*.,:·\n|[]", max_size=80))
def test_any_text_has_an_answer(text: str) -> None:
    found = TABLE.find(text)
    assert found is None or isinstance(found, str)


SCRIPT = r"""// 'Step' stays here
const sign = /['"]/g, key = 'kept', shown = said('kept');
p.title = 'Step'; p.says = `<b>${n} boxes</b> of ${a ? `all ${k}` : 'Step'}`;
"""


def test_a_script_with_its_literals_replaced() -> None:
    table = {"Step": "Шаг", "<b>{} boxes</b> of {}": "{1}: {0} {0|рамка|рамки|рамок}", "kept": "осталось"}
    found = translated_script(SCRIPT, table)
    assert "// 'Step' stays here" in found
    assert "p.title = 'Шаг'" in found
    assert "key = 'kept', shown = said('осталось')" in found
    expected = '`${a ? `all ${k}` : \'Шаг\'}: ${n} ${pluralForm(n, ["рамка", "рамки", "рамок"])}`'
    assert f"p.says = {expected};" in found
    assert translated_script(SCRIPT, {}) == SCRIPT
    assert [one.text for one in literals("a = `x ${`y ${z}`}`")] == ["x {}"]


def test_html_with_its_texts_replaced() -> None:
    html = '<b title="Step">Step</b> <i>other</i>'
    assert translated_html(html, {"Step": "Шаг"}) == '<b title="Шаг">Шаг</b> <i>other</i>'


ENTRIES = {
    "Score": "Оценка",
    "nearest": "ближайший",
    "two": "два",
    "the box has {} pixels": "в рамке {0} {0|пиксель|пикселя|пикселей}",
    "Way": "Способ",
    "Table": "Таблица",
    "width": "ширина",
    "small": "маленькая",
}


def _app() -> None:
    import streamlit as st

    from cvdemo.errors import CvdemoError
    from cvdemo.ui import language, state, widgets
    from cvdemo.ui.page import sentence

    language.look_again()
    state.enter("one")
    score = widgets.slider("score", "Score", 0.0, 1.0, 0.5, 0.01)
    way = widgets.selectbox("way", "Way", ["n", "t"], format_func={"n": "nearest", "t": "two"}.__getitem__)
    st.dataframe({"width": ["small", "large"]})
    st.error(sentence(CvdemoError(f"the box has {3} pixels")))
    st.text(f"{score} {way}")


@pytest.fixture
def russian(monkeypatch: pytest.MonkeyPatch) -> None:
    """A table of a few entries."""
    monkeypatch.setattr(translation, "entries", lambda _language: ENTRIES)
    translation.table.cache_clear()
    translation.translated.cache_clear()
    yield
    translation.table.cache_clear()
    translation.translated.cache_clear()


def _opened(**query: str) -> AppTest:
    app = AppTest.from_function(_app, default_timeout=60)
    for name, value in query.items():
        app.query_params[name] = value
    return app.run()


def _shown(app: AppTest) -> tuple[str, list[str], str]:
    assert not app.exception
    return app.slider[0].label, list(app.selectbox[0].options), app.error[0].value


def _query(app: AppTest) -> dict[str, list[str]]:
    return {k: [v] if isinstance(v, str) else list(v) for k, v in app.query_params.items()}


IN_ENGLISH = ("Score", ["nearest", "two"], "The box has 3 pixels.")
IN_RUSSIAN = ("Оценка", ["ближайший", "два"], "В рамке 3 пикселя.")


@pytest.mark.usefixtures("russian")
def test_the_address_says_the_language_and_widgets_stay_as_they_are() -> None:
    assert _shown(_opened()) == IN_ENGLISH
    app = _opened(lang="ru", way="t")
    assert _shown(app) == IN_RUSSIAN
    assert list(app.dataframe[0].value["ширина"]) == ["маленькая", "large"]
    app.slider[0].set_value(0.7).run()
    assert app.text[0].value == "0.7 t"
    assert _query(app) == {"lang": ["ru"], "way": ["t"], "score": ["0.7"]}
    assert _shown(_opened(lang="xx")) == IN_ENGLISH


@pytest.mark.usefixtures("russian")
def test_the_browsers_language(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("streamlit.runtime.context.ContextProxy.locale", "ru-RU")
    app = _opened()
    assert _shown(app) == IN_RUSSIAN
    assert not _query(app)
    assert _shown(_opened(lang="en")) == IN_ENGLISH
