"""Captioners of the Hugging Face hub: BLIP, GIT, ViT-GPT2 and Florence-2, word by word.

The encoder runs once for a picture. What is kept of it are the keys and values that the decoder's attention
looks at, so that a further word costs a run of the decoder over the words alone.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from cvdemo.errors import DataError
from cvdemo.zoo.captioner import Captioner, Encoded, NextWord, Prefix
from cvdemo.zoo.checkpoint import module_bytes
from cvdemo.zoo.device import autocast
from cvdemo.zoo.fetch import Progress
from cvdemo.zoo.spec import ModelSpec
from cvdemo.zoo.transformers_detect import pretrained

REMEMBERED = 128
"""Beginnings that are kept of a picture: each has the probabilities of 30,000 to 50,000 words."""


class SeenPicture(NamedTuple):
    """A picture as a decoder sees it: `states` [1, S, D], and keys and values [1, heads, S, d] by layer."""

    states: Tensor
    layers: list[tuple[Tensor, Tensor]]


class Markers(NamedTuple):
    """Tokens before a sentence, the one that ends it, rows of the output, places of a sentence's tokens."""

    start: Prefix
    end: int
    rows: int
    places: int


class HubCaptioner(Captioner):
    """A captioner whose words are the tokens of its tokenizer; `start` stands before every sentence."""

    remembered = REMEMBERED

    def __init__(self, spec: ModelSpec, device: str, processor: Any, net: Any) -> None:
        super().__init__(spec, device=device, nbytes=module_bytes(net))
        self.processor = processor
        self.tokenizer: Any = processor.tokenizer
        self.net = net.eval().to(device)
        self.start, self.end, rows, self.places = self.markers()
        tokens = self.tokenizer.convert_ids_to_tokens(list(range(min(rows, len(self.tokenizer)))))
        tokens += [""] * (rows - len(tokens))  # that no word belongs to
        self.words = tuple(token.replace("Ġ", " ") for token in tokens)  # how BPE writes a space

    @abstractmethod
    def markers(self) -> Markers:
        """What the configuration says of the tokens."""

    @abstractmethod
    def see(self, picture: np.ndarray) -> SeenPicture:
        """What the encoder makes of a picture [H, W, 3] uint8 RGB."""

    @abstractmethod
    def logits(self, seen: SeenPicture, ids: Tensor) -> Tensor:
        """Scores [B, V] of the token after each of some beginnings [B, T], the start included."""

    def encode(self, picture: np.ndarray) -> tuple[Any, tuple[int, int] | None, tuple[float, float]]:
        with autocast(self.device):
            return self.see(picture), None, (float(picture.shape[0]), float(picture.shape[1]))

    def decode(self, encoded: Encoded, prefixes: Sequence[Prefix]) -> dict[Prefix, NextWord]:
        found: dict[Prefix, NextWord] = {}
        if (most := self.places - len(self.start)) < max(map(len, prefixes)):
            raise DataError(f"{self.spec.title} can write {most} words at most: choose a lower limit")
        for _, group in groupby(sorted(prefixes, key=len), key=len):
            same = list(group)
            ids = torch.tensor([[*self.start, *prefix] for prefix in same], device=self.device)
            with autocast(self.device):
                logits = self.logits(encoded.memory, ids).float()
            likely = logits.log_softmax(dim=1).cpu().numpy()
            found |= {prefix: NextWord(row, None) for prefix, row in zip(same, likely, strict=True)}
        return found

    def text(self, ids: Iterable[int]) -> str:
        return str(self.tokenizer.decode(list(ids), skip_special_tokens=True)).strip()

    def ids(self, text: str) -> Prefix:
        """The tokens of the beginning of a sentence; DataError for one that the tokenizer cannot write."""
        found = self.tokenizer(text.strip(), add_special_tokens=False).input_ids if text.strip() else []
        if self.tokenizer.unk_token_id in found and self.tokenizer.unk_token_id is not None:
            raise DataError(f"{self.spec.title} has no words for '{text[:40]}'")
        return tuple(found)


def filled(layers: Sequence[tuple[Tensor, Tensor]], count: int) -> Any:
    """Keys and values as transformers' cache, each for `count` sentences."""
    from transformers import DynamicCache

    cache = DynamicCache()
    for number, (keys, values) in enumerate(layers):
        cache.update(keys.expand(count, -1, -1, -1), values.expand(count, -1, -1, -1), number)
    return cache


class CrossAttendingCaptioner(HubCaptioner):
    """A captioner whose decoder looks at the encoder's states by cross-attention."""

    @abstractmethod
    def states(self, picture: np.ndarray) -> Tensor:
        """The encoder's states [1, S, D] of a picture."""

    @abstractmethod
    def decoder(self, ids: Tensor, states: Tensor, cache: Any) -> Tensor:
        """Scores [B, V] of the next token after ids [B, T] over states [B, S, D]."""

    def see(self, picture: np.ndarray) -> SeenPicture:
        from transformers import DynamicCache, EncoderDecoderCache

        states = self.states(picture)
        cache = EncoderDecoderCache(DynamicCache(), DynamicCache())
        self.decoder(torch.tensor([self.start], device=self.device), states, cache)
        layers: Any = cache.cross_attention_cache.layers
        return SeenPicture(states, [(layer.keys, layer.values) for layer in layers])

    def logits(self, seen: SeenPicture, ids: Tensor) -> Tensor:
        from transformers import DynamicCache, EncoderDecoderCache

        cache = EncoderDecoderCache(DynamicCache(), filled(seen.layers, len(ids)))
        return self.decoder(ids, seen.states.expand(len(ids), -1, -1), cache)

    def pixels(self, picture: np.ndarray) -> Tensor:
        """The picture as the encoder wants it, [1, 3, h, w]."""
        inputs = self.processor(images=picture, return_tensors="pt")
        return inputs["pixel_values"].to(self.device)


