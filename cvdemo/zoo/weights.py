"""Weights of the nets trained on the drawn world, safetensors that say what they are; their cards."""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cvdemo.assets import asset
from cvdemo.data.atomic import write_whole
from cvdemo.errors import CheckpointError, DataError, ModelNotAvailableError
from cvdemo.world.vocabulary import WORLD_VERSION
from cvdemo.zoo.shared_weights import about_shared, read_shared, shared_names

if TYPE_CHECKING:
    from torch import Tensor, nn

WITH_CRF = "metrics_with_crf"
"""The part of a card that holds a segmenter's numbers behind the fully connected CRF."""
WITH_KNOBS = "metrics_with_knobs"
"""That with the numbers on scenes of other difficulty, "noise=12": in each the parts of a card again."""
WITHOUT = "metrics_without"
"""That with the numbers of a net of which a part is left out, by the name of the part."""
LONGER = "longer"
"""That with what the net reaches in a longer training, of which no weights are shipped."""


def weights_folder() -> Path:
    """Where the shipped weights and cards lie."""
    return asset("weights")


def has_weights(key: str) -> bool:
    """Whether the weights of a net are among the shipped ones."""
    folder = weights_folder()
    try:
        return f"{key}.safetensors" in _names(folder, folder.stat().st_mtime_ns)
    except OSError:
        return False


@functools.lru_cache(8)
def _names(folder: Path, changed: int) -> frozenset[str]:
    """The files of a folder, listed once until one comes or goes: every page asks for sixty."""
    return frozenset(path.name for path in folder.iterdir())


def write_weights(net: nn.Module, key: str, path: Path, *, eight_bits: bool = False) -> None:
    """Write a net's weights, rounded to fp16 or to eight bits, with key and world's version inside.

    Weights that it shares with another net (`cvdemo.zoo.shared_weights`) stay in that one's file alone.
    """
    import torch
    from safetensors.torch import save

    from cvdemo.zoo.eight_bits import to_eight_bits

    state = {k: v.cpu() for k, v in net.state_dict().items() if not k.endswith("num_batches_tracked")}
    largest = max(float(v.abs().max()) for v in state.values() if v.numel())
    if largest > torch.finfo(torch.float16).max:
        raise CheckpointError(f"the weights of '{key}' do not fit into fp16: one is {largest:.3g}")
    shared = shared_names(net)
    about = {"net": key, "world": str(WORLD_VERSION), **about_shared(shared, state)}
    state = {k: v for k, v in state.items() if k not in shared}
    if eight_bits:
        state = to_eight_bits(state)
    else:
        state = {k: v.half() if v.is_floating_point() else v for k, v in state.items()}
    state = {k: v.contiguous() for k, v in state.items()}
    write_whole(path, save(state, metadata=about))


def read_weights(key: str, path: Path) -> dict[str, Tensor]:
    """The float32 weights of a file, once it is known to be this net's and of this world's version.

    Those that it shares with another net come from that one's file.
    Raises `ModelNotAvailableError` where there is no file, `CheckpointError` for any other trouble.
    """
    from safetensors import SafetensorError, safe_open

    from cvdemo.zoo.eight_bits import from_eight_bits

    if not path.is_file():
        raise ModelNotAvailableError(f"'{path.name}' is not there: `cvdemo train {key}` makes it")
    try:
        with safe_open(path, framework="pt") as file:
            about = file.metadata() or {}
            _check(key, path, about)
            state = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except (OSError, SafetensorError, ValueError) as error:
        raise CheckpointError(f"'{path.name}' is damaged or not a safetensors file") from error
    own = {name: value.float() for name, value in from_eight_bits(state).items()}
    return {**own, **read_shared(key, path, about, read_weights)}


def _check(key: str, path: Path, about: dict[str, str]) -> None:
    if about.get("net") != key:
        owner = f"the net '{about['net']}'" if "net" in about else "a net that it does not name"
        raise CheckpointError(f"'{path.name}' holds the weights of {owner}, not of '{key}'")
    if about.get("world") != str(WORLD_VERSION):
        raise CheckpointError(
            f"'{path.name}' was trained on version {about.get('world', '?')} of the drawn world, this is "
            f"version {WORLD_VERSION}: `cvdemo train {key}` trains it anew"
        )


def load_weights(net: nn.Module, key: str, path: Path | None = None) -> None:
    """Load a net's own weights, the shipped ones by default; raises as `read_weights` does."""
    path = path or weights_folder() / f"{key}.safetensors"
    state = read_weights(key, path)
    needed = {n for n in net.state_dict() if not n.endswith("num_batches_tracked")}
    if set(state) != needed:
        odd = sorted(set(state) ^ needed)
        raise CheckpointError(
            f"'{path.name}' is of another build of '{key}': {odd[0]} is in one of them only"
        )
    try:
        net.load_state_dict(state, strict=False)
    except RuntimeError as error:
        raise CheckpointError(f"'{path.name}' is of another build of '{key}': sizes differ") from error


def read_card(key: str, folder: Path | None = None) -> dict[str, Any] | None:
    """The card beside the weights of a net, or None where there is none that can be read."""
    try:
        card = json.loads(((folder or weights_folder()) / f"{key}.json").read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return card if isinstance(card, dict) else None


def figures_without(key: str, metric: str = "mIoU") -> dict[str, tuple[float, float]]:
    """By the name of a part, a figure of a whole net and of the net without it, on the data of its card."""
    card = read_card(key) or {}
    parts = card.get(WITHOUT, {})
    return {name: (float(card["metrics"][metric]), float(found[metric])) for name, found in parts.items()}


def card_of(key: str, data: str, folder: Path | None = None) -> dict[str, Any]:
    """The card of a net, whose figures are of `data` ("world:test", "CamVid test").

    One without a card is a `ModelNotAvailableError`, one scored on other data a `DataError`.
    """
    card = read_card(key, folder)
    if card is None:
        raise ModelNotAvailableError(f"'{key}' has no card: `cvdemo train {key}` makes it")
    if not str(card.get("scored_on", "")).startswith(f"{data}, "):
        raise DataError(f"the card of '{key}' holds figures of {card.get('scored_on', '?')}, not of {data}")
    return card


def renew_card(
    key: str, data: str, numbers: dict[str, Any], folder: Path | None = None, *, part: str = "metrics"
) -> None:
    """Put newly measured numbers of `data` on a part of a net's card; raises as `card_of` does."""
    folder = folder or weights_folder()
    card = card_of(key, data, folder)
    text = json.dumps({**card, part: numbers}, indent=2)
    write_whole(folder / f"{key}.json", f"{text}\n".encode())
