"""A net written from its paper beside its ready-made counterpart: lines, parameters, answers, milliseconds.

from cvdemo.labs.implementations.experiment import compare
print(compare("mask-rcnn").differences)
"""

from __future__ import annotations

import csv
import inspect
import io
import json
import statistics
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from functools import cache, partial
from typing import Any, NamedTuple, get_type_hints

from cvdemo import world, zoo
from cvdemo.assets import asset
from cvdemo.errors import UnknownModelError
from cvdemo.zoo.counterparts import COUNTERPARTS, DET, Counterpart, Outputs, Ready, Same
from cvdemo.zoo.device import default_device, settled
from cvdemo.zoo.entry import resolve
from cvdemo.zoo.source_lines import code_lines, file_of
from cvdemo.zoo.turns import TURNS

SIZES = {"small": (96, 128), "medium": (192, 256), "large": (384, 512)}
"""Heights and widths of the drawn scene: both sides divide by 32, so that no net pads."""
RUNS = 3  # of each net, in turn, after one that does not count
WORDS = 12  # of a caption, for nets that continue one
FRAMES = 8  # of a clip
REGIONS = 16  # windows or regions of nets that do not look for their own
_MEASURING = threading.Lock()  # two measurements at once would slow each other


def counterpart(key: str) -> Counterpart:
    """The pair of a key; `UnknownModelError` for one that there is not."""
    if key not in COUNTERPARTS:
        raise UnknownModelError(f"no architecture is called '{key[:60]}': choose {', '.join(COUNTERPARTS)}")
    return COUNTERPARTS[key]


# --- nets -----------------------------------------------------------------------------------------


def build_ours(pair: Counterpart) -> Any:
    """The net here, untrained."""
    return resolve(pair.ours)(**pair.options)


def build_theirs(ready: Ready, size: tuple[int, int]) -> Any:
    """The ready-made net, untrained; a detector that resizes is told to leave pictures of the size alone."""
    fitted: dict[str, Any] = {}
    if ready.build.startswith(DET) and "ssd" not in ready.build:
        fitted = {"min_size": min(size), "max_size": max(size)}
    return resolve(ready.build)(**ready.options, **fitted)


def trace_fields(pair: Counterpart) -> tuple[str, ...]:
    """The names of what a net here gives to be looked at, besides its answer."""
    target = resolve(pair.ours)
    net: Any = target if inspect.isclass(target) else get_type_hints(target)["return"]
    trace = get_type_hints(net.forward)["return"]
    return tuple(getattr(trace, "_fields", getattr(trace, "__dataclass_fields__", ())))


class Counted(NamedTuple):
    """A net's file with its lines of code, all files that its layers stand in with theirs, its parameters."""

    file: str
    lines: int
    files: int
    all_lines: int
    parameters: int


def count(key: str) -> tuple[Counted, Counted | None]:
    """Both nets of a pair, None for one that is not there; nothing is allocated."""
    from cvdemo.nets.random_weights import hollow

    pair = counterpart(key)
    mine = _counted(our_module(pair), hollow(partial(build_ours, pair)), "cvdemo")
    ready = pair.ready
    if ready is None or not ready.installed:
        return mine, None
    builder = inspect.getmodule(inspect.unwrap(resolve(ready.build)))
    assert builder is not None
    net = hollow(partial(build_theirs, ready, SIZES["small"]))
    module = builder.__name__ if builder.__name__ != "timm.models._factory" else type(net).__module__
    return mine, _counted(module, net, ready.library)


def our_module(pair: Counterpart) -> str:
    """The module that builds the net here."""
    return pair.ours.partition(":")[0]


def _counted(module: str, net: Any, library: str) -> Counted:
    """What is counted of a net: the files are those of its own package that its layers are defined in.

    A layer's base classes count too.
    """
    from cvdemo.nets.random_weights import parameters

    modules = {module, *(c.__module__ for m in net.modules() for c in type(m).__mro__)}
    files = {file_of(name) for name in modules if name.partition(".")[0] == library}
    file = file_of(module)
    name = f"{module.replace('.', '/')}{'/__init__' if file.name == '__init__.py' else ''}.py"
    return Counted(name, code_lines(file), len(files), sum(map(code_lines, files)), parameters(net))


def our_state(pair: Counterpart, theirs: Any, net: Any) -> dict[str, Any]:
    """The ready-made net's weights under the names of the net here."""
    assert pair.ready is not None
    state = theirs.state_dict()
    if pair.ready.same is Same.NAMES:
        renamed: dict[str, Any] = resolve(pair.ready.names)(state)
        return renamed
    return dict(zip(net.state_dict(), state.values(), strict=True))


