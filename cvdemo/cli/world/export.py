"""`cvdemo world export`: scenes or clips as a data set."""

from __future__ import annotations

from pathlib import Path

import click

from cvdemo import world
from cvdemo.cli.world._options import clip_options, difficulty_options, parse_difficulty, parse_size
from cvdemo.world.export import FORMATS, export
from cvdemo.world.film.export import export_clips


@click.command("export")
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), required=True, help="Folder to write into."
)
@click.option("--split", default="test", show_default=True, help=f"One of {', '.join(world.SPLITS)}.")
@click.option("--n", "count", default=500, show_default=True, help="How many scenes or clips.")
@click.option("--first", default=0, show_default=True, help="Seed of the first.")
@click.option(
    "--size", default="640x480", show_default=True, metavar="WxH", help="Size of the pictures in pixels."
)
@click.option("--format", "layout", default="coco", show_default=True, help=f"One of {', '.join(FORMATS)}.")
@click.option("--clips", "moving", is_flag=True, help="Clips instead of scenes: COCO with tracks, MOT text.")
@clip_options
@difficulty_options
def command(
    out: Path,
    split: str,
    count: int,
    first: int,
    size: str,
    layout: str,
    moving: bool,
    seconds: float,
    fps: float,
    camera: float,
    preset: str,
    knobs: tuple[str, ...],
) -> None:
    """Write scenes with boxes, masks, keypoints, captions and semantic maps, or clips with tracks."""
    width, height = parse_size(size)
    difficulty = parse_difficulty(preset, knobs)
    if moving:
        clips = [
            world.clip(first + k, split=split, difficulty=difficulty, seconds=seconds, fps=fps, camera=camera)
            for k in range(count)
        ]
        with click.progressbar(length=sum(map(len, clips)), label="drawing") as bar:
            export_clips(out, clips, width=width, height=height, progress=lambda done: bar.update(1))
        click.echo(f"{out}: {count} clips of {split}")
        return
    with click.progressbar(length=count, label="drawing") as bar:
        export(
            out, split=split, count=count, first=first, width=width, height=height,
            difficulty=difficulty, layout=layout, progress=lambda done: bar.update(1),
        )  # fmt: skip
    click.echo(f"{out}: {count} scenes of {split}")
