"""Training captioners: captions of samples, mirrored ones, batches of sentences, the loss, a step."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from cvdemo import world
from cvdemo.nets.captioner import CaptionTrace
from cvdemo.ops.vocabulary import END, PAD, START, UNKNOWN
from cvdemo.train import loop
from cvdemo.train.captions import (
    FORGOTTEN,
    SMOOTHING,
    SPREAD,
    CellWords,
    caption_loss,
    naming_loss,
    region_words,
    sentences,
    unevenness,
)
from cvdemo.train.recipes import Scenes, recipe
from cvdemo.train.scenes import Sample, draw_sample
from cvdemo.train.task import flipped, task_of
from cvdemo.world.captions.words import vocabulary, without_relation
from cvdemo.zoo.entries import entries
from cvdemo.zoo.spec import Task
from cvdemo.zoo.weights import read_card

KEYS = [one.key for one in entries(Task.CAPTION)]
CPU = torch.device("cpu")


def test_samples_have_the_captions_of_their_scene_where_asked() -> None:
    sample = Scenes(objects=(6,), captions=True).draw(3)
    truth = world.truth(world.scene(3, split="train", difficulty=world.named("normal", objects=6)), 192, 160)
    assert sample.captions == world.write_captions(truth)
    described = world.describe_regions(truth)
    assert [region.text for region in sample.regions] == [one.text for one in described]
    for region, one in zip(sample.regions, described, strict=True):
        assert tuple(sample.boxes[region.row]) == one.box
    assert draw_sample(3).captions == () and draw_sample(3).regions == ()


def test_mirrored_samples_say_left_for_right() -> None:
    samples = [draw_sample(k, captions=True) for k in range(6)]
    texts = [text for s in samples for text in (*s.captions, *(r.text for r in s.regions))]
    mirrors = [flipped(s) for s in samples]
    mirrored = [text for s in mirrors for text in (*s.captions, *(r.text for r in s.regions))]
    assert any("left of" in text for text in texts)
    for text, other in zip(texts, mirrored, strict=True):
        assert ("left of" in text) == ("right of" in other) and ("right of" in text) == ("left of" in other)
    assert [flipped(s).captions for s in mirrors] == [s.captions for s in samples]


def test_sentences_begin_with_start_and_end_with_end() -> None:
    rng = np.random.default_rng(0)
    said = sentences([["a dog", "a red kite in the sky"], ["two cats"]], rng, CPU)
    known = vocabulary()
    assert said.rows.tolist() == [0, 0, 1]
    assert said.words.shape == said.targets.shape == (3, 7)
    assert said.targets[1].tolist() == [*known.encode("a red kite in the sky"), END]
    assert said.targets[0].tolist() == [*known.encode("a dog"), END, PAD, PAD, PAD, PAD]
    assert (said.words[:, 0] == START).all()
    kept = said.words[:, 1:] != UNKNOWN
    before = torch.where(said.targets == END, PAD, said.targets)[:, :-1]
    assert torch.equal(said.words[:, 1:][kept], before[kept])


def test_a_few_words_are_forgotten_and_no_markers() -> None:
    said = sentences([["a dog"] * 4000], np.random.default_rng(0), CPU)
    assert (said.words[:, 1:3] == UNKNOWN).float().mean() == pytest.approx(FORGOTTEN, abs=0.005)
    assert (said.words[:, 0] == START).all() and not (said.targets == UNKNOWN).any()


def test_the_loss_word_by_word() -> None:
    torch.manual_seed(0)
    targets = torch.tensor([[4, 5, END], [6, END, PAD]])
    trace = CaptionTrace(torch.randn(2, 3, 9), None, torch.empty(0))
    costs = []
    for m, t in ((0, 0), (0, 1), (0, 2), (1, 0), (1, 1)):
        likely = trace.logits[m, t].log_softmax(0)
        costs.append(-(1 - SMOOTHING) * likely[targets[m, t]] - SMOOTHING * likely.mean())
    torch.testing.assert_close(caption_loss(trace, targets), torch.stack(costs).mean())
    attention = torch.rand(2, 3, 2, 2)
    uneven = 0.0
    for m, length in ((0, 3), (1, 2)):
        for cell in attention[m, :length].flatten(1).sum(0).tolist():
            uneven += (1 - cell) ** 2
    assert float(unevenness(attention, targets)) == pytest.approx(uneven / 5)
    both = caption_loss(trace._replace(attention=attention), targets)
    torch.testing.assert_close(both, torch.stack(costs).mean() + SPREAD * uneven / 5)


def test_captioners_learn_alike_but_for_the_steps() -> None:
    assert len(KEYS) == 3
    assert len({replace(recipe(key), key="", task="", steps=0) for key in KEYS}) == 1
    for key in KEYS:
        card = read_card(key)
        assert card is not None and card["steps"] == recipe(key).steps
    assert all(recipe(key).start == "ssd-plus" and recipe(key).eight_bits for key in KEYS)


@pytest.mark.parametrize("key", KEYS)
def test_steps_bring_the_loss_down(key: str) -> None:
    one = replace(recipe(key), warmup=0.0, steps=20)
    run = loop.start(one, task_of(one))
    batch = [draw_sample(k, captions=True, size=(96, 64)) for k in range(2)]
    losses = [loop.take_step(run, batch) for _ in range(6)]
    assert losses[-1] < losses[0] - 1


def test_the_cell_in_an_objects_middle_names_its_words() -> None:
    samples = [draw_sample(k, captions=True) for k in range(4)]
    cells = region_words(samples, (10, 12), CPU)
    known = vocabulary()
    assert cells.words.shape == (4, len(known), 10, 12)
    assert not (cells.objects & cells.nothing).any()
    for k, sample in enumerate(samples):
        named = {(int(s) // 16, int(r) // 16) for r, s in zip(*middles(sample), strict=True)}
        assert {tuple(at) for at in cells.objects[k].nonzero().tolist()} == named
        for row, column in cells.nothing[k].nonzero().tolist():
            block = sample.instances[16 * row : 16 * row + 16, 16 * column : 16 * column + 16]
            assert not block.any()
    first = samples[0].regions[0]
    x, y = middles(samples[0]._replace(regions=(first,)))
    at = cells.words[0, :, int(y[0]) // 16, int(x[0]) // 16]
    assert set(known.encode(without_relation(first.text))) <= set(at.nonzero().flatten().tolist())


def middles(sample: Sample) -> tuple[list[float], list[float]]:
    """x and y of the middles of the boxes that have a description."""
    boxes = [sample.boxes[region.row] for region in sample.regions]
    return [(b[0] + b[2]) / 2 for b in boxes], [(b[1] + b[3]) / 2 for b in boxes]


def test_a_small_or_odd_picture_has_cells_too() -> None:
    sample = draw_sample(1, captions=True, size=(100, 70))
    cells = region_words([sample], (6, 8), CPU)  # padded to 96 x 128
    assert cells.objects.sum() > 0 and cells.nothing[0, 5].all()


def test_what_a_description_says_of_the_object_alone() -> None:
    assert without_relation("a red kite in the sky left of a dog") == "a red kite in the sky"
    assert without_relation("a teddy bear held by a person") == "a teddy bear"
    assert without_relation("a child in a blue coat near a brown cat") == "a child in a blue coat"
    assert without_relation("a brown cat") == "a brown cat"


def test_the_naming_loss_cell_by_cell() -> None:
    torch.manual_seed(0)
    logits, words = torch.randn(2, 5, 2, 2), (torch.rand(2, 5, 2, 2) < 0.3).float()
    objects = torch.zeros(2, 2, 2, dtype=torch.bool)
    nothing = objects.clone()
    objects[0, 0, 0] = objects[1, 1, 0] = nothing[0, 1, 1] = True

    def cost(n: int, row: int, column: int) -> torch.Tensor:
        likely = logits[n, :, row, column].sigmoid()
        said = words[n, :, row, column]
        return -(said * likely.log() + (1 - said) * (1 - likely).log()).sum()

    expected = (cost(0, 0, 0) + cost(1, 1, 0)) / 2 + cost(0, 1, 1)
    torch.testing.assert_close(naming_loss(logits, CellWords(words, objects, nothing)), expected)
    none = CellWords(words, torch.zeros_like(objects), torch.zeros_like(nothing))
    assert naming_loss(logits, none) == 0
