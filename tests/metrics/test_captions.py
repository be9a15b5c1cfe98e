"""BLEU, ROUGE-L and CIDEr-D against pycocoevalcap and sacrebleu; truthfulness against chosen scenes."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pycocoevalcap.bleu.bleu import Bleu
from pycocoevalcap.cider.cider import Cider
from pycocoevalcap.rouge.rouge import Rouge
from sacrebleu.metrics import BLEU

from cvdemo import world
from cvdemo.errors import DataError
from cvdemo.metrics.captions import (
    bleu,
    by_kind,
    cider_d,
    clipped_matches,
    common_subsequence,
    document_frequencies,
    exact,
    rouge_l,
    tokenised,
    truthful,
)

COCO_MINI = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "coco-mini"
WORDS = ("a", "two", "dogs", "dog", "on", "the", "grass", "running")
SENTENCE = st.lists(st.sampled_from(WORDS), min_size=1, max_size=9).map(" ".join)
PICTURE = st.tuples(SENTENCE, st.lists(SENTENCE, min_size=1, max_size=4))

Pictures = list[tuple[str, list[str]]]


def theirs(pictures: Pictures) -> list[float]:
    """BLEU-1 to 4, ROUGE-L and CIDEr-D as COCO's own evaluation has them."""
    found = {k: [candidate] for k, (candidate, _) in enumerate(pictures)}
    truth = {k: own for k, (_, own) in enumerate(pictures)}
    bleus = Bleu(4).compute_score(truth, found, verbose=0)[0]
    return [*bleus, Rouge().compute_score(truth, found)[0], Cider().compute_score(truth, found)[0]]


def ours(pictures: Pictures) -> list[float]:
    found, truth = [c for c, _ in pictures], [own for _, own in pictures]
    return [*bleu(found, truth), rouge_l(found, truth), cider_d(found, truth)]


@settings(max_examples=60, deadline=None)
@given(pictures=st.lists(PICTURE, min_size=1, max_size=7))
def test_as_cocos_own_evaluation_on_random_sentences(pictures: Pictures) -> None:
    np.testing.assert_allclose(ours(pictures), theirs(pictures), rtol=1e-9, atol=1e-9)


@pytest.mark.skipif(not COCO_MINI.is_dir(), reason="needs ../shared/data/coco-mini")
def test_as_cocos_own_evaluation_on_what_people_wrote() -> None:
    file = COCO_MINI / "annotations" / "captions_val2017.json"
    said: dict[int, list[str]] = {}
    for row in json.loads(file.read_text())["annotations"]:
        said.setdefault(row["image_id"], []).append(tokenised(row["caption"]))
    pictures = [(first, rest) for first, *rest in said.values()]  # people against each other
    assert len(pictures) > 70
    found = ours(pictures)
    np.testing.assert_allclose(found, theirs(pictures), rtol=1e-9, atol=1e-9)
    assert 0.1 < found[3] < found[0] < 1 and found[5] > 0.5


@settings(max_examples=60, deadline=None)
@given(pictures=st.lists(PICTURE, min_size=1, max_size=5))
def test_bleu_as_sacrebleu(pictures: Pictures) -> None:
    found = [c for c, _ in pictures]
    columns = [[own[k] if k < len(own) else None for _, own in pictures] for k in range(4)]
    peer = BLEU(tokenize="none", smooth_method="none", force=True).corpus_score(found, columns)
    if min(peer.precisions) > 0:  # without a match sacrebleu gives 0, pycocoevalcap a little above
        assert bleu(found, [own for _, own in pictures])[3] == pytest.approx(peer.score / 100, abs=1e-7)


def test_sentences_by_hand() -> None:
    assert bleu(["the the the the"], [["the cat is on the mat"]])[0] == pytest.approx(0.5 * np.exp(-0.5))
    assert clipped_matches(["a", "b", "a", "b"], [["a", "b"], ["b", "a"]]).tolist() == [2, 2, 0, 0]
    assert common_subsequence(["a", "dog", "on", "the", "grass"], ["the", "dog", "sits", "on", "grass"]) == 3
    same = ["a brown dog on the grass", "two ducks on the water"]
    once = [[text] for text in same]
    assert (*bleu(same, once), rouge_l(same, once), exact(same, once)) == pytest.approx((1,) * 6)
    assert cider_d(same, once) == pytest.approx(10)
    assert exact(["a  dog", "a cat"], [["a dog"], ["a dog", "two cats"]]) == 0.5
    assert bleu([""], [["a dog"]])[3] == rouge_l([""], [["a dog"]]) == 0


