"""A run that is sent on: what of it is the page's, and the values that its widgets carry."""

from __future__ import annotations

from typing import Any

import pytest
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState

from cvdemo.bench.hall import run
from cvdemo.errors import CvdemoError
from cvdemo.ui import sessions
from cvdemo.ui.sessions import Run


class Session:
    """As much of a session as is recorded."""

    def __init__(self, *states: WidgetState) -> None:
        self.states, self.sent = states, list[ForwardMsg]()
        self.session_state = self

    def get_widget_states(self) -> list[WidgetState]:
        return list(self.states)

    def _enqueue_forward_msg(self, message: ForwardMsg) -> None:
        self.sent.append(message)


def recorded(session: Session, *messages: ForwardMsg) -> list[Run]:
    heard: list[Run] = []
    sessions.record(session, heard.append)  # type: ignore[arg-type]
    for message in messages:
        session._enqueue_forward_msg(message)
    assert session.sent == list(messages)  # its own browser gets all of them
    return heard


def started(*fragments: str) -> ForwardMsg:
    message = ForwardMsg()
    message.new_session.page_script_hash = "page"
    message.metadata.run.fragment_ids.extend(fragments)
    return message


def element(*path: int, block: str = "", kind: str = "markdown", **fields: Any) -> ForwardMsg:
    message = ForwardMsg()
    message.metadata.delta_path.extend(path)
    if block:
        message.delta.add_block.id = block
    else:
        getattr(message.delta.new_element, kind).SetInParent()
        for name, value in fields.items():
            setattr(getattr(message.delta.new_element, kind), name, value)
    return message


def address() -> ForwardMsg:
    message = ForwardMsg()
    message.page_info_changed.query_string = "score=0.3"
    return message


def finished(status: int) -> ForwardMsg:
    return ForwardMsg(script_finished=status)  # type: ignore[arg-type]


def test_a_fragment_s_run_carries_the_values_of_its_widgets() -> None:
    moved = WidgetState(id="s")
    moved.double_array_value.data.append(0.3)
    slider = element(0, 4, kind="slider", id="s")
    done = finished(ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY)
    (found,) = recorded(Session(moved), started("f"), address(), slider, done)
    assert found.fragments == ("f",)
    assert found.query == "score=0.3"
    assert list(found.elements[0].delta.new_element.slider.value) == [0.3]
    assert found.elements[0].delta.new_element.slider.set_value
    assert not slider.delta.new_element.slider.set_value  # what was sent to its own browser stays
    assert found.values == {"s": moved}


def test_runs_that_say_nothing_or_cannot_be_sent_on_are_not_heard_of() -> None:
    done = finished(ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY)
    reference = ForwardMsg(ref_hash="x")
    reference.metadata.delta_path.extend((0, 4))
    early = finished(ForwardMsg.FINISHED_EARLY_FOR_RERUN)
    assert recorded(Session(), started("f"), element(0, 4), done) == []
    assert recorded(Session(), started("f"), address(), reference, done) == []
    assert recorded(Session(), started("f"), address(), element(0, 4), early) == []


def test_of_a_whole_page_only_what_is_the_page_s_is_sent_on() -> None:
    navigation = ForwardMsg()
    navigation.navigation.page_script_hash = "page"
    around = [element(0, 0), element(1, 0, block="fold"), element(0, 1, block="x-hall"), element(0, 1, 0)]
    own = [element(2, 0, kind="html"), element(0, 2), element(0, 3, block="x"), element(0, 3, 0)]
    theirs = element(0, 3, 1, kind="bidi_component", id="x-address")
    done = finished(ForwardMsg.FINISHED_SUCCESSFULLY)
    session = Session()
    (found,) = recorded(session, started(), navigation, *around, *own, theirs, done)
    assert found.elements == own
    assert found.navigation == navigation
    assert sessions._around(session) == around  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kind", "state", "shown"),
    [
        ("checkbox", {"bool_value": True}, ("value", True)),
        ("number_input", {"double_value": 4.0}, ("value", 4.0)),
        ("text_input", {"string_value": "a cat"}, ("value", "a cat")),
        ("selectbox", {"string_value": "cat"}, ("raw_value", "cat")),
        ("radio", {"string_value": "cat"}, ("raw_value", "cat")),
    ],
)
def test_every_kind_of_widget_shows_its_value(
    kind: str, state: dict[str, Any], shown: tuple[str, Any]
) -> None:
    widget = getattr(element(0, 1, kind=kind).delta.new_element, kind)
    sessions.show_value(widget, WidgetState(id="w", **state))
    assert getattr(widget, shown[0]) == shown[1]
    assert widget.set_value


@pytest.mark.parametrize("kind", ["button_group", "multiselect"])
def test_widgets_of_several_options_show_them(kind: str) -> None:
    state = WidgetState(id="w")
    state.string_array_value.data.extend(["cat", "dog"])
    widget = getattr(element(0, 1, kind=kind).delta.new_element, kind)
    sessions.show_value(widget, state)
    assert list(widget.raw_values) == ["cat", "dog"]


def test_a_hall_is_only_tried_on_this_machine_and_within_bounds() -> None:
    with pytest.raises(CvdemoError, match="not on this machine"):
        run(2, "detect", address="http://example.org:8501")
    with pytest.raises(CvdemoError, match="1 to 500 visitors"):
        run(501, "detect")
