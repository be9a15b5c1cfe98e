"""Sentences by a grammar: numbers, plurals, places, backgrounds, and pictures in which nothing was found."""

from __future__ import annotations

import numpy as np
import pytest

from cvdemo.ops.sentence import NamedBox, NamedRegions, counted, describe, plural, relate

NAMES = {0: "grass", 1: "sky", 2: "cat", 3: "tree", 4: "water"}


def landscape() -> NamedRegions:
    """Sky above, trees in the middle, grass below; 100 x 100."""
    labels = np.zeros((100, 100), np.uint8)
    labels[:30] = 1
    labels[30:50] = 3
    return NamedRegions(labels, NAMES)


CAT = NamedBox("cat", (10, 40, 40, 80))
DOG = NamedBox("dog", (60, 30, 95, 85))


@pytest.mark.parametrize(
    ("name", "count", "text"),
    [
        ("cat", 1, "a cat"), ("apple", 1, "an apple"), ("person", 3, "three people"), ("bus", 2, "two buses"),
        ("knife", 2, "two knives"), ("sheep", 5, "five sheep"), ("couch", 2, "two couches"),
        ("scissors", 1, "scissors"), ("bird", 11, "many birds"), ("wine glass", 2, "two wine glasses"),
        ("berry", 2, "two berries"), ("toy", 2, "two toys"),
    ],
)  # fmt: skip
def test_numbers_and_plurals(name: str, count: int, text: str) -> None:
    assert counted(name, count) == text
    assert text.endswith(plural(name) if count > 1 else name)


def test_one_object_on_its_ground() -> None:
    assert describe([CAT], landscape()) == "A cat. The cat is on the grass. Around it: grass, sky and trees."
    assert describe([CAT]) == "A cat."


def test_two_kinds_and_their_relation() -> None:
    said = describe([CAT, DOG, CAT._replace(box=(0, 45, 8, 60))], landscape())
    assert said.startswith("A dog and two cats. The dog is to the right of the largest cat, on the grass.")
    kinds = [
        NamedBox(n, (10 * k, 0, 10 * k + 9 - k, 9)) for k, n in enumerate(["a", "b", "c", "d", "e", "f"])
    ]
    assert describe(kinds).startswith("An a, a b, a c, a d and two other objects.")


@pytest.mark.parametrize(
    ("one", "relation"),
    [
        ((0, 40, 20, 60), "to the left of"),
        ((80, 40, 99, 60), "to the right of"),
        ((40, 0, 60, 20), "above"),
        ((40, 80, 60, 99), "below"),
        ((42, 42, 62, 62), "together with"),
    ],
)
def test_relations(one: tuple[int, ...], relation: str) -> None:
    assert relate(one, (40, 40, 60, 60)) == relation


def test_what_stands_on_nothing_known_has_no_ground() -> None:
    labels = np.full((100, 100), 2, np.uint8)
    assert describe([CAT], NamedRegions(labels, NAMES)) == "A cat."
    assert describe([NamedBox("bird", (40, 5, 50, 12))], landscape()).startswith(
        "A bird. The bird is in the sky."
    )


def test_objects_of_a_room_have_no_landscape_around_them() -> None:
    water = NamedRegions(np.full((100, 100), 4, np.uint8), NAMES)
    assert describe([NamedBox("cake", (10, 10, 60, 60))], water) == "A cake."
    mixed = [
        NamedBox("person", (10, 10, 60, 90)),
        NamedBox("couch", (0, 0, 99, 60)),
        NamedBox("tv", (0, 0, 9, 9)),
    ]
    assert "water" not in describe(mixed, water)
    assert describe(mixed[:1], water) == "A person. The person is in the water. Around it: water."


def test_nothing_found() -> None:
    assert describe([]) == "Nothing that I have a word for."
    assert describe([], landscape()) == "Grass, sky and trees, and no object that I have a word for."


@pytest.mark.parametrize(
    "box", [(0, 0, 1, 1), (90, 90, 100, 100), (-20, -20, 300, 300), (99.5, 99.5, 100, 100)]
)
def test_boxes_at_the_border(box: tuple[float, ...]) -> None:
    assert describe([NamedBox("cat", box)], landscape()).startswith("A cat.")  # type: ignore[arg-type]
