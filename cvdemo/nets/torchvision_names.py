"""Weights that torchvision has trained, under the names of the nets here."""

from __future__ import annotations

from collections.abc import Mapping

from torch import Tensor

from cvdemo.errors import CheckpointError


def renamed(state: Mapping[str, Tensor], beginnings: Mapping[str, str]) -> dict[str, Tensor]:
    """The state with the beginning of each name, up to the last dot but one, replaced.

    Raises `CheckpointError` for a name whose beginning is not among the `beginnings`.
    """
    found = {}
    for name, value in state.items():
        for theirs, ours in beginnings.items():
            if name.startswith(theirs):
                found[ours + name.removeprefix(theirs)] = value
                break
        else:
            raise CheckpointError(
                f"'{name}' is not among the weights of this model: they are another model's"
            )
    return found
