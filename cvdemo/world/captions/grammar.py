"""Writes true captions of a scene: counts, colours, clothes, actions, places and relations."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from cvdemo.world.captions.phrases import (
    EMPTY,
    HELD_BY,
    NEAR,
    NUMBERS,
    PLACES,
    UNSPOKEN,
    VEST,
    VESTS,
    article,
    plural,
)
from cvdemo.world.captions.relations import INVERSE, RELATIONS, Relation, holds, in_sky, stuff_near
from cvdemo.world.reading import Truth
from cvdemo.world.records import Record

MARGIN = 0.05
"""The margin with which a relation must hold to be mentioned, in picture heights."""

_PARTNERED = ("flying a kite", "throwing a ball", "kicking a ball", "holding a teddy bear")


class RegionDescription(NamedTuple):
    """A phrase about one object: its text, its box in pixels, and its parts ("" or None if not mentioned)."""

    id: int
    box: tuple[float, float, float, float]
    text: str
    object: str
    colour: str
    action: str
    place: str
    relation: str
    relatum: str
    relatum_id: int | None


class Group(NamedTuple):
    """All objects of one class that are not difficult: their rows in the truth, records and area."""

    rows: list[int]
    records: list[Record]
    area: float


def write_captions(truth: Truth) -> tuple[str, ...]:
    """One to four different true sentences about the scene, the most detailed first.

    Difficult objects are not mentioned.
    """
    groups = _groups(truth)
    if not groups:
        return (EMPTY[truth.scene.land.cover],)
    first = groups[0]
    said = [_full(truth, first)]
    if len(groups) > 1:
        second = groups[1]
        relation = _relation(truth, first, second)
        both = f"{_full(truth, first)} and {_full(truth, second)}"
        said = [both, said[0]]
        if relation is not None:
            said = [
                f"{_full(truth, first)} {relation} {_brief(second)}",
                f"{_full(truth, second)} {INVERSE[relation]} {_brief(first)}",
                both,
            ]
    near = _near_stuff(truth, first)
    if near:
        said.append(f"{_full(truth, first)} {near}")
    return tuple(dict.fromkeys(said))


def _groups(truth: Truth) -> list[Group]:
    """The visible classes, by descending area of their boxes."""
    areas = (truth.boxes[:, 2] - truth.boxes[:, 0]) * (truth.boxes[:, 3] - truth.boxes[:, 1])
    found: dict[str, Group] = {}
    for row, record in enumerate(truth.records):
        if truth.difficult[row]:
            continue
        rows, records, area = found.get(record.kind, Group([], [], 0.0))
        found[record.kind] = Group([*rows, row], [*records, record], area + float(areas[row]))
    return sorted(found.values(), key=lambda group: -group.area)


def _shared(values: list[str]) -> str:
    """The common value of all, or ""."""
    return values[0] if len(set(values)) == 1 else ""


def _brief(group: Group) -> str:
    """Count, colour and noun: `two brown dogs`."""
    records = group.records
    noun = "child" if all(r.noun == "child" for r in records) else records[0].kind
    colour = _shared([r.colour for r in records]) if noun not in ("person", "child") else ""
    words = f"{colour} {noun if len(records) == 1 else plural(noun)}".strip()
    return article(words) if len(records) == 1 else f"{NUMBERS[len(records)]} {words}"


def _full(truth: Truth, group: Group) -> str:
    """Count, colour, noun, clothes, action and place, each if the whole group shares it."""
    clothes = _clothes(group.records) if group.records[0].kind == "person" else ""
    action = _shared([_action(truth, r) for r in group.records])
    place = _shared([_place(truth, row, r) for row, r in zip(group.rows, group.records, strict=True)])
    return " ".join(part for part in (_brief(group), clothes, action, place) if part)


def _clothes(records: list[Record]) -> str:
    if all(r.vest for r in records):
        return f"wearing {VEST}" if len(records) == 1 else f"wearing {VESTS}"
    if len(records) == 1:
        return f"in {article(records[0].wears)}"
    return ""


def _action(truth: Truth, record: Record) -> str:
    """The action in words; one that needs a second object is only mentioned if that object is visible."""
    if record.action in UNSPOKEN:
        return ""
    if record.action in _PARTNERED and not _seen(truth, record.holds):
        return ""
    return record.action


def _seen(truth: Truth, number: int | None) -> bool:
    rows = np.flatnonzero(truth.ids == (-1 if number is None else number))
    return len(rows) > 0 and not bool(truth.difficult[rows[0]])


def _place(truth: Truth, row: int, record: Record) -> str:
    if record.place == "arms" or (record.place == "sky" and not in_sky(truth, row)):
        return ""
    return PLACES[record.place]


def _relation(truth: Truth, a: Group, b: Group) -> Relation | None:
    """The first relation that all of group a have to all of group b, or None."""
    pairs = [(i, j) for i in a.rows for j in b.rows]
    for relation in RELATIONS:
        if all(holds(truth, relation, i, j, margin=MARGIN) for i, j in pairs):
            return relation
    return None


def _near_stuff(truth: Truth, group: Group) -> str:
    """`near the road`, `near the water` or `near a tree`, if it holds for the whole group, else ""."""
    for words, stuff in NEAR.items():
        if all(
            record.place in ("grass", "snow") and stuff_near(truth, row, stuff, reach=0.10) > 0.06
            for row, record in zip(group.rows, group.records, strict=True)
        ):
            return words
    return ""


def describe_regions(truth: Truth) -> tuple[RegionDescription, ...]:
    """A phrase for every object that is not difficult, as in Visual Genome's region descriptions."""
    rows = [row for row in range(len(truth)) if not truth.difficult[row]]
    return tuple(_region(truth, row, rows) for row in rows)


