"""Random numbers that are the same on every machine and Python version, from `random.Random.random` alone."""

from __future__ import annotations

import hashlib
import math
import random
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


class RandomStream:
    """A stream of random numbers named by its parts, such as (version, split, seed, "light").

    Streams of different names are independent: a knob that changes one part of a scene does not change the
    other parts.
    """

    def __init__(self, *name: object) -> None:
        digest = hashlib.sha256("/".join(map(str, name)).encode()).digest()
        self.random = random.Random(int.from_bytes(digest[:16], "big")).random
        """The next number, uniform in 0..1."""

    def uniform(self, low: float, high: float) -> float:
        """A number uniform in low..high."""
        return low + (high - low) * self.random()

    def integer(self, low: int, high: int) -> int:
        """A whole number from low to high, both included."""
        return low + int(self.random() * (high - low + 1))

    def chance(self, probability: float) -> bool:
        """True with this probability, 0..1."""
        return self.random() < probability

    def choice(self, items: Sequence[T]) -> T:
        """One of the items, each with the same probability."""
        return items[int(self.random() * len(items))]

    def weighted_choice(self, items: Sequence[tuple[T, float]]) -> T:
        """One item of the (item, weight) pairs, with probability in proportion to its weight."""
        left = self.random() * sum(weight for _, weight in items)
        for item, weight in items:
            left -= weight
            if left < 0:
                return item
        return items[-1][0]

    def normal(self, mean: float, std: float) -> float:
        """A normally distributed number, clipped to three standard deviations from the mean."""
        radius = math.sqrt(-2 * math.log(1 - self.random()))
        return mean + std * max(-3.0, min(3.0, radius * math.cos(2 * math.pi * self.random())))
