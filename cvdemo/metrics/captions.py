"""How well sentences describe pictures: BLEU, ROUGE-L, CIDEr-D, exact match, and truthfulness.

Sentences are words parted by spaces; `tokenised` makes them so of what people write. A picture has one
candidate and one or more references.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from cvdemo.errors import DataError
from cvdemo.world.captions.checker import Kind, Statement, check
from cvdemo.world.reading import Truth

Ngram: TypeAlias = tuple[str, ...]
Bleu: TypeAlias = tuple[float, float, float, float]

LONGEST_NGRAM = 4
SMALL, TINY = 1e-9, 1e-15  # as pycocoevalcap: no division by zero, and a little above zero without matches
BETA = 1.2  # ROUGE-L: how much more recall counts than precision
SIGMA = 6.0  # CIDEr-D: the width of the penalty for another length, in bigrams

_WORD = re.compile(
    r"(?:n't|'(?:s|re|ve|ll|d|m)\b)|[a-z0-9]+(?:(?:[-/.,:&]|'(?!(?:s|re|ve|ll|d|m)\b))[a-z0-9]+)*|[$&%#@+=*/]"
)


def tokenised(sentence: str) -> str:
    """The words of a sentence in lower case, parted by spaces, without punctuation.

    As the tokenizer of COCO's captions does it (Penn Treebank's): "the man's t-shirt isn't red." becomes
    "the man 's t-shirt is n't red".
    """
    text = sentence.lower().replace("’", "'").replace("cannot", "can not")
    text = re.sub(r"(?<=[a-z])n't\b", " n't", text)
    return " ".join(_WORD.findall(text))


def exact(candidates: Sequence[str], references: Sequence[Sequence[str]]) -> float:
    """The share of candidates, 0..1, that equal one of their references word by word."""
    _check(candidates, references)
    same = [_words(c) in map(_words, own) for c, own in zip(candidates, references, strict=True)]
    return float(np.mean(same))


# --- BLEU ---------------------------------------------------------------------------------------------


def bleu(candidates: Sequence[str], references: Sequence[Sequence[str]]) -> Bleu:
    """BLEU-1 to BLEU-4 of all candidates together, 0..1.

    BLEU-n is the geometric mean of the precisions of 1- to n-grams, each n-gram counted at most as often as
    in one of the references, times exp(1 - r / c) where the candidates' c words are fewer than the r of the
    references of closest length (of equally close ones the shorter). Equal to pycocoevalcap. Papineni et
    al., ACL 2002.
    """
    _check(candidates, references)
    correct, total = np.zeros(LONGEST_NGRAM), np.zeros(LONGEST_NGRAM)
    length = reference_length = 0
    for candidate, own in zip(candidates, references, strict=True):
        words, others = _words(candidate), [_words(text) for text in own]
        correct += clipped_matches(words, others)
        total += [max(0, len(words) - n) for n in range(LONGEST_NGRAM)]
        length += len(words)
        reference_length += min((abs(len(other) - len(words)), len(other)) for other in others)[1]
    products = np.cumprod((correct + TINY) / (total + SMALL))
    means = [float(product) ** (1 / (n + 1)) for n, product in enumerate(products)]
    ratio = (length + TINY) / (reference_length + SMALL)
    penalty = math.exp(1 - 1 / ratio) if ratio < 1 else 1.0
    one, two, three, four = (penalty * mean for mean in means)
    return one, two, three, four


def clipped_matches(words: Sequence[str], references: Sequence[Sequence[str]]) -> NDArray[np.int64]:
    """How many 1- to 4-grams of a sentence a reference has too, each at most as often as one has it: [4]."""
    most: Counter[Ngram] = Counter()
    for reference in references:
        most |= ngrams(reference)
    found = np.zeros(LONGEST_NGRAM, np.int64)
    for ngram, count in (ngrams(words) & most).items():
        found[len(ngram) - 1] += count
    return found


def ngrams(words: Sequence[str]) -> Counter[Ngram]:
    """How often a sentence has each run of 1 to 4 words."""
    return Counter(
        tuple(words[i : i + n]) for n in range(1, LONGEST_NGRAM + 1) for i in range(len(words) - n + 1)
    )


# --- ROUGE-L ------------------------------------------------------------------------------------------


def rouge_l(candidates: Sequence[str], references: Sequence[Sequence[str]]) -> float:
    """ROUGE-L averaged over the candidates, 0..1: the longest common subsequence with the references.

    Its length over the candidate's words is the precision P, over the reference's the recall R; the best P
    and the best R of a picture's references give (1 + b^2) P R / (R + b^2 P), b = 1.2. Equal to
    pycocoevalcap. Lin, ACL workshop 2004, sec. 3.
    """
    _check(candidates, references)
    return float(np.mean([_rouge_l(c, own) for c, own in zip(candidates, references, strict=True)]))


def _rouge_l(candidate: str, references: Sequence[str]) -> float:
    words = _words(candidate)
    common = [(common_subsequence(words, other), len(other)) for other in map(_words, references)]
    precision = max(shared / max(1, len(words)) for shared, _ in common)
    recall = max(shared / max(1, length) for shared, length in common)
    if not precision or not recall:
        return 0.0
    return (1 + BETA**2) * precision * recall / (recall + BETA**2 * precision)


def common_subsequence(one: Sequence[str], other: Sequence[str]) -> int:
    """The most words that two sentences have in the same order, with gaps or without."""
    row = [0] * (len(other) + 1)
    for word in one:
        before = row
        row = [0]
        for k, rival in enumerate(other):
            row.append(before[k] + 1 if word == rival else max(before[k + 1], row[k]))
    return row[-1]


# --- CIDEr-D ------------------------------------------------------------------------------------------


class DocumentFrequencies(NamedTuple):
    """In how many of some pictures a reference has each n-gram, and how many pictures these are."""

    counts: Counter[Ngram]
    pictures: int

    def weight(self, ngram: Ngram) -> float:
        """The inverse document frequency: log(pictures / pictures with it)."""
        return math.log(self.pictures) - math.log(max(1, self.counts[ngram]))


def document_frequencies(references: Iterable[Sequence[str]]) -> DocumentFrequencies:
    """The document frequencies of the references of pictures, a picture's all together one document."""
    counts: Counter[Ngram] = Counter()
    pictures = 0
    for own in references:
        counts.update({ngram for text in own for ngram in ngrams(_words(text))})
        pictures += 1
    return DocumentFrequencies(counts, pictures)