def test_one_picture_needs_the_frequencies_of_others() -> None:
    assert cider_d(["a dog"], [["a dog"]]) == 0
    known = document_frequencies([["a dog"], ["a cat"], ["a duck", "a duck and a cat"]])
    assert known.pictures == 3 and known.counts["a",] == 3 and known.counts["a", "cat"] == 2
    assert cider_d(["a dog"], [["a dog"]], known) == pytest.approx(5)  # it has no 3- and 4-grams


@pytest.mark.parametrize(
    ("sentence", "words"),
    [
        ("A man's T-shirt isn't red.", "a man 's t-shirt is n't red"),
        ('They’re at 3.5 km, aren\'t they? "Yes"!', "they 're at 3.5 km are n't they yes"),
        ("1,000 people & a dog; black-and-white", "1,000 people & a dog black-and-white"),
        ("", ""),
    ],
)
def test_words_are_those_of_cocos_tokenizer(sentence: str, words: str) -> None:
    assert tokenised(sentence) == words == tokenised(words)


@pytest.mark.parametrize(
    ("candidates", "references", "message"),
    [
        ([], [], "no captions to score"),
        (["a dog"], [], "1 captions cannot be scored on the references of 0"),
        (["a dog", "a cat"], [["a dog"], []], "picture 2 of 2 has no reference caption"),
    ],
)
def test_what_cannot_be_scored_is_said(candidates: list[str], references: list, message: str) -> None:
    for metric in (bleu, rouge_l, cider_d, exact):
        with pytest.raises(DataError, match=message):
            metric(candidates, references)


# --- Truthfulness -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def two_dogs() -> world.Truth:
    """A scene with two dogs, both brown, on the grass, and one cat."""
    for seed in range(3000):
        truth = world.truth(world.scene(seed, split="train"), 192, 160)
        kinds = Counter(r.kind for r in truth.records)
        dogs = [r for r in truth.records if r.kind == "dog"]
        alike = {(r.colour, r.place) for r in dogs}
        if kinds["dog"] == 2 and kinds["cat"] == 1 and len(alike) == 1 and not truth.difficult.any():
            return truth
    raise AssertionError("no scene has two dogs alike and a cat")


def test_a_mistake_is_counted_once_and_names_its_objects(two_dogs: world.Truth) -> None:
    dogs = tuple(k for k, r in enumerate(two_dogs.records) if r.kind == "dog")
    colour = two_dogs.records[dogs[0]].colour
    other = "red" if colour != "red" else "blue"
    wrong = truthful(f"two {other} dogs", two_dogs)
    assert [(s.words, s.true, s.kind, s.rows) for s in wrong.statements] == [
        ("dogs", True, "object", dogs),
        (other, False, "colour", dogs),
        ("two dogs", True, "count", dogs),
    ]
    assert wrong.share == pytest.approx(2 / 3)
    assert wrong.by_kind() == {"object": (1, 1), "colour": (0, 1), "count": (1, 1)}
    many = truthful(f"three {colour} dogs", two_dogs)
    assert [(s.kind, s.true) for s in many.statements] == [
        ("object", True),
        ("colour", True),
        ("count", False),
    ]


def test_what_is_not_there_has_no_rows(two_dogs: world.Truth) -> None:
    missing = next(n for n in ("kite", "duck", "ball") if n not in {r.kind for r in two_dogs.records})
    found = truthful(f"a {missing} in the sky and a unicorn", two_dogs).statements
    assert [(s.kind, s.true, s.rows) for s in found] == [
        ("object", False, ()),
        ("place", False, ()),
        ("count", False, ()),
        ("unreadable", False, ()),
    ]


def test_relations_name_both_sides(two_dogs: world.Truth) -> None:
    cat = next(k for k, r in enumerate(two_dogs.records) if r.kind == "cat")
    dogs = tuple(k for k, r in enumerate(two_dogs.records) if r.kind == "dog")
    for relation in ("left of", "right of"):
        *_, said = truthful(f"two dogs {relation} a cat", two_dogs).statements
        assert (said.kind, said.words, said.rows) == ("relation", f"{relation} a cat", (*dogs, cat))


def test_captions_of_the_world_are_true_in_every_kind() -> None:
    said = []
    for seed in range(40):
        truth = world.truth(world.scene(seed, split="train"), 192, 160)
        for caption in world.write_captions(truth):
            found = truthful(caption, truth)
            said += found.statements
            assert all(s.rows for s in found.statements) or caption.startswith("only")
    counts = by_kind(said)
    assert set(counts) >= {"object", "count", "colour", "clothes", "action", "place", "near", "relation"}
    assert all(true == total for true, total in counts.values())
