"""What is done to a clip before nets see it, when an answer is right, and what the browser is given."""

from __future__ import annotations

import numpy as np
import pytest

from cvdemo import world
from cvdemo.draw.activities import OTHERS, PARTNER, TRUE, confusion_chart, told_apart
from cvdemo.labs.activity.board import film
from cvdemo.labs.activity.experiment import Answer, Changes, answers_csv, held_out, order_of, shown_clip
from cvdemo.world import ACTIVITIES
from cvdemo.zoo.weights import read_card

NAMES = dict(enumerate(ACTIVITIES))
CLIP = world.activity_clip(4, split="val", activity="pick up")


def test_frames_in_another_order() -> None:
    assert order_of(6, Changes()).tolist() == [0, 1, 2, 3, 4, 5]
    assert order_of(6, Changes("backwards", 2)).tolist() == [4, 2, 0]
    shuffled = order_of(16, Changes("shuffled"))
    assert sorted(shuffled) == list(range(16)) and shuffled.tolist() != list(range(16))
    assert np.array_equal(shuffled, order_of(16, Changes("shuffled")))


@pytest.mark.parametrize(
    ("activity", "order", "true"),
    [
        ("pick up", "as filmed", "pick up"),
        ("pick up", "backwards", "put down"),
        ("pick up", "shuffled", None),
        ("wave", "backwards", "wave"),
        ("wave", "shuffled", "wave"),
    ],
)
def test_what_is_true_of_a_clip_that_is_played_in_another_way(
    activity: str, order: str, true: str | None
) -> None:
    clip = world.activity_clip(4, split="val", activity=activity)
    shown = shown_clip(clip, Changes(order), side=48)  # type: ignore[arg-type]
    assert (None if shown.label is None else ACTIVITIES[shown.label]) == true
    assert shown.frames.shape == (16, 48, 48, 3) and len(shown.times) == 16


def test_frames_are_dropped_and_the_person_is_hidden() -> None:
    whole, fewer = (shown_clip(CLIP, Changes(keep=k), side=48) for k in (1, 4))
    assert np.array_equal(fewer.frames, whole.frames[::4])
    assert fewer.times.tolist() == [0, 0.5, 1, 1.5]
    hidden = shown_clip(CLIP, Changes(hidden=0.5, since=0.25), side=48)
    same = [np.array_equal(a, b) for a, b in zip(hidden.frames, whole.frames, strict=True)]
    assert same == [not 2 <= k < 6 or k in CLIP.hidden for k in range(16)]
    assert len({s.identity for s in (whole, fewer, hidden)}) == 3


def test_when_an_answer_is_right() -> None:
    said = np.zeros((5, 15), np.float32)
    said[[0, 1, 2, 3, 4], [3, 0, 3, 3, 3]] = 1
    answer = Answer("way", said, 1.0)
    assert (answer.said, answer.right_from(3), answer.right_from(0), answer.right_from(None)) == (
        3,
        2,
        None,
        None,
    )
    assert Answer("way", said[2:], 1.0).right_from(3) == 0


def test_the_film_is_tiles_row_by_row() -> None:
    frames = np.arange(6, dtype=np.uint8)[:, None, None, None] + np.zeros((6, 2, 3, 3), np.uint8)
    tiles = film(frames)
    assert tiles.shape == (4, 12, 3)
    assert tiles[0, ::3, 0].tolist() == [0, 1, 2, 3] and tiles[2, ::3, 0].tolist() == [4, 5, 0, 0]


def test_lines_are_drawn_of_the_true_class_its_partner_and_what_is_probable() -> None:
    said = np.zeros((2, 15), np.float32)
    said[1, 12], said[0, 7] = 0.9, 0.8
    chosen = told_apart([said], NAMES, ACTIVITIES.index("throw"))
    assert [one["name"] for one in chosen[:3]] == ["throw", "catch", "jump"]
    assert [one["colour"] for one in chosen[:3]] == [TRUE, PARTNER, OTHERS[0]] and len(chosen) == 5
    assert [one["name"] for one in told_apart([said], NAMES, None)][:2] == ["jump", "catch"]
    photos = told_apart([np.eye(4, dtype=np.float32)], {0: "a", 1: "b", 2: "c", 3: "throw"}, None)
    assert len(photos) == 4


def test_charts_and_tables() -> None:
    counts = np.diag(np.arange(15))
    chart = confusion_chart(counts, ACTIVITIES)
    assert chart.data[0].z[14][14] == 1 and chart.data[0].text[0][0] == ""
    shown = shown_clip(CLIP, Changes(keep=4), side=48)
    lines = answers_csv(
        shown, [Answer("a way", np.full((4, 15), 1 / 15, np.float32), 1.0)], NAMES
    ).splitlines()
    assert len(lines) == 1 + 4 * 15 and lines[1] == "a way,0,0.000,sit down,0.06667"


def test_a_longer_training_stands_behind_the_one_that_is_compared() -> None:
    lines = held_out()
    keys = [line.key for line in lines]
    place = keys.index("two-stream")
    own, more = lines[place], lines[place + 1]
    assert (more.key, more.title) == ("two-stream-longer", f"{own.title}, longer")
    assert more.milliseconds == own.milliseconds and more.params == own.params
    card = read_card("two-stream")
    assert card is not None and (own.pairs, more.pairs) == (
        card["metrics"]["accuracy_pairs"],
        card["longer"]["metrics"]["accuracy_pairs"],
    )
    assert own.confusion.sum() == more.confusion.sum() == 500 and (own.confusion != more.confusion).any()
    assert keys.count("lrcn") == 1 and "lrcn-longer" not in keys
