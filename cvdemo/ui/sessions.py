"""Other visitors' sessions: running their script, and sending them what one session's run has drawn.

As `cvdemo.ui.internals`, this needs Streamlit beyond its public interface; a test fails on a version that it
was not seen with. All functions but the first three belong to the runtime's event loop.

A run is the same messages for everybody who has the same page before them: `new_session`, elements,
`script_finished`. So a run of the one who leads a room is recorded and sent to two hundred others as it is,
for 1 ms each, where running their scripts would take 15 to 90. A widget that was moved in the leader's
browser carries its value with it. Where a fragment ran, the other session takes over the values of the
widgets, as if its own browser had sent them, and what its page keeps: its own next run goes on from there.
Where the whole page ran, the other session's own run has to follow soon: until then nothing answers there.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary

from streamlit import runtime
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState, WidgetStates
from streamlit.runtime.app_session import AppSession, AppSessionState
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.scriptrunner_utils.script_run_context import ThreadState
from streamlit.runtime.session_manager import SessionClient

MOST_BYTES = 8_000_000  # of a recorded run
MAIN, SIDEBAR = 0, 1  # where an element's path begins
LAST_AROUND = "hall"
"""The key of the last container that the app has above a page."""

_RECORDERS: WeakKeyDictionary[AppSession, _Recorder] = WeakKeyDictionary()


@dataclass
class Run:
    """A run as its messages: `started`, `elements`, `finished`, and the widgets' `values` after it.

    `fragments` are the ids of the fragments that ran, none where the whole page did: then `navigation` says
    which page it is, and `elements` are those of the page, without what the app has around it. `query` is the
    address that the run has written.
    """

    started: ForwardMsg
    fragments: tuple[str, ...]
    elements: list[ForwardMsg] = field(default_factory=list)
    navigation: ForwardMsg | None = None
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


def visitors() -> int:
    """How many browsers are connected."""
    return len(runtime.get_instance()._session_mgr.list_active_sessions()) if runtime.exists() else 0


def is_idle(session: AppSession) -> bool:
    """Whether no script of a session runs or is about to."""
    return session._state == AppSessionState.APP_NOT_RUNNING and session._scriptrunner is None


def is_delivered(session: AppSession) -> bool:
    """Whether all that a session was to be sent is on its way to the browser."""
    waiting = getattr(_client(session), "_send_queue", None)
    return session._browser_queue.is_empty() and (waiting is None or waiting.empty())


def _client(session: AppSession) -> SessionClient | None:
    active = runtime.get_instance()._session_mgr.get_active_session_info(session.id)
    return None if active is None else active.client


def rerun(session: AppSession, fragment: str = "") -> None:
    """Run an idle session's page again, or one fragment of it, with the values that it has."""
    state = ClientState()
    state.query_string = session._client_state.query_string
    state.page_script_hash = session._client_state.page_script_hash
    state.fragment_id = fragment
    session.request_rerun(state)


def record(session: AppSession, heard: Callable[[Run], None] | None) -> None:
    """Have the runs of a session told to `heard` as they end, a fragment's only if it writes the address.

    With None, only what the app has around the session's pages is remembered, for `send`.
    """
    if (recorder := _RECORDERS.get(session)) is not None:
        recorder.heard = heard
        return
    recorder = _RECORDERS[session] = _Recorder(session, heard)
    send, take = session._enqueue_forward_msg, recorder.take

    def both(message: ForwardMsg) -> None:
        send(message)
        take(message)

    session.__dict__["_enqueue_forward_msg"] = both