# --- comparing ------------------------------------------------------------------------------------


class Difference(NamedTuple):
    """One output of both nets: the largest difference of two numbers, and the largest number of it.

    `shapes` differ where the nets do not find as many; `largest` is then None.
    """

    name: str
    shapes: tuple[tuple[int, ...], tuple[int, ...]]
    largest: float | None
    scale: float


class Repaired(NamedTuple):
    """The largest difference after one more detail of the ready-made net was made that of the net here."""

    detail: str
    largest: float


class Comparison(NamedTuple):
    """Both nets on one picture: milliseconds (None without a counterpart), differences with one's weights."""

    size: tuple[int, int]
    ours: float
    theirs: float | None
    differences: tuple[Difference, ...] = ()
    repairs: tuple[Repaired, ...] = ()
    device: str = "cpu"


def compare(key: str, size: str = "small", seed: int = 0) -> Comparison:
    """Run both nets of a pair on a drawn scene of one of `SIZES`, with the same random weights if they fit.

    Each runs once without being timed, then both in turn; milliseconds are medians.
    """
    import torch

    pair = counterpart(key)
    shape = pair.fixed or SIZES[size]
    device = settled(default_device())
    ready = pair.ready if pair.ready is not None and pair.ready.installed else None
    with TURNS.held(_MEASURING), torch.inference_mode():
        picture = scene_tensor(shape, seed, device)
        mine, theirs = _nets(pair, ready, shape, seed, device)
        run_ours, run_theirs = _runs(pair, mine, theirs, picture)
        differences: tuple[Difference, ...] = ()
        repairs: tuple[Repaired, ...] = ()
        if ready is not None and ready.same is not Same.NO:
            differences = tuple(_differences(run_ours(), run_theirs()))
        milliseconds = in_turn([run_ours, *([run_theirs] if theirs is not None else [])], device)
        if differences and ready is not None:
            repairs = tuple(_repaired(ready, theirs, run_ours, run_theirs))
    second = milliseconds[1] if theirs is not None else None
    return Comparison(shape, milliseconds[0], second, differences, repairs, device)


def scene_tensor(size: tuple[int, int], seed: int, device: str) -> Any:
    """A drawn scene as [1, 3, H, W], RGB in 0..1."""
    import torch

    height, width = size
    picture, _ = world.draw(world.scene(seed, split="test"), width, height)
    return torch.from_numpy(picture.copy()).permute(2, 0, 1)[None].float().div(255).to(device)


def _nets(
    pair: Counterpart, ready: Ready | None, size: tuple[int, int], seed: int, device: str
) -> tuple[Any, Any]:
    """The net here and the ready-made one or None, for evaluation; of the same weights where they fit."""
    from cvdemo.nets.random_weights import hollow, random_net

    if ready is None:
        return random_net(partial(build_ours, pair), seed).to(device), None
    theirs = random_net(partial(build_theirs, ready, size), seed)
    if ready.same is Same.NO:
        return random_net(partial(build_ours, pair), seed).to(device), theirs.to(device)
    _calm(theirs)
    mine = hollow(partial(build_ours, pair))
    mine.load_state_dict(our_state(pair, theirs, mine), assign=True)
    return mine.eval().to(device), theirs.to(device)


def _calm(net: Any) -> None:
    """Keep random detectors from being certain everywhere: equal scores would come in any order."""
    if hasattr(net, "rpn"):
        net.rpn.head.cls_logits.weight.mul_(0.1)


def _runs(pair: Counterpart, mine: Any, theirs: Any, picture: Any) -> tuple[Callable, Callable]:
    """What runs each net and names its outputs."""
    from cvdemo.zoo import counterpart_outputs as outputs

    inputs = _inputs(pair, picture)
    size = tuple(picture.shape[-2:])
    same = pair.ready is not None and pair.ready.same is not Same.NO
    given = inputs[:1] if pair.outputs in (Outputs.LOGITS, Outputs.MAPS) else [list(inputs[0])]
    if pair.outputs is Outputs.FLOWS:
        given = [2 * one - 1 for one in inputs]  # in -1..1

    def run_ours() -> Any:
        trace = mine(*inputs)
        return outputs.ours(pair.outputs, trace, size) if same else trace

    def run_theirs() -> Any:
        return outputs.theirs(pair.outputs, theirs(*given))

    return run_ours, run_theirs


