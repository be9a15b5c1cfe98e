"""How a caption comes about: its beginning, the search or the draws, each word's rivals and attention."""

from __future__ import annotations

import contextlib
import math
from enum import StrEnum
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cvdemo.errors import DataError
from cvdemo.ops.decoding import (
    BeamStep,
    Hypothesis,
    NextWords,
    Words,
    beam_search,
    ranked,
    reshaped,
    sample,
)
from cvdemo.zoo.captioner import Captioner, Encoded

RIVALS, LEAST = (
    5,
    0.001,
)  # words under each word of a caption; beyond the third only those of this probability
DRAWS = 6  # captions that are drawn at once
STOP = "."  # how a typed beginning says that the sentence ends there
NUMBERS = "#"  # what stands before words that are given by their numbers


class Method(StrEnum):
    """How words are chosen."""

    BEAM = "beam search"
    SAMPLE = "sampling"


class Decoding(NamedTuple):
    """How a sentence is chosen: the search's width and length penalty, or what words are drawn from.

    `longest` is the largest number of words, `end` included. `draw` is the seed of the draws.
    """

    method: Method = Method.BEAM
    longest: int = 24
    width: int = 3
    penalty: float = 0.0
    temperature: float = 1.0
    top_k: int | None = None
    top_p: float = 1.0
    draw: int = 0

    def chances(self, log_probabilities: NDArray[np.floating[Any]]) -> NDArray[np.floating[Any]]:
        """What a word is drawn from: probabilities [V]; for a beam search the model's own."""
        if self.method is Method.BEAM:
            return np.exp(log_probabilities)
        return reshaped(log_probabilities, temperature=self.temperature, top_k=self.top_k, top_p=self.top_p)


class Begin(NamedTuple):
    """The words that a sentence has to begin with, and whether it ends after them."""

    words: Words = ()
    ended: bool = False


class Rival(NamedTuple):
    """A word that could have stood in a place, its probability, and the chance that sampling gives it."""

    word: int
    text: str
    probability: float
    chance: float


class Place(NamedTuple):
    """A place of a caption: its word (None where the length limit cut it off) and what competed there.

    `log_probability` is the word's own, `given` says that the visitor chose it, `perplexity` over how many
    equally likely words the model is in doubt. `attention` [h, w] sums to one, None for a net without.
    """

    word: int | None
    text: str
    log_probability: float
    chance: float
    given: bool
    perplexity: float
    rivals: tuple[Rival, ...]
    attention: NDArray[np.float32] | None


class Caption(NamedTuple):
    """A caption with the places of its words and of its end; without an end it is not finished."""

    text: str
    words: Words
    finished: bool
    places: tuple[Place, ...]

    @property
    def log_probability(self) -> float:
        """log p(S | I) of all its words, the given ones too."""
        return sum(place.log_probability for place in self.places)


class Written(NamedTuple):
    """What a model writes: the caption, and the steps of the search or what was drawn, best first."""

    caption: Caption
    steps: tuple[BeamStep, ...]
    found: tuple[Hypothesis, ...]
    begin: Begin


def piece(model: Captioner, word: int) -> str:
    """A word of the vocabulary as it is shown."""
    return "■ end" if word == model.end else model.words[word].strip() or "␣"


def read_begin(text: str, model: Captioner) -> Begin:
    """The words of a typed beginning, a full stop at its end for the end of the sentence.

    "#12,7" are words by their numbers. Raises DataError for a word that the model does not know.
    """
    said = text.strip()
    words, ended = said.removesuffix(STOP), said.endswith(STOP)
    if not words.startswith(NUMBERS):
        return Begin(model.ids(words), ended)
    ids = [int(part) if part.isascii() and part.isdigit() else -1 for part in words[1:].split(",")]
    if not all(0 <= k < len(model.words) for k in ids):
        raise DataError(f"'{words[:40]}' are not numbers of words: {model.spec.title} has {len(model.words)}")
    return Begin(tuple(ids), ended)


def begin_text(begin: Begin, model: Captioner) -> str:
    """A beginning as `read_begin` reads it: by numbers where its text has other tokens."""
    stop = STOP if begin.ended else ""
    text = model.text(begin.words) + stop
    with contextlib.suppress(DataError):
        if read_begin(text, model) == begin:
            return text
    return NUMBERS + ",".join(map(str, begin.words)) + stop


def next_words(model: Captioner, encoded: Encoded) -> NextWords:
    """The model's log-probabilities of the next word after beginnings; only its decoder runs."""
    return lambda beginnings: model.next_words(encoded, beginnings).log_probabilities


