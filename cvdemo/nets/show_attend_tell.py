"""Show, attend and tell: for every word the LSTM looks at the picture again (arXiv:1502.03044).

Soft attention (sec. 4.2) with the gate beta, states that begin with the mean of all cells, and the deep
output layer of eq. 7. Against the paper: the encoder is small, and where the net looks also depends on the
word just said, not only on the LSTM; what the tanh of the attention sees is normalised (arXiv:1607.06450).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor, nn

from cvdemo.nets.caption_encoder import CODE, CaptionEncoder
from cvdemo.nets.captioner import (
    CaptionTrace,
    GridMemory,
    WordStep,
    all_rows,
    join_rows,
    lstm_cell,
    pick_rows,
)
from cvdemo.nets.ssd import SSDConfig


@dataclass(frozen=True)
class ShowAttendTellConfig:
    """Sizes: words, channels of the grid, a word's embedding, LSTM, attention; dropout in training."""

    words: int
    channels: int = 160
    embedding: int = 96
    hidden: int = 256
    attention: int = 128
    dropout: float = 0.1


class Cells(NamedTuple):
    """The pictures' cells [N, G, C] and what the attention compares of them [N, G, A]; `shape` is (h, w)."""

    values: Tensor
    keys: Tensor
    shape: tuple[int, int]


class AttendState(NamedTuple):
    """The LSTM's `hidden` and `cell` [M, D] of sentences, each about the picture `picture` [M] of `cells`."""

    cells: Cells
    picture: Tensor
    hidden: Tensor
    cell: Tensor


class ShowAttendTell(CaptionEncoder):
    """Pictures [N, 3, H, W], RGB in 0..1, and the words said so far, to logits of the next word."""

    attends = True

    def __init__(self, config: ShowAttendTellConfig, levels: SSDConfig | None = None) -> None:
        super().__init__(config.words, config.channels, levels)
        self.sizes = config
        grid, hidden, embedding = config.channels + CODE, config.hidden, config.embedding
        self.embed = nn.Embedding(config.words, embedding)
        self.first_hidden = nn.Linear(grid, hidden)
        self.first_cell = nn.Linear(grid, hidden)
        self.key = nn.Sequential(nn.Linear(grid, config.attention), nn.LayerNorm(config.attention))
        self.query = nn.Sequential(
            nn.Linear(hidden + embedding, config.attention), nn.LayerNorm(config.attention)
        )
        self.energy = nn.Linear(config.attention, 1, bias=False)
        self.gate = nn.Linear(hidden, 1)
        self.lstm = lstm_cell(embedding + grid, hidden)
        self.from_hidden = nn.Linear(hidden, embedding)
        self.from_context = nn.Linear(grid, embedding)
        self.dropout = nn.Dropout(config.dropout)
        self.classify = nn.Linear(embedding, config.words)

    def remember(self, grid: Tensor) -> GridMemory:
        return GridMemory(grid)

    def start(self, memory: GridMemory) -> AttendState:
        values = memory.grid.flatten(2).transpose(1, 2).contiguous()  # [N, h * w, C]
        height, width = memory.grid.shape[-2:]
        mean = values.mean(dim=1)  # [N, C]
        hidden, cell = self.first_hidden(mean).tanh(), self.first_cell(mean).tanh()  # [N, D]
        cells = Cells(values, self.key(values), (height, width))
        return AttendState(cells, all_rows(memory), hidden, cell)

    def step(self, state: AttendState, words: Tensor) -> WordStep:
        own = self._own_cells(state)
        embedded = self.embed(words)  # [M, E]
        attention, context, hidden, cell = self._next(own, embedded, state.hidden, state.cell)
        logits = self._logits(embedded, hidden, context)
        maps = attention.unflatten(1, own.shape)  # [M, h, w]
        return WordStep(logits, maps, state._replace(hidden=hidden, cell=cell))

    def pick(self, state: AttendState, rows: Tensor) -> AttendState:
        return pick_rows(state, rows)

    def join(self, states: Sequence[AttendState]) -> AttendState:
        return join_rows(states)

    def tell(self, memory: GridMemory, words: Tensor, rows: Tensor | None = None) -> CaptionTrace:
        state = self.start(memory)
        if rows is not None:
            state = self.pick(state, rows)
        own, hidden, cell = self._own_cells(state), state.hidden, state.cell
        embedded = self.embed(words)  # [M, T, E]
        said = []
        for word in embedded.unbind(dim=1):
            attention, context, hidden, cell = self._next(own, word, hidden, cell)
            said.append((attention, context, hidden))
        attention, context, hidden = (torch.stack(part, dim=1) for part in zip(*said, strict=True))
        logits = self._logits(embedded, hidden, context)  # [M, T, V]
        return CaptionTrace(logits, attention.unflatten(2, own.shape), hidden)

    def forward(self, pictures: Tensor, words: Tensor) -> CaptionTrace:
        return self.tell(self.encode(pictures), words)

    def _own_cells(self, state: AttendState) -> Cells:
        """The cells of each sentence's own picture, [M, G, C] and [M, G, A]."""
        cells = state.cells
        return cells._replace(values=cells.values[state.picture], keys=cells.keys[state.picture])

    def _next(self, own: Cells, word: Tensor, hidden: Tensor, cell: Tensor) -> tuple[Tensor, ...]:
        """Attention [M, G], context [M, C], hidden and cell [M, D] behind a word [M, E]."""
        query = self.query(torch.cat([hidden, word], dim=1))  # [M, A]
        energies = self.energy((own.keys + query[:, None]).tanh())[..., 0]  # [M, G]
        attention = energies.softmax(dim=1)
        context = torch.einsum("mg,mgc->mc", attention, own.values)
        context = self.gate(hidden).sigmoid() * context
        hidden, cell = self.lstm(torch.cat([word, context], dim=1), (hidden, cell))
        return attention, context, hidden, cell

    def _logits(self, word: Tensor, hidden: Tensor, context: Tensor) -> Tensor:
        """Eq. 7, from [..., E], [..., D] and [..., C] to [..., V]."""
        total = word + self.from_hidden(self.dropout(hidden)) + self.from_context(self.dropout(context))
        logits: Tensor = self.classify(total)
        return logits


def show_attend_tell() -> ShowAttendTell:
    """The net that is trained here: it has the drawn world's words."""
    from cvdemo.world.captions.words import vocabulary

    return ShowAttendTell(ShowAttendTellConfig(len(vocabulary())))
