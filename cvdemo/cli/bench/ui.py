"""`cvdemo bench ui`: the first page and a threshold's move, in a real browser."""

from __future__ import annotations

import json

import click


@click.command("ui")
@click.option(
    "--starts", type=click.IntRange(1), default=3, show_default=True, help="Cold starts of each app."
)
@click.option("--moves", type=click.IntRange(1), default=20, show_default=True, help="Moves of each slider.")
def command(starts: int, moves: int) -> None:
    """The lab against an empty app, and its threshold against a slider over finished pictures."""
    from cvdemo.bench.ui import run

    click.echo(json.dumps(run(starts=starts, moves=moves), indent=2))
