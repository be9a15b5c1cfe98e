"""A caption against the truth of a scene: what is true of it, its scores, and what held-out scenes say."""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple

from cvdemo import world
from cvdemo.labs.captions.experiment import Caption
from cvdemo.metrics.captions import (
    DocumentFrequencies,
    Truthfulness,
    bleu,
    cider_d,
    document_frequencies,
    truthful,
)
from cvdemo.world.reading import Truth
from cvdemo.zoo.captioner import Captioner, Encoded
from cvdemo.zoo.entries import entries
from cvdemo.zoo.evaluate_captions import noun_peaks
from cvdemo.zoo.spec import Task
from cvdemo.zoo.weights import has_weights, read_card

SEED, SCENES, SIZE = 50_000, 100, (192, 144)  # whose references say how rare words are
FIGURES = ("BLEU4", "CIDEr", "truthful", "exact", "attention_on_noun")
KINDS = ("count", "colour", "relation")  # of statements, whose shares of true ones are listed


class Judged(NamedTuple):
    """A caption against a scene's truth: statements, references, BLEU-1 to 4, CIDEr-D, whether it is one."""

    truthful: Truthfulness
    references: tuple[str, ...]
    bleu: tuple[float, ...]
    cider: float
    exact: bool


@cache
def rarity() -> DocumentFrequencies:
    """How rare each run of words is in the references of some held-out scenes: what CIDEr-D weights by."""
    scenes = (world.scene(SEED + k, split="test") for k in range(SCENES))
    return document_frequencies(world.write_captions(world.truth(scene, *SIZE)) for scene in scenes)


def judge(sentence: str, truth: Truth) -> Judged:
    """A sentence against what is known of a scene."""
    references = world.write_captions(truth)
    return Judged(
        truthful(sentence, truth),
        references,
        bleu([sentence], [references]),
        cider_d([sentence], [references], rarity()),
        sentence in references,
    )


def nouns_found(model: Captioner, encoded: Encoded, caption: Caption, truth: Truth) -> dict[int, bool]:
    """For the places of nouns that name something in the scene: whether the net looks at one of these."""
    return {peak.word: peak.inside for peak in noun_peaks(model, encoded, caption.words, truth)}


def held_out() -> list[dict[str, Any]]:
    """The held-out figures of the drawn world's captioners, from their cards, as lines of a table."""
    lines = []
    for net in entries(Task.CAPTION):
        card = read_card(net.key)
        if card is not None and has_weights(net.key):
            numbers = card["metrics"]
            figures = {name.replace("_", " "): numbers.get(name) for name in FIGURES}
            kinds = {f"true {kind}s": numbers.get("per_kind", {}).get(kind) for kind in KINDS}
            rounded = {k: None if v is None else round(float(v), 3) for k, v in {**figures, **kinds}.items()}
            lines.append({"net": net.title, **rounded})
    return lines
