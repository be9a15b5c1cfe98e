"""What a page keeps: the values of its widgets and components, in the session and in its address.

A value belongs to a page and has a name: the widget `score` of the page "detect" has the key "detect-score"
in `st.session_state`, and `score` in the address, `/detect?score=0.77`. Widgets are drawn by
`cvdemo.ui.widgets`; a component keeps what its visitor drags or types like this:

    box = state.value("roi", read=box_of_text, write=text_of_box, of=chosen.identity) or first_roi(chosen)
    _lab(data={"roi": box, "stamp": state.stamp(), ...}, key=COMPONENT, on_moved_change=_moved)

    def _moved() -> None:                 # in callbacks alone: this writes the address
        state.keep({"roi": box}, of=identity)

A button sets several at once by `state.put({"source": "scene", "seed": 7})`, in its callback.

- Values that stand where they stood at first are not in the address.
- A visitor who comes back to a page finds the values as they were, in the address too.
- The address decides when the page is entered with one (a link, the browser's back button); what cannot be
  read or is out of range is dropped.
- The address is written in callbacks alone, never while a page is drawn.
- Parameters of the app (`APP`), such as `lang`, stay from page to page; they are no page's.
"""

from __future__ import annotations

import contextlib
import copy
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, NamedTuple
from urllib.parse import urlencode

import streamlit as st

from cvdemo.ui.component import component

OPEN = "cvdemo-page"
ADDRESS = "cvdemo-address"
APP = ("lang",)
"""Parameters of the address that belong to the app: `app_value` reads one, `set_app` sets one."""

Texts = list[str]
Read = Callable[[Texts], Any]
Write = Callable[[Any], str | Texts]

_address = component("address")


def texts_of(value: Any) -> Texts:
    """A value as the address has it: one text, for a list one for each item, and one that is "" for none."""
    if isinstance(value, bool):
        return ["true" if value else "false"]
    if isinstance(value, list | tuple | set | frozenset):
        return [text for item in value for text in texts_of(item)] or [""]
    if isinstance(value, float):
        return [f"{value:.10g}"]
    return ["" if value is None else str(value.value if isinstance(value, Enum) else value)]


@dataclass
class Kept:
    """What one page keeps for one visitor.

    `values` by name, without those that stand where they stood at first; `first` values of what was drawn;
    `unread` parameters of the address that nothing has asked for yet; `of` the picture that a value belongs
    to, and `parked` what was kept for other pictures. `stamp` grows whenever a component's are set for it.
    """

    values: dict[str, Any] = field(default_factory=dict)
    first: dict[str, Any] = field(default_factory=dict)
    unread: dict[str, Texts] = field(default_factory=dict)
    of: dict[str, str] = field(default_factory=dict)
    parked: dict[tuple[str, str], Any] = field(default_factory=dict)
    writers: dict[str, Write] = field(default_factory=dict)
    stamp: int = 0

    def claim(self, name: str, read: Read) -> None:
        """Take a value from the address, once; what `read` raises ValueError for is dropped."""
        if (found := self.unread.pop(name, None)) is not None:
            with contextlib.suppress(ValueError):
                self.values[name] = read(found)

    def set(self, name: str, value: Any) -> None:
        """Keep a value, or nothing where it stands where it stood at first."""
        if name in self.first and value == self.first[name]:
            self.values.pop(name, None)
        else:
            self.values[name] = value

    def texts(self, name: str, value: Any) -> Texts:
        """A value as the address has it."""
        texts = self.writers.get(name, texts_of)(value)
        return [texts] if isinstance(texts, str) else texts

    def address(self) -> dict[str, Texts]:
        """The parameters of the page's address."""
        return {**self.unread, **{name: self.texts(name, value) for name, value in self.values.items()}}


def open_page() -> str:
    """The key of the page that is open."""
    return str(st.session_state.get(OPEN, "page"))


def key(name: str) -> str:
    """The key that a widget of the open page has in `st.session_state`."""
    return f"{open_page()}-{name}"


def kept(page: str = "") -> Kept:
    """What a page keeps, the open one where none is named."""
    where = f"cvdemo-kept-{page or open_page()}"
    if where not in st.session_state:
        st.session_state[where] = Kept()
    found = st.session_state[where]
    assert isinstance(found, Kept)
    return found


class _Entry(NamedTuple):
    """One visit of a page: which number it has, and what its address is to carry again."""

    number: int
    query: str


def enter(page: str) -> None:
    """Say that a page is drawn from its top. Where it was another one before, the address decides its values.

    An address without parameters brings back what the page kept, and the browser puts that into it again.
    """
    entered = st.session_state.get(OPEN) != page
    st.session_state[OPEN] = page
    if entered:
        entry: _Entry = st.session_state.get(ADDRESS, _Entry(0, ""))
        found = {name: st.query_params.get_all(name) for name in st.query_params}
        for name in APP:
            if texts := found.pop(name, None):
                _app()[name] = texts[-1]
        again = "" if found else urlencode(address(page), doseq=True)
        if found:
            _forget(page)
            kept(page).unread = found
        kept(page).stamp += 1
        st.session_state[ADDRESS] = _Entry(entry.number + 1, again)


