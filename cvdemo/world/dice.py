"""Chance that gives the same numbers on every machine and for ever: only `random.Random.random` is used."""

from __future__ import annotations

import hashlib
import math
import random
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


class Dice:
    """A stream of chance named by its parts, such as (version, split, seed, "light").

    Streams of different names share nothing, so that a knob that changes one part of a scene leaves the
    others as they are.
    """

    def __init__(self, *name: object) -> None:
        digest = hashlib.sha256("/".join(map(str, name)).encode()).digest()
        self.roll = random.Random(int.from_bytes(digest[:16], "big")).random
        """The next number, uniform in 0..1."""

    def between(self, low: float, high: float) -> float:
        """A number uniform in low..high."""
        return low + (high - low) * self.roll()

    def whole(self, low: int, high: int) -> int:
        """A whole number from low to high, both included."""
        return low + int(self.roll() * (high - low + 1))

    def chance(self, share: float) -> bool:
        """True with probability `share`."""
        return self.roll() < share

    def pick(self, items: Sequence[T]) -> T:
        """One of the items, all alike."""
        return items[int(self.roll() * len(items))]

    def weigh(self, items: Sequence[tuple[T, float]]) -> T:
        """One of (item, weight) with probability in proportion to the weight."""
        left = self.roll() * sum(weight for _, weight in items)
        for item, weight in items:
            left -= weight
            if left < 0:
                return item
        return items[-1][0]

    def around(self, middle: float, spread: float) -> float:
        """A normal number with this mean and standard deviation, held to three deviations."""
        radius = math.sqrt(-2 * math.log(1 - self.roll()))
        return middle + spread * max(-3.0, min(3.0, radius * math.cos(2 * math.pi * self.roll())))
