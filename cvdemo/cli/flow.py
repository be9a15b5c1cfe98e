"""`cvdemo flow`: the motion of every pixel from one picture to another, from the shell."""

from __future__ import annotations

from pathlib import Path

import click
import numpy as np

from cvdemo import zoo
from cvdemo.cli.detect import load_model
from cvdemo.data.atomic import write_whole
from cvdemo.data.flo import to_flo
from cvdemo.data.pictures import read_picture, to_png
from cvdemo.draw.flow import flow_colours
from cvdemo.errors import CvdemoError, DataError
from cvdemo.zoo.flow import FlowEstimator

WRITERS = {".png": lambda flow: to_png(flow_colours(flow)), ".flo": to_flo}


@click.command("flow")
@click.argument("first", metavar="A", type=click.Path(path_type=Path))
@click.argument("second", metavar="B", type=click.Path(path_type=Path))
@click.option(
    "--method", "key", metavar="KEY", default=lambda: zoo.first_model(zoo.Task.FLOW),
    show_default="the best for photos that is here",
)  # fmt: skip
@click.option("--device", help="cpu, cuda or mps; the best there is by default.")
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), metavar="F.png|F.flo",
    help="Write the flow in the colour wheel's colours, or exactly in Middlebury's format.",
)  # fmt: skip
def command(first: Path, second: Path, key: str, device: str | None, out: Path | None) -> None:
    """Find where every pixel of picture A is in picture B; print how far they move.

    KEY is one of `cvdemo models --task flow`. Both pictures have the same size.
    """
    entry = zoo.spec(key)
    if entry.task != zoo.Task.FLOW:
        raise CvdemoError(f"{entry.title} gives no flow: `cvdemo models --task flow` lists those that do")
    if out is not None and out.suffix.lower() not in WRITERS:
        raise DataError(f"cannot write '{out.name}': a flow is written as .png or .flo")
    one, two = read_picture(first), read_picture(second)
    model = load_model(key, device)
    assert isinstance(model, FlowEstimator)
    found = model.flow(one, two)
    length = np.hypot(*np.moveaxis(found.flow, -1, 0))
    click.echo(
        f"{entry.title}: {length.mean():.2f} pixels on average, {length.max():.2f} at most, "
        f"{found.milliseconds:.0f} ms"
    )
    if out is not None:
        write_whole(out, WRITERS[out.suffix.lower()](found.flow))
