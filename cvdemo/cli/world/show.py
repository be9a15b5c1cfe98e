"""`cvdemo world show`: one scene as a picture, with what is known of it."""

from __future__ import annotations

from pathlib import Path

import click

from cvdemo import world
from cvdemo.cli.world._options import difficulty_options, parse_difficulty, parse_size, save_picture
from cvdemo.world.layers import LAYERS, overlay


@click.command("show")
@click.option("--seed", default=0, show_default=True, help="Which scene: a whole number from 0 up.")
@click.option("--split", default="train", show_default=True, help=f"One of {', '.join(world.SPLITS)}.")
@click.option(
    "--out", type=click.Path(path_type=Path), required=True, help="Picture file to write, such as scene.png."
)
@click.option(
    "--size", default="1280x960", show_default=True, metavar="WxH", help="Size of the picture in pixels."
)
@click.option(
    "--layer",
    "layers",
    multiple=True,
    metavar="NAME",
    help=f"Lay truth over it, as often as you like: {', '.join(LAYERS)}.",
)
@difficulty_options
def command(
    seed: int, split: str, out: Path, size: str, layers: tuple[str, ...], preset: str, knobs: tuple[str, ...]
) -> None:
    """Draw one scene and say what is in it."""
    scene = world.scene(seed, split=split, difficulty=parse_difficulty(preset, knobs))
    picture, truth = world.draw(scene, *parse_size(size))
    save_picture(overlay(picture, truth, layers), out)
    click.echo(world.write_captions(truth)[0])
    for region in world.describe_regions(truth):
        click.echo(f"  {region.text}")
