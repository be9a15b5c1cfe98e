"""The README's table of the project's own nets, made from their cards."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cvdemo.zoo.catalogue import own_nets, spec
from cvdemo.zoo.convergence import longer
from cvdemo.zoo.entries import ENTRIES
from cvdemo.zoo.evaluators import EVALUATORS
from cvdemo.zoo.weights import read_card

PHOTOS = {
    "MSRC test": "msrc:DIR",
    "CamVid test": "camvid:DIR",
    "COCO val2017": "coco:ANNOTATIONS.json:IMAGES_DIR",
}
"""The photos that `cvdemo evaluate` asks for, by how a card calls them."""
FLAT = {True: "yes", False: "no", None: "-"}
HEADING = (
    "| net | parameters | held-out figure | curve flat at the end | ms a picture | from |",
    "|---|---|---|---|---|---|",
)


def nets_table(folder: Path | None = None) -> str:
    """A line of Markdown for each net that has a card, in the order of the entries."""
    cards = [(key, read_card(key, folder)) for key in own_nets()]
    return "\n".join([*HEADING, *(_row(key, card) for key, card in cards if card)])


def _row(key: str, card: dict[str, Any]) -> str:
    numbers = card["metrics"]
    times = [numbers[name] for name in ("ms_per_image", "ms") if name in numbers]
    ms = f"{times[0]:.0f}" if times else "-"
    flat = FLAT[card.get("converged")]
    if more := longer(card):
        flat += f"; {more.steps:,} steps: {_named(key, card, more.metrics)}, {FLAT[more.flat]}"
    size = f"{card['params'] / 1e6:.2f} M"
    cells = (f"`{key}`", size, _figures(key, card), flat, ms, f"`{_command(key, card)}`")
    return f"| {' | '.join(cells)} |"


def _figures(key: str, card: dict[str, Any]) -> str:
    """The card's figures by name, and the scored pictures where not the usual."""
    data, *rest = str(card["scored_on"]).split(", ")
    about = [part for part in rest if "=" in part] if data.startswith("world") else [data]
    return ", ".join([_named(key, card, card["metrics"]), *about])


def _named(key: str, card: dict[str, Any], figures: Mapping[str, Any]) -> str:
    """Of a net's figures the metric of its card, and those of its entry or task, each behind its name."""
    entry = ENTRIES.get(key)
    task = spec(key).task if entry is None or entry.task else None
    usual = EVALUATORS[task].figures if task else ()
    names = dict.fromkeys([card["metric"], *((entry.figures if entry else ()) or usual)])
    return ", ".join(f"{n.replace('_', ' ')} {figures[n]:.3f}" for n in names if n in figures)


def _command(key: str, card: dict[str, Any]) -> str:
    """What reproduces the figures: the command that scores the weights."""
    entry, scored_on = ENTRIES.get(key), str(card["scored_on"])
    if entry is None:
        data = next(form for test, form in PHOTOS.items() if scored_on.startswith(test))
        return f"cvdemo evaluate {key} --data {data}"
    knobs = "".join(f" --knob {name}={value}" for name, value in entry.knobs.items())
    return f"cvdemo evaluate {key} --data {scored_on.partition(',')[0]}{knobs}"
