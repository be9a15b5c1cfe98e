"""A Transformer decoder that writes captions: each word attends to those before it and to the picture.

arXiv:1706.03762, sec. 3, the decoder alone, normalised before each part (arXiv:2002.04745); the cells of
the encoder's grid take the place of another sentence.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, cast

import torch
from torch import Tensor, nn

from cvdemo.nets.caption_encoder import CODE, CaptionEncoder
from cvdemo.nets.captioner import CaptionTrace, GridMemory, WordStep, all_rows, join_rows, pick_rows
from cvdemo.nets.ssd import SSDConfig


@dataclass(frozen=True)
class CaptionTransformerConfig:
    """Sizes: words, channels of grid and words, layers, heads, the hidden layer behind each attention."""

    words: int
    channels: int = 160
    layers: int = 3
    heads: int = 4
    hidden: int = 320
    dropout: float = 0.1


class Cells(NamedTuple):
    """Keys and values of the pictures' cells in every layer, [N, L, 2, G, C]; `shape` is (h, w)."""

    pairs: Tensor
    shape: tuple[int, int]


class TransformerState(NamedTuple):
    """Keys and values of the t words said so far in every layer, `past` [M, L, 2, t, C].

    Each sentence is about the picture `picture` [M] of `cells`.
    """

    cells: Cells
    picture: Tensor
    past: Tensor


