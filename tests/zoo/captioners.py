"""A captioner without a network: it says of each picture what it was taught, and looks where it was told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from cvdemo import zoo
from cvdemo.ops.vocabulary import END
from cvdemo.world.captions.words import vocabulary
from cvdemo.zoo.captioner import Captioner, Encoded, NextWord, Prefix

GRID = (20, 24)
SURE = 0.9  # the probability of the next word of what it was taught


class Parrot(Captioner):
    """Says the sentence of a picture, by the picture's bytes; looks at a cell of the grid at each word."""

    end = END
    longest = 30

    def __init__(
        self,
        sentences: Mapping[bytes, str],
        places: Mapping[bytes, Mapping[str, tuple[int, int]]] | None = None,
        *,
        title: str = "Parrot",
    ) -> None:
        spec = replace(zoo.spec("show-attend-tell"), key="parrot", title=title)
        super().__init__(spec, device="cpu", nbytes=1)
        self.words = vocabulary().words
        self.sentences = sentences
        self.places = places
        self.attends = places is not None

    def encode(self, picture: np.ndarray) -> tuple[Any, tuple[int, int] | None, tuple[float, float]]:
        shape = float(picture.shape[0]), float(picture.shape[1])
        return picture.tobytes(), GRID if self.attends else None, shape

    def decode(self, encoded: Encoded, prefixes: Sequence[Prefix]) -> dict[Prefix, NextWord]:
        sentence = self.sentences[encoded.memory]
        ids = [*vocabulary().encode(sentence), END]
        found = {}
        for prefix in prefixes:
            likely = np.full(len(self.words), (1 - SURE) / (len(self.words) - 1), np.float32)
            at = ids[len(prefix)] if list(prefix) == ids[: len(prefix)] and len(prefix) < len(ids) else END
            likely[at] = SURE
            attention = None
            if self.places is not None:
                attention = np.full(GRID, 1e-4, np.float32)
                row, column = self.places[encoded.memory].get(self.words[at], (0, 0))
                attention[row, column] = 1
            found[prefix] = NextWord(np.log(likely), attention)
        return found

    def text(self, ids: Iterable[int]) -> str:
        return vocabulary().decode(ids)
