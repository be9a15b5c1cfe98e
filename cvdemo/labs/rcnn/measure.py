"""What the R-CNN family costs: seconds of each stage, of more regions, pixels and multiply-adds."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from functools import partial
from typing import TypeAlias

import numpy as np

from cvdemo.labs.rcnn.charts import STAGES
from cvdemo.labs.rcnn.experiment import FamilyRun, detector
from cvdemo.nets.rcnn import RCNN
from cvdemo.zoo.drawn_regions import Prepared
from cvdemo.zoo.model import workable
from cvdemo.zoo.region_stages import MultiplyAdds, head_seconds, median_seconds, multiply_adds

RUNS = 3
COUNTS = (10, 30, 100, 300, 1000)  # of regions, for the curves
PUBLISHED = {"R-CNN": 49.0, "SPP-Net": 4.3, "Fast R-CNN": 2.3, "Faster R-CNN": 0.2}
"""Seconds a picture, proposals included, as the lecture's slide gives them."""

Times: TypeAlias = dict[str, dict[str, float]]
"""By net, the seconds of each stage."""


def stage_seconds(key: str, picture: np.ndarray, regions: int) -> dict[str, float]:
    """Median seconds of a net's stages over `RUNS` runs from the picture to the boxes."""
    net = detector(key)
    staged = partial(net.run_stages, workable(picture), most=regions)
    return net.run(lambda: median_seconds(lambda: staged().seconds, runs=RUNS)).value


def head_milliseconds(key: str, prepared: Prepared, regions: np.ndarray) -> list[float]:
    """Median milliseconds behind the proposals for each of `COUNTS` regions; few regions are repeated."""
    net = detector(key)

    def measured(count: int) -> float:
        head = partial(head_seconds, net, prepared, np.resize(regions, (count, 4)))
        return 1000 * sum(median_seconds(head, runs=RUNS).values())

    return net.run(lambda: [measured(count) for count in COUNTS]).value


def common_regions(runs: Sequence[FamilyRun]) -> np.ndarray:
    """Regions [R, 4] for all heads: the search's, or where no net searches, a net's own; at least one."""
    searched = [run.prepared.ranked for run in runs if run.prepared.ranked is not None]
    regions = searched[0] if searched else runs[0].staged.regions
    height, width = runs[0].working.shape[:2]
    return regions if len(regions) else np.array([[0, 0, width, height]], np.float32)


def count_multiply_adds(key: str, prepared: Prepared) -> MultiplyAdds:
    """Multiply-adds of a net on pictures of a working size."""
    net = detector(key)
    return net.run(lambda: multiply_adds(net, prepared)).value


def network_pixels(run: FamilyRun) -> int:
    """Pixels that go through a net: those of all cut-outs for R-CNN, else those of the picture."""
    net = run.detector.net
    if isinstance(net, RCNN):
        return len(run.staged.regions) * net.config.size**2
    return run.working.shape[0] * run.working.shape[1]


def cost_row(run: FamilyRun, cost: MultiplyAdds) -> dict[str, str]:
    """A net's pixels and multiply-adds as a row of a table."""
    count = len(run.staged.regions)
    return {
        "": run.title,
        "pixels through the network": f"{network_pixels(run):,}",
        "multiply-adds once": f"{cost.once / 1e6:,.0f} M" if cost.once else "none",
        "for each region": f"{cost.each / 1e6:,.2f} M" if cost.each else "none, only means",
        "regions": f"{count:,}",
        "with all of them": f"{cost.of(count) / 1e6:,.0f} M",
    }


def times_csv(times: Times) -> str:
    """A row for each net: milliseconds of every stage, and their sum."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["net", *(f"{stage} ms" for stage in STAGES), "sum ms"])
    for name, seconds in times.items():
        values = [1000 * seconds.get(stage, 0.0) for stage in STAGES]
        writer.writerow([name, *(f"{v:.2f}" for v in values), f"{sum(values):.2f}"])
    return out.getvalue()