class Layer(nn.Module):
    """Attention to the words so far, attention to the cells, two linear layers; each added to its input."""

    def __init__(self, config: CaptionTransformerConfig) -> None:
        super().__init__()
        width, self.heads = config.channels, config.heads
        self.norms = nn.ModuleList(nn.LayerNorm(width) for _ in range(3))
        self.words = nn.Linear(width, 3 * width)
        self.cells = nn.Linear(width, 2 * width)
        self.query = nn.Linear(width, width)
        self.outputs = nn.ModuleList(nn.Linear(width, width) for _ in range(2))
        self.feed = nn.Sequential(nn.Linear(width, config.hidden), nn.GELU(), nn.Linear(config.hidden, width))
        self.dropout = nn.Dropout(config.dropout)

    def forward(self, x: Tensor, past: Tensor, cells: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """The words [M, T, C] behind `past` [M, 2, t, C] and over `cells` [M, 2, G, C]: what becomes of them.

        Also the past with them in it, [M, 2, t + T, C], and the attention to the cells [M, T, G].
        """
        query, *own = self.words(self.norms[0](x)).chunk(3, dim=-1)
        past = torch.cat([past, torch.stack(own, dim=1)], dim=2)
        heard, _ = self.attend(query, past, causal=True)
        x = x + self.dropout(self.outputs[0](heard))
        seen, attention = self.attend(self.query(self.norms[1](x)), cells)
        x = x + self.dropout(self.outputs[1](seen))
        return x + self.dropout(self.feed(self.norms[2](x))), past, attention

    def of_cells(self, values: Tensor) -> tuple[Tensor, Tensor]:
        """Keys and values [N, G, C] each of cells [N, G, C]."""
        keys, values = self.cells(values).chunk(2, dim=-1)
        return keys, values

    def attend(self, query: Tensor, pairs: Tensor, *, causal: bool = False) -> tuple[Tensor, Tensor]:
        """Multi-head attention (sec. 3.2.2): queries [M, T, C], keys and values [M, 2, S, C].

        Gives [M, T, C] and the weights' mean over the heads, [M, T, S]. A query attends to no key of a later
        word if `causal`; the last queries and the last keys are of the same words.
        """
        query = query.unflatten(2, (self.heads, -1)).transpose(1, 2)  # [M, heads, T, C / heads]
        keys, values = pairs.unflatten(3, (self.heads, -1)).transpose(2, 3).unbind(dim=1)
        scores = query @ keys.transpose(2, 3) / math.sqrt(query.shape[-1])  # [M, heads, T, S]
        if causal:
            later = torch.ones(scores.shape[-2:], dtype=torch.bool, device=scores.device)
            scores = scores.masked_fill(later.triu(1 + scores.shape[3] - scores.shape[2]), -math.inf)
        weights = scores.softmax(dim=-1)
        return (weights @ values).transpose(1, 2).flatten(2), weights.mean(dim=1)


class CaptionTransformer(CaptionEncoder):
    """Pictures [N, 3, H, W], RGB in 0..1, and the words said so far, to logits of the next word."""

    attends = True

    def __init__(self, config: CaptionTransformerConfig, levels: SSDConfig | None = None) -> None:
        super().__init__(config.words, config.channels, levels)
        self.sizes = config
        self.embed = nn.Embedding(config.words, config.channels)
        nn.init.normal_(self.embed.weight, std=config.channels**-0.5)
        self.norm_cells = nn.Sequential(
            nn.Linear(config.channels + CODE, config.channels), nn.LayerNorm(config.channels)
        )
        self.layers = nn.ModuleList(Layer(config) for _ in range(config.layers))
        self.norm = nn.LayerNorm(config.channels)
        self.dropout = nn.Dropout(config.dropout)
        self.classify = nn.Linear(config.channels, config.words)

    def remember(self, grid: Tensor) -> GridMemory:
        return GridMemory(grid)

    def start(self, memory: GridMemory) -> TransformerState:
        values = self.norm_cells(memory.grid.flatten(2).transpose(1, 2))  # [N, h * w, C]
        height, width = memory.grid.shape[-2:]
        pairs = [torch.stack(cast(Layer, layer).of_cells(values), dim=1) for layer in self.layers]
        cells = Cells(torch.stack(pairs, dim=1), (height, width))  # [N, L, 2, h * w, C]
        n, layers, _, _, channels = cells.pairs.shape
        return TransformerState(cells, all_rows(memory), values.new_zeros(n, layers, 2, 0, channels))

    def step(self, state: TransformerState, words: Tensor) -> WordStep:
        trace, past = self._further(state, words[:, None])
        assert trace.attention is not None
        return WordStep(trace.logits[:, 0], trace.attention[:, 0], state._replace(past=past))

    def pick(self, state: TransformerState, rows: Tensor) -> TransformerState:
        return pick_rows(state, rows)

    def join(self, states: Sequence[TransformerState]) -> TransformerState:
        return join_rows(states)

    def tell(self, memory: GridMemory, words: Tensor, rows: Tensor | None = None) -> CaptionTrace:
        state = self.start(memory)
        if rows is not None:
            state = self.pick(state, rows)
        return self._further(state, words)[0]

    def forward(self, pictures: Tensor, words: Tensor) -> CaptionTrace:
        return self.tell(self.encode(pictures), words)

    def _further(self, state: TransformerState, words: Tensor) -> tuple[CaptionTrace, Tensor]:
        """What follows each of the next words [M, T], and the past with them in it."""
        said, length = state.past.shape[3], words.shape[1]
        places = word_code(said + length, self.sizes.channels, words.device)[said:]
        x = self.embed(words) * math.sqrt(self.sizes.channels) + places  # [M, T, C]
        x = self.dropout(x)
        pasts, attention = [], x
        cells = state.cells.pairs[state.picture]
        for k, layer in enumerate(self.layers):
            x, past, attention = layer(x, state.past[:, k], cells[:, k])
            pasts.append(past)
        hidden = self.norm(x)
        maps = attention.unflatten(2, state.cells.shape)  # the last layer's, [M, T, h, w]
        return CaptionTrace(self.classify(hidden), maps, hidden), torch.stack(pasts, dim=1)


def word_code(length: int, channels: int, device: torch.device) -> Tensor:
    """A code for the place of each word, [T, C] in -1..1 (arXiv:1706.03762, sec. 3.5)."""
    rates = 10000 ** (-torch.arange(0, channels, 2, device=device) / channels)  # [C / 2]
    angles = torch.arange(length, device=device)[:, None] * rates
    return torch.stack([angles.sin(), angles.cos()], dim=2).flatten(1)


def caption_transformer() -> CaptionTransformer:
    """The net that is trained here: it has the drawn world's words."""
    from cvdemo.world.captions.words import vocabulary

    return CaptionTransformer(CaptionTransformerConfig(len(vocabulary())))
