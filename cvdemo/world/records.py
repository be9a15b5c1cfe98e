"""The attributes of one object in words: class, colour, clothes, action, place, and whom it is with."""

from __future__ import annotations

import math
from typing import NamedTuple

from cvdemo.world.graph import PersonLook, Scene

GARMENTS = {
    "tee": "shirt",
    "striped": "striped shirt",
    "sweater": "sweater",
    "hoodie": "hoodie",
    "coat": "coat",
    "dress": "dress",
}


class Record(NamedTuple):
    """The attributes of one object in words.

    `noun` is `child` for small people, else the class; `wears` is a garment with its colour for people;
    `view` is the side from which a person is seen: front, back, left or right (which of their sides).
    """

    id: int
    kind: str
    noun: str
    colour: str
    wears: str
    vest: bool
    action: str
    place: str
    view: str
    holds: int | None
    holder: int | None


def record_of(scene: Scene, number: int) -> Record:
    """The attributes of object `number` of a scene."""
    thing = scene.things[number]
    noun, wears, vest, view = thing.kind, "", False, ""
    if isinstance(thing.look, PersonLook):
        noun = "child" if thing.look.child else "person"
        wears = f"{thing.look.top_colour} {GARMENTS[thing.look.top]}"
        vest = thing.look.vest
        view = view_of(thing.facing)
    return Record(
        number,
        thing.kind,
        noun,
        thing.colour,
        wears,
        vest,
        thing.action,
        thing.place,
        view,
        thing.holds,
        thing.holder,
    )


def view_of(yaw: float) -> str:
    """Which side of a person with this yaw the viewer sees: front, back, left or right."""
    toward, right = math.cos(yaw), math.sin(yaw)
    if abs(toward) >= abs(right):
        return "front" if toward > 0 else "back"
    return "right" if right > 0 else "left"
