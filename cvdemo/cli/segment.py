"""`cvdemo segment`: a class for every pixel of a picture, from the shell."""

from __future__ import annotations

from pathlib import Path

import click
import numpy as np

from cvdemo import zoo
from cvdemo.cli.detect import load_model, model_option
from cvdemo.data.atomic import write_whole
from cvdemo.data.label_maps import shares, to_palette_png
from cvdemo.data.pictures import read_picture
from cvdemo.draw.segmentation import class_colours
from cvdemo.errors import CvdemoError
from cvdemo.zoo.model import Segmenter


@click.command("segment")
@click.argument("photo", metavar="PICTURE", type=click.Path(path_type=Path))
@model_option(zoo.Task.SEGMENT)
@click.option("--device", help="cpu, cuda or mps; the best there is by default.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the label map as PNG: the values are the class ids, the colour table shows them.",
)
def command(photo: Path, key: str, device: str | None, out: Path | None) -> None:
    """Segment PICTURE; print the share of each class that it shows."""
    entry = zoo.spec(key)
    if entry.task != zoo.Task.SEGMENT:
        raise CvdemoError(f"{entry.title} does not segment: `cvdemo models --task segment` lists those")
    picture = read_picture(photo)
    model = load_model(key, device)
    assert isinstance(model, Segmenter)
    labels, names = model(picture), model.names()
    share = shares(labels, 1 + max(names))
    for i in np.argsort(-share, kind="stable"):
        if share[i]:
            click.echo(f"{names[int(i)]:16}{100 * share[i]:>7.2f} %")
    if out is not None:
        table = class_colours([names.get(i, "") for i in range(1 + max(names))])
        write_whole(out, to_palette_png(labels, table))
