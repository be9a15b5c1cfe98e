"""The captioners trained on the drawn world, as models of any picture."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any

import numpy as np
import torch
from torch import nn

from cvdemo.nets.captioner import CaptionNet, GridMemory, WordStep
from cvdemo.ops.vocabulary import END, PAD, START, UNKNOWN
from cvdemo.world.captions.words import vocabulary
from cvdemo.zoo.captioner import Captioner, Encoded, NextWord, Prefix
from cvdemo.zoo.checkpoint import module_bytes
from cvdemo.zoo.device import autocast
from cvdemo.zoo.drawn import LONG_SIDE, at_working_size
from cvdemo.zoo.spec import ModelSpec

NEVER = (PAD, START, UNKNOWN)
"""Markers that are never said."""

STRIDE = 32  # what a picture is padded to, right and below, before the net sees it


class DrawnCaptioner(Captioner):
    """A net of `cvdemo.nets.captioner` with the drawn world's words.

    It is shown pictures with the longer side at `long_side` pixels. The state behind every prefix is kept
    beside what follows it: one more word is one step of the decoder.
    """

    end = END
    length_penalty = 0.4  # the best of 0 to 0.8 on val scenes: without it captions are too short
    longest = 30  # the longest caption of the world has 22 words

    def __init__(self, spec: ModelSpec, device: str, net: nn.Module, *, long_side: int = LONG_SIDE) -> None:
        super().__init__(spec, device=device, nbytes=module_bytes(net))
        self.net: CaptionNet = net.eval().to(device).to(memory_format=torch.channels_last)  # type: ignore[assignment]
        self.long_side = long_side
        self.words = vocabulary().words
        self.attends = self.net.attends

    def encode(self, picture: np.ndarray) -> tuple[Any, tuple[int, int] | None, tuple[float, float]]:
        x = at_working_size(picture, self.device, self.long_side)  # [1, 3, h, w]
        with autocast(self.device):
            memory = self.net.encode(x)
        scale = picture.shape[0] / x.shape[2], picture.shape[1] / x.shape[3]
        high, wide = (side + -side % STRIDE for side in x.shape[2:])
        grid = None
        if self.attends:
            assert isinstance(memory, GridMemory)
            grid = memory.grid.shape[2], memory.grid.shape[3]
        return memory, grid, (high * scale[0], wide * scale[1])

    def decode(self, encoded: Encoded, prefixes: Sequence[Prefix]) -> dict[Prefix, NextWord]:
        missing, found = _with_beginnings(encoded, prefixes)
        for length, group in groupby(sorted(missing, key=len), key=len):
            same = list(group)
            if length:
                state = self.net.join([found[prefix[:-1]].state for prefix in same])
                words = [prefix[-1] for prefix in same]
            else:
                state, words = self.net.start(encoded.memory), [START]
            step = self.net.step(state, torch.tensor(words, device=self.device))
            found |= zip(same, self._rows(step), strict=True)
        return found

    def _rows(self, step: WordStep) -> Iterable[NextWord]:
        """A step's sentences, one by one."""
        logits = step.logits.float()
        logits[:, NEVER] = -torch.inf
        likely = logits.log_softmax(dim=1).cpu().numpy()
        maps = None if step.attention is None else step.attention.float().cpu().numpy()
        for k in range(len(likely)):
            state = self.net.pick(step.state, torch.tensor([k], device=logits.device))
            yield NextWord(likely[k], None if maps is None else maps[k], state)

    def text(self, ids: Iterable[int]) -> str:
        return vocabulary().decode(ids)


def _with_beginnings(
    encoded: Encoded, prefixes: Iterable[Prefix]
) -> tuple[set[Prefix], dict[Prefix, NextWord]]:
    """The prefixes with those of their beginnings that are not in the memo, and the longest that are."""
    missing: set[Prefix] = set()
    known: dict[Prefix, NextWord] = {}
    for prefix in prefixes:
        missing.add(prefix)
        for length in range(len(prefix) - 1, -1, -1):
            begin = prefix[:length]
            if (found := encoded.memo.get(begin)) is not None:
                known[begin] = found
            if found is not None or begin in missing:
                break
            missing.add(begin)
    return missing, known
