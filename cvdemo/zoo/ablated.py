"""A model of which a part is left out while it runs, to see what that part brings."""

from __future__ import annotations

import numpy as np
import torch

from cvdemo.errors import DataError
from cvdemo.nets.inside import ablations
from cvdemo.nets.ssd import SSD
from cvdemo.zoo.drawn import DrawnDetector, TraceSegmenter, at_working_size, raw_arrays
from cvdemo.zoo.model import Detector, Model, RawArrays, Segmenter


def without_part(model: Model, name: str) -> Model:
    """A segmenter without its part `name`, or an SSD without one of its levels.

    DataError where it has no such part.
    """
    parts = _parts(model)
    if name not in parts:
        has = ", ".join(f"'{part}'" for part in parts) or "none"
        raise DataError(f"{model.spec.title} has no part '{name[:40]}' to leave out; it has: {has}")
    if isinstance(model, TraceSegmenter):
        return _AblatedSegmenter(model, parts[name])
    assert isinstance(model, DrawnDetector)
    return _AblatedDetector(model, parts[name])


def _parts(model: Model) -> dict[str, int]:
    if isinstance(model, TraceSegmenter):
        return ablations(model.net)
    if isinstance(model, DrawnDetector) and isinstance(model.net, SSD):
        return {f"stride {stride}": k for k, stride in enumerate(model.net.config.strides)}
    return {}


class _AblatedSegmenter(Segmenter):
    def __init__(self, inner: TraceSegmenter, part: int) -> None:
        super().__init__(inner.spec, device=inner.device, nbytes=inner.nbytes)
        self.inner, self.part = inner, part

    def network(self, picture: np.ndarray) -> np.ndarray:
        logits = self.inner.trace(picture, (self.part,)).logits[0]  # [C, h, w]
        found: np.ndarray = logits.float().softmax(0).cpu().numpy()
        return found


class _AblatedDetector(Detector):
    """An SSD whose default boxes of one level are left out."""

    def __init__(self, inner: DrawnDetector, level: int) -> None:
        super().__init__(inner.spec, device=inner.device, nbytes=inner.nbytes)
        self.inner, self.level = inner, level

    @torch.inference_mode()
    def network(self, picture: np.ndarray, prompt: str) -> RawArrays:
        x = at_working_size(picture, self.device, self.inner.long_side)  # [1, 3, h, w]
        return raw_arrays(self.inner.forward(x).without(self.level), x, picture)
