"""What every page has: title and texts from `assets/texts`, the code fold, errors as one sentence."""

from __future__ import annotations

import functools
import inspect
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ParamSpec

import streamlit as st

from cvdemo import zoo
from cvdemo.assets import asset
from cvdemo.draw.cost_chart import NARROW, WIDE
from cvdemo.errors import CvdemoError
from cvdemo.ui import carry, state
from cvdemo.ui.component import component, text
from cvdemo.ui.gate import GATE
from cvdemo.ui.internals import start_through_app
from cvdemo.ui.language import language, translate
from cvdemo.ui.pages import nets_of
from cvdemo.ui.translation import LANGUAGES
from cvdemo.zoo.convergence import longer, unfinished
from cvdemo.zoo.weights import read_card

P = ParamSpec("P")

_parts = component("parts")

STYLE = f"<style>{text('page', '.css')}</style>"


def texts(page: str) -> Mapping[str, str]:
    """The sections of a page's texts by their English heading, in the visitor's language where it has them.

    "title" and "intro" are the beginning.
    """
    return texts_in(page, language())


@functools.cache
def texts_in(page: str, language: str) -> dict[str, str]:
    """The sections of `assets/texts/LANGUAGE/<page>.md`; a section that is not there is the English one."""
    english = {} if language == LANGUAGES[0] else texts_in(page, LANGUAGES[0])
    file = asset("texts", language, f"{page}.md")
    return english if english and not file.is_file() else {**english, **_sections(file.read_text("utf-8"))}


def _sections(text: str) -> dict[str, str]:
    text = re.sub(r"^<!--.*-->\n", "", text)
    head, *sections = re.split(r"^## ", text, flags=re.M)
    title, _, intro = head.partition("\n")
    found = {"title": title.removeprefix("# ").strip(), "intro": intro.strip()}
    for section in sections:
        heading, _, body = section.partition("\n")
        found[heading.strip().lower()] = body.strip()
    return found


def header(page: str) -> None:
    """Title and the one or two sentences under it."""
    if not GATE.is_within:  # nobody has called `navigation`
        start_through_app()
    state.enter(page, carry.brought(page))
    with st.container(key="page-head"):
        st.html(STYLE)
        st.title(texts(page)["title"], anchor=False)
        # Beside the text: until its script is here, Streamlit holds a place for it, which is narrow in a row.
        with st.container(horizontal=True, key="intro"):
            st.markdown(texts(page)["intro"])
            state.restore_address()
    _parts(key="page-parts")


def picture_first(part: str = "") -> Any:
    """A container for a page's picture: on a phone it stands under the title, before all controls.

    Within it, a `part` of the page can have one more, which stands before the controls of that part.
    """
    return st.container(key="-".join(["picture-first", *([part] if part else [])]))


def picture_beside(widths: Sequence[float], **options: Any) -> Any:
    """Columns of controls and, beside them, the page's picture: on a phone the controls come after it."""
    return st.container(key="picture-first-beside").columns(widths, **options)


def chart_width(*, half: bool = False) -> float:
    """How many pixels a chart's plot has about: fewer on a phone, or in one of two columns."""
    return NARROW if half or "Mobi" in st.context.headers.get("user-agent", "") else WIDE


def theory(page: str) -> None:
    """The longer text and how the page's nets differ from their papers, both folded away."""
    if body := texts(page).get("theory"):
        with st.expander("How it works"):
            st.markdown(body)
    differs_from_paper(*nets_of(page))


def differs_from_paper(*keys: str) -> None:
    """A fold with what nets that are trained here do otherwise than their papers; others are left out."""
    said = {key: [*zoo.differences(key), *longer_training(key)] for key in keys if zoo.differences(key)}
    if not said:
        return
    shared = [text for text in next(iter(said.values())) if all(text in own for own in said.values())]
    with st.expander("Differs from the paper"):
        if len(said) > 1 and shared:
            st.markdown("\n".join(["**All of them**", *(f"- {text}" for text in shared)]))
        for key, own in said.items():
            entry = zoo.spec(key)
            rest = own if len(said) == 1 else [text for text in own if text not in shared]
            lines = [f"**{entry.title}** ([paper]({entry.paper}))", *(f"- {text}" for text in rest)]
            st.markdown("\n".join(lines))


def longer_training(key: str) -> list[str]:
    """A sentence about what a longer training of a net gives, or that it may give something; else none."""
    card = read_card(key)
    if card is None:
        return []
    name = str(card["metric"]).replace("_", " ")
    if more := longer(card):
        if more.flat:
            return [
                f"It is compared after {more.own_steps:,} steps: {name} {more.own:.3f} on held-out data. "
                f"After {more.steps:,} steps it has {more.figure:.3f}, and its validation curve is flat."
            ]
        return [
            f"It is compared after {more.own_steps:,} steps: {name} {more.own:.3f} on "
            f"held-out data. After {more.steps:,} steps it has {more.figure:.3f} and still gets better."
        ]
    points = unfinished(card)
    if points is None:
        return []
    before, last = points
    return [
        f"It may learn more in a longer training: its {name} on validation data still got better at the end, "
        f"{before:.3f} to {last:.3f}."
    ]


def code_fold(*functions: Callable[..., Any], paper: str = "", ready_made: str = "") -> None:
    """A fold with the source of the functions behind the page, the paper, the ready-made counterpart."""
    with st.expander("The code that did it"):
        links = [f"[Paper]({paper})" if paper else "", ready_made and f"Ready-made: {ready_made}"]
        if any(links):
            st.markdown(" · ".join(link for link in links if link))
        for function in functions:
            st.caption(f"`{function.__module__}.{function.__qualname__}`")
            st.code(inspect.getsource(function), language="python")


def sentence(error: CvdemoError) -> str:
    """An error's message as a sentence for a visitor: capital first, full stop or question mark last."""
    text = translate(str(error))
    return f"{text[:1].upper()}{text[1:]}{'' if text.endswith('?') else '.'}"


def guarded(lab: Callable[P, None]) -> Callable[P, None]:
    """A lab whose `CvdemoError` becomes one sentence on a page that lives on; it runs when its turn comes."""

    @functools.wraps(lab)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            with GATE.passed("part"):
                lab(*args, **kwargs)
        except CvdemoError as error:
            st.error(sentence(error), icon=":material/warning:")

    return run