def cider_d(
    candidates: Sequence[str],
    references: Sequence[Sequence[str]],
    frequencies: DocumentFrequencies | None = None,
) -> float:
    """CIDEr-D averaged over the candidates, 0..10: cosines of n-gram counts weighted by their rarity.

    A candidate's counts of n-grams are clipped to the reference's, the cosines averaged over n = 1..4 and
    the references, times exp(-d^2 / 72) for lengths that differ by d. The document frequencies are those of
    the references themselves, if no others are given: for one picture alone they say nothing, and every
    score is 0. Equal to pycocoevalcap, which counts lengths in bigrams. arXiv:1411.5726, sec. 5.
    """
    _check(candidates, references)
    rarity = frequencies or document_frequencies(references)
    return float(np.mean([_cider_d(c, own, rarity) for c, own in zip(candidates, references, strict=True)]))


def _cider_d(candidate: str, references: Sequence[str], rarity: DocumentFrequencies) -> float:
    vector, norms, length = _weighted(candidate, rarity)
    total = 0.0
    for reference in references:
        other, other_norms, other_length = _weighted(reference, rarity)
        dots = np.zeros(LONGEST_NGRAM)
        for ngram, weight in vector.items():
            dots[len(ngram) - 1] += min(weight, other.get(ngram, 0.0)) * other.get(ngram, 0.0)
        scale = norms * other_norms
        cosines = np.divide(dots, scale, out=dots, where=scale != 0)
        total += float(cosines.mean()) * math.exp(-((length - other_length) ** 2) / (2 * SIGMA**2))
    return 10 * total / len(references)


def _weighted(
    sentence: str, rarity: DocumentFrequencies
) -> tuple[dict[Ngram, float], NDArray[np.float64], int]:
    """Each n-gram's count times its weight, the lengths of these vectors by n [4], and the bigrams."""
    words = _words(sentence)
    vector = {ngram: count * rarity.weight(ngram) for ngram, count in ngrams(words).items()}
    squares = np.zeros(LONGEST_NGRAM)
    for ngram, weight in vector.items():
        squares[len(ngram) - 1] += weight**2
    return vector, np.sqrt(squares), max(0, len(words) - 1)


# --- Truthfulness -------------------------------------------------------------------------------------


class Truthfulness(NamedTuple):
    """The statements of a sentence about a drawn scene, each true or false, with the objects it is about."""

    statements: tuple[Statement, ...]

    @property
    def share(self) -> float:
        """The share of true statements, 0..1."""
        return sum(s.true for s in self.statements) / len(self.statements)

    def by_kind(self) -> dict[Kind, tuple[int, int]]:
        """How many statements of each kind are true, and how many there are."""
        return by_kind(self.statements)


def truthful(sentence: str, truth: Truth) -> Truthfulness:
    """What a sentence says of a drawn scene, statement by statement, as the world's checker finds it."""
    return Truthfulness(tuple(check(sentence, truth)))


def by_kind(statements: Iterable[Statement]) -> dict[Kind, tuple[int, int]]:
    """How many statements of each kind are true, and how many there are; kinds in order of appearance."""
    counts: dict[Kind, tuple[int, int]] = {}
    for one in statements:
        true, total = counts.get(one.kind, (0, 0))
        counts[one.kind] = (true + one.true, total + 1)
    return counts


def _words(sentence: str) -> list[str]:
    return sentence.split()


def _check(candidates: Sequence[str], references: Sequence[Sequence[str]]) -> None:
    if len(candidates) != len(references):
        raise DataError(f"{len(candidates)} captions cannot be scored on the references of {len(references)}")
    if not candidates:
        raise DataError("there are no captions to score")
    if empty := [k for k, own in enumerate(references) if not own]:
        raise DataError(f"picture {empty[0] + 1} of {len(references)} has no reference caption")
