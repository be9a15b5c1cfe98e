"""Florence-2 (arXiv:2311.06242): one sequence-to-sequence network, asked by a prompt; here for a caption."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor

from cvdemo.zoo.captioner import Captioner
from cvdemo.zoo.fetch import Progress
from cvdemo.zoo.spec import ModelSpec
from cvdemo.zoo.transformers_caption import CrossAttendingCaptioner, Markers
from cvdemo.zoo.transformers_detect import pretrained

CAPTION = "<CAPTION>"


def load(spec: ModelSpec, device: str, progress: Progress | None = None) -> Captioner:
    """Florence-2 as a captioner, fetched if need be."""
    return Florence(spec, device, *fetched(spec, progress))


def fetched(spec: ModelSpec, progress: Progress | None) -> tuple[Any, Any]:
    """Processor and network, fetched if need be."""
    from transformers import AutoProcessor, Florence2ForConditionalGeneration

    return pretrained(spec, progress, AutoProcessor, Florence2ForConditionalGeneration)


class Florence(CrossAttendingCaptioner):
    """Florence-2, asked for a caption."""

    def markers(self) -> Markers:
        config = self.net.config.text_config
        start = config.decoder_start_token_id, config.bos_token_id
        return Markers(start, config.eos_token_id, config.vocab_size, config.max_position_embeddings)

    def states(self, picture: np.ndarray) -> Tensor:
        inputs = self.processor(text=CAPTION, images=picture, return_tensors="pt").to(self.device)
        start = torch.tensor([self.start[:1]], device=self.device)
        return self.net.model(**inputs, decoder_input_ids=start).encoder_last_hidden_state

    def decoder(self, ids: Tensor, states: Tensor, cache: Any) -> Tensor:
        answer = self.net.model.language_model.decoder(
            input_ids=ids, encoder_hidden_states=states, past_key_values=cache, use_cache=True
        )
        return self.net.lm_head(answer.last_hidden_state[:, -1])
