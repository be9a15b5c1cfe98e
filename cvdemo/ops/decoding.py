"""From probabilities of the next word to a sentence: greedy, beam search as steps, sampling.

Nothing here knows a network: `NextWords` maps the beginnings of sentences to log-probabilities of their next
word. A sentence ends with the word `end`, or unfinished at the length limit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from cvdemo.errors import DataError

Words: TypeAlias = tuple[int, ...]
Floats: TypeAlias = NDArray[np.floating[Any]]
NextWords = Callable[[Sequence[Words]], Floats]
"""Beginnings (B tuples of word ids, without a start marker) -> log-probabilities [B, V] of the next word."""


class Hypothesis(NamedTuple):
    """A sentence or its beginning: word ids without `end`, and whether `end` was said.

    `log_probability` is that of all words that were decoded, `end` included; `score` is what beam search
    ranks by, the same after length normalisation.
    """

    words: Words
    log_probability: float
    score: float
    finished: bool


class Fate(StrEnum):
    """What became of a candidate of a step of beam search."""

    KEPT = "kept"  # among the `width` best: extended in the next step
    FINISHED = "finished"  # among the `width` best, and its last word is `end`
    OUTRANKED = "outranked"  # pruned: `width` other candidates of the step score higher
    IMPOSSIBLE = "impossible"  # pruned: its probability is zero
    HOPELESS = "hopeless"  # among the best, but it cannot reach the finished sentences any more
    CUT = "cut"  # among the best when the length limit was reached


class Candidate(NamedTuple):
    """A hypothesis of a step (`parent`, its row in `BeamStep.live`) with one more word."""

    parent: int
    word: int
    log_probability: float  # of the whole beginning
    score: float
    fate: Fate
    rank: int  # among all candidates of the step, from 0 on


@dataclass(frozen=True, eq=False)
class BeamStep:
    """One step of beam search: B hypotheses, each extended by each of V words, and which of them go on."""

    number: int  # from 1 on
    live: tuple[Hypothesis, ...]  # [B] what is extended, best first
    next_words: Floats  # [B, V] log-probabilities of the next word
    length_penalty: float
    chosen: tuple[Candidate, ...]  # the `width` best, best first
    kept: tuple[Hypothesis, ...]  # what the next step extends, best first; in the last step what was cut
    finished: tuple[Hypothesis, ...]  # the `width` best finished so far, best first
    last: bool

    @property
    def log_probabilities(self) -> Floats:
        """Log-probabilities of the extended hypotheses, [B, V]."""
        return _extended_log_probabilities(self.live, self.next_words)

    @property
    def scores(self) -> Floats:
        """Scores of the extended hypotheses: their log-probabilities after length normalisation, [B, V]."""
        return np.asarray(normalised(self.log_probabilities, self.number, self.length_penalty))

    def fate(self, parent: int, word: int) -> Fate:
        """What became of the candidate of a row of `live` and a word."""
        for candidate in self.chosen:
            if (candidate.parent, candidate.word) == (parent, word):
                return candidate.fate
        return Fate.OUTRANKED if np.isfinite(self.next_words[parent, word]) else Fate.IMPOSSIBLE

    def candidates(self, most: int | None = None) -> list[Candidate]:
        """The step's candidates, best first: all B x V of them, or the `most` best."""
        totals, scores = self.log_probabilities, self.scores
        found = []
        for rank, flat in enumerate(_best(scores, scores.size if most is None else most)):
            parent, word = divmod(flat, scores.shape[1])
            total, score = float(totals[parent, word]), float(scores[parent, word])
            found.append(Candidate(parent, word, total, score, self.fate(parent, word), rank))
        return found


def normalised(log_probability: float | Floats, length: int, penalty: float) -> Any:
    """A log-probability divided by ((5 + length) / 6) ** penalty: 0 leaves it, more favours long sentences.

    The length counts the decoded words, `end` included. arXiv:1609.08144, eq. 14, without coverage.
    """
    return log_probability / ((5 + length) / 6) ** penalty


