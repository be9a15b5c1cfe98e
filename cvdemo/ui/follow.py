"""Follow: one starts a room, others join it by code or QR code and see the page and state of who leads.

A room's code is a parameter of the app in a member's address, `?room=ACDE`, so that a reload comes back to
it. The leader's address has none: the secret that lets lead is in the session alone. What a member changes on
their own pauses following, until they come back. `cvdemo.ui.push` brings the changes to the members.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlencode, urlsplit

import segno
import streamlit as st

from cvdemo.lecture.rooms import LENGTH, SECRET, Place, RoomError, View
from cvdemo.ui import ask, sessions, state
from cvdemo.ui.internals import session_id
from cvdemo.ui.members import KEY, NEVER, ROOMS, Membership, is_asking_for_slider, membership
from cvdemo.ui.page import sentence
from cvdemo.ui.pages import HOME, PAGES
from cvdemo.ui.push import PUSH

KNOWN = {HOME, *(page.key for page in PAGES)}
REMEMBERED = 60  # of the leader's addresses
SAID = "cvdemo-room-said"
CODE = '<div style="font-size:{}rem;font-weight:700;letter-spacing:.2em;text-align:center">{}</div>'


@contextmanager
def frame(page: str) -> Iterator[None]:
    """What a room has around every page: the leader's place, the sidebar's fold, the question."""
    view = _enter()
    if view is not None:
        _go_along(view, page)
    with st.sidebar:
        _fold(view)
    if (member := membership()) is not None and member.leads:
        sessions.send_all_of_this_run()
    with st.container(key=sessions.LAST_AROUND):
        ask.hall_panel(page)
    yield
    if (member := membership()) is not None and member.leads:
        _publish(member, page)


def _enter() -> View | None:
    """Be in the room of the address, or in the one that one was in; None where there is none any more."""
    member, code = membership(), state.app_value("room")
    if member is None and code:
        member = Membership(code)
    if member is None:
        return None
    try:
        view = ROOMS.view(member.code) if member.leads else ROOMS.join(member.code, member.member)
    except RoomError as error:
        _out(sentence(error))
        return None
    member.code, member.session = view.code, session_id()
    st.session_state[KEY] = member
    if not member.leads:
        state.set_app({"room": view.code})
    PUSH.add(member)
    PUSH.wake()
    return view


def _go_along(view: View, page: str) -> None:
    """Open the leader's page in the leader's state, where that is elsewhere than what a follower saw last."""
    member = membership()
    if member is None or member.leads or not member.following or view.place is None:
        return
    if view.poll is not None and is_asking_for_slider(view) and member.seen >= view.poll.version:
        return  # the page is theirs, to answer with
    if member.seen == view.version and not member.astray:
        if page != view.place.page:
            member.following = False  # they have opened another page
        return
    member.seen = member.shown = view.version
    member.astray = False
    if view.place.page not in KNOWN:
        return
    here = Place.of(page, state.address(page)) if st.session_state.get(state.OPEN) == page else None
    if here != view.place:
        state.arrive(view.place.page, view.place.parameters())
        st.switch_page(f"pages/{view.place.page}.py", query_params=state.query(view.place.page))


def _publish(member: Membership, page: str) -> None:
    """Tell the room where the leader is."""
    try:
        version = ROOMS.publish(member.code, member.secret, Place.of(page, state.address(page)))
    except RoomError:
        return  # the next run says what became of the room
    address = urlencode(state.address(page), doseq=True)
    whole = urlencode(state.query(page), doseq=True)
    member.versions.pop(whole, None)  # the newest is the last
    member.versions[whole] = (version, address)
    while len(member.versions) > REMEMBERED:
        member.versions.pop(next(iter(member.versions)))
    PUSH.wake()


def _moved(page: str) -> None:
    """Somebody in a room has changed their page: the leader's is published, a follower explores."""
    member = membership()
    if member is None:
        return
    if member.leads:
        sessions.send_all_of_this_run()
        _publish(member, page)
    elif member.following:
        try:
            view = ROOMS.view(member.code)
        except RoomError:
            return
        if ask.answer_by_page(member, view, page):
            member.astray = True
        elif view.place is not None and Place.of(page, state.address(page)) != view.place:
            member.following = False
            _panel_anew(member)


def _panel_anew(member: Membership) -> None:
    member.poll_seen = NEVER
    PUSH.wake()


state.WATCHERS.append(_moved)


