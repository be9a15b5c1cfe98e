"""Every detector as a point: milliseconds measured in this process, accuracy from its card or its authors."""

from __future__ import annotations

import csv
import io
import threading
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple, TypeVar, cast

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from cvdemo import zoo
from cvdemo.data.pictures import fit
from cvdemo.draw.cost_chart import Disc, cost_chart
from cvdemo.errors import CvdemoError
from cvdemo.ui.page import sentence
from cvdemo.ui.source import Chosen
from cvdemo.zoo.evaluate import SIZE
from cvdemo.zoo.fetch import is_here
from cvdemo.zoo.model import Detector
from cvdemo.zoo.tradeoffs import PEER, Curves, drawn_detectors, front, in_turn, kind
from cvdemo.zoo.weights import read_card

T = TypeVar("T")

METRICS = ("AP", "AP50", "AP75", "APs", "APm", "APl")
PEERS = {"drawn": PEER, "photos": "ssd-mobilenet-v2"}
SYMBOLS = {
    "one stage": "circle",
    "two stages": "square",
    "sliding window": "triangle-up",
    "queries": "diamond",
}
MARKS = {"one stage": "●", "two stages": "■", "sliding window": "▲", "queries": "◆"}
COLOURS = {
    "localizer": "#999999", "sliding-window": "#CC79A7", "rcnn": "#D55E00", "fast-rcnn": "#E69F00",
    "faster-rcnn": "#0072B2", "rfcn": "#56B4E9", "yolo": "#8D6FD1", "ssd": "#009E73",
}  # fmt: skip
GREY = "#888888"
MOST_KEPT = 1024
PATIENCE = 1.5  # seconds after which a slow net is timed by what there is


class Net(NamedTuple):
    """One detector: what it scored and on what, parameters, milliseconds; None for what is not known."""

    key: str
    title: str
    kind: str
    numbers: dict[str, float]
    data: str
    params: int | None
    ms: float | None = None


class Clock:
    """What was measured in this process, by what it was measured of; one measures while others wait."""

    def __init__(self, most: int = MOST_KEPT) -> None:
        self.lock = threading.Lock()
        self.most = most
        self._kept: OrderedDict[Any, Any] = OrderedDict()

    def get(self, of: Any) -> Any:
        """What was measured, or None."""
        return self._kept.get(of)

    def keep(self, of: Any, found: Any) -> None:
        """Keep it; the oldest go when there are too many."""
        self._kept[of] = found
        while len(self._kept) > self.most:
            self._kept.popitem(last=False)

    def forget(self, of: Any) -> None:
        """It will be measured again."""
        self._kept.pop(of, None)


@st.cache_resource(show_spinner=False)
def clock() -> Clock:
    """The process's clock, the same for all visitors."""
    return Clock()


def drawn_nets(curves: Curves | None) -> list[Net]:
    """The drawn world's detectors, scored on the same scenes: by their cards, else by the shipped curves."""
    found = []
    for key in drawn_detectors():
        card = read_card(key) or {}
        numbers, data = card.get("metrics", {}), str(card.get("scored_on", ""))
        if "=" in data or not data:  # a card of easier scenes cannot be compared
            numbers, data = _from_curves(curves, key)
        found.append(Net(key, title(key), kind(key), _known(numbers), data, card.get("params")))
    return found


def _from_curves(curves: Curves | None, key: str) -> tuple[dict[str, float], str]:
    """A net's numbers at the scenes' own size, and what they were measured on."""
    points = curves.points.get(key, {}).get("size", []) if curves else []
    for point in points:
        if curves and point.value == SIZE[0]:
            return point.numbers, f"world:test, {curves.n} scenes, normal"
    return {}, "no scenes that can be compared"


def _known(numbers: dict[str, float]) -> dict[str, float]:
    """COCO's numbers without those of sizes that no thing has."""
    return {name: numbers[name] for name in METRICS if numbers.get(name, -1.0) >= 0}


def photo_nets() -> tuple[list[Net], list[Net]]:
    """Detectors of real photos with their published AP: those on this machine, and those that are not."""
    here: list[Net] = []
    away: list[Net] = []
    for entry in zoo.models(zoo.Task.DETECT):
        if entry.source is zoo.Source.DRAWN:
            continue
        figure = entry.published
        there = figure is not None and figure.metric == "COCO AP"
        numbers = {"AP": figure.value / 100} if figure and there else {}
        data = figure.data if figure and there else "no published AP"
        net = Net(entry.key, entry.title, kind(entry.key), numbers, data, None)
        (here if entry.offline or is_here(entry) else away).append(net)
    return here, away


def kinds_of(nets: Sequence[Net]) -> list[str]:
    """The kinds that there are among the nets."""
    there = {net.kind for net in nets}
    return [name for name in MARKS if name in there]


def title(key: str) -> str:
    """A drawn net's short title."""
    return zoo.spec(key).title.removesuffix(" (drawn world)")


