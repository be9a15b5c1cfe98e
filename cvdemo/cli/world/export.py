"""`cvdemo world export`: scenes as a data set."""

from __future__ import annotations

from pathlib import Path

import click

from cvdemo import world
from cvdemo.cli.world._options import difficulty_options, parse_difficulty, parse_size
from cvdemo.world.export import FORMATS, export


@click.command("export")
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), required=True, help="Folder to write into."
)
@click.option("--split", default="test", show_default=True, help=f"One of {', '.join(world.SPLITS)}.")
@click.option("--n", "count", default=500, show_default=True, help="How many scenes.")
@click.option("--first", default=0, show_default=True, help="Seed of the first scene.")
@click.option(
    "--size", default="640x480", show_default=True, metavar="WxH", help="Size of the pictures in pixels."
)
@click.option("--format", "layout", default="coco", show_default=True, help=f"One of {', '.join(FORMATS)}.")
@difficulty_options
def command(
    out: Path, split: str, count: int, first: int, size: str, layout: str, preset: str, knobs: tuple[str, ...]
) -> None:
    """Write scenes with boxes, masks, keypoints, captions and semantic maps."""
    width, height = parse_size(size)
    difficulty = parse_difficulty(preset, knobs)
    with click.progressbar(length=count, label="drawing") as bar:
        export(
            out, split=split, count=count, first=first, width=width, height=height,
            difficulty=difficulty, layout=layout, progress=lambda done: bar.update(1),
        )  # fmt: skip
    click.echo(f"{out}: {count} scenes of {split}")