def _inputs(pair: Counterpart, picture: Any) -> list[Any]:
    """What the net takes: a picture; for those that look for no regions a few; two; words; or a clip."""
    import torch

    if pair.inputs == "picture":
        return [picture]
    if pair.inputs == "two pictures":
        return [picture, picture.roll(2, dims=-1)]
    if pair.inputs.startswith("clip"):
        clip = torch.stack([picture.roll(2 * k, dims=-1) for k in range(FRAMES)], dim=1)  # [1, T, 3, H, W]
        motion = torch.full_like(clip[:, 1:], 2.0)  # a flow in pixels ...
        motion[:, :, 2] = 0.1  # ... and its error
        return [clip, motion] if pair.inputs == "clip and flow" else [clip]
    if pair.inputs == "words":
        return [picture, torch.arange(WORDS, device=picture.device)[None]]
    height, width = picture.shape[-2:]
    corner = torch.linspace(0, 0.5, REGIONS, device=picture.device)
    boxes = torch.stack([corner * width, corner * height, width - 4 * corner, height - 4 * corner], dim=1)
    if pair.inputs == "regions":
        return [picture, [boxes]]
    windows = torch.nn.functional.interpolate(picture, (227, 227), mode="bilinear")
    return [windows.expand(REGIONS, -1, -1, -1), boxes]


def timed(run: Callable[[], Any], device: str) -> float:
    """Milliseconds of a call; on a GPU, until it is through."""
    from cvdemo.zoo.model import synchronize

    synchronize(device)
    start = time.perf_counter()
    run()
    synchronize(device)
    return 1000 * (time.perf_counter() - start)


def in_turn(runs: list[Callable[[], Any]], device: str) -> list[float]:
    """Each call's median milliseconds, one after the other so that a busy machine is busy for all."""
    for run in runs:
        run()
    rounds = [[timed(run, device) for run in runs] for _ in range(RUNS)]
    return [statistics.median(column) for column in zip(*rounds, strict=True)]


def _differences(mine: dict[str, Any], theirs: dict[str, Any]) -> Iterator[Difference]:
    for name, expected in theirs.items():
        found = mine[name]
        shapes = (tuple(found.shape), tuple(expected.shape))
        scale = float(expected.abs().max()) if expected.numel() else 0.0
        largest = _largest(found, expected) if shapes[0] == shapes[1] else None
        yield Difference(name, shapes, largest, scale)


def _largest(found: Any, expected: Any) -> float:
    return float((found.double() - expected.double()).abs().max()) if expected.numel() else 0.0


def _repaired(ready: Ready, theirs: Any, run_ours: Callable, run_theirs: Callable) -> Iterator[Repaired]:
    """The largest difference after each repair, one on top of the other."""
    for path in ready.repairs:
        detail = resolve(path)(theirs)
        mine, expected = run_ours(), run_theirs()
        yield Repaired(detail, max(_largest(mine[name], expected[name]) for name in expected))


# --- tables ---------------------------------------------------------------------------------------


def architecture_rows(keys: Iterable[str] = COUNTERPARTS) -> list[dict[str, Any]]:
    """What is known of every pair without building a net."""
    return [_row(COUNTERPARTS[key]) for key in keys]


def _row(pair: Counterpart) -> dict[str, Any]:
    ready, module = pair.ready, our_module(pair)
    return {
        "architecture": pair.title,
        "our file": f"{module.replace('.', '/')}.py",
        "lines of code": code_lines(file_of(module)),
        "ready-made": ready.title if ready else "none",
        "same weights": ready.same.value if ready else "",
        "installed": ("yes" if ready.installed else "no") if ready else "",
    }


def argument_rows() -> list[dict[str, Any]]:
    """Of every architecture: what the paper did not settle, what the trace shows, what a caller gets."""
    return [
        {
            "architecture": pair.title,
            "differs from the paper": " ".join(zoo.differences(pair.entry)),
            "our trace shows": ", ".join(trace_fields(pair)),
            "ready-made returns": ", ".join(pair.ready.returns) if pair.ready else "",
        }
        for pair in COUNTERPARTS.values()
        if pair.entry
    ]


@cache
def search_list() -> dict[str, Any]:
    """The curated list of implementations: `checked` (a date), `packages`, and `methods` by title."""
    found: dict[str, Any] = json.loads(asset("implementations.json").read_text("utf-8"))
    return found


def to_csv(rows: list[dict[str, Any]]) -> str:
    """Rows as CSV, the first row's names on top."""
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()