def timed(nets: Sequence[Net], chosen: Chosen, world: str) -> list[Net]:
    """The nets with their milliseconds on the picture, measured once for each picture in this process.

    The drawn world's nets see it at the size of their scenes. A net that cannot be loaded gives a sentence
    and is left out.
    """
    of = timing_of(nets, chosen)
    with clock().lock:
        ms = clock().get(of)
        if ms is None:
            models = _loaded(with_bar(nets, "Loading nets …"))
            picture = fit(chosen.picture, SIZE[0]) if world == "drawn" else chosen.picture
            text = f"{len(models)} nets run in turn on {zoo.device_title()} …"
            ms = in_turn(models, picture, seconds=PATIENCE, progress=lambda calls: with_bar(calls, text))
            clock().keep(of, ms)
    return [net._replace(ms=ms[net.key]) for net in nets if net.key in ms]


def is_timed(nets: Sequence[Net], chosen: Chosen) -> bool:
    """Whether these nets' milliseconds on this picture are known."""
    return clock().get(timing_of(nets, chosen)) is not None


def timing_of(nets: Sequence[Net], chosen: Chosen) -> tuple[str, tuple[str, ...]]:
    """What the milliseconds of these nets on this picture are kept by."""
    return chosen.identity, tuple(net.key for net in nets)


def _loaded(nets: Iterable[Net]) -> dict[str, Detector]:
    found = {}
    for net in nets:
        try:
            found[net.key] = cast(Detector, zoo.load(net.key))
        except CvdemoError as error:
            st.warning(sentence(error), icon="⚠️")
    return found


def with_bar(items: Iterable[T], text: str) -> Iterator[T]:
    """The items, with a line that says how far it is; it goes when all are through."""
    every = list(items)
    bar = st.progress(0.0, text)
    try:
        for done, item in enumerate(every):
            bar.progress(done / len(every), text)
            yield item
    finally:
        bar.empty()


def scatter(nets: Sequence[Net], metric: str, chosen: str, world: str) -> go.Figure:
    """The metric against milliseconds on a logarithmic axis, with the front that nothing beats."""
    shown = [net for net in nets if metric in net.numbers and net.ms is not None]
    discs = [_disc(net, metric, net.key == chosen, _ratio(net, nets, world)) for net in shown]
    rows = front([(disc.milliseconds, disc.quality) for disc in discs])
    source = "held-out scenes" if world == "drawn" else "COCO, as published"
    figure = cost_chart(discs, f"{metric}, {source}", log=True, front=rows)
    return figure.update_yaxes(rangemode="tozero" if world == "photos" else "normal")


def _disc(net: Net, metric: str, ringed: bool, ratio: str) -> Disc:
    first = " · ".join(f"{name} {net.numbers[name]:.3f}" for name in METRICS[:3] if name in net.numbers)
    sizes = " · ".join(f"{name} {net.numbers[name]:.3f}" for name in METRICS[3:] if name in net.numbers)
    size = f" · {net.params / 1e6:.2f} M parameters" if net.params else ""
    lines = [first, sizes, f"{net.ms:.1f} ms{ratio}{size}", f"{net.kind} · {net.data}"]
    return Disc(
        net.key,
        net.title,
        cast(float, net.ms),
        net.numbers[metric],
        net.params,
        "<br>".join(line for line in lines if line),
        COLOURS.get(net.key, "#56B4E9"),
        SYMBOLS[net.kind],
        ringed,
    )


def _ratio(net: Net, nets: Sequence[Net], world: str) -> str:
    share = against_peer(net, nets, world)
    return "" if share is None else f" = {share:.2g} x {zoo.spec(PEERS[world]).title.split(' (')[0]}"


def against_peer(net: Net, nets: Sequence[Net], world: str) -> float | None:
    """A net's time in parts of the peer's, where both were measured."""
    peer = next((other.ms for other in nets if other.key == PEERS[world]), None)
    return net.ms / peer if net.ms and peer else None


def rows(nets: Sequence[Net], world: str) -> list[dict[str, Any]]:
    """A row for each net, for the table and the file."""
    peer = zoo.spec(PEERS[world]).title.split(" (")[0]
    names = [name for name in METRICS if any(name in net.numbers for net in nets)]
    found = []
    for net in nets:
        share = against_peer(net, nets, world)
        found.append(
            {
                "net": net.title,
                "kind": net.kind,
                "ms": None if net.ms is None else round(net.ms, 2),
                f"x {peer}": None if share is None else round(share, 2),
                **{name: _rounded(net.numbers.get(name)) for name in names},
                "M parameters": _rounded(net.params / 1e6 if net.params else None, 2),
                "scored on": net.data,
            }
        )
    return found


def _rounded(number: float | None, digits: int = 3) -> float | None:
    return None if number is None else float(np.round(number, digits))


def to_csv(table: Sequence[dict[str, Any]]) -> str:
    """Rows under the names of their columns."""
    out = io.StringIO()
    writer = csv.DictWriter(out, list(table[0]) if table else [], lineterminator="\n")
    writer.writeheader()
    writer.writerows(table)
    return out.getvalue()
