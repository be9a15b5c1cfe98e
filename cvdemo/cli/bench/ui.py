"""`cvdemo bench ui`: the first page and a threshold's move, in a real browser."""

from __future__ import annotations

import json

import click


@click.command("ui")
@click.option(
    "--starts", type=click.IntRange(1), default=3, show_default=True, help="Cold starts of each app."
)
@click.option("--moves", type=click.IntRange(1), default=20, show_default=True, help="Moves of each slider.")
@click.option("--masks-only", is_flag=True, help="Only the masks of Instances.")
def command(starts: int, moves: int, masks_only: bool) -> None:
    """The lab against an empty app; thresholds of boxes and masks against a slider over finished pictures."""
    from cvdemo.bench import ui, ui_masks

    figures = {} if masks_only else ui.run(starts=starts, moves=moves)
    click.echo(json.dumps({**figures, "masks": ui_masks.run(moves=moves)}, indent=2))