def greedy(next_words: NextWords, *, end: int, longest: int, begin: Words = ()) -> Hypothesis:
    """The most probable word at every step; of equal ones the first.

    `longest` is the largest number of words, `begin` and `end` included; a sentence that reaches it without
    `end` is not finished. Raises DataError for a limit that leaves no room for a word.
    """
    _check(longest, begin)
    words, total = begin, 0.0
    while len(words) < longest:
        row = _next(next_words, [words])[0]
        word = int(row.argmax())
        total += float(row[word])
        if word == end:
            return Hypothesis(words, total, total, True)
        words = (*words, word)
    return Hypothesis(words, total, total, False)


def beam_search(
    next_words: NextWords,
    *,
    end: int,
    longest: int,
    width: int,
    length_penalty: float = 0.0,
    begin: Words = (),
) -> Iterator[BeamStep]:
    """Extend the `width` best beginnings by every word and keep the `width` best, step by step.

    A candidate that ends is put aside as finished. The search is over when nothing is left to extend, when
    `width` sentences are finished and no beginning can reach the last of them, or at `longest` words
    (`begin` and `end` included). Width 1 is `greedy`; a width that no step can prune is exhaustive search. A
    width beyond the number of candidates keeps them all. Equal scores keep the order of parent and word.
    """
    _check(longest, begin)
    if width < 1:
        raise DataError(f"a beam has at least one hypothesis: its width cannot be {width}")
    live: tuple[Hypothesis, ...] = (Hypothesis(begin, 0.0, 0.0, False),)
    finished: tuple[Hypothesis, ...] = ()
    for number in range(1, longest - len(begin) + 1):
        rows = _next(next_words, [h.words for h in live])
        totals = _extended_log_probabilities(live, rows)
        scores = normalised(totals, number, length_penalty)
        top = [divmod(flat, scores.shape[1]) for flat in _best(scores, width)]
        top = [at for at in top if np.isfinite(scores[at])]
        grown = [_extended(live[at[0]], at[1], totals[at], scores[at], end) for at in top]
        kept = tuple(h for h in grown if not h.finished)
        done = sorted((*finished, *(h for h in grown if h.finished)), key=lambda h: -h.score)
        finished = tuple(done[:width])
        left = longest - len(begin) - number
        hopeless = len(finished) == width and all(
            _reach(h, number, left, length_penalty) <= finished[-1].score for h in kept
        )
        fate = Fate.CUT if not left else Fate.HOPELESS if hopeless else Fate.KEPT
        chosen = tuple(
            Candidate(parent, word, h.log_probability, h.score, Fate.FINISHED if h.finished else fate, rank)
            for rank, ((parent, word), h) in enumerate(zip(top, grown, strict=True))
        )
        last = hopeless or not kept or not left
        yield BeamStep(number, live, rows, length_penalty, chosen, kept, finished, last)
        if last:
            return
        live = kept


def ranked(steps: Iterable[BeamStep]) -> list[Hypothesis]:
    """The sentences of a search: the finished ones, best first, or what was cut where none is finished."""
    step = None
    for step in steps:  # noqa: B007  the last one is wanted
        pass
    if step is None:
        return []
    return list(step.finished or step.kept or step.live)


def best(steps: Iterable[BeamStep]) -> Hypothesis:
    """The best sentence of a search; DataError where no step was made."""
    found = ranked(steps)
    if not found:
        raise DataError("beam search made no step: there is no sentence")
    return found[0]


def search(
    next_words: NextWords,
    *,
    end: int,
    longest: int,
    width: int,
    length_penalty: float = 0.0,
    begin: Words = (),
) -> Hypothesis:
    """The best sentence of `beam_search`."""
    options = {"end": end, "longest": longest, "width": width, "length_penalty": length_penalty}
    return best(beam_search(next_words, begin=begin, **options))  # type: ignore[arg-type]


