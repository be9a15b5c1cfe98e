"""Widgets that belong to the open page: their keys, first values and parameters of the address.

    score = widgets.slider("score", "Score threshold", 0.01, 1.0, 0.5, 0.01)
    kind = widgets.segmented_control("source", "Picture", KINDS, "scene", place=left, required=True)

Each takes the name (the key is `state.key(name)`, the parameter is `name`), Streamlit's label and arguments,
the value that it has at first, and `place`, a container to stand in. `key`, `value`, `index`, `default` and
`bind` are not Streamlit's any more. The address has options by `str(option)`, or for an old link by what
`format_func` shows; the visitor sees them in their language. An `on_change` is called after the value is
kept.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

import streamlit as st

from cvdemo.lecture.questions import Scale
from cvdemo.ui import state
from cvdemo.ui.language import translate

T = TypeVar("T")
Number = TypeVar("Number", int, float)


def slider(
    name: str, label: str, low: Number, high: Number, first: Number, step: Number | None = None,
    *, place: Any = None, **options: Any,
) -> Number:  # fmt: skip
    """A slider of one number, whole where `first` is an int."""
    read, good = _number(low, high, first)
    grid = step or (1 if isinstance(first, int) else 0.01)
    state.kept().scales[name] = Scale(name, label, low, high, grid)
    # Without a value Streamlit reads the whole session to find one.
    return _draw("slider", name, first, read, good, place, label, low, high, first, step=step, **options)


def number_input(
    name: str, label: str, low: Number, high: Number, first: Number, step: Number | None = None,
    *, place: Any = None, **options: Any,
) -> Number:  # fmt: skip
    """A field for one number, whole where `first` is an int."""
    read, good = _number(low, high, first)
    return _draw("number_input", name, first, read, good, place, label, low, high, step=step, **options)


def select_slider(
    name: str, label: str, choices: Iterable[T], first: T, *, place: Any = None, **options: Any
) -> T:
    """A slider over options."""
    return _one_of("select_slider", name, label, choices, first, place, options)


def selectbox(
    name: str, label: str, choices: Iterable[T], first: T | None = None, *, place: Any = None, **options: Any
) -> Any:
    """A select box; the first of the options stands in it where `first` is None."""
    choices = list(choices)
    if first is None and choices:
        first = choices[0]
    return _one_of("selectbox", name, label, choices, first, place, options)


def radio(name: str, label: str, choices: Iterable[T], first: T, *, place: Any = None, **options: Any) -> T:
    """Radio buttons."""
    return _one_of("radio", name, label, choices, first, place, options)


def segmented_control(
    name: str, label: str, choices: Iterable[T], first: T, *, place: Any = None, **options: Any
) -> T:
    """A segmented control of one option that is always chosen."""
    options = {"required": True, **options}
    return _one_of("segmented_control", name, label, choices, first, place, options)


def pill(name: str, label: str, choices: Iterable[T], first: T, *, place: Any = None, **options: Any) -> T:
    """Pills of which one is always chosen."""
    return _one_of("pills", name, label, choices, first, place, {"required": True, **options})


def pills(
    name: str, label: str, choices: Iterable[T], first: Sequence[T] = (), *, place: Any = None, **options: Any
) -> list[T]:
    """Pills of which any number may be chosen."""
    options = {"selection_mode": "multi", **options}
    return _some_of("pills", name, label, choices, first, place, options)


def multiselect(
    name: str, label: str, choices: Iterable[T], first: Sequence[T] = (), *, place: Any = None, **options: Any
) -> list[T]:
    """A box in which any number of options may be chosen, at most `max_selections`."""
    return _some_of("multiselect", name, label, choices, first, place, options)


def toggle(name: str, label: str, first: bool = False, *, place: Any = None, **options: Any) -> bool:
    """A switch."""
    return _draw("toggle", name, first, _truth, _bool, place, label, **options)


def checkbox(name: str, label: str, first: bool = False, *, place: Any = None, **options: Any) -> bool:
    """A check box."""
    return _draw("checkbox", name, first, _truth, _bool, place, label, **options)


def text_input(name: str, label: str, first: str = "", *, place: Any = None, **options: Any) -> str:
    """A field for a line of text."""
    return _draw("text_input", name, first, lambda texts: texts[-1], str, place, label, **options)


def _one_of(
    kind: str, name: str, label: str, choices: Iterable[T], first: T, place: Any, options: dict[str, Any]
) -> T:
    listed = list(choices)
    read = _option_reader(listed, options.get("format_func", str))

    def good(value: Any) -> Any:
        if value not in listed:
            raise ValueError(f"{value!r} is none of the options")
        return value

    options |= _said(listed, options)
    return _draw(kind, name, first, lambda texts: read(texts[-1]), good, place, label, listed, **options)


def _some_of(
    kind: str, name: str, label: str, choices: Iterable[T], first: Sequence[T], place: Any,
    options: dict[str, Any],
) -> list[T]:  # fmt: skip
    listed = list(choices)
    one = _option_reader(listed, options.get("format_func", str))

    def read(texts: Sequence[str]) -> list[T]:
        if list(texts) == [""]:
            return []
        found = []
        for text in texts:
            for part in [text] if _reads(one, text) else text.split(","):
                if _reads(one, part) and one(part) not in found:
                    found.append(one(part))
        if not found:
            raise ValueError("none of the options")
        return found

    def good(value: Any) -> Any:
        return [item for item in value if item in listed][: options.get("max_selections")]

    options |= _said(listed, options)
    return _draw(kind, name, list(first), read, good, place, label, listed, **options)


def _said(choices: Sequence[T], options: dict[str, Any]) -> dict[str, Any]:
    """How options are shown in the visitor's language; as they are where two would look the same."""
    shown = options.get("format_func", str)
    names = [str(shown(choice)) for choice in choices]
    said = dict(zip(names, map(translate, names), strict=True))
    if len(set(said.values())) < len(said) or all(said[name] == name for name in names):
        return {}
    return {"format_func": lambda choice: said.get(name := str(shown(choice)), name)}