def start() -> None:
    """Start a room and lead it. To be called in a callback."""
    try:
        code, secret = ROOMS.start()
    except RoomError as error:
        st.session_state[SAID] = sentence(error)
        return
    _leave_quietly()
    st.session_state[KEY] = Membership(code, secret=secret, session=session_id())


def join(text: str) -> None:
    """Join the room of a code, or lead it again with its key, CODE-KEY. To be called in a callback."""
    code, _, secret = re.sub(r"\s", "", text).upper().partition("-")
    try:
        if secret and not ROOMS.leads(code, secret):
            raise RoomError("this is not the key of that room")
        view = ROOMS.view(code)
    except RoomError as error:
        st.session_state[SAID] = sentence(error)
        return
    _leave_quietly()
    if not secret:
        state.set_app({"room": view.code})
    state.write_address()
    st.session_state[KEY] = Membership(view.code, secret=secret, session=session_id())


def _join_typed() -> None:
    join(str(st.session_state.get("room-code", "")))


def leave() -> None:
    """Go out of the room; one's own is closed. To be called in a callback."""
    member = membership()
    if member is not None and member.leads and ROOMS.leads(member.code, member.secret):
        ROOMS.close(member.code, member.secret)
    _leave_quietly()
    state.write_address()


def _leave_quietly() -> None:
    """Be in no room, whatever became of it."""
    if (member := membership()) is not None:
        ROOMS.leave(member.code, member.member)
        PUSH.remove(member)
    _out("")


def _out(said: str) -> None:
    st.session_state.pop(KEY, None)
    state.set_app({"room": ""})
    if said:
        st.session_state[SAID] = said


def _fold(view: View | None) -> None:
    """The fold in the sidebar: start or join a room, or what to tell the hall about this one."""
    member = membership()
    said = st.session_state.pop(SAID, "")
    opened = bool(said) or (member is not None and member.leads)
    with st.expander(
        ":material/podcasts: Follow a lecture" if view is None else f":material/podcasts: Room {view.code}",
        expanded=opened,
    ):
        if said:
            st.warning(said, icon=":material/warning:")
        if member is None or view is None:
            _door()
        elif member.leads:
            _invitation(member)
        else:
            st.caption(
                "You see the lecturer's page as it changes. Move anything, and you explore on your own."
            )
            st.button("Leave the room", on_click=leave, key="room-leave")


def _door() -> None:
    with st.form("room-join", border=False):
        st.text_input("Code", key="room-code", max_chars=LENGTH + SECRET + 6, placeholder="ACDE")
        st.form_submit_button("Join", key="room-join-button", on_click=_join_typed)
    st.button(
        "Start a room", on_click=start, key="room-start",
        help="You lead: those who join see your page and its state as they change.",
    )  # fmt: skip


def _invitation(member: Membership) -> None:
    address = join_address(member.code)
    st.html(CODE.format(2, member.code))
    st.html(qr_code(address))
    st.caption(address)
    if urlsplit(address).hostname in ("localhost", "127.0.0.1", "::1"):
        st.caption("This address works on this machine alone: open the app by its address in the network.")
    st.button("Show it large", on_click=_ask_for_large, args=(address,), key="room-large")
    with st.popover("If you lose this tab"):
        st.markdown(f"Enter this as the code to lead again; tell nobody:\n\n`{member.code}-{member.secret}`")
    st.button("Close the room", on_click=leave, key="room-close")
    if st.session_state.pop("cvdemo-room-large", ""):
        _large(member.code, address)


def _ask_for_large(address: str) -> None:
    st.session_state["cvdemo-room-large"] = address


@st.dialog("Join", width="large")
def _large(code: str, address: str) -> None:
    """Code and QR code for the back row."""
    st.html(CODE.format(5, code))
    st.html(qr_code(address))
    st.markdown(f"### {address}", text_alignment="center")


def join_address(code: str) -> str:
    """Where the hall joins: the app's own address with the code."""
    here = urlsplit(st.context.url or "http://localhost:8501")
    base = str(st.get_option("server.baseUrlPath") or "").strip("/")
    return f"{here.scheme}://{here.netloc}/{f'{base}/' if base else ''}?room={code}"


def qr_code(address: str) -> str:
    """A QR code as HTML, an SVG that is black on white in dark rooms too."""
    made = segno.make(address, error="m", micro=False)
    data = made.svg_data_uri(scale=8, border=2, dark="#000", light="#fff")
    return f'<img src="{data}" alt="QR code to join" style="display:block;width:min(100%,60vh);margin:auto">'
