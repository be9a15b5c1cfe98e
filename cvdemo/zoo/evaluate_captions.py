"""A captioner's scores on pictures with reference captions: drawn scenes, or photos with COCO's captions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from cvdemo import world
from cvdemo.data.coco_captions import read_captions
from cvdemo.errors import DataError
from cvdemo.metrics.captions import bleu, by_kind, cider_d, exact, rouge_l, tokenised, truthful
from cvdemo.world.captions.checker import SINGULAR, is_named
from cvdemo.world.difficulty import Difficulty
from cvdemo.world.reading import Truth
from cvdemo.zoo.captioner import Caption, Captioner, Encoded
from cvdemo.zoo.evaluate import SIZE, pictures_in

BEAM = 3
"""The width of the beam that captions are scored with."""


class CaptionedPicture(NamedTuple):
    """A picture, its reference captions as `tokenised` words, and of a drawn scene the truth."""

    picture: np.ndarray
    references: tuple[str, ...]
    truth: Truth | None = None


CaptionData = Sequence[Callable[[], CaptionedPicture]]
"""Pictures with captions, one function each."""


class NounPeak(NamedTuple):
    """Where a net looked when it said a noun: the word's place in the caption, the attention's peak.

    `at` is x, y in the picture's pixels, `rows` are the rows of the truth that the noun names, `inside`
    whether the peak is in the box of one of them.
    """

    word: int
    at: tuple[int, int]
    rows: tuple[int, ...]
    inside: bool


def drawn_captions(
    split: str, n: int, difficulty: Difficulty | None = None, *, size: tuple[int, int] = SIZE
) -> CaptionData:
    """The drawn scenes of the seeds 0 to n - 1 of a split at a size (width, height)."""

    def draw(seed: int) -> CaptionedPicture:
        picture, truth = world.draw(world.scene(seed, split=split, difficulty=difficulty), *size)
        return CaptionedPicture(picture, world.write_captions(truth), truth)

    world.scene(0, split=split)  # says at once that there is no such split
    return [partial(draw, seed) for seed in range(n)]


def open_captions(data: str, n: int | None) -> CaptionData:
    """The first n pictures of "coco-captions:CAPTIONS.json:IMAGES_DIR", all where None."""
    kind, _, rest = data.partition(":")
    file, _, folder = rest.rpartition(":")
    if kind != "coco-captions" or not file or not folder:
        raise DataError(
            f"cannot use '{data[:80]}' for captions: write it as world:SPLIT or "
            f"coco-captions:CAPTIONS.json:IMAGES_DIR"
        )
    entries = dict(list(read_captions(file).items())[:n])
    pictures = pictures_in(Path(folder), {k: entry.name for k, entry in entries.items()})

    def read(image_id: int) -> CaptionedPicture:
        said = tuple(tokenised(text) for text in entries[image_id].captions)
        return CaptionedPicture(pictures[image_id](), said)

    return [partial(read, image_id) for image_id in entries]


def evaluate_captions(
    model: Captioner,
    data: CaptionData,
    *,
    progress: Callable[[Iterable[Any]], Iterable[Any]] = iter,
    beam: int = BEAM,
) -> dict[str, Any]:
    """BLEU-1 to 4, ROUGE-L and CIDEr-D of a captioner by beam search, `beam`, n and milliseconds.

    On drawn scenes also `exact`, the share of captions that equal a reference, `truthful`, the share of all
    their statements that are true, the same `per_kind`, and of a net that attends `attention_on_noun`: how
    many of the nouns that name something in the scene have the peak of their attention inside its box.
    `unfinished` is the share of captions that reached the limit of words. The time is that of encoder and
    decoder.
    """
    if not data:
        raise DataError("there is no picture with captions to score")
    said: list[Caption] = []
    references: list[Sequence[str]] = []
    statements: list[world.Statement] = []
    peaks: list[NounPeak] = []
    for read in progress(data):
        one = read()
        encoded = model.encoded(one.picture)
        found = model.caption(encoded, beam=beam)
        said.append(found)
        references.append(one.references)
        if one.truth is not None:
            statements += truthful(tokenised(found.text), one.truth).statements
            peaks += noun_peaks(model, encoded, found.words, one.truth)
    numbers = score_captions([found.text for found in said], references)
    if statements:
        numbers |= _truthfulness(statements, exact([tokenised(found.text) for found in said], references))
    if peaks:
        numbers["attention_on_noun"] = float(np.mean([peak.inside for peak in peaks]))
    return numbers | {
        "unfinished": float(np.mean([not found.finished for found in said])),
        "beam": beam,
        "length_penalty": model.length_penalty,
        "n": len(said),
        "ms_per_image": round(float(np.mean([found.milliseconds for found in said])), 2),
    }


def score_captions(captions: Sequence[str], references: Sequence[Sequence[str]]) -> dict[str, Any]:
    """BLEU-1 to 4, ROUGE-L and CIDEr-D of captions, made `tokenised`, and references that are."""
    words = [tokenised(text) for text in captions]
    names = ("BLEU1", "BLEU2", "BLEU3", "BLEU4", "ROUGE_L", "CIDEr")
    values = (*bleu(words, references), rouge_l(words, references), cider_d(words, references))
    return dict(zip(names, values, strict=True))


def _truthfulness(statements: Sequence[world.Statement], equal: float) -> dict[str, Any]:
    kinds = by_kind(statements)
    true = sum(count for count, _ in kinds.values())
    per_kind = {kind: round(count / total, 4) for kind, (count, total) in sorted(kinds.items())}
    return {"exact": equal, "truthful": true / len(statements), "per_kind": per_kind}


def noun_peaks(model: Captioner, encoded: Encoded, words: Sequence[int], truth: Truth) -> list[NounPeak]:
    """Where a net that attends looked for each noun that names an object of the scene; else nothing.

    A noun of two words is looked for at its first; nouns that name nothing in the scene have no place.
    """
    if not model.attends:
        return []
    texts = [model.words[word] for word in words]
    firsts = {noun.split()[0]: name for noun, name in SINGULAR.items()}
    found = []
    for k, text in enumerate(texts):
        rows = [row for row in range(len(truth)) if text in firsts and is_named(truth, row, firsts[text])]
        attention = model.next_words(encoded, [tuple(words[:k])]).attention if rows else None
        if attention is None:
            continue
        spread = encoded.over_picture(attention[0])
        y, x = divmod(int(spread.argmax()), spread.shape[1])
        scale = truth.width / spread.shape[1]
        u, v = (x + 0.5) * scale, (y + 0.5) * scale
        x1, y1, x2, y2 = truth.boxes[rows].T
        inside = bool(((x1 <= u) & (u <= x2) & (y1 <= v) & (v <= y2)).any())
        found.append(NounPeak(k, (x, y), tuple(rows), inside))
    return found