def _draw(
    kind: str, name: str, first: Any, read: state.Read, good: Callable[[Any], Any], place: Any,
    *given: Any, on_change: Callable[..., None] | None = None, args: Sequence[Any] = (), **options: Any,
) -> Any:  # fmt: skip
    """Streamlit's widget `kind`: where its session state is new or no longer good, set it beforehand."""
    page, key = state.kept(), state.key(name)
    page.claim(name, lambda texts: good(read(texts)))
    moved = name not in page.values and page.first.get(name, first) != first
    if key not in st.session_state or moved:
        st.session_state[key] = _good_or(page.values.get(name, first), good, first)
    else:
        now = st.session_state[key]
        better = _good_or(now, good, first)
        if better != now or type(better) is not type(now):  # a slider of floats refuses an int
            st.session_state[key] = better
    page.first[name] = first
    shown = getattr(st if place is None else place, kind)(
        *given, key=key, on_change=state.changed, args=(state.open_page(), name, on_change, args), **options,
    )  # fmt: skip
    page.set(name, shown)
    return shown


def _good_or(value: Any, good: Callable[[Any], Any], first: Any) -> Any:
    try:
        return good(value)
    except (TypeError, ValueError):
        return first


def _number(low: Any, high: Any, first: Any) -> tuple[state.Read, Callable[[Any], Any]]:
    kind = int if isinstance(first, int) else float

    def good(value: Any) -> Any:
        number = kind(value)
        if not math.isfinite(number) or not low <= number <= high:
            raise ValueError(f"{value} is not within {low} and {high}")
        return number

    return lambda texts: kind(texts[-1]), good


def _option_reader(choices: Sequence[T], shown: Callable[[Any], str]) -> Callable[[str], T]:
    def read(text: str) -> T:
        for means in (lambda option: state.texts_of(option)[0], lambda option: str(shown(option))):
            for option in choices:
                if means(option) == text:
                    return option
        raise ValueError(f"{text!r} is none of the options")

    return read


def _reads(read: Callable[[str], Any], text: str) -> bool:
    try:
        read(text)
    except ValueError:
        return False
    return True


def _truth(texts: Sequence[str]) -> bool:
    if texts[-1].lower() not in ("true", "false"):
        raise ValueError(f"{texts[-1]!r} is neither true nor false")
    return texts[-1].lower() == "true"


def _bool(value: Any) -> bool:
    return bool(value)