class _Recorder:
    """What a session is sent: the run that is under way, and the last `frame`: what is around the page."""

    def __init__(self, session: AppSession, heard: Callable[[Run], None] | None) -> None:
        self.session, self.heard = weakref.proxy(session), heard
        self.run: Run | None = None
        self.frame: list[ForwardMsg] = []
        self.last_around = -1

    def take(self, message: ForwardMsg) -> None:
        kind = message.WhichOneof("type")
        if kind == "new_session":
            self._begin(message)
        elif self.run is None:
            return
        elif kind == "navigation":
            self.run.navigation = message
        elif kind == "page_info_changed":
            self.run.query = message.page_info_changed.query_string
        elif kind == "delta":
            self._take_element(self.run, message)
        elif kind == "ref_hash" and (self.run.fragments or not self._is_around(message)):
            # what only the leader's browser has
            self.run = None
        elif kind == "script_finished":
            self._end(self.run, message)

    def _begin(self, message: ForwardMsg) -> None:
        fragments = tuple(message.metadata.run.fragment_ids)
        if self.heard is None and fragments:
            return
        self.run = Run(message, fragments)
        if not fragments:
            self.frame, self.last_around = [], -1

    def _take_element(self, run: Run, message: ForwardMsg) -> None:
        if not run.fragments:
            around = self._is_around(message)
            if message.delta.add_block.id.endswith(f"-{LAST_AROUND}"):
                self.last_around = message.metadata.delta_path[1]
            if around:
                self.frame.append(message)
            if around or _is_address(message):
                return
        if self.heard is not None:
            run.elements.append(message)
            run.size += message.ByteSize()
            if run.size > MOST_BYTES:
                self.run = None

    def _is_around(self, message: ForwardMsg) -> bool:
        """Whether an element of a whole page's run is the app's and not the page's."""
        root, *rest = message.metadata.delta_path
        if root != MAIN:
            return root == SIDEBAR  # styles are everybody's
        return self.last_around < 0 or not rest or rest[0] <= self.last_around

    def _end(self, run: Run, message: ForwardMsg) -> None:
        self.run = None
        good = (ForwardMsg.FINISHED_SUCCESSFULLY, ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY)
        known = run.query is not None if run.fragments else run.navigation is not None
        if self.heard is not None and known and message.script_finished in good:
            run.finished = message
            _carry_values(run, self.session)
            self.heard(run)


def _is_address(message: ForwardMsg) -> bool:
    """Whether this is the component that writes the browser's address, which is everybody's own."""
    return message.delta.new_element.bidi_component.id.endswith("-address")


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


def send(run: Run, session: AppSession, query: str) -> bool:
    """Send a recorded run to an idle session whose browser shows the same page, with `query` as its address.

    Where the whole page ran, any page may be shown; what is around it stays. False, and nothing is sent,
    where the session's own script runs.
    """
    around, client = [] if run.fragments else _around(session), _client(session)
    if run.finished is None or client is None or not (run.fragments or around):
        return False
    if not is_idle(session) or not is_delivered(session):
        return False
    started = ForwardMsg()
    started.CopyFrom(run.started)
    started.new_session.initialize.session_id = session.id
    address = ForwardMsg()
    address.page_info_changed.query_string = query
    opening = [started] if run.navigation is None else [started, run.navigation]
    for message in (*opening, address, *around, *run.elements, run.finished):
        client.write_forward_msg(message)  # not by the session's queue, which a run that begins clears
    return True


def _around(session: AppSession) -> list[ForwardMsg]:
    recorder = _RECORDERS.get(session)
    return [] if recorder is None else list(recorder.frame)


def take_over(run: Run, session: AppSession, query: str, own: Mapping[str, Any]) -> bool:
    """Let an idle session that has a run's fragments stand as the one that ran; `own` goes into its state.

    False, and nothing is done, where it has them not.
    """
    if not run.fragments or not all(map(session.has_fragment, run.fragments)):
        return False
    session._client_state.query_string = query
    known = session.session_state._new_widget_state.widget_metadata
    session.session_state.set_widgets_from_proto(
        WidgetStates(widgets=[state for widget, state in run.values.items() if widget in known])
    )
    session.session_state._new_session_state.update(own)
    return True
