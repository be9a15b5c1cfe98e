"""`cvdemo bench crf`: the dense CRF against pydensecrf2."""

from __future__ import annotations

import json

import click


@click.command("crf")
@click.option("--repeats", type=click.IntRange(1), default=5, show_default=True, help="The median counts.")
@click.option("--seed", type=int, default=0, show_default=True)
def command(repeats: int, seed: int) -> None:
    """10 iterations at 320 x 240 with 13 classes, on a photo and on noise, both in turn."""
    from cvdemo.bench.crf import run

    click.echo(json.dumps(run(repeats=repeats, seed=seed), indent=2))
