"""Detectors of the Hugging Face hub: DETR's family, and Grounding DINO, which is asked by text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor

from cvdemo.errors import CheckpointError
from cvdemo.zoo.checkpoint import module_bytes
from cvdemo.zoo.fetch import Progress, fetch_repository
from cvdemo.zoo.labels import labels
from cvdemo.zoo.model import FLOOR, Detector, RawArrays, phrases
from cvdemo.zoo.spec import ModelSpec

RENAMED = {  # hub names that differ from COCO's own
    "aeroplane": "airplane",
    "diningtable": "dining table",
    "motorbike": "motorcycle",
    "pottedplant": "potted plant",
    "sofa": "couch",
    "tvmonitor": "tv",
}


def load(spec: ModelSpec, device: str, progress: Progress | None = None) -> Detector:
    """A detector of COCO's classes, fetched if need be."""
    from transformers import AutoImageProcessor, AutoModelForObjectDetection

    processor, net = pretrained(spec, progress, AutoImageProcessor, AutoModelForObjectDetection)
    return ClosedSetDetector(spec, device, processor, net)


def load_open_vocabulary(spec: ModelSpec, device: str, progress: Progress | None = None) -> Detector:
    """A detector of what a text names, fetched if need be."""
    from transformers import AutoModelForZeroShotObjectDetection, AutoProcessor

    processor, net = pretrained(spec, progress, AutoProcessor, AutoModelForZeroShotObjectDetection)
    return OpenVocabularyDetector(spec, device, processor, net)


def pretrained(spec: ModelSpec, progress: Progress | None, processor: Any, model: Any) -> tuple[Any, Any]:
    """Processor and network from the spec's local folder; the network in float32, wholly from the file."""
    from safetensors import SafetensorError
    from transformers.utils import logging

    logging.disable_progress_bar()
    folder = fetch_repository(spec.weights, progress, revision=spec.options.get("revision"))
    try:
        prepare = processor.from_pretrained(folder, local_files_only=True)
        net, info = model.from_pretrained(
            folder,
            local_files_only=True,
            use_safetensors=True,
            dtype=torch.float32,
            output_loading_info=True,
        )
    except (OSError, ValueError, RuntimeError, ImportError, KeyError, SafetensorError) as error:
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
        raise CheckpointError(f"the files of {spec.title} cannot be loaded: {reason}") from error
    if missing := sorted(info["missing_keys"]) or sorted(map(str, info["mismatched_keys"])):
        raise CheckpointError(f"the files of {spec.title} lack {len(missing)} weights, such as {missing[0]}")
    return prepare, net


def coco_ids(id2label: Mapping[int, str]) -> np.ndarray:
    """COCO's own id [C] of each output of a network, by name; -1 where COCO has no such class."""
    numbers = {name: i for i, name in labels("coco").items()}
    ids = np.full(max(map(int, id2label)) + 1, -1)
    for output, name in id2label.items():
        name = name.strip().lower().replace("_", " ")
        ids[int(output)] = numbers.get(RENAMED.get(name, name), -1)
    return ids


class ClosedSetDetector(Detector):
    """DETR (arXiv:2005.12872) and those after it: a set of boxes, without NMS.

    It runs in float32: bfloat16 would round the boxes, which are outputs in 0..1, to 1/256 of the picture.
    """

    def __init__(self, spec: ModelSpec, device: str, processor: Any, net: Any) -> None:
        super().__init__(spec, device=device, nbytes=module_bytes(net))
        self.processor = processor
        self.net = net.eval().to(device)
        self.ids = coco_ids(net.config.id2label)
        if (self.ids < 0).all():
            raise CheckpointError(f"the files of {spec.title} name no class of COCO")

    @torch.inference_mode()
    def network(self, picture: np.ndarray, prompt: str) -> RawArrays:
        inputs = self.processor(images=picture, return_tensors="pt").to(self.device)
        found = self.processor.post_process_object_detection(
            self.net(**inputs), threshold=FLOOR, target_sizes=[picture.shape[:2]]
        )[0]
        boxes, scores, outputs = (found[k].cpu().numpy() for k in ("boxes", "scores", "labels"))
        ids = self.ids[outputs]
        named = ids >= 0
        return RawArrays(boxes[named], scores[named], ids[named])


class OpenVocabularyDetector(Detector):
    """Grounding DINO (arXiv:2303.05499): class ids count the phrases of the prompt."""

    def __init__(self, spec: ModelSpec, device: str, processor: Any, net: Any) -> None:
        super().__init__(spec, device=device, nbytes=module_bytes(net))
        self.processor = processor
        self.net = net.eval().to(device)

    @torch.inference_mode()
    def network(self, picture: np.ndarray, prompt: str) -> RawArrays:
        texts = phrases(prompt)
        if not texts:
            return RawArrays(np.zeros((0, 4), np.float32), np.zeros(0, np.float32), np.zeros(0, int))
        text, spans = caption(texts)
        tokens = self.processor.tokenizer(
            text,
            return_offsets_mapping=True,
            return_token_type_ids=True,
            return_tensors="pt",
            truncation=True,
            max_length=self.net.config.max_text_len,
        )
        offsets = tokens.pop("offset_mapping")[0].tolist()
        inputs = self.processor.image_processor(images=picture, return_tensors="pt").to(self.device)
        answer = self.net(**inputs, **tokens.to(self.device))
        scores = phrase_scores(answer.logits[0], offsets, spans).cpu().numpy()  # [Q, P]
        query, phrase = np.nonzero(scores > FLOOR)
        height, width = picture.shape[:2]
        centre, size = answer.pred_boxes[0].cpu().numpy().reshape(-1, 2, 2).transpose(1, 0, 2)  # [Q, 2] each
        boxes = np.concatenate([centre - size / 2, centre + size / 2], axis=1)
        boxes = boxes * np.array([width, height, width, height], np.float32)
        return RawArrays(boxes[query], scores[query, phrase], phrase)


def caption(texts: list[str]) -> tuple[str, list[tuple[int, int]]]:
    """The text that Grounding DINO reads ("a red kite. dog.") and each phrase's span of characters in it."""
    text, spans = "", []
    for phrase in texts:
        phrase = phrase.replace(".", " ")  # a full stop parts phrases
        spans.append((len(text), len(text) + len(phrase)))
        text += f"{phrase}. "
    return text.rstrip(), spans


def phrase_scores(logits: Tensor, offsets: list[list[int]], spans: list[tuple[int, int]]) -> Tensor:
    """Scores [Q, P]: the greatest sigmoid over a phrase's tokens, of logits [Q, T]; 0 without tokens."""
    scores = logits.new_zeros(len(logits), len(spans))
    for column, (first, last) in enumerate(spans):
        own = [i for i, (a, b) in enumerate(offsets) if first <= a < b <= last]
        if own:
            scores[:, column] = logits[:, own].sigmoid().amax(dim=1)
    return scores.float()
