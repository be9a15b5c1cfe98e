"""A room on the pages: two visitors of one process, who share it, and questions that come ready-made."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from cvdemo.assets import app_file
from cvdemo.labs.nms.controls import _settings
from cvdemo.lecture.questions import Question, ready_made
from cvdemo.ui import state
from cvdemo.ui.guess import guess_of
from cvdemo.ui.members import ROOMS, Membership
from cvdemo.ui.page import texts
from cvdemo.ui.pages import PAGES
from tests.pages.driver import open_page, query, without_errors

IOU = "nms-iou"


def started(app: AppTest) -> str:
    """The code of the room that a visitor starts."""
    return member(without_errors(app.button(key="room-start").click().run())).code


def member(app: AppTest) -> Membership:
    found = app.session_state["cvdemo-room"]
    assert isinstance(found, Membership)
    return found


def joined(code: str) -> AppTest:
    """Somebody who opens the address of the QR code."""
    app = AppTest.from_file(str(app_file()), default_timeout=180)
    app.query_params["room"] = code
    return without_errors(app.run())


def captions(app: AppTest) -> str:
    return " ".join(str(e.value) for e in (*app.caption, *app.markdown, *app.warning))


def test_a_follower_sees_page_and_state_explores_and_comes_back() -> None:
    leader = open_page("iou")
    code = started(leader)
    assert "room" not in query(leader)
    follower = joined(code)
    assert follower.session_state[state.OPEN] == "iou"
    assert query(follower) == {"room": [code]}
    leader.switch_page("pages/nms.py").run()
    leader.slider(key=IOU).set_value(0.8).run()
    follower.run()
    assert follower.slider(key=IOU).value == 0.8
    assert query(follower) == {"room": [code], "iou": ["0.8"]}

    follower.slider(key=IOU).set_value(0.3).run()
    leader.slider(key=IOU).set_value(0.6).run()
    assert follower.run().slider(key=IOU).value == 0.3
    assert "explore on your own" in captions(follower)
    without_errors(follower.button(key="room-back").click().run())
    assert follower.slider(key=IOU).value == 0.6
    follower.switch_page("pages/iou.py").run()  # leaves by opening another page
    assert not member(follower).following
    follower.button(key="room-leave").click().run()
    assert "room" not in query(without_errors(follower))
    assert "cvdemo-room" not in follower.session_state


def test_one_sentence_for_a_room_that_is_not_there_and_a_key_to_lead_again() -> None:
    leader = open_page("iou")
    code = started(leader)
    secret = member(leader).secret
    visitor = open_page("iou")
    for wrong, sentence in (
        ("QQQQ", "There is no room QQQQ"),
        (f"{code}-AAAA", "not the key"),
        ("", "without a"),
    ):
        visitor.text_input(key="room-code").set_value(wrong)
        visitor.button(key="room-join-button").click().run()
        assert sentence in captions(without_errors(visitor))
    visitor.text_input(key="room-code").set_value(f"{code.lower()}-{secret.lower()}")
    without_errors(visitor.button(key="room-join-button").click().run())
    assert member(visitor).leads
    without_errors(visitor.button(key="room-close").click().run())
    assert "There is no room" in captions(without_errors(leader.run()))


def test_a_question_of_one_s_own_is_answered_by_a_choice_and_revealed() -> None:
    leader = open_page("iou")
    code = started(leader)
    follower = joined(code)
    place = leader.selectbox(key="ask-which-iou")
    place.set_value(len(ready_made()["iou"])).run()
    leader.text_input(key="ask-text").set_value("Is it <b>so</b>?").run()
    leader.text_area(key="ask-choices").set_value("Yes\n* No").run()
    without_errors(leader.button(key="ask-ask").click().run())
    vote = follower.run().radio[0]
    vote.set_value(0).run()
    vote.set_value(1).run()
    assert ROOMS.view(code).votes == (1,)
    assert "1 of 1 answered" in captions(leader.run())
    leader.button(key="ask-reveal").click().run()
    follower.run()
    assert "**Answer: No** · yours: No" in captions(without_errors(follower))
    without_errors(leader.button(key="ask-done").click().run())
    assert ROOMS.view(code).poll is None


def test_a_slider_answers_and_does_not_end_following() -> None:
    leader = open_page("nms")
    code = started(leader)
    follower = joined(code)
    without_errors(leader.button(key="ask-ask").click().run())  # the first of the page: a slider
    assert leader.slider(key=IOU).value == 0.6
    follower.run()
    assert follower.slider(key=IOU).value == 0.6
    follower.slider(key=IOU).set_value(0.41).run()
    leader.slider(key=IOU).set_value(0.9).run()
    follower.run()
    assert follower.slider(key=IOU).value == 0.41
    assert ROOMS.view(code).votes == (0.41,)
    leader.button(key="ask-reveal").click().run()
    follower.run()
    assert follower.slider(key=IOU).value == 0.9
    assert "**Answer: 0.39** · yours: 0.41" in captions(without_errors(follower))


def test_ready_made_questions_are_of_pages_that_there_are() -> None:
    assert set(ready_made()) <= {page.key for page in PAGES}
    assert len(ready_made()) > 25


SLIDERS = [question for each in ready_made().values() for question in each if question.scale is not None]


@pytest.mark.parametrize("question", SLIDERS, ids=[question.page for question in SLIDERS])
def test_a_question_s_slider_is_on_its_page(question: Question) -> None:
    app = opened_for(question)
    kept = app.session_state[f"cvdemo-kept-{question.page}"]
    assert not kept.unread
    assert not kept.dropped
    assert question.scale is not None
    assert kept.scales[question.scale.name] == question.scale


def opened_for(question: Question) -> AppTest:
    parameters = {name: state.texts_of(value)[0] for name, value in question.state.items()}
    return without_errors(open_page(question.page, **parameters))


def test_the_second_duck_vanishes_where_the_answer_says() -> None:
    question = ready_made()["detect"][0]
    app = opened_for(question)
    assert question.answer is not None
    for score, found in ((question.answer - 0.01, "3 of 3"), (question.answer, "2 of 3")):
        app.slider(key="detect-score").set_value(round(score, 2)).run()
        assert f"{found} objects found" in captions(app)


def test_the_hidden_duck_is_lost_where_the_answer_says() -> None:
    question, lost = ready_made()["nms"][0], _settings("lost")
    assert question.answer == lost["iou"]
    assert {**question.state, "iou": lost["iou"]} == lost


def test_who_wants_to_is_asked_before_an_experiment() -> None:
    app = open_page("nms")
    without_errors(app.button(key="try-lost").click().run())  # one click, as ever
    assert not [button for button in app.button if (button.key or "").startswith("guess-")]
    app.button(key="try-back").click().run()
    app.toggle(key="ask-first").set_value(True).run()
    app.button(key="try-lost").click().run()
    assert app.slider(key=IOU).value == 0.5  # waits
    without_errors(app.button(key="guess-0").click().run())
    assert app.slider(key=IOU).value == 0.39
    assert "Right is: *One duck is lost*" in captions(app)
    app.switch_page("pages/iou.py").run()
    assert app.toggle(key="ask-first").value  # on every page
    app.button(key="try-near miss").click().run()
    app.button(key="guess-skip").click().run()
    assert "You said" not in captions(without_errors(app))
    assert "Near miss" in captions(app)


def test_every_question_before_an_experiment_has_two_to_four_choices_and_a_sentence_after_it() -> None:
    asked = [
        (page.key, heading) for page in PAGES for heading in texts(page.key) if heading.startswith("ask: ")
    ]
    assert len(asked) >= 10
    for page, heading in asked:
        guess = guess_of(page, heading.removeprefix("ask: "))
        assert guess is not None
        assert 2 <= len(guess.choices) <= 4
        assert guess.text
        assert heading.removeprefix("ask: ") in texts(page)
