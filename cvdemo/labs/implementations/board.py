"""The views of By hand or ready-made; both nets run when a button is pressed, and once for all visitors."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from cvdemo import zoo
from cvdemo.labs.implementations.controls import (
    ARGUMENTS,
    HOME,
    PAIRS,
    SEARCH,
    choose_home,
    choose_method,
    choose_pair,
)
from cvdemo.labs.implementations.experiment import (
    Comparison,
    Counted,
    architecture_rows,
    argument_rows,
    compare,
    count,
    search_list,
    to_csv,
    trace_fields,
)
from cvdemo.labs.implementations.results import comparison_table, search_rows, verdict
from cvdemo.ui.cache import cached
from cvdemo.ui.downloads import offer, text
from cvdemo.ui.page import texts
from cvdemo.zoo.counterparts import Counterpart
from cvdemo.zoo.plain_code import plain_code

PAGE = "implementations"
ASKED = "implementations-run"
HIDDEN = ("Size of the picture", "Mean and deviation", "Channels", "Scores and NMS", "Boxes")


def show(view: str) -> None:
    """One of the views."""
    VIEWS[view]()


@cached
def _counted(key: str) -> tuple[Counted, Counted | None]:
    return count(key)


@cached
def _compared(key: str, size: str, seed: int) -> Comparison:
    return compare(key, size, seed)


def _side_by_side() -> None:
    """One pair: both files, both counts, and after the button both answers and times."""
    pair, size, seed = choose_pair()
    mine, theirs = st.columns(2, gap="medium", border=True)
    with mine:
        _our_card(pair)
    with theirs:
        _their_card(pair)
    st.button(_label(pair), type="primary", key="run", on_click=_ask)
    if st.session_state.pop(ASKED, False):
        with st.spinner("Making the nets and running them …", show_time=True):
            _compared(pair.key, size, seed)
    found = _compared.peek(pair.key, size, seed)
    if found is None:
        st.caption(texts(PAGE)["before"])
    else:
        _show_comparison(pair, found)
    _hidden(pair)
    rows = architecture_rows()
    with st.expander(f"All {len(rows)} pairs"):
        st.dataframe(rows, hide_index=True)
        offer("pairs", text("Pairs (CSV)", "csv", lambda: to_csv(rows)), part="pairs")


def _label(pair: Counterpart) -> str:
    runs = pair.ready is not None and pair.ready.installed
    return ":material/play_arrow: Run both" if runs else ":material/play_arrow: Run it"


def _ask() -> None:
    st.session_state[ASKED] = True


def _our_card(pair: Counterpart) -> None:
    counted = _counted(pair.key)[0]
    st.markdown(f"**By hand:** `{counted.file}`")
    _counts(counted)
    st.caption(f"It shows: {', '.join(trace_fields(pair)) or 'its answer'}.")
    if differs := zoo.differences(pair.entry):
        with st.expander(f"As trained here it differs from the paper in {len(differs)}"):
            st.markdown("\n".join(f"- {difference}" for difference in differs))


def _counts(counted: Counted) -> None:
    """Lines of a net's own file, of all files that its layers stand in, and its parameters."""
    with st.container(horizontal=True):
        st.metric("Lines, this file", f"{counted.lines:,}", width="content")
        st.metric(f"Lines, {counted.files} files", f"{counted.all_lines:,}", width="content")
        st.metric("Parameters", f"{counted.parameters / 1e6:.2f} M", width="content")


def _their_card(pair: Counterpart) -> None:
    ready = pair.ready
    if ready is None:
        st.markdown("**Ready-made:** none")
        st.markdown(pair.missing)
        return
    counted = _counted(pair.key)[1]
    st.markdown(f"**Ready-made:** `{ready.title}`{f', `{counted.file}`' if counted else ''}")
    if counted is None:
        st.info(f"`{ready.library}` is not installed here: `pip install cvdemo[{ready.install}]`.")
    else:
        _counts(counted)
    st.caption(f"It returns: {', '.join(ready.returns)}. Same weights: {ready.same.value}.")
    if ready.differs:
        st.markdown(ready.differs)


def _show_comparison(pair: Counterpart, found: Comparison) -> None:
    """Milliseconds, the outputs' differences, and what made them smaller."""
    height, width = found.size
    with st.container(horizontal=True):
        st.metric("By hand", f"{found.ours:.0f} ms")
        if found.theirs is not None:
            st.metric("Ready-made", f"{found.theirs:.0f} ms", f"x {found.theirs / found.ours:.2f}", "off")
    st.caption(
        f"Measured here on {zoo.device_title()}, {width} × {height} pixels, random weights, medians of three "
        "runs in turn."
    )
    if found.differences:
        st.markdown(verdict(found))
        rows = comparison_table(found)
        st.dataframe(rows, hide_index=True)
        offer(pair.key, text("Outputs (CSV)", "csv", lambda: to_csv(rows)), part="outputs")
    elif pair.ready is not None and pair.ready.installed:
        st.markdown("The weights of one do not fit the other, so there are no answers to compare.")


def _hidden(pair: Counterpart) -> None:
    """What the ready-made net does, or leaves to its user, beside the network."""
    if pair.ready is None:
        return
    st.markdown("**What it hides**")
    rows = [{"what": what, "where": how} for what, how in zip(HIDDEN, pair.ready.hides, strict=True)]
    st.table(rows, hide_index=True)


def _arguments() -> None:
    """The lecture's arguments, each with what was found here."""
    st.markdown(texts(PAGE)["for and against"])
    rows = argument_rows()
    st.markdown(texts(PAGE)["evidence"])
    st.dataframe(rows, hide_index=True)
    offer("arguments", text("Evidence (CSV)", "csv", lambda: to_csv(rows)), part="arguments")


def _search() -> None:
    """What a search for one method finds, as far as somebody opened it."""
    found = choose_method()
    listed = search_list()
    st.markdown(f"Paper: {found['paper']}. Search words: `{found['method']} pytorch`, `… transformers`.")
    st.dataframe(
        search_rows(found),
        hide_index=True,
        column_config={"opened": st.column_config.LinkColumn("opened", display_text="file that was read")},
    )
    st.caption(f"Checked {listed['checked']}. {listed['how']}")


def _home() -> None:
    """Ten lines or a few more of plain code for one model."""
    spec, shown = choose_home()
    code = plain_code(spec, shown=shown)
    st.caption(f"{len(code.splitlines())} lines, {spec.licence}; needs torch, {spec.source.value}, Pillow.")
    st.code(code, language="python")
    offer(spec.key, text("Python", "txt", lambda: code), part="code")
    if spec.task is zoo.Task.POSE and spec.source is zoo.Source.TRANSFORMERS:
        st.caption(texts(PAGE)["people"])


VIEWS: dict[str, Callable[[], None]] = {
    PAIRS: _side_by_side,
    ARGUMENTS: _arguments,
    SEARCH: _search,
    HOME: _home,
}
