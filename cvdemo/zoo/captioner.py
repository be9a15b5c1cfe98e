"""A model that says what is in a picture: the picture is encoded once, words are decoded from that."""

from __future__ import annotations

import difflib
import threading
import time
from abc import ABC, abstractmethod
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from cvdemo.errors import DataError
from cvdemo.ops.decoding import Hypothesis, NextWords, sample, search
from cvdemo.zoo.model import Model, workable
from cvdemo.zoo.spec import Task

Prefix = tuple[int, ...]
"""The beginning of a sentence: ids of its words, without a marker of the start."""

REMEMBERED = 1024
"""Beginnings of sentences about a picture that are kept; beam search at width 5 needs about 100."""


class NextWord(NamedTuple):
    """What follows a prefix: `log_probabilities` [V], `attention` [h, w] or None, and the net's own state."""

    log_probabilities: NDArray[np.float32]
    attention: NDArray[np.float32] | None
    state: Any = None


class NextWordsOut(NamedTuple):
    """Of B prefixes: `log_probabilities` [B, V] of the next word, `attention` [B, h, w] or None.

    The attention is where the net looks for the next word; each map sums to 1.
    """

    log_probabilities: NDArray[np.float32]
    attention: NDArray[np.float32] | None


@dataclass
class PrefixMemo:
    """What follows the prefixes that were asked about, the least recently used dropped beyond a limit."""

    limit: int = REMEMBERED
    found: OrderedDict[Prefix, NextWord] = field(default_factory=OrderedDict)

    def __post_init__(self) -> None:
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self.found)

    def __reduce__(self) -> tuple[type[PrefixMemo], tuple[int, OrderedDict[Prefix, NextWord]]]:
        with self._lock:
            return PrefixMemo, (self.limit, self.found.copy())

    def beginnings(self, prefixes: Iterable[Prefix]) -> PrefixMemo:
        """A memo of nothing but the longest beginning that is known of each prefix."""
        longest = OrderedDict[Prefix, NextWord]()
        for prefix in prefixes:
            for length in range(len(prefix) - 1, -1, -1):
                if (one := self.get(prefix[:length])) is not None:
                    longest[prefix[:length]] = one
                    break
        return PrefixMemo(self.limit, longest)

    @property
    def nbytes(self) -> int:
        """Bytes of what is remembered, for caches; what several words share counts once."""
        with self._lock:
            parts = [part for found in self.found.values() for part in _arrays(found)]
        return sum({id(part): int(part.nbytes) for part in parts}.values())

    def get(self, prefix: Prefix) -> NextWord | None:
        """What follows a prefix, or None where it was never asked about or is forgotten."""
        with self._lock:
            if prefix in self.found:
                self.found.move_to_end(prefix)
            return self.found.get(prefix)

    def add(self, found: dict[Prefix, NextWord]) -> None:
        """Remember what follows some prefixes."""
        with self._lock:
            self.found |= found
            while len(self.found) > self.limit:
                self.found.popitem(last=False)


def _arrays(value: Any) -> Iterator[Any]:
    """The arrays and tensors within tuples."""
    if isinstance(value, tuple):
        for part in value:
            yield from _arrays(part)
    elif hasattr(value, "nbytes"):
        yield value


@dataclass(frozen=True, eq=False)
class Encoded:
    """A picture as a captioner has seen it, and what was decoded from that so far.

    `memory` is the net's own. `grid` (h, w) is that of the attention, None where there is none; it lies over
    `padded` (height, width), of which the picture is the upper left `size`, all in the picture's pixels.
    `milliseconds` is the time of the encoder.
    """

    memory: Any
    grid: tuple[int, int] | None
    padded: tuple[float, float]
    size: tuple[int, int]
    milliseconds: float
    memo: PrefixMemo = field(default_factory=PrefixMemo)

    def over_picture(self, attention: NDArray[np.floating[Any]]) -> NDArray[np.float32]:
        """An attention map [h, w] spread over the picture, [H, W]: bilinear between the cells' centres."""
        (height, width), (high, wide) = self.size, self.padded
        rows, columns = attention.shape
        x = (np.arange(width, dtype=np.float32) + 0.5) * columns / wide - 0.5
        y = (np.arange(height, dtype=np.float32) + 0.5) * rows / high - 0.5
        x, y = np.meshgrid(x, y)
        spread = cv2.remap(
            attention.astype(np.float32), x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        )
        return np.asarray(spread, np.float32)


class Caption(NamedTuple):
    """A caption: its text, the ids of its words, the sum of their log-probabilities, the end's included.

    It is not `finished` where the limit of words came before its end. `milliseconds` is the time of the
    encoder and of the decoding.
    """

    text: str
    words: Prefix
    log_probability: float
    finished: bool
    milliseconds: float


