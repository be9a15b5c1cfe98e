"""A segmenter whose answers a fully connected CRF sharpens, as DeepLab v1 has it (arXiv:1412.7062)."""

from __future__ import annotations

import cv2
import numpy as np

from cvdemo.ops.crf import refine
from cvdemo.zoo.model import Segmenter


class RefinedSegmenter(Segmenter):
    """Another segmenter, then the CRF at the size of that one's maps.

    The picture is scaled to the maps. `settings` are those of `cvdemo.ops.crf.refine`.
    """

    def __init__(self, inner: Segmenter, **settings: float) -> None:
        super().__init__(inner.spec, device=inner.device, nbytes=inner.nbytes)
        self.inner = inner
        self.settings = settings

    def network(self, picture: np.ndarray) -> np.ndarray:
        maps = self.inner.network(picture)  # [C, h, w]
        size = maps.shape[2], maps.shape[1]
        small = picture
        if picture.shape[1::-1] != size:
            small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
        refined: np.ndarray = refine(maps, small, **self.settings)  # type: ignore[arg-type]
        return refined
