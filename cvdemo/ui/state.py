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
- A page that is entered without one takes the picture that goes along, if one does (`cvdemo.ui.carry`).
- The address is written in callbacks alone, never while a page is drawn.
- Parameters of the app (`APP`), such as `present`, stay from page to page; they are no page's.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any, NamedTuple
from urllib.parse import urlencode

import streamlit as st

from cvdemo.lecture.questions import Scale
from cvdemo.lecture.script import OF_THE_APP
from cvdemo.ui.component import component

OPEN = "cvdemo-page"
PICKED = "cvdemo-picked"
ARRIVED = "cvdemo-arrived"
ADDRESS = "cvdemo-address"
APP = OF_THE_APP
"""Parameters of the address that belong to the app: `app_value` reads one, `set_app` sets one."""

WATCHERS: list[Callable[[str], None]] = []
"""Called with a page's key, in the callback, whenever its address was written."""

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
    `unread` parameters of the address that nothing has asked for yet, `dropped` those that could not be read
    or were out of range; `of` the picture that a value belongs to, and `parked` what was kept for other
    pictures. `scales` are the page's sliders. `stamp` grows whenever a component's are set for it. `own`
    are the names of the visitor's files that the page shows.
    """

    values: dict[str, Any] = field(default_factory=dict)
    first: dict[str, Any] = field(default_factory=dict)
    unread: dict[str, Texts] = field(default_factory=dict)
    dropped: set[str] = field(default_factory=set)
    of: dict[str, str] = field(default_factory=dict)
    parked: dict[tuple[str, str], Any] = field(default_factory=dict)
    writers: dict[str, Write] = field(default_factory=dict)
    scales: dict[str, Scale] = field(default_factory=dict)
    stamp: int = 0
    own: tuple[str, ...] = ()

    def copied(self) -> Kept:
        """The same for another visitor's session."""
        own = {
            name: copy.deepcopy(getattr(self, name)) for name in ("values", "first", "unread", "of", "parked")
        }
        return replace(self, **own, dropped=set(self.dropped), writers=dict(self.writers))

    def claim(self, name: str, read: Read) -> None:
        """Take a value from the address, once; what `read` raises ValueError for is dropped."""
        if (found := self.unread.pop(name, None)) is not None:
            try:
                self.values[name] = read(found)
            except ValueError:
                self.dropped.add(name)

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


def enter(page: str, brought: Mapping[str, Any] | None = None) -> None:
    """Say that a page is drawn from its top. Where it was another one before, the address decides its values.

    An address without parameters brings back what the page kept, and the browser puts that into it again.
    What is `brought` from another page then stands instead: values by name, None for what stands at first.
    """
    entered = st.session_state.get(OPEN) != page
    st.session_state[OPEN] = page
    if entered:
        st.session_state.pop(PICKED, None)
        entry: _Entry = st.session_state.get(ADDRESS, _Entry(0, ""))
        found = {name: st.query_params.get_all(name) for name in st.query_params}
        for name in APP:
            if texts := found.pop(name, None):
                _app()[name] = texts[-1]
        arrived = st.session_state.pop(ARRIVED, "") == page
        if brought and not found and not arrived:
            _take_over(page, brought)
        again = "" if found else urlencode(address(page), doseq=True)
        if found:
            _forget(page)
            kept(page).unread = found
        kept(page).stamp += 1
        st.session_state[ADDRESS] = _Entry(entry.number + 1, again)


def arrive(page: str, texts: Mapping[str, Sequence[str]]) -> None:
    """Let the next run draw a page as an address says, an empty one too, whatever the page kept.

    `st.switch_page` with `query(page)` then opens it, the page that is open already too.
    """
    _forget(page)
    kept(page).unread = {name: list(each) for name, each in texts.items()}
    st.session_state.pop(OPEN, None)
    st.session_state[ARRIVED] = page  # what is picked elsewhere does not go along


def address(page: str = "") -> dict[str, Texts]:
    """The parameters of a page's address, without those of the app; of the open page where none is named."""
    return kept(page).address()


def query(page: str = "") -> dict[str, Texts]:
    """All parameters of a page's address: those of the app first."""
    return {**{name: [text] for name, text in _app().items()}, **address(page)}


def refused(page: str = "") -> set[str]:
    """Parameters of the address that nothing on the page asked for, or that could not be read."""
    return {*kept(page).unread, *kept(page).dropped}


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


def _take_over(page: str, brought: Mapping[str, Any]) -> None:
    """Set values of a page that are those of another picture, unless they are those that it has."""
    page_kept = kept(page)
    now = {name: page_kept.values.get(name, page_kept.first.get(name)) for name in brought}
    at_first = {name: page_kept.first.get(name) for name in brought}
    if all(now[name] == (at_first[name] if new is None else new) for name, new in brought.items()):
        return
    for name in list(page_kept.of):
        _park(page_kept, name)
    for name, new in brought.items():
        page_kept.unread.pop(name, None)
        page_kept.values.pop(name, None)
        st.session_state.pop(f"{page}-{name}", None)
        if new is not None:
            page_kept.set(name, new)


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
    st.session_state[PICKED] = open_page()
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
    for container in (page.values, page.unread, page.dropped, page.of, page.parked):
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


def note_own(*names: str) -> None:
    """Note the names of the visitor's files that the open page shows."""
    kept().own = names


def snapshot() -> dict[str, Any]:
    """A copy of the values that do not stand where they stood at first."""
    return copy.deepcopy(kept().values)


def write_address(page: str = "") -> None:
    """Put what the page keeps into the address, and tell `WATCHERS`. To be called in a callback."""
    st.query_params.from_dict(query(page))
    for watch in WATCHERS:
        watch(page or open_page())


def changed(page: str, name: str, then: Callable[..., None] | None, args: Sequence[Any]) -> None:
    """The callback of every widget: keep its value, write the address, call the widget's own callback."""
    if f"{page}-{name}" in st.session_state:
        kept(page).set(name, st.session_state[f"{page}-{name}"])
    if then is not None:
        then(*args)
    write_address(page)
