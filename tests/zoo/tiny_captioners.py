"""Tiny random checkpoints of the hub's captioners, saved as the hub has them: network and tokenizer."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
import transformers as hf

from cvdemo.zoo.spec import ModelSpec

WORDS = (
    "a", "two", "the", "dog", "dogs", "cat", "cats", "on", "grass", "red", "running", "with", "and", "of",
    "in", "sky",
)  # fmt: skip
SIDE = {"height": 32, "width": 32}


def bert_tokenizer(folder: Path) -> Any:
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    letters = [f"##{c}" for c in "abcdefghijklmnopqrstuvwxyz"]
    file = folder / "vocab.txt"
    file.write_text("\n".join([*special, *WORDS, *letters]))
    return hf.BertTokenizerFast(vocab=str(file))


def byte_tokenizer(folder: Path, cls: Any, special: list[str], **options: Any) -> Any:
    """A tokenizer of bytes, and of our words with a space before them."""
    letters = [chr(c) for c in range(ord("a"), ord("z") + 1)] + ["Ġ"]
    merges, tokens = [], [*special, *letters]
    for word in WORDS:
        parts = ["Ġ", *word]
        while len(parts) > 1:
            merged = parts[0] + parts[1]
            if merged not in tokens:
                merges.append(f"{parts[0]} {parts[1]}")
                tokens.append(merged)
            parts = [merged, *parts[2:]]
    (folder / "vocab.json").write_text(json.dumps({token: k for k, token in enumerate(tokens)}))
    (folder / "merges.txt").write_text("#version: 0.2\n" + "\n".join(merges) + "\n")
    return cls(str(folder / "vocab.json"), str(folder / "merges.txt"), **options)


def blip(folder: Path) -> Any:
    tokenizer = bert_tokenizer(folder)  # BLIP's start is beyond its words, as in the hub's files
    text = hf.BlipTextConfig(
        vocab_size=len(tokenizer) + 1, hidden_size=16, encoder_hidden_size=16, intermediate_size=32,
        num_hidden_layers=2, num_attention_heads=2, max_position_embeddings=64,
        bos_token_id=len(tokenizer), eos_token_id=3, sep_token_id=3, pad_token_id=0,
    )  # fmt: skip
    vision = hf.BlipVisionConfig(
        hidden_size=16, intermediate_size=32, num_hidden_layers=2, num_attention_heads=2, image_size=32,
        patch_size=16,
    )  # fmt: skip
    config = hf.BlipConfig(text_config=text.to_dict(), vision_config=vision.to_dict(), projection_dim=16)
    net = hf.BlipForConditionalGeneration(config)
    net.text_decoder.cls.predictions.bias.data[3] = -9  # the end comes late
    return net, hf.BlipProcessor(hf.BlipImageProcessor(size=SIDE), tokenizer)


def git(folder: Path) -> Any:
    tokenizer = bert_tokenizer(folder)
    vision = hf.GitVisionConfig(
        hidden_size=16, intermediate_size=32, num_hidden_layers=2, num_attention_heads=2, image_size=32,
        patch_size=16,
    )  # fmt: skip
    config = hf.GitConfig(
        vision_config=vision.to_dict(), vocab_size=len(tokenizer), hidden_size=16, intermediate_size=32,
        num_hidden_layers=2, num_attention_heads=2, max_position_embeddings=64, bos_token_id=2,
        eos_token_id=3, pad_token_id=0,
    )  # fmt: skip
    pictures = hf.CLIPImageProcessor(size={"shortest_edge": 32}, crop_size=SIDE)
    return hf.GitForCausalLM(config), hf.GitProcessor(pictures, tokenizer)


def vit_gpt2(folder: Path) -> Any:
    tokenizer = byte_tokenizer(folder, hf.GPT2TokenizerFast, ["<|endoftext|>"])
    vision = hf.ViTConfig(
        hidden_size=12, intermediate_size=32, num_hidden_layers=2, num_attention_heads=2, image_size=32,
        patch_size=16,
    )  # fmt: skip
    words = hf.GPT2Config(
        vocab_size=len(tokenizer), n_embd=16, n_layer=2, n_head=2, n_positions=64, bos_token_id=0,
        eos_token_id=0, is_decoder=True, add_cross_attention=True,
    )  # fmt: skip
    config = hf.VisionEncoderDecoderConfig.from_encoder_decoder_configs(vision, words)
    net = hf.VisionEncoderDecoderModel(config)
    net.generation_config = hf.GenerationConfig(decoder_start_token_id=0, eos_token_id=0, pad_token_id=0)
    pictures = hf.ViTImageProcessor(size=SIDE)
    tokenizer.save_pretrained(folder)
    return net, pictures


def florence(folder: Path) -> Any:
    special = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
    extra = {"image_token": "<image>"}
    tokenizer = byte_tokenizer(folder, hf.BartTokenizerFast, special, extra_special_tokens=extra)
    tokenizer.add_tokens([f"<loc_{k}>" for k in range(1000)])
    text = hf.BartConfig(
        vocab_size=len(tokenizer), d_model=16, encoder_layers=2, decoder_layers=2, encoder_attention_heads=2,
        decoder_attention_heads=2, encoder_ffn_dim=32, decoder_ffn_dim=32, max_position_embeddings=600,
        bos_token_id=0, pad_token_id=1, eos_token_id=2, decoder_start_token_id=2, init_std=0.5,
    )  # fmt: skip
    vision = hf.Florence2VisionConfig(
        depths=[1, 1], patch_size=[7, 3], patch_stride=[4, 2], patch_padding=[3, 1],
        patch_prenorm=[False, True],
        embed_dim=[8, 16], num_heads=[2, 2], num_groups=[2, 2], window_size=4, projection_dim=16,
    )  # fmt: skip
    config = hf.Florence2Config(
        text_config=text.to_dict(), vision_config=vision.to_dict(), image_token_id=tokenizer.image_token_id
    )
    net = hf.Florence2ForConditionalGeneration(config)
    net.generation_config.forced_bos_token_id = 0
    pictures = hf.CLIPImageProcessor(size=SIDE, crop_size=SIDE)
    pictures.image_seq_length = 17
    parsing = {"description_with_bboxes": {}, "pure_text": {}}
    processor = hf.Florence2Processor(pictures, tokenizer, post_processor_config=parsing)
    return net, processor


TINY: dict[str, Callable[[Path], Any]] = {
    "blip-base": blip,
    "git-base-coco": git,
    "vit-gpt2": vit_gpt2,
    "florence-2-base": florence,
    "florence-2-base-regions": florence,
}


def saved(spec: ModelSpec, folder: Path) -> ModelSpec:
    """The spec with the folder of a tiny checkpoint of its kind."""
    torch.manual_seed(0)
    net, processor = TINY[spec.key](folder)
    for name, values in net.named_parameters():
        if values.ndim > 1 and "embed" not in name:
            values.data *= 6  # a random one says one word for ever
    net.save_pretrained(folder)
    processor.save_pretrained(folder)
    return replace(spec, weights=str(folder), options={})
