"""`cvdemo bench training`: how long `cvdemo train all` takes."""

from __future__ import annotations

import json
from pathlib import Path

import click

from cvdemo.errors import CvdemoError


@click.command("training")
@click.argument("keys", nargs=-1)
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Write the figures to a file.")
def command(keys: tuple[str, ...], out: Path | None) -> None:
    """The core-minutes of the trainings of the nets KEYS, by default of all, from a few steps of each."""
    from cvdemo.bench.training import Cost, run
    from cvdemo.data.atomic import write_whole

    if keys and out is not None:
        raise CvdemoError("the file of --out is of all nets: give no KEYS with it")

    def report(cost: Cost) -> None:
        parts = f"drawing {cost.drawing:.1f}, learning {cost.learning:.1f}, scoring {cost.scoring:.1f}"
        click.echo(f"{cost.key}: {cost.minutes:.1f} core-minutes ({parts})", err=True)

    text = json.dumps(run(keys, report=report), indent=2) + "\n"
    if out is not None:
        write_whole(out, text.encode())
    click.echo(text, nl=False)
