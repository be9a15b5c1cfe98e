"""DenseCap of the drawn world as a model of any picture."""

from __future__ import annotations

import copy
from dataclasses import replace
from typing import Any, cast

import numpy as np
import torch
from numpy.typing import NDArray

from cvdemo.nets.densecap import DenseCap, DenseCapTrace
from cvdemo.nets.region_words import WordsTrace
from cvdemo.ops.vocabulary import END, PAD, UNKNOWN, Vocabulary
from cvdemo.world.captions.words import vocabulary
from cvdemo.zoo.checkpoint import module_bytes
from cvdemo.zoo.dense_captioner import (
    LEAST,
    LOOSE_IOU,
    MOST,
    DenseCaptioner,
    RawRegions,
    RegionsInside,
    Rival,
)
from cvdemo.zoo.device import autocast
from cvdemo.zoo.drawn import LONG_SIDE, at_working_size
from cvdemo.zoo.spec import ModelSpec


class DrawnDenseCaptioner(DenseCaptioner):
    """DenseCap, shown pictures with the longer side at `long_side` pixels."""

    whole_sentences = True

    def __init__(self, spec: ModelSpec, device: str, net: Any, *, long_side: int = LONG_SIDE) -> None:
        super().__init__(spec, device=device, nbytes=module_bytes(net))
        other = copy.copy(cast(DenseCap, net))  # the weights are shared, the configuration is not
        detect = replace(other.config.detect, score=LEAST, iou=LOOSE_IOU, most=MOST)
        other.config = replace(other.config, detect=detect)
        self.net = other.eval().to(device).to(memory_format=torch.channels_last)
        self.long_side = long_side
        self.vocabulary = vocabulary()

    def network(self, picture: NDArray[np.uint8]) -> RawRegions:
        trace, back = self.trace(picture)
        found = trace.detected[0]
        words, texts, rivals = written(trace.words, self.vocabulary)
        return RawRegions(
            boxes=(found.boxes.cpu().numpy() * back).astype(np.float32),
            scores=found.scores.cpu().numpy().astype(np.float32),
            words=words,
            texts=texts,
            log_probabilities=trace.words.log_probabilities.sum(dim=1).cpu().numpy(),
            milliseconds=0.0,
            rivals=rivals,
            codes=trace.regions.codes.cpu().numpy(),
            inside=self._inside(trace, back),
        )

    def _inside(self, trace: DenseCapTrace, back: NDArray[np.float32]) -> RegionsInside:
        proposed, regions = trace.detector.proposals[0], trace.regions
        squares = self.net.encode.glimpse.squares(regions.rois)[:, 1:]
        return RegionsInside(
            proposed.boxes.cpu().numpy() * back,
            proposed.scores.cpu().numpy(),
            regions.attention.cpu().numpy(),
            squares.cpu().numpy() * back,
        )

    @torch.inference_mode()
    def trace(self, picture: NDArray[np.uint8]) -> tuple[DenseCapTrace, NDArray[np.float32]]:
        """All that happens inside, at the working size, and [4] the picture's pixels for one of its."""
        x = at_working_size(picture, self.device, self.long_side)
        with autocast(self.device):
            trace = self.net(x)
        height, width = picture.shape[:2]
        return trace, np.array([width / x.shape[3], height / x.shape[2]] * 2, np.float32)

    def log_probability_of(self, text: str, found: RawRegions) -> NDArray[np.float32]:
        ids = [k for k in self.vocabulary.encode(text) if k != UNKNOWN]
        if not ids or not len(found) or found.codes is None:
            return np.zeros(len(found), np.float32)
        codes = found.codes
        return self.run(lambda: self._log_probability(ids, codes)).value

    @torch.inference_mode()
    def _log_probability(self, ids: list[int], codes: NDArray[np.float32]) -> NDArray[np.float32]:
        words = torch.tensor(ids, device=self.device).expand(len(codes), -1)
        likely = self.net.language(torch.from_numpy(codes).to(self.device), words)  # [N, L, V]
        own = likely.gather(2, words[..., None])[..., 0].sum(dim=1)
        return np.asarray(own.float().cpu().numpy(), np.float32)

    def unknown_words(self, text: str) -> list[str]:
        return [word for word in text.lower().split() if word not in self.vocabulary]


def written(
    trace: WordsTrace, words: Vocabulary
) -> tuple[list[tuple[int, ...]], list[str], list[list[list[Rival]]]]:
    """The ids of each sentence without the end, the sentences, and the rivals of each word and of the end."""
    ids = [tuple(k for k in row if k not in (PAD, END)) for row in trace.words.tolist()]
    texts = [words.decode(row) for row in ids]
    likely = zip(
        trace.rivals.tolist(), trace.rival_log_probabilities.tolist(), trace.words.tolist(), strict=True
    )
    rivals = [
        [
            [Rival(words.words[k], p) for k, p in zip(some, logs, strict=True)]
            for some, logs, word in zip(each, own, row, strict=True)
            if word != PAD
        ]
        for each, own, row in likely
    ]
    return ids, texts, rivals