def _region(truth: Truth, row: int, rows: list[int]) -> RegionDescription:
    record = truth.records[row]
    person = record.kind == "person"
    action, place = _action(truth, record), _place(truth, row, record)
    relation, relatum, relatum_id = "", "", None
    if record.place == "arms" and _seen(truth, record.holder):
        relation, relatum_id = HELD_BY, record.holder
        relatum = _alone(truth.records[int(np.flatnonzero(truth.ids == record.holder)[0])].noun)
    else:
        found = _nearest_relation(truth, row, rows)
        if found is not None:
            relation, other = found
            relatum, relatum_id = _named(truth.records[other]), truth.records[other].id
    words = _named(record)
    clothes = _clothes([record]) if person else ""
    text = " ".join(part for part in (words, clothes, action, place, relation, relatum) if part)
    x1, y1, x2, y2 = (float(v) for v in truth.boxes[row])
    return RegionDescription(
        record.id,
        (x1, y1, x2, y2),
        text,
        record.noun,
        record.colour,
        action,
        place,
        relation,
        relatum,
        relatum_id,
    )


def _nearest_relation(truth: Truth, row: int, rows: list[int]) -> tuple[Relation, int] | None:
    """A relation to another row, trying the nearest rows first, or None."""
    for other in sorted(rows, key=lambda k: _apart(truth, row, k)):
        for relation in RELATIONS:
            if other != row and holds(truth, relation, row, other, margin=MARGIN):
                return relation, other
    return None


def _named(record: Record) -> str:
    """An object by article, colour and noun; people by noun alone."""
    return _alone(record.noun, "" if record.kind == "person" else record.colour)


def _apart(truth: Truth, a: int, b: int) -> float:
    """Twice the L1 distance of the centres of two boxes, in pixels."""
    (x1, y1, x2, y2), (u1, v1, u2, v2) = truth.boxes[a].tolist(), truth.boxes[b].tolist()
    return abs(x1 + x2 - u1 - u2) + abs(y1 + y2 - v1 - v2)


def _alone(noun: str, colour: str = "") -> str:
    return article(f"{colour} {noun}".strip())
