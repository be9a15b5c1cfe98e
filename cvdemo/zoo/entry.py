"""What is known of a net of `cvdemo.nets` in one place, readable without torch: its entry."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from cvdemo.data.domain import Domain
from cvdemo.train.recipes import SIZE, Recipe
from cvdemo.zoo.spec import NO_CHART, Chart, ModelSpec, Published, Source, Task
from cvdemo.zoo.weights import read_card

if TYPE_CHECKING:
    from torch import nn

    from cvdemo.zoo.model import Model

OPTIMISER = (
    "It learns by AdamW in one cycle of the learning rate; what is used is the running mean of its weights."
)
NOTHING: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True)
class Entry:
    """A net of `cvdemo.nets`: recipe, adapter, evaluation, place in charts and differences from the paper.

    `arxiv` is the paper's number there, or its DOI where it is elsewhere. `net` is the "module:function" (or
    class) that builds it untrained; `adapter` the "module:class" that makes a model of a spec, a device and
    the net. Without a `task` it is only a stage of another net's training and not in the catalogue. The
    scenes that it is scored on are "normal" but for `knobs`, and drawn at the `size` (width, height);
    `figures` are the numbers that tables show, where they are not those of the task. `differences` of
    structure and loss are one sentence each.
    """

    key: str
    title: str
    arxiv: str
    net: str
    recipe: Recipe
    task: Task | None = None
    adapter: str = ""
    labels: str = ""
    chart: Chart = NO_CHART
    differences: tuple[str, ...] = ()
    knobs: Mapping[str, int] = field(default_factory=lambda: NOTHING)
    size: tuple[int, int] = SIZE
    figures: tuple[str, ...] = ()
    default: bool = False
    options: Mapping[str, Any] = field(default_factory=lambda: NOTHING)

    def spec(self) -> ModelSpec:
        """The catalogue's line; the published figure is the card's."""
        assert self.task is not None
        return ModelSpec(
            key=self.key,
            task=self.task,
            title=f"{self.title} (drawn world)",
            paper=f"https://{'doi.org' if '/' in self.arxiv else 'arxiv.org/abs'}/{self.arxiv}",
            source=Source.DRAWN,
            licence="MIT",
            download_bytes=0,
            labels=self.labels,
            adapter="cvdemo.zoo.drawn:load",
            published=measured(self.key),
            note=f"A small {self.title} that knows the drawn world only; `cvdemo train {self.key}` makes it.",
            chart=self.chart,
            default=self.default,
            domain=Domain.DRAWINGS,
            scene_size=self.size,
            options=self.options,
        )

    @property
    def differs(self) -> tuple[str, ...]:
        """All that differs from the paper: `differences`, and the size, length and kind of the training."""
        from cvdemo.zoo.budgets import steps_of  # late: it reads the table of entries

        recipe, (width, height) = self.recipe, self.recipe.data.size
        pictures = f"drawn {recipe.data.unit} of {width} x {height} pixels"
        length = f"It is trained on {pictures}, for {recipe.steps:,} steps of {recipe.batch}."
        if earlier := steps_of(self.key) - recipe.steps:
            length = (
                f"It is trained on {pictures}, for {recipe.steps:,} steps of {recipe.batch}, "
                f"after {earlier:,} of the nets that it goes on from."
            )
        return (*self.differences, length, OPTIMISER)

    def build(self) -> nn.Module:
        """The untrained net."""
        net: nn.Module = resolve(self.net)()
        return net

    def model(self, net: nn.Module, device: str) -> Model:
        """The net as a model of the zoo."""
        model: Model = resolve(self.adapter)(self.spec(), device, net)
        return model


def resolve(path: str) -> Any:
    """What "module:name" names."""
    module, name = path.split(":")
    return getattr(importlib.import_module(module), name)


def measured(key: str) -> Published | None:
    """The figure that the evaluation wrote on the card; None where there is no card.

    It is in percent, an end-point error in pixels.
    """
    card = read_card(key)
    try:
        assert card is not None
        value = float(card["metrics"][card["metric"]])
        value = round(value, 2) if card["metric"] == "EPE" else round(100 * value, 1)
        return Published(f"drawn {card['metric']}", value, str(card["scored_on"]), str(card["command"]))
    except (AssertionError, KeyError, TypeError, ValueError):
        return None
