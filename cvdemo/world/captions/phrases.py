"""The words and phrases of the captions: numbers, plurals, places."""

from __future__ import annotations

NUMBERS = (
    "no",
    "a",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
)
PLURALS = {"person": "people", "child": "children", "teddy bear": "teddy bears"}
PLACES = {
    "grass": "on the grass",
    "snow": "on the snow",
    "road": "on the road",
    "water": "on the water",
    "sky": "in the sky",
    "air": "in the air",
}
NEAR = {"near the road": "road", "near the water": "water", "near a tree": "tree"}
"""The stuff that an object may be near, by the words for it."""

ACTIONS = (
    "standing", "walking", "running", "waving", "cheering", "sitting", "sleeping", "swimming",
    "playing guitar", "throwing a ball", "kicking a ball", "flying a kite", "holding a teddy bear",
)  # fmt: skip
"""The actions that captions mention."""

HELD_BY = "held by"
EMPTY = {cover: f"only {cover} under the sky" for cover in ("grass", "snow")}
"""What is said of a scene without objects, by what covers the land."""

VEST = "an orange safety vest"
VESTS = "orange safety vests"
UNSPOKEN = frozenset({"driving", "lying", "flying", "in the air", "floating"})
"""Actions that captions do not mention, because the place says them."""


def plural(noun: str) -> str:
    """The plural of a noun of the world."""
    return PLURALS.get(noun, f"{noun}s")


def article(words: str) -> str:
    """The words with `a` or `an` before them."""
    return f"{'an' if words[0] in 'aeiou' else 'a'} {words}"
