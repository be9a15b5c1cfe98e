"""The lecture script's reader: what is written is read back, what is wrong gives a sentence that names it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from cvdemo.errors import DataError
from cvdemo.lecture.script import (
    LARGEST,
    MOST,
    OF_THE_APP,
    Station,
    begins,
    read_script,
    state_of,
    write_script,
)

PAGES = ("nms", "iou", "map")
GOOD = "- {page: nms, state: {iou: 0.9}, say: Look., minutes: 2}\n"

WORDS = some.text(some.characters(codec="utf-8", exclude_categories=["Cc"]), max_size=30)
LINES = WORDS.map(lambda text: " ".join(text.split())).filter(bool)
STATES = some.dictionaries(
    LINES.filter(lambda name: name not in OF_THE_APP and not name.startswith("embed")),
    some.lists(WORDS, min_size=1, max_size=3).map(tuple),
    max_size=3,
)
STATIONS = some.builds(
    Station, some.sampled_from(PAGES), LINES, some.integers(0, 1200).map(lambda half: half / 2), STATES
)


@settings(deadline=None)
@given(some.lists(STATIONS, min_size=1, max_size=4).map(tuple))
def test_what_is_written_is_read_back(stations: tuple[Station, ...]) -> None:
    assert read_script(write_script(stations), PAGES) == stations
    for station in stations:
        assert {name: tuple(texts) for name, texts in state_of(station.query).items()} == station.state


@given(some.binary(max_size=200) | some.text(max_size=200))
def test_anything_is_read_or_refused_with_a_sentence(data: bytes | str) -> None:
    try:
        read_script(data, PAGES)
    except DataError as error:
        assert "\n" not in str(error)


BAD = {
    "": "a list of stations",
    "page: nms": "a list of stations",
    "[]": "a list of stations",
    "- nms": "station 1 is no mapping",
    "- {page: [nms": "no YAML in line 1",
    "- &a [*a]": "no YAML in line 1",
    "[" * 5000: "no YAML",
    GOOD + "- {page: nsm, say: a, minutes: 1}": "station 2: no page 'nsm', did you mean 'nms'",
    GOOD + "- {page: ../nms, say: a, minutes: 1}": "station 2: no page '../nms'",
    "- {page: nms, say: a}": "station 1 has no minutes",
    "- {page: nms, minutes: 1}": "station 1 has no say",
    "- {say: a, minutes: 1}": "station 1 has no page",
    "- {page: nms, say: [a], minutes: 1}": "station 1 has no say",
    "- {page: nms, say: a, minutes: -1}": "minutes are between 0 and 600, not '-1'",
    "- {page: nms, say: a, minutes: .nan}": "minutes are a number, not '.nan'",
    "- {page: nms, say: a, minutes: nan}": "minutes are between",
    "- {page: nms, say: a, minutes: two}": "minutes are a number, not 'two'",
    "- {page: nms, say: a, minutes: [1]}": "minutes are a number, not 'list'",
    "- {page: nms, say: a, minuts: 1}": "unknown field 'minuts'",
    "- {page: nms, page: iou, say: a, minutes: 1}": "there once",
    "- {page: nms, say: a, minutes: 1, state: high}": "state is a mapping of parameters, not 'high'",
    "- {page: nms, say: a, minutes: 1, state: {iou: {a: 1}}}": "'iou' is a short text",
    "- {page: nms, say: a, minutes: 1, state: {iou: []}}": "'iou' is a short text",
    "- {page: nms, say: a, minutes: 1, state: {present: 0}}": "'present' belongs to the app",
    '- {page: nms, say: "\\ud800", minutes: 1}': "half a character",
    f"- {{page: nms, say: {'a' * 700}, minutes: 1}}": "say has 700 characters",
    GOOD * (MOST + 1): f"at most {MOST}",
    "#" * (LARGEST + 1): "too large",
    b"\xff\xfe\x00": "no text in UTF-8",
}


@pytest.mark.parametrize("data", BAD, ids=lambda data: repr(data[:50]))
def test_a_bad_script_is_one_sentence(data: bytes | str) -> None:
    with pytest.raises(DataError) as caught:
        read_script(data, PAGES)
    assert BAD[data] in str(caught.value)
    assert "\n" not in str(caught.value)


def test_texts_stay_as_they_are_written() -> None:
    (station,) = read_script(
        "- {page: map, state: {a: no, b: 1:30, c: 010, d: 1.50, e: }, say: Yes, minutes: 1.5}", PAGES
    )
    assert station.state == {"a": ("no",), "b": ("1:30",), "c": ("010",), "d": ("1.50",), "e": ("",)}
    assert (station.say, station.minutes) == ("Yes", 1.5)


def test_a_station_begins_when_those_before_it_are_over() -> None:
    assert begins(read_script(GOOD * 3, PAGES)) == [0, 2, 4, 6]
