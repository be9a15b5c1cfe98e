"""METEOR (exact, stem): a caption against references, word by word, for one sentence at a time.

METEOR 1.5 (Denkowski and Lavie, WMT 2014) with its English parameters for ranking, and of its four kinds of
matches the two that need no tables: equal words, and words of equal stem. Synonyms and paraphrases are left
out, so figures are a little lower than those of the whole METEOR. Of captions that people wrote it gives
what the original gives with these two kinds; where words are repeated so that several alignments have as
many matches, the original's search may settle on another one, because it rounds a stem's weight to 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any, NamedTuple

ALPHA, BETA, GAMMA, DELTA = 0.85, 0.2, 0.6, 0.75
"""Recall's weight in the mean, the penalty's exponent and weight, and the weight of content words."""
EXACT, STEM = 1.0, 0.6
"""What a match of equal words and one of equal stems count."""
BEAM = 40  # alignments that are followed at once

FUNCTION_WORDS = frozenset((
    "the", ",", ".", "to", "of", "and", "a", "in", "that", "for", '"', "is", "on", "'s", "it", "with", "was",
    "as", "said", "at", "he", "by", "be", "from", "have", "has", "are", "his", "but", "an", "this", "not",
    "i", "will", "’", "they", ")", "-rrb-", "(", "-lrb-", "who", "their", "had", "we", "which", "were",
    "been", "more", "or", "s", "its", "would", "about", "new", "one", "after", "you", ":", "also", "up",
    "when", "there", "than", "$", "all", "out", "her", "people", "she", "year", "two", "-", "can", "if",
    "last", "first", "“", "over", "other", "”", "into", "some", "what", "so", "--", "no", "time", "years",
    "could", "?", "'t", "—", "'",
))  # fmt: skip
"""English words that tell little, as METEOR 1.5 counts them: more frequent than one in a thousand."""


class Match(NamedTuple):
    """A word of the candidate, a word of the reference, and whether only their stems are equal."""

    word: int
    reference_word: int
    stem: bool


class Alignment(NamedTuple):
    """The matches of a candidate and a reference, each word at most in one, and their chunks.

    A chunk is a run of matches of neighbouring words in the same order on both sides.
    """

    matches: tuple[Match, ...]
    chunks: int


def meteor(candidate: str, references: Sequence[str]) -> float:
    """METEOR of a sentence of words parted by spaces, 0..1: its best score over the references."""
    return max((_meteor(candidate, reference) for reference in references), default=0.0)


@cache
def stem(word: str) -> str:
    """The word's stem by the Snowball stemmer for English: "running" and "runs" give "run"."""
    return str(_stemmer().stemWord(word))


@cache
def _stemmer() -> Any:
    import snowballstemmer

    return snowballstemmer.stemmer("english")


def _meteor(candidate: str, reference: str) -> float:
    """F_mean (1 - penalty) of a candidate and one reference."""
    words, others = candidate.split(), reference.split()
    matches, chunks = align(words, others)
    if not matches:
        return 0.0
    precision = _weight(words, {m.word: m.stem for m in matches}) / _length(words)
    recall = _weight(others, {m.reference_word: m.stem for m in matches}) / _length(others)
    mean = precision * recall / (ALPHA * precision + (1 - ALPHA) * recall)
    whole = len(matches) == len(words) == len(others) and chunks == 1
    penalty = 0.0 if whole else GAMMA * (chunks / len(matches)) ** BETA
    return mean * (1 - penalty)


def _value(word: str) -> float:
    """A content word counts DELTA, a function word the rest."""
    return 1 - DELTA if word in FUNCTION_WORDS else DELTA


def _weight(words: Sequence[str], matched: dict[int, bool]) -> float:
    return sum(_value(words[k]) * (STEM if by_stem else EXACT) for k, by_stem in matched.items())


def _length(words: Sequence[str]) -> float:
    return sum(map(_value, words))


class _Path(NamedTuple):
    """An alignment of the first words of the candidate."""

    matches: tuple[Match, ...]
    chunks: int
    distance: int  # sum of the differences of the words' places

    @property
    def rank(self) -> tuple[int, int, int, int]:
        """Most matches first, then most of equal words, then fewest chunks, then the least distance."""
        return -len(self.matches), sum(m.stem for m in self.matches), self.chunks, self.distance


def align(words: Sequence[str], others: Sequence[str]) -> Alignment:
    """The alignment of two sentences with the most matches, of these with most equal words and fewest chunks.

    Of equally good ones that whose words lie at the nearest places. A beam search over the candidate's
    words, as METEOR's own.
    """
    stems, other_stems = [stem(w) for w in words], [stem(w) for w in others]
    paths = [_Path((), 0, 0)]
    for k, word in enumerate(words):
        found = [
            Match(k, j, word != other)
            for j, other in enumerate(others)
            if word == other or stems[k] == other_stems[j]
        ]
        grown = [_joined(path, match) for path in paths for match in found if not _used(path, match)]
        paths = sorted([*grown, *paths], key=lambda path: path.rank)[:BEAM]
    return Alignment(paths[0].matches, paths[0].chunks)


def _used(path: _Path, match: Match) -> bool:
    return any(m.reference_word == match.reference_word for m in path.matches)


def _joined(path: _Path, match: Match) -> _Path:
    last = path.matches[-1] if path.matches else None
    goes_on = last is not None and (last.word + 1, last.reference_word + 1) == match[:2]
    distance = path.distance + abs(match.word - match.reference_word)
    return _Path((*path.matches, match), path.chunks + (not goes_on), distance)
