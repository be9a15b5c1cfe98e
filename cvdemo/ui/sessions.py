"""Other visitors' sessions: running their script, and sending them what one session's run has drawn.

As `cvdemo.ui.internals`, this needs Streamlit beyond its public interface; a test fails on a version that it
was not seen with. All functions but the first three belong to the runtime's event loop.

A fragment's run is the same messages for everybody who has the same page before them: `new_session`, elements,
`script_finished`. So a run of the one who leads a room is recorded and sent to two hundred others as it is, for
1 ms each, where running their scripts would take 15 to 90. Two things are added. A widget that was moved in the
leader's browser carries its value with it. And the other session takes over the values of the widgets, as if its
own browser had sent them, and what its page keeps: its own next run goes on from there.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from streamlit import runtime
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState, WidgetStates
from streamlit.runtime.app_session import AppSession, AppSessionState
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.scriptrunner_utils.script_run_context import ThreadState

MOST_BYTES = 8_000_000  # of a recorded run


@dataclass
class Run:
    """A fragment's run as its messages: `started`, `elements`, `finished`, and the widgets' `values` after it.

    `fragments` are the ids of the fragments that ran; `query` is the address that the run has written.
    """

    started: ForwardMsg
    fragments: tuple[str, ...]
    elements: list[ForwardMsg] = field(default_factory=list)
    finished: ForwardMsg | None = None
    query: str | None = None
    values: dict[str, WidgetState] = field(default_factory=dict)
    size: int = 0


def on_the_loop(act: Callable[[], None]) -> bool:
    """Call something soon on the runtime's event loop, from any thread; False where no app runs."""
    if not runtime.exists():
        return False
    runtime.get_instance()._get_async_objs().eventloop.call_soon_threadsafe(act)
    return True


def send_all_of_this_run() -> None:
    """Let the run that is beginning send every element whole, those too that this browser has already."""
    context = get_script_run_ctx()
    if context is not None:
        context.cached_message_hashes = frozenset()


def this_fragment() -> str:
    """The id of the fragment that runs now, "" outside of one."""
    try:
        return ThreadState.get().fragment_id or ""
    except RuntimeError:
        return ""


def find(session_id: str) -> AppSession | None:
    """A session whose browser is connected."""
    if not runtime.exists():
        return None
    active = runtime.get_instance()._session_mgr.get_active_session_info(session_id)
    return None if active is None else active.session


def is_idle(session: AppSession) -> bool:
    """Whether no script of a session runs or is about to."""
    return session._state == AppSessionState.APP_NOT_RUNNING and session._scriptrunner is None


def is_delivered(session: AppSession) -> bool:
    """Whether all that a session was to be sent is on its way to the browser."""
    active = runtime.get_instance()._session_mgr.get_active_session_info(session.id)
    waiting = None if active is None else getattr(active.client, "_send_queue", None)
    return session._browser_queue.is_empty() and (waiting is None or waiting.empty())


def rerun(session: AppSession, fragment: str = "") -> None:
    """Run an idle session's page again, or one fragment of it, with the values that it has."""
    state = ClientState()
    state.query_string = session._client_state.query_string
    state.page_script_hash = session._client_state.page_script_hash
    state.fragment_id = fragment
    session.request_rerun(state)


def record(session: AppSession, heard: Callable[[Run], None]) -> None:
    """Have every fragment run of a session that writes its address told to `heard`; once for a session."""
    if hasattr(session, "cvdemo_recorder"):
        session.cvdemo_recorder.heard = heard
        return
    recorder = _Recorder(session, heard)
    send = session._enqueue_forward_msg

    def both(message: ForwardMsg) -> None:
        recorder.take(message)
        send(message)

    session.cvdemo_recorder = recorder  # type: ignore[attr-defined]
    session._enqueue_forward_msg = both  # type: ignore[method-assign]


class _Recorder:
    def __init__(self, session: AppSession, heard: Callable[[Run], None]) -> None:
        self.session, self.heard = session, heard
        self.run: Run | None = None

    def take(self, message: ForwardMsg) -> None:
        kind = message.WhichOneof("type")
        if kind == "new_session":
            fragments = tuple(message.metadata.run.fragment_ids)
            self.run = Run(copy.copy(message), fragments) if fragments else None
            return
        run = self.run
        if run is None:
            return
        if kind == "page_info_changed":
            run.query = message.page_info_changed.query_string
        elif kind == "delta":
            run.elements.append(message)
            run.size += message.ByteSize()
            if run.size > MOST_BYTES:
                self.run = None
        elif kind == "ref_hash":  # an element that only the leader's browser has
            self.run = None
        elif kind == "script_finished":
            self.run = None
            good = message.script_finished == ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY
            if good and run.query is not None:
                run.finished = message
                _carry_values(run, self.session)
                self.heard(run)


def _carry_values(run: Run, session: AppSession) -> None:
    """Give the widgets among a run's elements the values that they have in its session."""
    states = {state.id: state for state in session.session_state.get_widget_states()}
    for place, message in enumerate(run.elements):
        kind = message.delta.new_element.WhichOneof("type") if message.delta.HasField("new_element") else None
        element = getattr(message.delta.new_element, kind) if kind else None
        state = states.get(getattr(element, "id", ""))
        if element is None or state is None or "trigger" in str(state.WhichOneof("value")):
            continue
        run.values[state.id] = state
        if hasattr(element, "set_value") and not element.set_value:
            run.elements[place] = changed = ForwardMsg()
            changed.CopyFrom(message)
            changed.ClearField("hash")
            changed.metadata.cacheable = False
            show_value(getattr(changed.delta.new_element, str(kind)), state)


def show_value(element: Any, state: WidgetState) -> None:
    """Have a widget's message set its value in the browser, as for one that is set by the script."""
    kind = str(state.WhichOneof("value"))
    value = getattr(state, kind)
    fields = element.DESCRIPTOR.fields_by_name
    names = ("raw_values", "raw_value", "value") if kind.startswith("string") else ("value",)
    name = next((name for name in names if name in fields), None)
    if name is None:
        return
    if kind.endswith("array_value"):
        getattr(element, name)[:] = value.data
    else:
        setattr(element, name, value)
    element.set_value = True


def show(run: Run, session: AppSession, query: str, own: Mapping[str, Any]) -> bool:
    """Send a recorded run to an idle session that has the same page, with `query` as its address.

    `own` takes the place of what the session has under these names. False, and nothing is sent, where it runs
    or has not these fragments.
    """
    if run.finished is None or not is_idle(session) or not all(map(session.has_fragment, run.fragments)):
        return False
    started = ForwardMsg()
    started.CopyFrom(run.started)
    started.new_session.initialize.session_id = session.id
    address = ForwardMsg()
    address.page_info_changed.query_string = query
    for message in (started, address, *run.elements, run.finished):
        session._enqueue_forward_msg(message)
    session._client_state.query_string = query
    known = session.session_state._new_widget_state.widget_metadata
    session.session_state.set_widgets_from_proto(
        WidgetStates(widgets=[state for widget, state in run.values.items() if widget in known])
    )
    session.session_state._new_session_state.update(own)
    return True
