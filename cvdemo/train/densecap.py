"""Training of DenseCap: detector and words together, end to end (arXiv:1511.07571, sec. 3.3)."""

from __future__ import annotations

from typing import cast

import numpy as np
import torch
from torch import Tensor, nn

from cvdemo.nets.densecap import DenseCap, densecap_loss
from cvdemo.ops.vocabulary import END, PAD, Vocabulary
from cvdemo.train.scenes import Sample
from cvdemo.train.ssd import pictures_and_targets
from cvdemo.train.task import NetTask, flip_half, mixed_precision
from cvdemo.world.captions.words import vocabulary


class DenseCapTask(NetTask):
    """All parts together, on scenes, mirrored or not."""

    metric = "mAP"

    def loss(
        self, net: nn.Module, batch: list[Sample], rng: np.random.Generator, device: torch.device
    ) -> Tensor:
        batch = flip_half(batch, rng)
        pictures, truth = pictures_and_targets(batch, device)
        words = [region_words(s, vocabulary()).to(device) for s in batch]
        longest = max(w.shape[1] for w in words)
        padded = [nn.functional.pad(w, (0, longest - w.shape[1]), value=PAD) for w in words]
        return densecap_loss(cast(DenseCap, net), pictures, truth, padded, mixed_precision(device))


def region_words(sample: Sample, vocabulary: Vocabulary) -> Tensor:
    """Ids [T, L] of the sentence of each object of a scene, with `END`; all `PAD` where it has none."""
    found = {row: [*vocabulary.encode(text), END] for row, text in sample.regions}
    ids = torch.full((len(sample.boxes), max(map(len, found.values()), default=1)), PAD)
    for row, own in found.items():
        ids[row, : len(own)] = torch.tensor(own)
    return ids
