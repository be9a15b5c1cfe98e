"""DenseCap's language model: an LSTM that reads a region's code and writes words.

The code goes in at step -1, a start marker at step 0, and then each word that was written (arXiv:1511.07571,
sec. 3.2.5). Against the paper, the code is also added to each word: it is then learnt several times faster.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor, nn

from cvdemo.ops.vocabulary import END, PAD, START
from cvdemo.world.captions.words import WORDS


class State(NamedTuple):
    """What is kept of R sentences: the LSTM's `hidden` and `cell` [1, R, units], the codes as read [R, E]."""

    hidden: Tensor
    cell: Tensor
    code: Tensor


@dataclass(frozen=True)
class LanguageModelConfig:
    """Ids of words and markers, size of a word's vector, units of the LSTM, longest sentence in words."""

    vocabulary: int = 4 + len(WORDS)
    embedding: int = 128
    units: int = 256
    longest: int = 24


class WordsTrace(NamedTuple):
    """Sentences of R regions: `words` [R, L] with `END`, then `PAD`.

    `log_probabilities` [R, L] are those of the words, 0 of `PAD`.

    `rivals` [R, L, 5] are the five most likely words at each step and `rival_log_probabilities` theirs.
    """

    words: Tensor
    log_probabilities: Tensor
    rivals: Tensor
    rival_log_probabilities: Tensor


class LanguageModel(nn.Module):
    """Codes of regions to words, one after the other."""

    def __init__(self, code: int, config: LanguageModelConfig | None = None) -> None:
        super().__init__()
        self.config = config = config or LanguageModelConfig()
        self.read = nn.Linear(code, config.embedding)
        self.embed = nn.Embedding(config.vocabulary, config.embedding, padding_idx=PAD)
        self.lstm = nn.LSTM(config.embedding, config.units, batch_first=True)
        self.predict = nn.Linear(config.units, config.vocabulary)

    def start(self, codes: Tensor) -> State:
        """The state behind step -1, in which codes [R, code] were read."""
        code = self.read(codes)  # [R, E]
        _, (hidden, cell) = self.lstm(code[:, None])
        return State(hidden, cell, code)

    def step(self, state: State, words: Tensor) -> tuple[Tensor, State]:
        """Log-probabilities [R, V] of what comes behind words [R], and the state."""
        inputs = self.embed(words) + state.code  # [R, E]
        hidden, (last, cell) = self.lstm(inputs[:, None], (state.hidden, state.cell))  # [R, 1, units]
        return self.predict(hidden[:, 0]).log_softmax(dim=1), State(last, cell, state.code)

    def forward(self, codes: Tensor, words: Tensor) -> Tensor:
        """Log-probabilities [R, L, V] at each place of sentences [R, L], given the words before it."""
        code = self.read(codes)[:, None]  # [R, 1, E]
        begin = words.new_full((len(words), 1), START)
        before = self.embed(torch.cat([begin, words[:, :-1]], dim=1))  # [R, L, E]
        hidden, _ = self.lstm(torch.cat([code, before + code], dim=1))  # [R, 1 + L, units]
        return self.predict(hidden[:, 1:]).log_softmax(dim=2)

    @torch.no_grad()
    def write(self, codes: Tensor) -> WordsTrace:
        """The most likely word at every step until `END`, as in the paper, of codes [R, code]."""
        state, word = self.start(codes), torch.full((len(codes),), START, device=codes.device)
        ended = torch.zeros_like(word, dtype=torch.bool)
        steps = []
        for _ in range(self.config.longest):
            likely, state = self.step(state, word)
            best = likely.topk(5, dim=1)
            word = best.indices[:, 0].masked_fill(ended, PAD)
            steps.append((word, best.values[:, 0].masked_fill(ended, 0), best.indices, best.values))
            ended = ended | (word == END)
            if ended.all():
                break
        return WordsTrace(*(torch.stack(part, dim=1) for part in zip(*steps, strict=True)))


def caption_loss(language: LanguageModel, codes: Tensor, words: Tensor) -> Tensor:
    """Mean cross-entropy of the words [R, L] of regions' codes [R, code]; 0 where there are none."""
    if not len(words):
        return 0 * codes.sum()
    likely = language(codes, words)
    return nn.functional.nll_loss(likely.flatten(0, 1), words.flatten(), ignore_index=PAD)
