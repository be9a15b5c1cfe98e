"""Show and tell: the LSTM sees the picture once, before the first word (arXiv:1411.4555).

The picture's vector is the input at step -1 (sec. 3.1, eq. 10 to 12), as long as a word's embedding. Against
the paper, the encoder is small and the vector normalised (arXiv:1607.06450); `show_and_tell_paper` builds
it as published.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor, nn

from cvdemo.nets.caption_encoder import CaptionEncoder
from cvdemo.nets.captioner import CaptionTrace, VectorMemory, WordStep, join_rows, lstm_cell, pick_rows
from cvdemo.nets.ssd import SSDConfig


@dataclass(frozen=True)
class ShowAndTellConfig:
    """Sizes: words, the picture's channels, embeddings of words and picture, LSTM; dropout in training."""

    words: int
    channels: int = 160
    embedding: int = 256
    hidden: int = 256
    dropout: float = 0.1


class TellState(NamedTuple):
    """The LSTM's `hidden` and `cell` [M, D] of sentences."""

    hidden: Tensor
    cell: Tensor


class ShowAndTell(CaptionEncoder):
    """Pictures [N, 3, H, W], RGB in 0..1, and the words said so far, to logits of the next word."""

    attends = False

    def __init__(self, config: ShowAndTellConfig, levels: SSDConfig | None = None) -> None:
        super().__init__(config.words, config.channels, levels)
        self.sizes = config
        self.embed = nn.Embedding(config.words, config.embedding)
        self.embed_picture = nn.Linear(config.channels, config.embedding)
        self.norm = self.build_norm(config.embedding)
        self.lstm = lstm_cell(config.embedding, config.hidden)
        self.dropout = nn.Dropout(config.dropout)
        self.classify = nn.Linear(config.hidden, config.words)

    def build_norm(self, size: int) -> nn.Module:
        """What the picture's vector goes through."""
        return nn.LayerNorm(size)

    def remember(self, grid: Tensor) -> VectorMemory:
        cells = grid[:, : self.sizes.channels]  # the mean of all places says nothing
        return VectorMemory(self.norm(self.embed_picture(cells.mean(dim=(2, 3)))))  # [N, E]

    def start(self, memory: VectorMemory) -> TellState:
        return TellState(*self.lstm(memory.vector))  # states before it are 0

    def step(self, state: TellState, words: Tensor) -> WordStep:
        after = TellState(*self.lstm(self.embed(words), state))  # [M, D] each
        return WordStep(self.classify(after.hidden), None, after)

    def pick(self, state: TellState, rows: Tensor) -> TellState:
        return pick_rows(state, rows)

    def join(self, states: Sequence[TellState]) -> TellState:
        return join_rows(states)

    def tell(self, memory: VectorMemory, words: Tensor, rows: Tensor | None = None) -> CaptionTrace:
        state = self.start(memory)
        if rows is not None:
            state = self.pick(state, rows)
        said = []
        for word in self.dropout(self.embed(words)).unbind(dim=1):
            state = TellState(*self.lstm(word, state))
            said.append(state.hidden)
        hidden = torch.stack(said, dim=1)  # [M, T, D]
        return CaptionTrace(self.classify(self.dropout(hidden)), None, hidden)

    def forward(self, pictures: Tensor, words: Tensor) -> CaptionTrace:
        return self.tell(self.encode(pictures), words)


def show_and_tell() -> ShowAndTell:
    """The net that is trained here: it has the drawn world's words."""
    from cvdemo.world.captions.words import vocabulary

    return ShowAndTell(ShowAndTellConfig(len(vocabulary())))
