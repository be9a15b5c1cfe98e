"""Parses a sentence about a scene and checks each of its statements against the truth."""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

import numpy as np

from cvdemo.world.captions.phrases import ACTIONS, HELD_BY, NEAR, NUMBERS, PLACES, VEST, VESTS, plural
from cvdemo.world.captions.relations import RELATIONS, holds, in_sky, stands_on, stuff_near
from cvdemo.world.reading import Truth
from cvdemo.world.records import GARMENTS
from cvdemo.world.vocabulary import PAINTS, THINGS

MARGIN = 0.02
"""The margin with which a relation must hold to be true, in picture heights: less than the grammar's."""

_NOUNS = (*THINGS, "child")
SINGULAR = {noun: noun for noun in _NOUNS} | {plural(noun): noun for noun in _NOUNS}
"""What each noun of the grammar, in the singular or the plural, is a word for."""
_COUNT = {word: k for k, word in enumerate(NUMBERS)} | {"an": 1}
_PARTNER = {
    "throwing a ball": "ball",
    "kicking a ball": "ball",
    "flying a kite": "kite",
    "holding a teddy bear": "teddy bear",
}


def _any(words: object) -> str:
    return "|".join(sorted(map(re.escape, words), key=len, reverse=True))  # type: ignore[call-overload]


_SHORT = (
    rf"(?P<{{0}}count>{_any(_COUNT)}) (?:(?P<{{0}}colour>{_any(PAINTS)}) )?(?P<{{0}}noun>{_any(SINGULAR)})"
)
_CLAUSE = re.compile(
    _SHORT.format("")
    + rf"(?: in an? (?P<wears>(?:{_any(PAINTS)}) (?:{_any(GARMENTS.values())})))?"
    + rf"(?P<vest> wearing (?:{VEST}|{VESTS}))?"
    + rf"(?: (?P<action>{_any(ACTIONS)}))?"
    + rf"(?: (?P<place>{_any(PLACES.values())}))?"
    + rf"(?: (?P<near>{_any(NEAR)}))?"
    + rf"(?: (?P<relation>{_any(RELATIONS)}|{HELD_BY}) {_SHORT.format('other_')})?"
)


Kind = Literal[
    "object", "count", "colour", "clothes", "action", "place", "near", "relation", "unreadable"
]  # fmt: skip
"""What a statement is about; `unreadable` is text outside the grammar."""

_CLAIMS: dict[str, Kind] = {
    "colour": "colour", "wears": "clothes", "vest": "clothes", "action": "action", "place": "place",
    "near": "near",
}  # fmt: skip
"""The parts of a clause that say something of its objects, and their kind."""


class Statement(NamedTuple):
    """One statement of a sentence, in its own words, and whether it is true.

    `rows` are the rows of the truth that bear it out; of a false statement those that it speaks of.
    """

    words: str
    true: bool
    kind: Kind
    rows: tuple[int, ...] = ()


def check(sentence: str, truth: Truth, *, thing: int | None = None) -> list[Statement]:
    """The statements of a sentence in the world's grammar, each true or false; unreadable text is false.

    With `thing`, an object's id in the scene, the sentence is about that object; otherwise its counts refer
    to the whole picture. Difficult objects do not count. A statement is about the objects that all true
    statements before it hold for, so that one mistake is counted once: "two red dogs running" of two brown
    running dogs has a wrong colour and a right count.
    """
    sentence = sentence.strip().lower().rstrip(".")
    rows = [row for row in range(len(truth)) if not truth.difficult[row]]
    empty = re.fullmatch(r"only (grass|snow) under the sky", sentence)
    if empty:
        bare = not rows and truth.scene.land.cover == empty[1]
        return [Statement(sentence, bare, "place", tuple(rows))]
    statements: list[Statement] = []
    for part in _parts(sentence):
        match = _CLAUSE.fullmatch(part)
        if match is None:
            statements.append(Statement(part, False, "unreadable"))
        else:
            statements += _clause(match, truth, rows, thing)
    return statements


def _parts(sentence: str) -> list[str]:
    """The sentence split at " and "."""
    return sentence.split(" and ")


def _clause(match: re.Match[str], truth: Truth, rows: list[int], thing: int | None) -> list[Statement]:
    count, noun = _COUNT[match["count"]], SINGULAR[match["noun"]]
    mentioned = rows if thing is None else np.flatnonzero(truth.ids == thing).tolist()
    left = [row for row in mentioned if is_named(truth, row, noun)]
    found = [Statement(match["noun"], len(left) >= min(count, 1), "object", tuple(left))]
    for part, kind in _CLAIMS.items():
        if match[part]:
            words = match[part].strip()
            kept = [row for row in left if _claim(truth, row, part, words)]
            true = len(kept) >= min(count, max(1, len(left)))
            left = kept if true else left
            found.append(Statement(words, true, kind, tuple(left)))
    found.append(Statement(f"{match['count']} {match['noun']}", len(left) == count, "count", tuple(left)))
    if match["relation"]:
        found.append(_relation(match, truth, rows, left))
    return found


def is_named(truth: Truth, row: int, noun: str) -> bool:
    """Whether a noun in the singular names the object of a row; every child is a person too."""
    record = truth.records[row]
    return record.noun == "child" if noun == "child" else record.kind == noun


def _claim(truth: Truth, row: int, part: str, words: str) -> bool:
    """Whether one statement is true of one object."""
    record = truth.records[row]
    if part == "colour":
        return record.colour == words
    if part == "wears":
        return record.wears == words
    if part == "vest":
        return record.vest
    if part == "action":
        return record.action == words and _acts(truth, row, words)
    if part == "near":
        return record.place != NEAR[words] and stuff_near(truth, row, NEAR[words], reach=0.12) > 0.03
    return _is_at(truth, row, words)


def _acts(truth: Truth, row: int, action: str) -> bool:
    """Whether the picture shows the action: its second object is visible, a swimmer is on water."""
    if action == "swimming":
        return truth.records[row].place == "water"
    if action not in _PARTNER:
        return True
    partner = np.flatnonzero(truth.ids == truth.records[row].holds)
    return (
        len(partner) == 1
        and not truth.difficult[partner[0]]
        and truth.records[partner[0]].kind == _PARTNER[action]
    )


def _is_at(truth: Truth, row: int, words: str) -> bool:
    """Whether an object is at the place: by the pixels if they are visible, else by the scene."""
    record = truth.records[row]
    if PLACES.get(record.place) != words:
        return False
    if record.place == "sky":
        return in_sky(truth, row)
    if record.place == "air":
        thing = truth.scene.things[record.id]
        return thing.lift > 0
    return stands_on(truth, row, record.place) is not False


def _relation(match: re.Match[str], truth: Truth, rows: list[int], left: list[int]) -> Statement:
    """Whether all mentioned objects have the relation to as many other objects as the sentence says."""
    relation, noun, colour = match["relation"], SINGULAR[match["other_noun"]], match["other_colour"]
    others = [
        r
        for r in rows
        if is_named(truth, r, noun) and (not colour or truth.records[r].colour == colour) and r not in left
    ]
    count = _COUNT[match["other_count"]]
    words = match[0][match.start("relation") - match.start() :]
    if relation == HELD_BY:
        holders = {truth.records[r].holder for r in left}
        true_of = [r for r in others if truth.records[r].id in holders]
        count = 1
    else:
        true_of = [
            b
            for b in others
            if left and all(holds(truth, relation, a, b, margin=MARGIN) for a in left)  # type: ignore[arg-type]
        ]
    true = len(true_of) >= count
    return Statement(words, true, "relation", (*left, *(true_of if true else others)))