def write(model: Captioner, encoded: Encoded, decoding: Decoding, begin: Begin = Begin()) -> Written:  # noqa: B008
    """A caption of an encoded picture that begins as told.

    DataError where the beginning leaves no word below the length limit.
    """
    if begin.ended:
        return Written(spell(model, encoded, begin.words, True, decoding, begin), (), (), begin)
    steps: tuple[BeamStep, ...] = ()
    options: dict[str, Any] = {"end": model.end, "longest": decoding.longest, "begin": begin.words}
    ask = next_words(model, encoded)
    if decoding.method is Method.BEAM:
        steps = tuple(beam_search(ask, width=decoding.width, length_penalty=decoding.penalty, **options))
        found = tuple(ranked(steps))
        first = found[0]
    else:
        drawn = [sample(ask, **options, **_draws(decoding), rng=_rng(decoding, k)) for k in range(DRAWS)]
        first, found = drawn[0], tuple(drawn)
    caption = spell(model, encoded, first.words, first.finished, decoding, begin)
    return Written(caption, steps, found, begin)


def _draws(decoding: Decoding) -> dict[str, Any]:
    return {"temperature": decoding.temperature, "top_k": decoding.top_k, "top_p": decoding.top_p}


def _rng(decoding: Decoding, number: int) -> np.random.Generator:
    return np.random.default_rng((decoding.draw, number))


def spell(
    model: Captioner, encoded: Encoded, words: Words, finished: bool, decoding: Decoding, begin: Begin
) -> Caption:
    """A sentence with the probabilities, rivals and attention of every place."""
    out = model.next_words(encoded, [words[:k] for k in range(len(words) + 1)])
    said: tuple[int | None, ...] = (*words, model.end if finished else None)
    places = []
    for k, word in enumerate(said):
        given = k < len(begin.words) or (begin.ended and k == len(words))
        attention = None if out.attention is None else out.attention[k]
        places.append(_place(model, word, out.log_probabilities[k], attention, decoding, given))
    return Caption(model.text(words), words, finished, tuple(places))


def _place(
    model: Captioner,
    word: int | None,
    row: NDArray[np.float32],
    attention: NDArray[np.float32] | None,
    decoding: Decoding,
    given: bool,
) -> Place:
    probabilities, chances = np.exp(row), decoding.chances(row)
    top = np.argpartition(-row, min(RIVALS, len(row) - 1))[: RIVALS + 1]  # of 50,000 words in some models
    others = [k for k in top[np.argsort(-row[top], kind="stable")].tolist() if k != word][:RIVALS]
    rivals = tuple(
        Rival(k, piece(model, k), float(probabilities[k]), float(chances[k]))
        for n, k in enumerate(others)
        if n < 3 or probabilities[k] >= LEAST
    )
    some = probabilities > 0  # markers never are
    entropy = -float((probabilities[some] * row[some]).sum())
    return Place(
        word,
        "cut off" if word is None else piece(model, word),
        0.0 if word is None else float(row[word]),
        0.0 if word is None else float(chances[word]),
        given,
        math.exp(entropy),
        rivals,
        attention,
    )


def attention_maps(caption: Caption) -> NDArray[np.float32] | None:
    """Attention of every place [T, h, w], None for a net without."""
    maps = [place.attention for place in caption.places if place.attention is not None]
    return np.stack(maps).astype(np.float32) if len(maps) == len(caption.places) else None


def continued(caption: Caption, place: int, word: int, end: int) -> Begin:
    """The beginning after a visitor chose another word for a place of a caption."""
    before = caption.words[:place]
    return Begin(before, True) if word == end else Begin((*before, word))


def caption_as_json(written: Written, model: Captioner, decoding: Decoding) -> dict[str, Any]:
    """A caption with its probabilities, rivals and attention, for JSON."""
    caption = written.caption
    return {
        "model": model.spec.key,
        "caption": caption.text,
        "finished": caption.finished,
        "log_probability": round(caption.log_probability, 6),
        "decoding": {**decoding._asdict(), "method": str(decoding.method)},
        "begin": begin_text(written.begin, model),
        "words": [_as_json(place) for place in caption.places],
        "found": [
            {"caption": model.text(h.words), "log_probability": h.log_probability, "score": h.score,
             "finished": h.finished}
            for h in written.found
        ],
    }  # fmt: skip


def _as_json(place: Place) -> dict[str, Any]:
    attention = None if place.attention is None else place.attention.astype(float).round(5).tolist()
    return {
        "word": place.text,
        "probability": 0.0 if place.word is None else round(math.exp(place.log_probability), 6),
        "given": place.given,
        "perplexity": round(place.perplexity, 3),
        "rivals": [{"word": r.text, "probability": round(r.probability, 6)} for r in place.rivals],
        "attention": attention,
    }
