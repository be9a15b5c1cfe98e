"""Segmenters of the Hugging Face hub: a score for every pixel and class, or masks that queries propose."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor

from cvdemo.errors import CheckpointError
from cvdemo.zoo.checkpoint import module_bytes
from cvdemo.zoo.device import autocast
from cvdemo.zoo.fetch import Progress
from cvdemo.zoo.labels import labels
from cvdemo.zoo.model import Segmenter
from cvdemo.zoo.spec import ModelSpec
from cvdemo.zoo.transformers_detect import pretrained


def load(spec: ModelSpec, device: str, progress: Progress | None = None) -> Segmenter:
    """SegFormer, UPerNet and their like, fetched if need be."""
    from transformers import AutoImageProcessor, AutoModelForSemanticSegmentation

    processor, net = pretrained(spec, progress, AutoImageProcessor, AutoModelForSemanticSegmentation)
    return PixelSegmenter(spec, device, processor, net)


def load_masks(spec: ModelSpec, device: str, progress: Progress | None = None) -> Segmenter:
    """Mask2Former, fetched if need be."""
    from transformers import AutoImageProcessor, AutoModelForUniversalSegmentation

    processor, net = pretrained(spec, progress, AutoImageProcessor, AutoModelForUniversalSegmentation)
    return MaskSegmenter(spec, device, processor, net)


class PixelSegmenter(Segmenter):
    """A network whose `logits` [1, C, h, w] are scores of classes, over the picture squeezed to its size."""

    def __init__(self, spec: ModelSpec, device: str, processor: Any, net: Any) -> None:
        super().__init__(spec, device=device, nbytes=module_bytes(net))
        classes, known = net.config.num_labels, len(labels(spec.labels))
        if classes != known:
            raise CheckpointError(
                f"the files of {spec.title} know {classes} classes, but '{spec.labels}' has {known}"
            )
        self.processor = processor
        self.net = net.eval().to(device)

    @torch.inference_mode()
    def network(self, picture: np.ndarray) -> np.ndarray:
        inputs = self.processor(images=picture, return_tensors="pt").to(self.device)
        with autocast(self.device):
            answer = self.net(**inputs)
        return self.probabilities(answer).cpu().numpy()

    def probabilities(self, answer: Any) -> Tensor:
        """Probabilities [C, h, w] of the network's answer to one picture."""
        return answer.logits[0].float().softmax(0)


class MaskSegmenter(PixelSegmenter):
    """Mask2Former (arXiv:2112.01527): queries propose masks, each with probabilities of classes.

    A pixel's score of a class is the sum over queries of the class's probability times the mask's
    (arXiv:2107.06278, sec. 3.4); divided by their sum over the classes, the scores are probabilities.
    """

    def probabilities(self, answer: Any) -> Tensor:
        classes = answer.class_queries_logits[0].float().softmax(-1)[:, :-1]  # [Q, C], without "none"
        masks = answer.masks_queries_logits[0].float().sigmoid()  # [Q, h, w]
        scores = torch.einsum("qc,qhw->chw", classes, masks)
        return scores / scores.sum(0).clamp(min=1e-6)
