"""`cvdemo world sheet`: many scenes in one picture."""

from __future__ import annotations

from pathlib import Path

import click

from cvdemo import world
from cvdemo.cli.world._options import difficulty_options, parse_difficulty, parse_size, save_picture
from cvdemo.world.layers import LAYERS, sheet


@click.command("sheet")
@click.option(
    "--out", type=click.Path(path_type=Path), required=True, help="Picture file to write, such as sheet.jpg."
)
@click.option("--first", default=0, show_default=True, help="Seed of the first scene.")
@click.option(
    "--n", "count", type=click.IntRange(1, 400), default=12, show_default=True, help="How many scenes."
)
@click.option(
    "--columns", type=click.IntRange(1, 40), default=4, show_default=True, help="How many side by side."
)
@click.option("--split", default="train", show_default=True, help=f"One of {', '.join(world.SPLITS)}.")
@click.option(
    "--size", default="480x360", show_default=True, metavar="WxH", help="Size of each scene in pixels."
)
@click.option(
    "--layer", "layers", multiple=True, metavar="NAME", help=f"Lay truth over them: {', '.join(LAYERS)}."
)
@difficulty_options
def command(
    out: Path,
    first: int,
    count: int,
    columns: int,
    split: str,
    size: str,
    layers: tuple[str, ...],
    preset: str,
    knobs: tuple[str, ...],
) -> None:
    """Draw a contact sheet."""
    width, height = parse_size(size)
    board = sheet(
        range(first, first + count), split=split, columns=columns, width=width, height=height, layers=layers,
        difficulty=parse_difficulty(preset, knobs),
    )  # fmt: skip
    save_picture(board, out)
    click.echo(f"{out}: {count} scenes, {board.shape[1]} x {board.shape[0]}")
