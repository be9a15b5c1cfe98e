"""What every captioner is to its users: a picture is encoded once, then words follow one by one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol, TypeVar

import torch
from torch import Tensor, nn


class GridMemory(NamedTuple):
    """What a captioner keeps of pictures that it can look at again: `grid` [N, C, h, w]."""

    grid: Tensor


class VectorMemory(NamedTuple):
    """What a captioner keeps of pictures that it looks at once: `vector` [N, C]."""

    vector: Tensor


class WordStep(NamedTuple):
    """The next word: `logits` [M, V], the `attention` [M, h, w] behind them, and the new state.

    Each map of the attention sums to 1; a net that does not attend has none.
    """

    logits: Tensor
    attention: Tensor | None
    state: Any


class CaptionTrace(NamedTuple):
    """Teacher forcing: what was said behind each word of given sentences.

    `logits` [M, T, V], `attention` [M, T, h, w] or None, and the decoder's `hidden` vectors [M, T, D].
    """

    logits: Tensor
    attention: Tensor | None
    hidden: Tensor


class CaptionNet(Protocol):
    """A net of captions. A memory holds N pictures; a state M sentences, each of one of the pictures.

    `attends` says whether there is attention in its steps.
    """

    attends: bool

    def grid(self, pictures: Tensor) -> Tensor:
        """The cells of pictures [N, 3, H, W] in 0..1, [N, C, h, w]."""

    def remember(self, grid: Tensor) -> Any:
        """The memory of pictures from their cells: all that is kept of them."""

    def encode(self, pictures: Tensor) -> Any:
        """`remember` of the pictures' cells."""

    def start(self, memory: Any) -> Any:
        """The state before the first word: a sentence for each picture."""

    def step(self, state: Any, words: Tensor) -> WordStep:
        """What follows when `words` [M] are said next; the first of a sentence is `START`."""

    def pick(self, state: Any, rows: Tensor) -> Any:
        """The sentences `rows` [K] of a state, in this order; one may be there several times."""

    def join(self, states: Sequence[Any]) -> Any:
        """The sentences of several states of one memory, of the same number of words, one after another."""

    def tell(self, memory: Any, words: Tensor, rows: Tensor | None = None) -> CaptionTrace:
        """Teacher forcing: what follows each of `words` [M, T], sentences about the pictures `rows` [M].

        Without rows, a sentence for each picture.
        """

    def __call__(self, pictures: Tensor, words: Tensor) -> CaptionTrace:
        """`tell` of the pictures' memory."""


State = TypeVar("State", bound=tuple[Any, ...])


def pick_rows(state: State, rows: Tensor) -> State:
    """The rows of every tensor of a state; what is a tuple is shared by all rows, and stays."""
    return type(state)(*(part if isinstance(part, tuple) else part[rows] for part in state))


def join_rows(states: Sequence[State]) -> State:
    """The rows of several states in one; what is a tuple is shared by all of them, and stays."""
    columns = zip(*states, strict=True)
    return type(states[0])(
        *(parts[0] if isinstance(parts[0], tuple) else torch.cat(parts) for parts in columns)
    )


def lstm_cell(inputs: int, hidden: int) -> nn.LSTMCell:
    """An LSTM whose forget gates begin open, so that what it saw of the picture lasts.

    Gers et al. 2000, doi:10.1162/089976600300015015.
    """
    cell = nn.LSTMCell(inputs, hidden)
    nn.init.ones_(cell.bias_ih[hidden : 2 * hidden])
    return cell


def all_rows(memory: tuple[Tensor, ...]) -> Tensor:
    """The numbers [N] of a memory's pictures."""
    return torch.arange(len(memory[0]), device=memory[0].device)
