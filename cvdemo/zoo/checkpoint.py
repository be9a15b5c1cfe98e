"""Weights from a file into a network: strictly, and never running code that a file brings."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from cvdemo.errors import CheckpointError

if TYPE_CHECKING:
    from torch import nn


def load_state(net: nn.Module, path: str | Path) -> None:
    """Load a plain state dict (torch or safetensors, also in eight bits) strictly into a network.

    Raises `CheckpointError` for a file that is missing, damaged, brings code, or is another model's.
    """
    path = Path(path)
    state = _read(path)
    if not isinstance(state, dict) or not all(isinstance(k, str) for k in state):
        raise CheckpointError(f"'{path.name}' is not a state dict: names with one tensor each are needed")
    from cvdemo.zoo.eight_bits import from_eight_bits  # late: torch

    try:
        net.load_state_dict(from_eight_bits(state))
    except (RuntimeError, TypeError, AttributeError) as error:
        raise CheckpointError(f"'{path.name}' holds the weights of another model: {_first(error)}") from error


def _read(path: Path) -> Any:
    import pickle

    import torch
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        if path.suffix == ".safetensors":
            return load_file(path, device="cpu")
        return torch.load(path, map_location="cpu", weights_only=True)
    except FileNotFoundError as error:
        raise CheckpointError(f"weights file '{path.name}' does not exist") from error
    except pickle.UnpicklingError as error:
        if "global" in str(error).lower():  # the name of a class or function
            raise CheckpointError(
                f"'{path.name}' was not loaded: it brings code or objects besides plain weights"
            ) from error
        raise _damaged(path) from error
    except (OSError, RuntimeError, EOFError, ValueError, KeyError, SafetensorError) as error:
        raise _damaged(path) from error


def _damaged(path: Path) -> CheckpointError:
    return CheckpointError(f"'{path.name}' is damaged or not a weights file: delete it and fetch it again")


def _first(error: Exception) -> str:
    """The first thing that torch complains of, on one line."""
    lines = [line.strip().rstrip(".") for line in str(error).splitlines() if line.strip()]
    return lines[min(1, len(lines) - 1)][:160] if lines else type(error).__name__


def module_bytes(net: nn.Module) -> int:
    """Bytes of a network's parameters and buffers."""
    return sum(t.nbytes for t in (*net.parameters(), *net.buffers()))
