"""Ask the hall: who leads a room asks, all answer by a choice or their page's own slider, then *reveal*.

All of it is one fragment above the page, which `cvdemo.ui.push` runs again where the question or the votes
change.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable

import streamlit as st

from cvdemo.errors import CvdemoError
from cvdemo.lecture.questions import MOST_CHOICES, Question, histogram, ready_made
from cvdemo.lecture.rooms import Place, RoomError, View
from cvdemo.ui import state
from cvdemo.ui.histogram import chart
from cvdemo.ui.language import translate
from cvdemo.ui.members import NEVER, ROOMS, Membership, is_asking_for_slider, membership
from cvdemo.ui.page import sentence
from cvdemo.ui.pages import PAGES
from cvdemo.ui.push import PUSH
from cvdemo.ui.sessions import this_fragment

OWN, SLIDER = "A question of your own", "Answered with a slider of this page"
ANCHOR = "hall"
UPWARDS = f"""<style>
.hall-upwards {{{{ display: none; }}}}
@media (max-width: 800px) {{{{
  .hall-upwards {{{{ display: block; position: fixed; right: 1rem; bottom: 1rem; z-index: 1000;
    padding: .5rem 1rem; border-radius: 2rem; background: #0072B2; color: #fff !important; }}}}
}}}}
</style><a class="hall-upwards" href="#{ANCHOR}">{{}} ↑</a>"""
"""On a phone, where one has scrolled down to the sliders."""
FAILED = "cvdemo-ask-failed"
WHOLE = "cvdemo-ask-whole"
"""Whether the page is to be drawn anew with the panel: what the panel has changed is on it."""
TITLES = {page.key: page.title for page in PAGES}


@st.fragment
def hall_panel(page: str) -> None:
    """Nothing for who is in no room; else whom they follow, and the question that is asked."""
    member = membership()
    if member is None:
        return
    if st.session_state.pop(WHOLE, False):
        st.switch_page(f"pages/{page}.py", query_params=state.query(page))
    member.panel = this_fragment()
    try:
        view = ROOMS.view(member.code)
    except RoomError as error:
        st.warning(sentence(error), icon=":material/warning:")
        return
    member.poll_seen = view.poll_version
    if member.leads:
        _lecturer(member, view, page)
    else:
        _follower(member, view, page)


def answer_by_page(member: Membership, view: View, page: str) -> bool:
    """Take where the asked slider stands for an answer, if it is asked for; whether a slider is."""
    if not is_asking_for_slider(view) or view.poll is None:
        return False
    question = view.poll.question
    kept = state.kept(page)
    if question.scale is not None and question.page == page:
        name = question.scale.name
        moved = name in kept.values or ROOMS.voted(view.code, member.member) is not None
        if moved and isinstance(stands := kept.values.get(name, kept.first.get(name)), int | float):
            with contextlib.suppress(RoomError):
                ROOMS.vote(member.code, member.member, float(stands))
            PUSH.wake()
    return True


def _follower(member: Membership, view: View, page: str) -> None:
    if not member.following:
        row = st.container(horizontal=True, vertical_alignment="center", gap="small", key="hall-away")
        row.markdown(
            f":material/explore: You explore on your own. Room **{view.code}** goes on without you.",
            width="content",
        )
        row.button(
            "↩ Back to the lecturer", type="primary", key="room-back", on_click=_come_back, args=(member,)
        )
    elif view.poll is None:
        st.caption(
            f":material/podcasts: You follow room **{view.code}**. Move anything to explore on your own."
        )
    if view.poll is None:
        return
    question = view.poll.question
    with st.container(border=True, key="hall-question"):
        st.subheader(f":material/pan_tool: {translate(question.text)}", anchor=ANCHOR)
        st.html(UPWARDS.format("The answer" if view.poll.revealed else "A question"))
        if view.poll.revealed:
            _answer(question, view, ROOMS.voted(view.code, member.member))
        elif question.scale is None:
            _choices(member, view)
        else:
            _slider(member, view, page)


def _choices(member: Membership, view: View) -> None:
    """Buttons of the choices; the chosen one may be changed until the answer is shown."""
    assert view.poll is not None
    key, choices = f"hall-vote-{view.code}-{view.poll.number}", view.poll.question.choices

    def vote() -> None:
        if (chosen := st.session_state[key]) is not None:
            with contextlib.suppress(RoomError):
                ROOMS.vote(member.code, member.member, chosen)
            PUSH.wake()

    mine = ROOMS.voted(view.code, member.member)
    if key not in st.session_state and mine is not None:
        st.session_state[key] = int(mine)
    st.radio(
        "Your answer", range(len(choices)), index=None, format_func=lambda k: translate(choices[k]), key=key,
        on_change=vote, label_visibility="collapsed",
    )  # fmt: skip
    if mine is not None:
        st.caption(
            "Your answer counts, without your name. You can change it until the lecturer shows the answers."
        )


def _slider(member: Membership, view: View, page: str) -> None:
    """Where the page's own slider stands is the answer."""
    assert view.poll is not None and view.poll.question.scale is not None
    question, scale = view.poll.question, view.poll.question.scale
    assert scale is not None
    if question.page != page:
        st.caption(
            f"It is answered on the page {TITLES.get(question.page, question.page)}: go back to the lecturer."
        )
        return
    row = st.container(horizontal=True, vertical_alignment="center", gap="small")
    row.markdown(
        f"Move **{scale.label}**: where you leave it is your answer, until it is shown.", width="content"
    )
    row.button(
        "Answer with where it stands", key="hall-answer", on_click=_as_it_stands, args=(member, question)
    )
    mine = ROOMS.voted(view.code, member.member)
    if mine is not None:
        st.caption(f"Your answer so far: {mine:.10g}")


def _as_it_stands(member: Membership, question: Question) -> None:
    assert question.scale is not None
    kept = state.kept(question.page)
    stands = kept.values.get(question.scale.name, kept.first.get(question.scale.name))
    if isinstance(stands, int | float):
        with contextlib.suppress(RoomError):  # it was withdrawn meanwhile: the panel says so
            ROOMS.vote(member.code, member.member, float(stands))
        PUSH.wake()


def _come_back(member: Membership) -> None:
    member.following = True
    member.seen = member.shown = member.asked = NEVER
    st.session_state[WHOLE] = True


def _lecturer(member: Membership, view: View, page: str) -> None:
    here = f"{view.members} here" if view.members else "nobody here yet"
    if view.poll is not None:
        _asked(member, view, here)
        return
    with st.expander(f":material/pan_tool: Room {view.code} · {here} · **Ask the hall**", key="hall-ask"):
        if failed := st.session_state.pop(FAILED, ""):
            st.warning(failed, icon=":material/warning:")
        ready = ready_made().get(page, ())
        place = st.selectbox(
            "Question", range(len(ready) + 1), key=f"ask-which-{page}",
            format_func=lambda k: translate(ready[k].text) if k < len(ready) else OWN,
        )  # fmt: skip
        try:
            question = ready[place] if place < len(ready) else _own(page)
        except CvdemoError as error:
            st.caption(sentence(error))
            return
        for choice in question.choices if place < len(ready) else ():
            st.markdown(f"- {translate(choice)}")
        if question.scale is not None and place < len(ready):
            st.caption(f"Answered with the slider {question.scale.label}.")
        st.button("Ask", type="primary", key="ask-ask", on_click=_ask, args=(member, question, page))


def _own(page: str) -> Question:
    """A question that the lecturer types; DataError while it is not whole."""
    text = st.text_input("Your question", key="ask-text", max_chars=300)
    scales = list(state.kept(page).scales.values())
    ways = ["Choices", *([SLIDER] if scales else [])]
    if st.radio("Answers", ways, key=f"ask-way-{page}", horizontal=True) == SLIDER:
        scale = st.selectbox("Slider", scales, format_func=lambda s: s.label, key=f"ask-scale-{page}")
        return Question(text, scale=scale, page=page)
    lines = st.text_area("Choices, one a line; a star before the right one", "* Yes\nNo", key="ask-choices")
    choices = [line.strip() for line in lines.splitlines() if line.strip()]
    right = [k for k, line in enumerate(choices) if line.startswith("*")]
    shown = tuple(line.removeprefix("*").strip() for line in choices[: MOST_CHOICES + 1])
    return Question(text, shown, answer=float(right[0]) if right else None, page=page)


def _ask(member: Membership, question: Question, page: str) -> None:
    """Ask; a ready-made question's state is put on the page first, so that it is seen by everybody."""
    try:
        if question.state:
            texts = {name: state.texts_of(value) for name, value in question.state.items()}
            state.arrive(page, texts)
            ROOMS.publish(member.code, member.secret, Place.of(page, texts))
        ROOMS.ask(member.code, member.secret, question)
    except RoomError as error:
        st.session_state[FAILED] = sentence(error)
    if question.state:
        st.session_state[WHOLE] = True
    PUSH.wake()


def _asked(member: Membership, view: View, here: str) -> None:
    """The question, the histogram as it grows, and what to do with it."""
    assert view.poll is not None
    question = view.poll.question
    with st.container(border=True, key="hall-question"):
        st.subheader(f":material/pan_tool: {translate(question.text)}", anchor=ANCHOR)
        if view.poll.revealed:
            _answer(question, view, None)
        else:
            st.html(chart(histogram(question, view.votes), shows_right=False))
        row = st.container(horizontal=True, vertical_alignment="center", gap="small")
        row.caption(
            f"{len(view.votes)} of {view.members} answered · room {view.code}, {here}", width="content"
        )
        if not view.poll.revealed:
            row.button(
                "Reveal", type="primary", key="ask-reveal", on_click=_then, args=(ROOMS.reveal, member)
            )
        label = "Done" if view.poll.revealed else "Withdraw"
        row.button(label, key="ask-done", on_click=_then, args=(ROOMS.withdraw, member))


def _then(act: Callable[[str, str], None], member: Membership) -> None:
    try:
        act(member.code, member.secret)
    except RoomError as error:
        st.session_state[FAILED] = sentence(error)
    PUSH.wake()


def _answer(question: Question, view: View, mine: float | None) -> None:
    """The right answer, one's own, and what the hall said."""
    said = []
    if question.answer is not None:
        right = (
            translate(question.choices[int(question.answer)])
            if question.choices
            else f"{question.answer:.10g}"
        )
        said.append(f"**Answer: {right}**")
    if mine is not None:
        own = translate(question.choices[int(mine)]) if question.choices else f"{mine:.10g}"
        said.append(f"yours: {own}")
    if said or question.why:
        st.markdown(" · ".join(said) + (f"\n\n{translate(question.why)}" if question.why else ""))
    st.html(chart(histogram(question, view.votes), shows_right=True))
