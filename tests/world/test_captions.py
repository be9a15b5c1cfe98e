"""Captions are true by a checker that reads pixels and records, and the checker rejects false ones."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace

import pytest

from cvdemo import world
from cvdemo.ops.vocabulary import UNKNOWN
from cvdemo.world.captions.phrases import NUMBERS
from cvdemo.world.captions.words import WORDS, mirrored_caption, vocabulary
from cvdemo.world.graph import FigureLook, Thing
from cvdemo.world.vocabulary import PAINTS
from tests.world.help import scenes

TRUTHS = [
    world.truth(s, 192, 160) for s in (*scenes(160), *scenes(60, objects=10, occlusion=0.8, lighting=1))
]


def test_all_captions_are_true() -> None:
    for truth in TRUTHS:
        for caption in world.write_captions(truth):
            said = world.check(caption, truth)
            assert all(s.true for s in said), (truth.scene.seed, caption, said)


def test_all_region_phrases_are_true() -> None:
    for truth in TRUTHS:
        assert len(world.describe_regions(truth)) == int((~truth.difficult).sum())
        for region in world.describe_regions(truth):
            said = world.check(region.text, truth, thing=region.id)
            assert all(s.true for s in said), (truth.scene.seed, region.text, said)


def test_captions_speak_of_much() -> None:
    text = " / ".join(c for t in TRUTHS for c in world.write_captions(t))
    text += " / ".join(r.text for t in TRUTHS for r in world.describe_regions(t))
    for words in (
        "left of", "right of", "behind", "in front of", "near the road", "near the water", "on the road",
        "on the water", "in the sky", "playing guitar", "running", "sitting", "throwing a ball",
        "flying a kite", "holding a teddy bear", "wearing an orange safety vest", "held by a", "two", "three",
        "child", "swimming", "sleeping",
    ):  # fmt: skip
        assert words in text, words


def test_nothing_on_the_road_is_said_to_be_near_it() -> None:
    for truth in TRUTHS:
        for caption in world.write_captions(truth):
            assert not ("on the road" in caption and "near the road" in caption)
            assert not re.search(r"(?<!flying a )\bkites? on the (grass|snow|road|water)", caption)


def _changed(caption: str, pattern: str, words: tuple[str, ...]) -> str | None:
    """The caption with the first of these words replaced by the next of them, or None if it has none."""
    match = re.search(pattern, caption)
    if match is None:
        return None
    other = words[(words.index(match[0]) + 1) % len(words)]
    return caption[: match.start()] + other + caption[match.end() :]


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("colour", tuple(PAINTS)),
        ("relation", ("left of", "right of")),
        ("relation", ("behind", "in front of")),
        ("place", ("on the grass", "on the snow", "on the road", "on the water", "in the sky")),
        ("action", ("running", "sitting", "playing guitar", "waving", "sleeping", "standing")),
        ("count", ("two", "three", "four", "five", "six")),
        ("noun", ("dog", "duck", "cat", "car")),
    ],
)
def test_the_checker_denies_what_is_not_so(kind: str, words: tuple[str, ...]) -> None:
    """One word changed makes a true sentence false; now and then the changed one may be true as well."""
    pattern = rf"\b(?:{'|'.join(map(re.escape, words))})\b"
    answers: Counter[bool] = Counter()
    for truth in TRUTHS:
        wrong = _changed(world.write_captions(truth)[0], pattern, words)
        if wrong is not None:
            answers[all(s.true for s in world.check(wrong, truth))] += 1
    assert answers[False] >= 5, "too few to tell"
    assert answers[True] <= 0.06 * answers.total(), (kind, answers)


@pytest.mark.parametrize(
    "text", ["", "a unicorn on the grass", "a dog dog", "two dog", "  ", "and", "left of a cat"]
)
def test_what_cannot_be_read_is_not_true(text: str) -> None:
    assert not all(s.true for s in world.check(text, TRUTHS[0]))


def test_most_captions_are_the_same_at_any_size() -> None:
    same = [
        world.write_captions(world.truth(t.scene, 640, 480))[0]
        == world.write_captions(world.truth(t.scene, 240, 180))[0]
        for t in TRUTHS[:40]
    ]
    assert sum(same) >= 36


def _two(first: dict[str, float], second: dict[str, float]) -> world.Truth:
    """The truth of a brown dog and a grey cat at these places on an empty lawn."""
    bare = next(
        s for s in scenes(80, lighting=0) if s.land.cover == "grass" and not s.land.road and not s.land.water
    )
    look = FigureLook("floppy", "plain", "red", 0.3, 0.1)
    dog = Thing(0, "dog", 0.0, 0.7, 0.2, 1.0, 0.0, "brown", "standing", "grass", look)
    cat = Thing(1, "cat", 0.0, 0.7, 0.2, 1.0, 0.0, "grey", "sitting", "grass", look)
    things = sorted((replace(dog, **first), replace(cat, **second)), key=lambda t: t.y)  # type: ignore[arg-type]
    numbered = tuple(replace(t, id=k) for k, t in enumerate(things))
    return world.truth(replace(bare, things=numbered, trees=(), air=()), 320, 240)


@pytest.mark.parametrize(
    ("first", "second", "relation"),
    [
        ({"x": -0.4}, {"x": 0.4}, "left of"),
        ({"x": 0.4}, {"x": -0.4}, "right of"),
        ({"y": 0.65}, {"y": 0.85}, "behind"),
        ({"y": 0.85}, {"y": 0.65}, "in front of"),
    ],
)
def test_relations_are_those_of_places_that_the_test_chose(
    first: dict[str, float], second: dict[str, float], relation: str
) -> None:
    """Left and right of the viewer, nearer and farther, against two things put there by hand."""
    truth = _two(first, second)
    inverse = {
        "left of": "right of",
        "right of": "left of",
        "behind": "in front of",
        "in front of": "behind",
    }[relation]
    dog, cat = (next(r for r in world.describe_regions(truth) if r.object == noun) for noun in ("dog", "cat"))
    assert (dog.relation, dog.relatum, dog.relatum_id) == (relation, "a grey cat", cat.id)
    assert (cat.relation, cat.relatum, cat.relatum_id) == (inverse, "a brown dog", dog.id)
    said = f"a brown dog standing on the grass {relation} a grey cat"
    assert all(s.true for s in world.check(said, truth))
    assert any(said in c or inverse in c for c in world.write_captions(truth))
    assert not all(s.true for s in world.check(said.replace(relation, inverse), truth))


def test_near_is_near_and_far_is_not() -> None:
    said = "a dog near a cat"
    assert all(s.true for s in world.check(said, _two({"x": -0.2}, {"x": 0.1})))
    assert not all(s.true for s in world.check(said, _two({"x": -0.4}, {"x": 0.45})))
    assert not all(s.true for s in world.check(said, _two({"y": 0.6}, {"y": 0.95, "x": 0.1})))


def test_regions_name_their_parts() -> None:
    for truth in TRUTHS[:80]:
        rows = {int(k): row for row, k in enumerate(truth.ids)}
        for region in world.describe_regions(truth):
            row = rows[region.id]
            assert region.box == tuple(truth.boxes[row])
            for part in (region.object, region.action, region.place, region.relation, region.relatum):
                assert part in region.text
            assert region.colour == truth.scene.things[region.id].colour


def test_the_vocabulary_has_the_words_of_the_grammar_and_no_others() -> None:
    known = vocabulary()
    said = {word for t in TRUTHS for c in world.write_captions(t) for word in c.split()}
    said |= {word for t in TRUTHS for r in world.describe_regions(t) for word in r.text.split()}
    assert said <= set(WORDS)
    assert UNKNOWN not in known.encode(" ".join(said))
    rare = {*NUMBERS[4:], "only", "under", "vests", "cheering", "children", "air", "dress"}
    assert set(WORDS) - said <= rare
    assert sorted(WORDS) == list(WORDS) and len(known) == len(WORDS) + 4


def _mirrored(truth: world.Truth) -> world.Truth:
    """The truth in a mirror, as far as captions read it."""
    width = truth.width
    boxes, full = truth.boxes.copy(), truth.full_boxes.copy()
    boxes[:, [0, 2]], full[:, [0, 2]] = width - truth.boxes[:, [2, 0]], width - truth.full_boxes[:, [2, 0]]
    semantic, instances = truth.semantic[:, ::-1], truth.instances[:, ::-1]
    return replace(truth, boxes=boxes, full_boxes=full, semantic=semantic, instances=instances)


def test_captions_of_the_mirrored_scene_have_left_and_right_swapped() -> None:
    same = []
    for truth in TRUTHS:
        mirror = _mirrored(truth)
        captions = [mirrored_caption(caption) for caption in world.write_captions(truth)]
        same.append(tuple(captions) == world.write_captions(mirror))
        said = [statement for caption in captions for statement in world.check(caption, mirror)]
        assert all(s.true for s in said), (truth.scene.seed, captions)
        texts = [mirrored_caption(region.text) for region in world.describe_regions(truth)]
        assert all(s.true for t, r in zip(texts, world.describe_regions(truth), strict=True)
                   for s in world.check(t, mirror, thing=r.id))  # fmt: skip
    assert sum(same) >= 0.95 * len(same)  # pixels near a border are rounded the other way
    assert mirrored_caption("a dog left of two cats") == "a dog right of two cats"
