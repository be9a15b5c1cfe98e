"""Training of nets that find people and their keypoints."""

from __future__ import annotations

from typing import cast

import numpy as np
import torch
from torch import Tensor, nn

from cvdemo.nets.keypoint_rcnn import KeypointRCNN, keypoint_rcnn_loss
from cvdemo.train.scenes import Sample
from cvdemo.train.ssd import pictures_and_targets
from cvdemo.train.task import NetTask, flip_half, mixed_precision


class PoseTask(NetTask):
    """Keypoint R-CNN or regression of coordinates, by key: all heads together, on scenes, mirrored or not."""

    metric = "keypoint_AP"

    def loss(
        self, net: nn.Module, batch: list[Sample], rng: np.random.Generator, device: torch.device
    ) -> Tensor:
        batch = flip_half(batch, rng)
        pictures, truth = pictures_and_targets(batch, device)
        keypoints = [torch.from_numpy(s.keypoints).to(device) for s in batch]
        return keypoint_rcnn_loss(
            cast(KeypointRCNN, net), pictures, truth, keypoints, mixed_precision(device)
        )
