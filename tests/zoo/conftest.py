"""What the tests of models from the hub share: no hub, one picture."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
import torch


@pytest.fixture(scope="module")
def picture() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (72, 110, 3), dtype=np.uint8)


@pytest.fixture
def no_hub(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)


@pytest.fixture(scope="module")
def no_denormals() -> Iterator[None]:
    torch.set_flush_denormal(True)  # random networks fade to numbers that a CPU is slow with
    yield
    torch.set_flush_denormal(False)