class BLIP(CrossAttendingCaptioner):
    """BLIP's image-grounded text decoder (arXiv:2201.12086, sec. 3.1)."""

    def markers(self) -> Markers:
        config = self.net.config.text_config
        return Markers(
            (config.bos_token_id,), config.sep_token_id, config.vocab_size, config.max_position_embeddings
        )

    def states(self, picture: np.ndarray) -> Tensor:
        return self.net.vision_model(pixel_values=self.pixels(picture)).last_hidden_state

    def decoder(self, ids: Tensor, states: Tensor, cache: Any) -> Tensor:
        answer = self.net.text_decoder(
            input_ids=ids, encoder_hidden_states=states, past_key_values=cache, use_cache=True
        )
        return answer.logits[:, -1]


class ViTGPT2(CrossAttendingCaptioner):
    """A ViT and a GPT-2 that looks at its states by cross-attention."""

    def markers(self) -> Markers:
        config = self.net.config.decoder
        return Markers((config.bos_token_id,), config.eos_token_id, config.vocab_size, config.n_positions)

    def states(self, picture: np.ndarray) -> Tensor:
        states = self.net.encoder(pixel_values=self.pixels(picture)).last_hidden_state
        return self.net.enc_to_dec_proj(states) if hasattr(self.net, "enc_to_dec_proj") else states

    def decoder(self, ids: Tensor, states: Tensor, cache: Any) -> Tensor:
        answer = self.net.decoder(
            input_ids=ids, encoder_hidden_states=states, past_key_values=cache, use_cache=True
        )
        return answer.logits[:, -1]


class GIT(HubCaptioner):
    """GIT (arXiv:2205.14100): the picture's tokens stand before the words, and one transformer reads both."""

    def markers(self) -> Markers:
        config = self.net.config
        return Markers(
            (config.bos_token_id,), config.eos_token_id, config.vocab_size, config.max_position_embeddings
        )

    def see(self, picture: np.ndarray) -> SeenPicture:
        inputs = self.processor(images=picture, return_tensors="pt").to(self.device)
        ids = torch.tensor([self.start], device=self.device)
        answer = self.net.git(input_ids=ids, pixel_values=inputs["pixel_values"], use_cache=True)
        states = answer.last_hidden_state[:, : -len(self.start)]
        cut = states.shape[1]  # the picture does not see the words: its keys and values are the same for all
        layers = [(la.keys[:, :, :cut], la.values[:, :, :cut]) for la in answer.past_key_values.layers]
        return SeenPicture(states, layers)

    def logits(self, seen: SeenPicture, ids: Tensor) -> Tensor:
        places = torch.arange(ids.shape[1], device=self.device)[None]
        cache = filled(seen.layers, len(ids))
        answer = self.net(input_ids=ids, position_ids=places, past_key_values=cache, use_cache=True)
        return answer.logits[:, -1]


class _PictureAndText:
    """Image processor and tokenizer of a repository that has no processor of both."""

    def __init__(self, image_processor: Any, tokenizer: Any) -> None:
        self.image_processor = image_processor
        self.tokenizer = tokenizer

    @classmethod
    def from_pretrained(cls, folder: Any, **options: Any) -> _PictureAndText:
        from transformers import AutoImageProcessor, AutoTokenizer

        return cls(*(auto.from_pretrained(folder, **options) for auto in (AutoImageProcessor, AutoTokenizer)))

    def __call__(self, **inputs: Any) -> Any:
        return self.image_processor(**inputs)


def load_blip(spec: ModelSpec, device: str, progress: Progress | None = None) -> Captioner:
    """BLIP, fetched if need be."""
    from transformers import AutoProcessor, BlipForConditionalGeneration

    return BLIP(spec, device, *pretrained(spec, progress, AutoProcessor, BlipForConditionalGeneration))


def load_git(spec: ModelSpec, device: str, progress: Progress | None = None) -> Captioner:
    """GIT, fetched if need be."""
    from transformers import AutoProcessor, GitForCausalLM

    return GIT(spec, device, *pretrained(spec, progress, AutoProcessor, GitForCausalLM))


def load_vit_gpt2(spec: ModelSpec, device: str, progress: Progress | None = None) -> Captioner:
    """ViT-GPT2, fetched if need be."""
    from transformers import VisionEncoderDecoderModel

    return ViTGPT2(spec, device, *pretrained(spec, progress, _PictureAndText, VisionEncoderDecoderModel))