class Captioner(Model, ABC):
    """A model that writes captions.

    `words` are the texts of its tokens by id, `end` is the one that ends a sentence, `longest` the limit of
    words where none is given, the end included; one that `attends` says where it looks for every word.
    `length_penalty` is beam search's where none is given. What follows `remembered` beginnings is kept of a
    picture.
    """

    task: ClassVar[Task] = Task.CAPTION
    words: tuple[str, ...]
    end: int
    longest: int = 40
    attends: bool = False
    length_penalty: float = 0.0
    remembered: int = REMEMBERED

    @abstractmethod
    def encode(self, picture: np.ndarray) -> tuple[Any, tuple[int, int] | None, tuple[float, float]]:
        """The net's memory of a picture [H, W, 3] uint8 RGB, `grid` and `padded` as `Encoded` has them."""

    @abstractmethod
    def decode(self, encoded: Encoded, prefixes: Sequence[Prefix]) -> dict[Prefix, NextWord]:
        """What follows each of some prefixes; the memo has the longest beginning that is known of each.

        Others may be in the answer.
        """

    @abstractmethod
    def text(self, ids: Iterable[int]) -> str:
        """The sentence of some words."""

    def encoded(self, picture: np.ndarray) -> Encoded:
        """A picture [H, W, 3] uint8 RGB after one run of the encoder: all its captions come from that."""
        seen = workable(picture)
        (memory, grid, padded), milliseconds = self.run(lambda: self.encode(seen))
        size = picture.shape[0], picture.shape[1]
        return Encoded(memory, grid, padded, size, milliseconds, PrefixMemo(self.remembered))

    def next_words(self, encoded: Encoded, prefixes: Sequence[Prefix]) -> NextWordsOut:
        """What follows each of some prefixes; the decoder runs only for those that it was not asked about.

        An id that is no word of the model is a `DataError`.
        """
        known = {prefix: one for prefix in prefixes if (one := encoded.memo.get(prefix)) is not None}
        missing = [prefix for prefix in dict.fromkeys(prefixes) if prefix not in known]
        if missing:
            self._check(missing)
            seen = replace(encoded, memo=encoded.memo.beginnings(missing))
            found = self.run(lambda: self.decode(seen, missing)).value
            encoded.memo.add(found)
            known |= found
        rows = [known[prefix] for prefix in prefixes]
        maps = [row.attention for row in rows if row.attention is not None]
        attention = np.stack(maps) if maps and self.attends else None
        return NextWordsOut(np.stack([row.log_probabilities for row in rows]), attention)

    def _check(self, prefixes: Iterable[Prefix]) -> None:
        for word in {word for prefix in prefixes for word in prefix}:
            if not 0 <= word < len(self.words):
                raise DataError(f"there is no word {word}: the model has {len(self.words)}")

    def ids(self, text: str) -> Prefix:
        """The words of the beginning of a sentence; DataError for one that the model does not know."""
        by_text = {word: k for k, word in enumerate(self.words) if not word.startswith("<")}  # no markers
        said = text.lower().split()
        for word in said:
            if word not in by_text:
                near = difflib.get_close_matches(word, by_text, n=3)
                hint = f"; did you mean {' or '.join(near)}?" if near else ""
                raise DataError(f"{self.spec.title} has no word '{word[:40]}'{hint}")
        return tuple(by_text[word] for word in said)

    def caption(
        self,
        encoded: Encoded,
        *,
        beam: int = 3,
        length_penalty: float | None = None,
        longest: int | None = None,
        begin: Prefix = (),
    ) -> Caption:
        """The caption of an encoded picture by beam search; a beam of 1 is greedy.

        It goes on from `begin`, whose words cost nothing. Raises DataError for what cannot be searched.
        """
        return self._written(
            encoded,
            lambda next_words: search(
                next_words, end=self.end, longest=longest or self.longest, width=beam,
                length_penalty=self.length_penalty if length_penalty is None else length_penalty,
                begin=begin,
            ),
        )  # fmt: skip

    def sampled(
        self,
        encoded: Encoded,
        rng: np.random.Generator,
        *,
        temperature: float = 1.0,
        top_k: int | None = None,
        top_p: float = 1.0,
        longest: int | None = None,
        begin: Prefix = (),
    ) -> Caption:
        """A caption of an encoded picture whose words are drawn, as `cvdemo.ops.decoding.sample` does."""
        return self._written(
            encoded,
            lambda next_words: sample(
                next_words, end=self.end, longest=longest or self.longest, temperature=temperature,
                top_k=top_k, top_p=top_p, rng=rng, begin=begin,
            ),
        )  # fmt: skip

    def _written(self, encoded: Encoded, decode: Callable[[NextWords], Hypothesis]) -> Caption:
        start = time.perf_counter()
        found = decode(lambda prefixes: self.next_words(encoded, prefixes).log_probabilities)
        milliseconds = encoded.milliseconds + 1000 * (time.perf_counter() - start)
        return Caption(
            self.text(found.words), found.words, found.log_probability, found.finished, milliseconds
        )

    def __call__(
        self,
        picture: np.ndarray,
        *,
        beam: int = 3,
        length_penalty: float | None = None,
        longest: int | None = None,
    ) -> Caption:
        """The caption of a picture [H, W, 3] uint8 RGB, as `caption` writes it."""
        encoded = self.encoded(picture)
        return self.caption(encoded, beam=beam, length_penalty=length_penalty, longest=longest)
