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
from cvdemo.train.captions import FORGOTTEN, SMOOTHING, SPREAD, caption_loss, sentences, unevenness
from cvdemo.train.recipes import Scenes, recipe
from cvdemo.train.scenes import draw_sample
from cvdemo.train.task import flipped, task_of
from cvdemo.world.captions.words import vocabulary
from cvdemo.zoo.entries import entries
from cvdemo.zoo.spec import Task

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


def test_captioners_have_the_same_budget_and_the_same_start() -> None:
    assert len(KEYS) == 3
    assert len({replace(recipe(key), key="", task="") for key in KEYS}) == 1
    assert all(recipe(key).start == "ssd" and recipe(key).eight_bits for key in KEYS)


@pytest.mark.parametrize("key", KEYS)
def test_steps_bring_the_loss_down(key: str) -> None:
    one = replace(recipe(key), warmup=0.0, steps=20)
    run = loop.start(one, task_of(one))
    batch = [draw_sample(k, captions=True, size=(96, 64)) for k in range(2)]
    losses = [loop.take_step(run, batch) for _ in range(6)]
    assert losses[-1] < losses[0] - 1
