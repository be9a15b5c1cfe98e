"""Weights that a net has in common with another one and that are kept only in that one's file.

A net says with `shared_weights()` which of its weights are another net's and were not trained further:
{"backbone.": ("ssd-plus", "backbone.")}, its own prefix with the other's key and prefix. Its file has the
names and a checksum.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cvdemo.errors import CheckpointError

if TYPE_CHECKING:
    from torch import Tensor, nn

NAMES, CHECKSUM = "shared", "shared_checksum"
"""What they are called in a file's metadata."""

Read = Callable[[str, Path], "dict[str, Tensor]"]


def shared_names(net: nn.Module) -> dict[str, tuple[str, str]]:
    """For each of a net's shared weights the other net's key, and the weight's name there."""
    own: Callable[[], Mapping[str, tuple[str, str]]] = getattr(net, "shared_weights", dict)
    return {
        name: (key, theirs + name.removeprefix(prefix))
        for prefix, (key, theirs) in own().items()
        for name in net.state_dict()
        if name.startswith(prefix) and not name.endswith("num_batches_tracked")
    }


def about_shared(names: Mapping[str, tuple[str, str]], state: Mapping[str, Tensor]) -> dict[str, str]:
    """What a file's metadata says of the shared weights of a state; nothing where there are none."""
    if not names:
        return {}
    return {NAMES: json.dumps(names), CHECKSUM: _checksum({name: state[name] for name in names})}


def read_shared(key: str, path: Path, about: Mapping[str, str], read: Read) -> dict[str, Tensor]:
    """The shared weights of the net `key`, from the files beside its own or the shipped ones.

    `read` reads a net's whole file. Weights that are not those with which the net was trained are a
    `CheckpointError`.
    """
    from cvdemo.zoo import weights  # late: it imports this module

    names: dict[str, Any] = json.loads(about.get(NAMES, "{}"))
    found: dict[str, Tensor] = {}
    for other in sorted({other for other, _ in names.values()}):
        beside = path.with_name(f"{other}.safetensors")
        file = beside if beside.is_file() else weights.weights_folder() / beside.name
        state = read(other, file)
        mine = {own: theirs for own, (of, theirs) in names.items() if of == other}
        if lacking := sorted(set(mine.values()) - set(state)):
            raise CheckpointError(f"'{file.name}' lacks {lacking[0]}, which '{key}' shares with it")
        found |= {own: state[theirs] for own, theirs in mine.items()}
    if names and _checksum(found) != about.get(CHECKSUM):
        raise CheckpointError(
            f"'{path.name}' was trained beside other weights than those that it shares now: "
            f"`cvdemo train {key}` trains it anew"
        )
    return found


def _checksum(state: Mapping[str, Tensor]) -> str:
    total = 0
    for name in sorted(state):
        total = zlib.crc32(state[name].float().contiguous().numpy().tobytes(), total)
    return f"{total:08x}"
