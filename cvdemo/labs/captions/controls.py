"""The Captions page's experiments and widgets, and the words that the visitor has put into a caption."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from cvdemo import zoo
from cvdemo.data.chosen import Chosen
from cvdemo.errors import DataError
from cvdemo.labs.captions.experiment import (
    Begin,
    Decoding,
    Method,
    Written,
    begin_text,
    continued,
    read_begin,
)
from cvdemo.ui import state, widgets
from cvdemo.ui.models import choose_model
from cvdemo.ui.page import sentence
from cvdemo.ui.source import choose_picture
from cvdemo.zoo.captioner import Captioner

FIRST = Decoding()
WIDEST = 10
LONGEST = 40
COMPONENT = "captions-lab"
NET = "show-attend-tell"  # the net of the experiments
SCENE = {"source": "scene", "preset": "normal", "model": NET}
PEOPLE, DUCKS, BALL = ({**SCENE, "seed": seed} for seed in (317, 3219, 65))

EXPERIMENTS: dict[str, dict[str, Any]] = {
    "A colour that fools it": BALL,
    "Two ducks or three?": DUCKS,
    "A false start": {**DUCKS, "begin": "a car"},
    "Short wins": {**PEOPLE, "penalty": 0.0},
    "Draw, don't search": {**DUCKS, "method": Method.SAMPLE.value},
    "No word for it": {"source": "sample", "sample": "coffee", "model": NET},
    "A photo": {"source": "sample", "sample": "cat", "model": NET},
}


def choose_source() -> tuple[Chosen | None, list[zoo.ModelSpec]]:
    """The picture, the model, and a second one where the visitor wants to compare."""
    places = st.columns([0.75, 1.5, 1.5], gap="medium", vertical_alignment="bottom")
    with places[0].popover(":material/image: Picture", width="stretch"):
        chosen = choose_picture("scene")
    with places[1]:
        first = choose_model(zoo.Task.CAPTION, chosen)
    with places[2]:
        if not widgets.toggle("compare", "Second model"):
            return chosen, [first]
        others = [m.key for m in zoo.models(zoo.Task.CAPTION) if m.key != first.key]
        second = choose_model(zoo.Task.CAPTION, chosen, key="model2", label="Second model", first=others[0])
    return chosen, [first, second]


def choose_begins(models: Sequence[Captioner]) -> list[Begin]:
    """The words that the captions have to begin with, by each model's vocabulary."""
    text = widgets.text_input(
        "begin", "Begin the sentence yourself", placeholder="two brown", max_chars=300,
        help="The net goes on from here. A full stop ends the sentence.",
    )  # fmt: skip
    return [known_begin(text, model) for model in models]


def known_begin(text: str, model: Captioner) -> Begin:
    """The words of a text; none of them, and a sentence that says why, where the model does not know one."""
    try:
        return read_begin(text, model)
    except DataError as error:
        st.warning(sentence(error), icon=":material/warning:")
        return Begin()


def within_limit(begin: Begin, longest: int) -> Begin:
    """The beginning where the length limit leaves room for a word; else none, and a sentence on why."""
    if begin.ended or len(begin.words) < longest:
        return begin
    st.warning(
        f"The length limit of {longest} words leaves none to add to the {len(begin.words)} that you gave: "
        "the net begins anew.",
        icon=":material/warning:",
    )
    return Begin()


def choose_decoding(model: Captioner) -> Decoding:
    """How words are chosen: the method and its sliders, which stand at first where the model's own do."""
    method = Method(
        widgets.segmented_control(
            "method", "How words are chosen", [m.value for m in Method], Method.BEAM.value
        )
    )
    chosen = FIRST._replace(method=method)
    if method is Method.BEAM:
        width = widgets.slider("width", "Beam width", 1, WIDEST, FIRST.width, help="1 is greedy search")
        penalty = widgets.slider(
            "penalty",
            "Length penalty α",
            0.0,
            2.0,
            model.length_penalty,
            0.1,
            help="0: none. More favours long sentences",
        )
        chosen = chosen._replace(width=width, penalty=penalty)
    else:
        chosen = chosen._replace(**_draws(), draw=drawn())
        st.button(":material/casino: Draw again", key="captions-draw", on_click=_draw_again, width="stretch")
    limit = widgets.slider("longest", "Length limit, in words", 1, LONGEST, min(model.longest, LONGEST))
    return chosen._replace(longest=limit)


def _draws() -> dict[str, Any]:
    temperature = widgets.slider("temperature", "Temperature", 0.1, 3.0, FIRST.temperature, 0.1)
    top_k = widgets.slider("topk", "Top-k: words that may be drawn", 0, 50, 0, help="0: all of them")
    top_p = widgets.slider(
        "topp",
        "Nucleus: share of the probability",
        0.05,
        1.0,
        1.0,
        0.05,
        help="The likeliest words that have it",
    )
    return {"temperature": temperature, "top_k": top_k or None, "top_p": top_p}


def drawn() -> int:
    """The seed of the draws."""
    return state.value("draw", read=lambda texts: max(0, int(texts[-1]))) or 0


def _draw_again() -> None:
    state.keep({"draw": drawn() + 1})


def stamp(chosen: Chosen, key: str) -> str:
    """Another text whenever something was set from Python, or picture or model are others."""
    return f"{state.stamp()} {chosen.identity} {key}"


def keep_choice(component: str, of: str, model: Captioner, written: Written) -> None:
    """Keep what the visitor chose in the component of this key: a rival of a word, or a new beginning."""
    sent: dict[str, Any] | None = st.session_state[component].get("chosen")
    if not sent or sent.get("stamp") != of:
        return
    place, word = sent.get("place"), sent.get("word")
    if place == -1:
        state.put({"begin": ""})
    elif isinstance(place, int) and isinstance(word, int) and _is_there(place, word, model, written):
        begin = continued(written.caption, place, word, model.end)
        state.put({"begin": begin_text(begin, model)})


def _is_there(place: int, word: int, model: Captioner, written: Written) -> bool:
    return 0 <= place < len(written.caption.places) and 0 <= word < len(model.words)
