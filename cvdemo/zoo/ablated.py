"""A segmenter of which a part is left out while it runs, to see what that part brings."""

from __future__ import annotations

import numpy as np

from cvdemo.errors import DataError
from cvdemo.nets.inside import ablations
from cvdemo.zoo.drawn import TraceSegmenter
from cvdemo.zoo.model import Segmenter


class AblatedSegmenter(Segmenter):
    """Another segmenter without its part `name`; DataError where it has no such part."""

    def __init__(self, inner: Segmenter, name: str) -> None:
        super().__init__(inner.spec, device=inner.device, nbytes=inner.nbytes)
        parts = ablations(inner.net) if isinstance(inner, TraceSegmenter) else {}
        if name not in parts:
            has = ", ".join(f"'{part}'" for part in parts) or "none"
            raise DataError(f"{inner.spec.title} has no part '{name[:40]}' to leave out; it has: {has}")
        self.inner, self.part = inner, parts[name]

    def network(self, picture: np.ndarray) -> np.ndarray:
        assert isinstance(self.inner, TraceSegmenter)
        logits = self.inner.trace(picture, (self.part,)).logits[0]  # [C, h, w]
        found: np.ndarray = logits.float().softmax(0).cpu().numpy()
        return found