def reshaped(
    log_probabilities: Floats, *, temperature: float = 1.0, top_k: int | None = None, top_p: float = 1.0
) -> Floats:
    """What sampling draws a word from: probabilities [V] after temperature, top-k and nucleus, in this order.

    The temperature divides the log-probabilities: below 1 likely words gain, above 1 unlikely ones. Top-k
    keeps the k most probable words (arXiv:1805.04833), the nucleus the fewest most probable ones that have
    `top_p` of the probability together (arXiv:1904.09751, sec. 3.1); what is left is scaled to sum to one.
    """
    if not temperature > 0 or (top_k is not None and top_k < 1) or not 0 < top_p <= 1:
        raise DataError(
            f"sampling needs a temperature above 0, a top-k from 1 and a top-p above 0 up to 1: these are "
            f"{temperature:g}, {top_k} and {top_p:g}"
        )
    logits = np.asarray(log_probabilities, np.float64) / temperature
    chances = np.exp(logits - logits.max())
    order = np.argsort(-chances, kind="stable")
    if top_k is not None:
        chances[order[top_k:]] = 0
    chances /= chances.sum()
    if top_p < 1:
        before = np.cumsum(chances[order]) - chances[order]  # the probability of all more probable words
        chances[order[before >= top_p]] = 0
    return chances / chances.sum()


def sample(
    next_words: NextWords,
    *,
    end: int,
    longest: int,
    temperature: float = 1.0,
    top_k: int | None = None,
    top_p: float = 1.0,
    rng: np.random.Generator,
    begin: Words = (),
) -> Hypothesis:
    """A sentence whose words are drawn one after another, each from `reshaped` probabilities.

    Its log-probability is that of the network itself, before temperature, top-k and nucleus.
    """
    _check(longest, begin)
    words, total = begin, 0.0
    while len(words) < longest:
        row = _next(next_words, [words])[0]
        chances = reshaped(row, temperature=temperature, top_k=top_k, top_p=top_p)
        word = int(rng.choice(len(chances), p=chances))
        total += float(row[word])
        if word == end:
            return Hypothesis(words, total, total, True)
        words = (*words, word)
    return Hypothesis(words, total, total, False)


def _check(longest: int, begin: Words) -> None:
    if longest <= len(begin):
        raise DataError(f"a length limit of {longest} words leaves no word to add to the {len(begin)} given")


def _next(next_words: NextWords, beginnings: Sequence[Words]) -> Floats:
    """Log-probabilities [B, V] of the next word; DataError where they are not numbers."""
    rows = np.asarray(next_words(beginnings))
    if np.isnan(rows).any() or not (rows.max(axis=1) > -np.inf).all():
        raise DataError("the model gives no probabilities of the next word: its weights are damaged")
    return rows


def _extended_log_probabilities(live: Sequence[Hypothesis], next_words: Floats) -> Floats:
    """Log-probabilities [B, V] of B hypotheses with each of V words."""
    return next_words.astype(np.float64) + np.array([h.log_probability for h in live])[:, None]


def _best(scores: Floats, count: int) -> list[int]:
    """Flat indices of the `count` highest scores, best first; of equal ones the first."""
    flat = scores.ravel()
    if count < len(flat):  # a sort of 150,000 candidates would take most of the time
        least = -np.partition(-flat, count - 1)[count - 1]
        rows = np.flatnonzero(flat >= least)
    else:
        rows = np.arange(len(flat))
    order = np.argsort(-flat[rows], kind="stable")
    return [int(row) for row in rows[order[:count]]]


def _extended(parent: Hypothesis, word: int, total: float, score: float, end: int) -> Hypothesis:
    words = parent.words if word == end else (*parent.words, word)
    return Hypothesis(words, float(total), float(score), word == end)


def _reach(one: Hypothesis, length: int, steps_left: int, penalty: float) -> float:
    """The highest score that a beginning can still get: its further words may be certain."""
    ends = (length + 1, length + steps_left)
    return max(float(normalised(one.log_probability, n, penalty)) for n in ends) if steps_left else -np.inf
