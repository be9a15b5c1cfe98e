"""Training of DenseCap: first words on true boxes, then all parts end to end (arXiv:1511.07571, sec. 3.3)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import numpy as np
import torch
from torch import Tensor, nn

from cvdemo.nets.densecap import DenseCap, densecap_loss
from cvdemo.nets.region_words import caption_loss
from cvdemo.ops.vocabulary import END, PAD, Vocabulary
from cvdemo.train.scenes import Sample, draw_sample
from cvdemo.train.ssd import pictures_and_targets
from cvdemo.train.task import NetTask, Progress, flip_half, mixed_precision
from cvdemo.world.captions.words import vocabulary

SHAKE = 0.05
"""Standard deviation of the moves of a true box's edges, in sides."""


class DenseCapTask(NetTask):
    """All parts together, on scenes, mirrored or not."""

    metric = "mAP"

    def loss(
        self, net: nn.Module, batch: list[Sample], rng: np.random.Generator, device: torch.device
    ) -> Tensor:
        batch = flip_half(batch, rng)
        pictures, truth = pictures_and_targets(batch, device)
        words = batch_words(batch, device)
        return densecap_loss(cast(DenseCap, net), pictures, truth, words, mixed_precision(device))


class RegionWordsTask(NetTask):
    """Codes and words alone, on true boxes that are shaken a little: the features stay Faster R-CNN's.

    A step is five times as fast as one of all parts together, and words are what takes longest to learn.
    """

    metric = "exact"

    def loss(
        self, net: nn.Module, batch: list[Sample], rng: np.random.Generator, device: torch.device
    ) -> Tensor:
        own = cast(DenseCap, net)
        for part in (own.backbone, own.pyramid):
            part.eval()  # so that the statistics stay, too
        batch = flip_half(batch, rng)
        pictures, truth = pictures_and_targets(batch, device)
        words = batch_words(batch, device)
        spoken = [w[:, 0] != PAD for w in words]
        boxes = [shaken(t.boxes[on], rng) for t, on in zip(truth, spoken, strict=True)]
        with mixed_precision(device):
            with torch.no_grad():
                features = own.features(pictures)
            regions = own.encode(features, boxes, (pictures.shape[-2], pictures.shape[-1]))
        sentences = torch.cat([w[on] for w, on in zip(words, spoken, strict=True)])
        return caption_loss(own.language, regions.codes, sentences)

    @torch.inference_mode()
    def measure(
        self, net: nn.Module, *, split: str, n: int, device: str, progress: Progress = iter
    ) -> dict[str, Any]:
        """The share of objects whose sentence, written of the true box, is the true one."""
        own, known = cast(DenseCap, net.eval()), vocabulary()
        right = total = 0
        for seed in progress(range(n)):
            sample = draw_sample(seed, split=split, captions=True)
            pictures, _ = pictures_and_targets([sample], torch.device(device))
            rows = [row for row, _ in sample.regions]
            boxes = torch.from_numpy(sample.boxes[rows]).to(device)
            codes = own.encode(own.features(pictures), [boxes], sample.picture.shape[:2]).codes
            written = own.language.write(codes).words.tolist() if rows else []
            right += sum(known.decode(w) == t for w, (_, t) in zip(written, sample.regions, strict=True))
            total += len(rows)
        return {"exact": right / max(total, 1), "regions": total, "n": n}


def batch_words(batch: Sequence[Sample], device: torch.device) -> list[Tensor]:
    """Of each scene of a batch, what `region_words` gives, [T, L] with one L for all."""
    words = [region_words(s, vocabulary()).to(device) for s in batch]
    longest = max(w.shape[1] for w in words)
    return [nn.functional.pad(w, (0, longest - w.shape[1]), value=PAD) for w in words]


def shaken(boxes: Tensor, rng: np.random.Generator) -> Tensor:
    """Boxes [T, 4] whose edges are each moved by about a twentieth of the side, as a detector's are."""
    sides = (boxes[:, 2:] - boxes[:, :2]).repeat(1, 2)  # [T, 4]
    moves = torch.from_numpy(rng.normal(scale=SHAKE, size=boxes.shape).astype(np.float32))
    return boxes + sides * moves.to(boxes.device)


def region_words(sample: Sample, vocabulary: Vocabulary) -> Tensor:
    """Ids [T, L] of the sentence of each object of a scene, with `END`; all `PAD` where it has none."""
    found = {row: [*vocabulary.encode(text), END] for row, text in sample.regions}
    ids = torch.full((len(sample.boxes), max(map(len, found.values()), default=1)), PAD)
    for row, own in found.items():
        ids[row, : len(own)] = torch.tensor(own)
    return ids
