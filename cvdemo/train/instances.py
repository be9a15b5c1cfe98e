"""Training of nets that find objects and their masks."""

from __future__ import annotations

from typing import cast

import numpy as np
import torch
from torch import Tensor, nn

from cvdemo.nets.mask_rcnn import MaskRCNN, mask_rcnn_loss
from cvdemo.train.scenes import Sample
from cvdemo.train.ssd import pictures_and_targets
from cvdemo.train.task import NetTask, flip_half, mixed_precision


class MaskRCNNTask(NetTask):
    """Mask R-CNN or one of its variants, by key: all its heads together, on scenes, mirrored or not."""

    metric = "mask_AP"

    def loss(
        self, net: nn.Module, batch: list[Sample], rng: np.random.Generator, device: torch.device
    ) -> Tensor:
        batch = flip_half(batch, rng)
        pictures, truth = pictures_and_targets(batch, device)
        masks = [instance_masks(s).to(device) for s in batch]
        return mask_rcnn_loss(cast(MaskRCNN, net), pictures, truth, masks, mixed_precision(device))


def instance_masks(sample: Sample) -> Tensor:
    """The mask of each object of a scene, [T, H, W] bool."""
    rows = np.arange(1, len(sample.boxes) + 1, dtype=np.uint8)
    return torch.from_numpy(sample.instances == rows[:, None, None])
