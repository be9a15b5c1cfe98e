"""One adapter for ImageNet classifiers in torch, with class activation maps where the head allows them."""

from __future__ import annotations

import cv2
import numpy as np
import torch
from torch import Tensor, nn

from cvdemo.zoo.checkpoint import module_bytes
from cvdemo.zoo.device import autocast
from cvdemo.zoo.model import Classifier
from cvdemo.zoo.spec import ModelSpec

MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)  # ImageNet, RGB in 0..1


class TorchClassifier(Classifier):
    """A torch classifier of [N, 3, crop, crop].

    The whole picture is squeezed to the crop's size, so that nothing at its edges is lost and a class
    activation map covers it. `linear` names the last linear layer, where global average pooling stands
    right before it: its input map is projected on every class (Zhou 2016, arXiv:1512.04150). "" gives none.
    """

    def __init__(
        self,
        spec: ModelSpec,
        device: str,
        net: nn.Module,
        *,
        crop: int = 224,
        features: str = "",
        linear: str = "",
    ) -> None:
        net = net.eval().to(device)
        super().__init__(spec, device=device, nbytes=module_bytes(net))
        self.net = net
        self.crop = crop
        self.linear = net.get_submodule(linear) if linear else None
        self._map: Tensor | None = None
        if features:
            net.get_submodule(features).register_forward_hook(self._keep)

    def _keep(self, _module: nn.Module, _inputs: object, output: Tensor) -> None:
        self._map = output.detach()

    @torch.inference_mode()
    def network(self, picture: np.ndarray) -> tuple[np.ndarray, np.ndarray | None]:
        small = cv2.resize(picture, (self.crop, self.crop), interpolation=cv2.INTER_AREA)
        x = torch.from_numpy(small).to(self.device).permute(2, 0, 1)[None].float() / 255  # [1, 3, H, W]
        mean, std = (torch.tensor(v, device=self.device)[:, None, None] for v in (MEAN, STD))
        with autocast(self.device):
            logits = self.net((x - mean) / std)[0]  # [C]
        probabilities = logits.float().softmax(0).cpu().numpy()
        return probabilities, self._activation_maps()

    def _activation_maps(self) -> np.ndarray | None:
        if self._map is None or not isinstance(self.linear, nn.Linear):
            return None
        maps = torch.einsum("dhw,cd->chw", self._map[0].float(), self.linear.weight.float())
        return maps.cpu().numpy()
