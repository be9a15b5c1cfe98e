"""Colours and charts of what is said of activities."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from cvdemo.world.activities.names import partner

TRUE, PARTNER = "#009E73", "#D55E00"
OTHERS = ("#56B4E9", "#CC79A7", "#E69F00", "#0072B2", "#999999")
MOST = 5


def told_apart(
    said: Sequence[NDArray[np.float32]], names: Mapping[int, str], label: int | None
) -> list[dict[str, Any]]:
    """The classes whose lines are drawn: the true one, its partner, then what is held most probable anywhere.

    Each with its `id`, `name`, `colour` and the width `thick` of its line.
    """
    chosen = [] if label is None else [(label, TRUE)]
    by_name = {name: k for k, name in names.items()}
    twin = None if label is None else partner(names[label])
    if twin in by_name:
        chosen.append((by_name[twin], PARTNER))
    most = np.max([np.max(p, axis=0) for p in said], axis=0)  # [C]
    rest = (int(k) for k in np.argsort(-most, kind="stable") if int(k) not in {c for c, _ in chosen})
    chosen += list(zip(rest, OTHERS[: MOST - len(chosen)], strict=False))
    return [
        {"id": k, "name": names[k], "colour": colour, "thick": 3.2 if colour == TRUE else 2.2}
        for k, colour in chosen
    ]


def confusion_chart(counts: NDArray[np.int64], names: Sequence[str]) -> go.Figure:
    """How often each true activity (a row) was taken for each activity (a column)."""
    shares = counts / np.maximum(counts.sum(1, keepdims=True), 1)
    labels = [[str(n) if n else "" for n in row] for row in counts.tolist()]
    chart = go.Figure(
        go.Heatmap(
            z=shares, x=list(names), y=list(names), text=labels, texttemplate="%{text}", colorscale="Blues",
            zmin=0, zmax=1, showscale=False, xgap=1, ygap=1,
            hovertemplate="%{y}, taken for %{x}: %{text}<extra></extra>",
        )
    )  # fmt: skip
    chart.update_layout(height=460, margin={"l": 0, "r": 0, "t": 8, "b": 0})
    chart.update_yaxes(autorange="reversed", title="what happens")
    chart.update_xaxes(title="what is said", tickangle=-60)
    return chart