def address(page: str = "") -> dict[str, Texts]:
    """The parameters of a page's address, without those of the app; of the open page where none is named."""
    return kept(page).address()


def query(page: str = "") -> dict[str, Texts]:
    """All parameters of a page's address: those of the app first."""
    return {**{name: [text] for name, text in _app().items()}, **address(page)}


def app_value(name: str) -> str:
    """A parameter of the app, "" where it is not set."""
    return _app().get(name, "")


def set_app(values: Mapping[str, str]) -> None:
    """Set parameters of the app, "" for none; the address has them when it is written next."""
    for name, text in values.items():
        if text:
            _app()[name] = text
        else:
            _app().pop(name, None)


def _app() -> dict[str, str]:
    if "cvdemo-app" not in st.session_state:
        st.session_state["cvdemo-app"] = {n: st.query_params[n] for n in APP if n in st.query_params}
    values: dict[str, str] = st.session_state["cvdemo-app"]
    return values


def restore_address() -> None:
    """Nothing to see: what keeps the browser's address and history as this module says."""
    entry = st.session_state.get(ADDRESS, _Entry(0, ""))
    _address(
        data={"page": open_page(), "entry": entry.number, "query": entry.query, "app": urlencode(_app())},
        key="address",
        width="content",
    )


def _forget(page: str) -> None:
    page_kept = kept(page)
    for name in {*page_kept.values, *page_kept.first}:
        st.session_state.pop(f"{page}-{name}", None)
    st.session_state[f"cvdemo-kept-{page}"] = Kept(stamp=page_kept.stamp)


def value(name: str, *, read: Read, write: Write = texts_of, of: str = "") -> Any:
    """What a component or a button set, None while nothing did.

    `read` makes a value of the texts that the address has (ValueError: dropped), `write` texts of a value.
    `of` is the identity of the picture that the value belongs to: on another one there is another value.
    """
    page = kept()
    page.writers[name] = write
    page.claim(name, read)
    if of:
        owner = page.of.get(name)
        if owner is not None and owner != of:
            _park(page, name)
        page.of[name] = of
        if name not in page.values and (name, of) in page.parked:
            page.values[name] = page.parked.pop((name, of))
    return page.values.get(name)


def _park(page: Kept, name: str) -> None:
    owner = page.of.pop(name, "")
    if name in page.values:
        page.parked[name, owner] = page.values.pop(name)


def leave_picture() -> None:
    """For the callbacks of what chooses another picture: values of this one wait until it is chosen again."""
    for name in list(kept().of):
        _park(kept(), name)


def keep(values: Mapping[str, Any], *, of: str = "") -> None:
    """Keep what the visitor did to a component, and write the address. To be called in a callback."""
    page = kept()
    for name, new in values.items():
        page.values[name] = new
        if of:
            page.of[name] = of
    write_address()


def put(values: Mapping[str, Any]) -> None:
    """Set widgets and values of the open page, and write the address. To be called in a callback.

    A value that belongs to a picture will be that of the next one that is asked for.
    """
    page = kept()
    for name, new in values.items():
        page.set(name, new)
        page.unread.pop(name, None)
        page.of.pop(name, None)
        if name not in page.writers:
            st.session_state[key(name)] = new
    page.stamp += any(name in page.writers for name in values)
    write_address()


def reset() -> None:
    """Set every value of the open page to where it stood at first. To be called in a callback."""
    page = kept()
    for name in {*page.values, *page.first} - {*page.writers}:
        if name in page.first:
            st.session_state[key(name)] = copy.deepcopy(page.first[name])
        else:
            st.session_state.pop(key(name), None)
    for container in (page.values, page.unread, page.of, page.parked):
        container.clear()
    page.stamp += 1
    write_address()


def drop(*names: str) -> None:
    """Let widgets of the open page stand where they stand at first. To be called in a callback."""
    for name in names:
        kept().values.pop(name, None)
        kept().unread.pop(name, None)
        st.session_state.pop(key(name), None)


def stamp() -> str:
    """Another text whenever values that components hold were set for them: they then take them over."""
    return f"{open_page()} {kept().stamp}"


def asked(name: str) -> Texts:
    """What the address has for a name that nothing has read yet."""
    return list(kept().unread.get(name, ()))


def stands(values: Mapping[str, Any]) -> bool:
    """Whether the page stands as `put` of these values after a `reset` would set it."""
    page = kept()
    if set(page.values) - set(values):
        return False
    now = {name: page.values.get(name, page.first.get(name, new)) for name, new in values.items()}
    return all(page.texts(name, now[name]) == page.texts(name, new) for name, new in values.items())


def snapshot() -> dict[str, Any]:
    """A copy of the values that do not stand where they stood at first."""
    return copy.deepcopy(kept().values)


def write_address(page: str = "") -> None:
    """Put what the page keeps into the address. To be called in a callback."""
    st.query_params.from_dict(query(page))


def changed(page: str, name: str, then: Callable[..., None] | None, args: Sequence[Any]) -> None:
    """The callback of every widget: keep its value, write the address, call the widget's own callback."""
    if f"{page}-{name}" in st.session_state:
        kept(page).set(name, st.session_state[f"{page}-{name}"])
    if then is not None:
        then(*args)
    write_address(page)
