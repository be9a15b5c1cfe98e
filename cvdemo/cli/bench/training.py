"""`cvdemo bench training`: how long `cvdemo train all` takes."""

from __future__ import annotations

import json

import click


@click.command("training")
@click.argument("keys", nargs=-1)
def command(keys: tuple[str, ...]) -> None:
    """The core-minutes of the trainings of the nets KEYS, by default of all, from a few steps of each."""
    from cvdemo.bench.training import Cost, run

    def report(cost: Cost) -> None:
        parts = f"drawing {cost.drawing:.1f}, learning {cost.learning:.1f}, scoring {cost.scoring:.1f}"
        click.echo(f"{cost.key}: {cost.minutes:.1f} core-minutes ({parts})", err=True)

    click.echo(json.dumps(run(keys, report=report), indent=2))
