"""The dense captions page's experiments: verdicts, the score of one picture, searches, files."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import numpy as np
import pytest

from cvdemo import world
from cvdemo.labs.dense_captions.draw import draw_regions
from cvdemo.labs.dense_captions.experiment import (
    as_csv,
    as_json,
    by_words,
    picture_score,
    search,
    true_regions,
    verdicts,
)
from cvdemo.metrics.meteor import meteor
from cvdemo.world.reading import Truth
from cvdemo.zoo.dense_captioner import RawRegions


@pytest.fixture(scope="module")
def truth() -> Truth:
    return world.truth(world.scene(7, split="test"), 320, 240)


def said(boxes: Any, texts: list[str]) -> RawRegions:
    own = np.asarray(boxes, np.float32).reshape(-1, 4)
    scores = np.linspace(0.9, 0.5, len(texts)).astype(np.float32)
    return RawRegions(own, scores, [()] * len(texts), texts, np.full(len(texts), -1, np.float32), 0.0)


def test_true_sentences_on_true_boxes_are_all_true(truth: Truth) -> None:
    known = true_regions(truth)
    found = said([r.box for r in known], [r.text for r in known])
    worth = verdicts(found, truth)
    assert [v.row for v in worth] == list(range(len(known)))
    assert all(v.meteor == pytest.approx(1) and v.statements for v in worth)
    assert all(true for v in worth for _, true in v.statements)
    score = picture_score(found, truth)
    assert score.mean_ap == pytest.approx(1) and score.ap == pytest.approx(1)
    assert (score.described, score.asked, score.extra) == (len(known), len(known), 0)
    assert score.claims == score.said > len(known)


def test_a_sentence_is_held_against_the_object_under_its_box(truth: Truth) -> None:
    first, second = true_regions(truth)[:2]
    x1, y1, x2, y2 = first.box
    found = said(
        [first.box, [x1 - 300, y1, x2 - 300, y2], second.box], [second.text, first.text, second.text]
    )
    wrong, off, right = verdicts(found, truth)
    assert wrong.row == 0 and wrong.meteor == pytest.approx(meteor(second.text, [first.text]))
    assert not all(true for _, true in wrong.statements)
    assert off.row is None and off.meteor == 0 and not off.statements
    assert right.row == 1 and right.meteor == pytest.approx(1)
    score = picture_score(found, truth)
    assert (score.described, score.extra) == (2, 1) and 0 < score.mean_ap < 0.6


def test_scenes_and_answers_without_regions(truth: Truth) -> None:
    empty = world.truth(world.scene(0, split="test", difficulty=world.named("normal", objects=0)), 320, 240)
    found = said([[0, 0, 50, 50]], ["a red car"])
    assert picture_score(found, empty).text().endswith("1 region is described all the same")
    assert verdicts(found, empty)[0].row is None
    nothing = picture_score(said([], []), truth)
    assert nothing.mean_ap == 0 and "0 of" in nothing.text()


class Remembering:
    """A model whose log-probability of a text is minus the words that a sentence lacks of it."""

    whole_sentences = True

    def __init__(self) -> None:
        self.asked: list[str] = []

    def unknown_words(self, text: str) -> list[str]:
        return [word for word in text.split() if word == "with"]

    def log_probability_of(self, text: str, found: RawRegions) -> np.ndarray:
        self.asked.append(text)
        lacking = [sum(word not in own.split() for word in text.split()) for own in found.texts]
        return -np.array(lacking, np.float32)


FOUND = said([[0, 0, 9, 9]] * 3, ["a red car on the road", "a person playing guitar", "an orange cat"])


def test_a_search_asks_for_the_beginning_of_a_sentence() -> None:
    model: Any = Remembering()
    fits = search(model, FOUND, "Person with guitar")
    assert fits is not None and model.asked == ["a person guitar"]
    assert fits.left_out == ("with",) and fits.values.argmax() == 1 and fits.shares[1] == 1
    np.testing.assert_allclose(fits.shares, np.exp(fits.values - fits.values.max()))
    search(model, FOUND, "orange cat")
    search(model, FOUND, "an orange cat")
    assert model.asked[1:] == ["an orange cat"] * 2
    unknown = search(model, FOUND, "with")
    assert unknown is not None and unknown.text == "" and not unknown.shares.any()
    assert search(model, FOUND, "  ") is None and search(model, said([], []), "cat") is None


def test_a_search_by_words_counts_them() -> None:
    fits = by_words(FOUND, ["red", "car", "guitar"])
    np.testing.assert_allclose(fits.values, [2 / 3, 1 / 3, 0])
    np.testing.assert_allclose(fits.shares, [1, 0.5, 0])
    assert not by_words(FOUND, ["sheep"]).shares.any()


def test_files_hold_every_region() -> None:
    rows = json.loads(json.dumps(as_json(FOUND)))
    assert [row["caption"] for row in rows] == list(FOUND.texts) and rows[0]["box"] == [0, 0, 9, 9]
    table = list(csv.DictReader(io.StringIO(as_csv(FOUND))))
    assert [row["caption"] for row in table] == list(FOUND.texts)
    assert float(table[2]["score"]) == pytest.approx(0.5)
    assert as_csv(said([], [])).count("\n") == 1


@pytest.mark.parametrize("shape", [(240, 320), (1, 1), (40, 900)])
def test_a_drawing_has_a_line_for_each_region(shape: tuple[int, int]) -> None:
    picture = np.full((*shape, 3), 200, np.uint8)
    plain, drawn = draw_regions(picture, shape, said([], [])), draw_regions(picture, shape, FOUND)
    assert drawn.shape[1] == plain.shape[1] and drawn.shape[0] > plain.shape[0]
    assert (drawn[: plain.shape[0]] != plain).any()
