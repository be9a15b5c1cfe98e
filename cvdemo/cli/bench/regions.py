"""`cvdemo bench regions`: Selective Search against selectivesearch and OpenCV's."""

from __future__ import annotations

import json
from pathlib import Path

import click


@click.command("regions")
@click.option("--n", type=click.IntRange(1), default=100, show_default=True, help="Drawn scenes for recall.")
@click.option("--repeats", type=click.IntRange(1), default=3, show_default=True, help="The median counts.")
@click.option(
    "--opencv-python",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A Python interpreter that has opencv-contrib-python 4.12.",
)
def command(n: int, repeats: int, opencv_python: Path | None) -> None:
    """Candidates a second on a photo, recall and time on drawn scenes, of all methods that are there."""
    from cvdemo.bench.regions import run

    click.echo(json.dumps(run(n=n, repeats=repeats, opencv_python=opencv_python), indent=2))
