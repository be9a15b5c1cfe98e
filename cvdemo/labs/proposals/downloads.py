"""What a visitor takes home of the Region proposals page: boxes, the picture, the merges as a film."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from cvdemo.data.pictures import to_png
from cvdemo.draw.proposals import draw_merges
from cvdemo.labs.proposals.boxes import Searched, Shown, overlaid
from cvdemo.labs.proposals.lab import Grown
from cvdemo.ops.regions import RegionProposals
from cvdemo.ui.source import Chosen
from cvdemo.video.write import as_gif, as_mp4, sampled

MOST_FRAMES = 120
SECONDS = 20.0


def to_csv(found: RegionProposals) -> str:
    """One line for each box, the most trusted first: x1, y1, x2, y2 in pixels, hierarchy, region, level."""
    lines = ["x1,y1,x2,y2,hierarchy,region,level"]
    for box, *numbers in zip(*found, strict=True):
        lines.append(",".join([*(f"{v:.2f}" for v in box), *map(str, numbers)]))
    return "\n".join(lines) + "\n"


def to_json(found: RegionProposals, name: str) -> str:
    """The same as a JSON object."""
    columns = {
        "hierarchies": found.strategy.tolist(),
        "regions": found.region.tolist(),
        "levels": found.level.tolist(),
    }
    boxes = np.round(found.boxes.astype(float), 2).tolist()
    return json.dumps({"picture": name, "boxes": boxes, **columns}, indent=1)


def film(found: Grown) -> list[np.ndarray]:
    """At most `MOST_FRAMES` merges, evenly taken, the last always among them."""
    numbers = sampled(len(found.tree.parents), MOST_FRAMES)
    return list(draw_merges(found.picture, found.segments.labels, found.tree, numbers))


def downloads(row: Any, chosen: Chosen, tree: Grown, found: Searched, shown: Shown) -> None:
    """Five buttons into a container; every file is made when it is asked for."""
    stem = f"{chosen.name.rsplit('.', 1)[0]}-proposals"
    first = found.proposals.first(shown.boxes)

    def png() -> bytes:
        return to_png(overlaid(chosen, first.boxes, shown.iou))

    def speed(frames: list[np.ndarray]) -> float:
        return max(2.0, len(frames) / SECONDS)

    def gif() -> bytes:
        frames = film(tree)
        return as_gif(frames, speed(frames))

    def mp4() -> bytes:
        frames = film(tree)
        return as_mp4(frames, speed(frames))

    row.download_button("Boxes (CSV)", lambda: to_csv(first), f"{stem}.csv", "text/csv", key="csv")
    row.download_button(
        "Boxes (JSON)", lambda: to_json(first, chosen.name), f"{stem}.json", "application/json", key="json"
    )
    row.download_button("Picture (PNG)", png, f"{stem}.png", "image/png", key="png")
    row.download_button("Merges (GIF)", gif, f"{stem}.gif", "image/gif", key="gif")
    row.download_button("Merges (MP4)", mp4, f"{stem}.mp4", "video/mp4", key="mp4")
