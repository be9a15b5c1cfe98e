"""Training a net that writes captions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, cast

import numpy as np
import torch
from torch import Tensor, nn

from cvdemo.nets.caption_encoder import STRIDE
from cvdemo.nets.captioner import CaptionNet, CaptionTrace
from cvdemo.ops.vocabulary import END, PAD, START, UNKNOWN
from cvdemo.train.scenes import Sample
from cvdemo.train.task import NetTask, as_tensor, flip_half, mixed_precision
from cvdemo.world.captions.words import vocabulary, without_relation

SMOOTHING = 0.05  # of the target's probability, to all words alike (arXiv:1512.00567, sec. 7)
FORGOTTEN = 0.03  # of the words that a caption goes on from, so that it can from one that it does not know
NAMING = 0.1  # weight of the words that the cells name
SPREAD = 0.005  # weight of doubly stochastic attention, of a caption's words together


class Sentences(NamedTuple):
    """Captions of a batch: `words` [M, T] go in, `targets` [M, T] come out, of the pictures `rows` [M]."""

    words: Tensor
    targets: Tensor
    rows: Tensor


class CaptionTask(NetTask):
    """Any captioner of `cvdemo.zoo.entries`, by its key, on all captions of scenes, mirrored or not."""

    metric = "BLEU4"

    def loss(
        self, net: nn.Module, batch: list[Sample], rng: np.random.Generator, device: torch.device
    ) -> Tensor:
        batch = flip_half(batch, rng)
        pictures = as_tensor(np.stack([s.picture for s in batch]), device)
        said = sentences([s.captions for s in batch], rng, device)
        own = cast(CaptionNet, net)
        with mixed_precision(device):
            grid = own.grid(pictures)
        trace = own.tell(own.remember(grid), said.words, said.rows)
        names = naming_loss(cast(Any, net).word_at(grid), region_words(batch, grid.shape[-2:], device))
        return caption_loss(trace, said.targets) + NAMING * names


def sentences(captions: Sequence[Sequence[str]], rng: np.random.Generator, device: torch.device) -> Sentences:
    """All captions of each of some pictures, as words; a few of those that go in are `UNKNOWN`."""
    known = vocabulary()
    ids = [(row, known.encode(caption)) for row, own in enumerate(captions) for caption in own]
    longest = 1 + max(len(one) for _, one in ids)
    words = np.full((len(ids), longest), PAD)
    targets = np.full((len(ids), longest), PAD)
    for k, (_, one) in enumerate(ids):
        words[k, : len(one) + 1] = [START, *one]
        targets[k, : len(one) + 1] = [*one, END]
    words[(rng.random(words.shape) < FORGOTTEN) & (words > UNKNOWN)] = UNKNOWN
    rows = np.array([row for row, _ in ids])
    return Sentences(*(torch.from_numpy(v).to(device) for v in (words, targets, rows)))


class CellWords(NamedTuple):
    """The words of the description of the object whose middle is in a cell, `words` [N, V, h, w], 0 or 1.

    `objects` [N, h, w] are the cells with such an object, `nothing` [N, h, w] those that no object touches.
    """

    words: Tensor
    objects: Tensor
    nothing: Tensor


def region_words(batch: Sequence[Sample], shape: Sequence[int], device: torch.device) -> CellWords:
    """What the cells of a grid of a shape (h, w) are to name, of scenes with the descriptions of regions."""
    known = vocabulary()
    height, width = shape
    words = np.zeros((len(batch), len(known), height, width), np.float32)
    nothing = np.zeros((len(batch), height, width), np.bool_)
    for k, sample in enumerate(batch):
        high, wide = sample.instances.shape
        blocks = sample.instances[: height * STRIDE, : width * STRIDE]
        padded = np.pad(blocks, ((0, height * STRIDE - high), (0, width * STRIDE - wide)))
        nothing[k] = padded.reshape(height, STRIDE, width, STRIDE).max(axis=(1, 3)) == 0
        for region in sample.regions:
            x1, y1, x2, y2 = sample.boxes[region.row]
            row, column = int((y1 + y2) / 2 // STRIDE), int((x1 + x2) / 2 // STRIDE)
            words[k, known.encode(without_relation(region.text)), row, column] = 1
    objects = words.any(axis=1)
    return CellWords(*(torch.from_numpy(v).to(device) for v in (words, objects, nothing & ~objects)))


def naming_loss(logits: Tensor, cells: CellWords) -> Tensor:
    """Cross-entropy of each word by itself, of logits [N, V, h, w]: mean of objects plus mean of the rest."""
    costs = nn.functional.binary_cross_entropy_with_logits(logits, cells.words, reduction="none").sum(dim=1)
    found, empty = costs[cells.objects], costs[cells.nothing]
    return found.sum() / max(len(found), 1) + empty.sum() / max(len(empty), 1)


def caption_loss(trace: CaptionTrace, targets: Tensor) -> Tensor:
    """Cross-entropy of the words [M, T] with label smoothing, and what uneven attention costs, per word."""
    words = nn.functional.cross_entropy(
        trace.logits.flatten(0, 1), targets.flatten(), ignore_index=PAD, label_smoothing=SMOOTHING
    )
    return words if trace.attention is None else words + SPREAD * unevenness(trace.attention, targets)


def unevenness(attention: Tensor, targets: Tensor) -> Tensor:
    """How far a caption's attention is from reaching every cell once: arXiv:1502.03044, eq. 14, per word.

    Attention [M, T, h, w], targets [M, T].
    """
    said = targets != PAD  # [M, T]
    reached = (attention * said[..., None, None]).sum(dim=1)  # [M, h, w]
    return (1 - reached).square().sum() / said.sum()
