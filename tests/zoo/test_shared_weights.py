"""A net whose backbone is another's keeps it in that one's file alone, and knows it again."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import nn

from cvdemo.errors import CheckpointError, ModelNotAvailableError
from cvdemo.zoo.shared_weights import shared_names
from cvdemo.zoo.weights import load_weights, read_weights, write_weights


class Whole(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.backbone = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4))
        self.head = nn.Linear(4, 2)


class Part(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.eyes = nn.Sequential(nn.Conv2d(3, 4, 3))
        self.judge = nn.Linear(4, 3)

    def shared_weights(self) -> dict[str, tuple[str, str]]:
        return {"eyes.": ("whole", "backbone.")}


@pytest.fixture
def trained(tmp_path: Path) -> tuple[Whole, Part, Path]:
    torch.manual_seed(0)
    write_weights(Whole(), "whole", tmp_path / "whole.safetensors")
    whole, part = Whole(), Part()
    load_weights(whole, "whole", tmp_path / "whole.safetensors")
    part.eyes.load_state_dict({k: v for k, v in whole.backbone.state_dict().items() if k[0] == "0"})
    write_weights(part, "part", tmp_path / "part.safetensors", eight_bits=True)
    return whole, part, tmp_path


def test_shared_weights_are_in_one_file_and_come_back(trained: tuple[Whole, Part, Path]) -> None:
    whole, part, folder = trained
    assert shared_names(part) == {
        "eyes.0.weight": ("whole", "backbone.0.weight"), "eyes.0.bias": ("whole", "backbone.0.bias")
    }  # fmt: skip
    assert (folder / "part.safetensors").read_bytes().count(b"eyes.0.weight") == 1, "in the metadata alone"
    other = Part()
    load_weights(other, "part", folder / "part.safetensors")
    assert torch.equal(other.eyes[0].weight, whole.backbone[0].weight)
    torch.testing.assert_close(other.judge.weight, part.judge.weight, atol=0.01, rtol=0)
    assert set(read_weights("part", folder / "part.safetensors")) == set(part.state_dict())


def test_other_weights_than_those_of_the_training_are_refused(trained: tuple[Whole, Part, Path]) -> None:
    folder = trained[2]
    write_weights(Whole(), "whole", folder / "whole.safetensors")
    with pytest.raises(CheckpointError, match="trained beside other weights"):
        load_weights(Part(), "part", folder / "part.safetensors")
    write_weights(nn.Linear(2, 2), "whole", folder / "whole.safetensors")
    with pytest.raises(CheckpointError, match=r"lacks backbone\.0\.bias"):
        load_weights(Part(), "part", folder / "part.safetensors")
    (folder / "whole.safetensors").unlink()
    with pytest.raises(ModelNotAvailableError, match="whole"):
        load_weights(Part(), "part", folder / "part.safetensors")
