"""The words of a captioner as whole numbers: markers first, then the words in the order given."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

PAD, START, END, UNKNOWN = 0, 1, 2, 3
"""Ids of the markers: what fills up a batch, what stands before a sentence and behind it, any other word."""

MARKERS = ("<pad>", "<start>", "<end>", "<unknown>")


class Vocabulary:
    """Words and their ids: 0 to 3 are the markers `PAD`, `START`, `END` and `UNKNOWN`, then come the words.

    `words` [V] are the texts by id, markers included.
    """

    def __init__(self, words: Sequence[str]) -> None:
        if len(set(words)) < len(words):
            raise ValueError("a word is there twice")
        self.words: tuple[str, ...] = (*MARKERS, *words)
        self._ids = {word: k for k, word in enumerate(self.words)}

    def __len__(self) -> int:
        return len(self.words)

    def __contains__(self, word: object) -> bool:
        return word in self._ids

    def encode(self, sentence: str) -> list[int]:
        """The ids of a sentence's words, without markers; `UNKNOWN` for what it does not have."""
        return [self._ids.get(word, UNKNOWN) for word in sentence.lower().split()]

    def decode(self, ids: Iterable[int]) -> str:
        """The words up to the first `END`; `PAD` and `START` are left out."""
        said = []
        for k in ids:
            if k == END:
                break
            if k not in (PAD, START):
                said.append(self.words[k])
        return " ".join(said)
