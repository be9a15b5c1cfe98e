"""Every word that the captions of the drawn world are made of."""

from __future__ import annotations

import re
from functools import cache

from cvdemo.ops.vocabulary import Vocabulary
from cvdemo.world.captions.phrases import ACTIONS, EMPTY, HELD_BY, NEAR, NUMBERS, PLACES, VEST, VESTS, plural
from cvdemo.world.captions.relations import RELATIONS
from cvdemo.world.records import GARMENTS
from cvdemo.world.vocabulary import PAINTS, THINGS


def _phrases() -> tuple[str, ...]:
    nouns = (*THINGS, "child")
    return (
        *NUMBERS[1:], "an", *PAINTS, *nouns, *map(plural, nouns), "in", *GARMENTS.values(), "wearing", VEST,
        VESTS, *ACTIONS, *PLACES.values(), *NEAR, *RELATIONS, HELD_BY, "and", *EMPTY.values(),
    )  # fmt: skip


WORDS: tuple[str, ...] = tuple(sorted({word for phrase in _phrases() for word in phrase.split()}))
"""The words of the grammar, sorted, without markers."""


@cache
def vocabulary() -> Vocabulary:
    """The drawn world's words with their ids."""
    return Vocabulary(WORDS)


def without_relation(description: str) -> str:
    """What a region's description says of the object alone: its part before a relation to another."""
    return _RELATION.split(description, maxsplit=1)[0]


_RELATION = re.compile(rf" (?:{'|'.join((*RELATIONS, HELD_BY))}) ")


def mirrored_caption(caption: str) -> str:
    """What a caption says of the scene in a mirror: left and right are swapped."""
    swapped = {"left": "right", "right": "left"}
    return " ".join(swapped.get(word, word) for word in caption.split(" "))
