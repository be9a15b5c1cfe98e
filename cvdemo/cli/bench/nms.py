"""`cvdemo bench nms`: greedy NMS against torchvision's on the CPU."""

from __future__ import annotations

import json

import click


@click.command("nms")
@click.option("--repeats", type=click.IntRange(1), default=9, show_default=True, help="The median counts.")
@click.option("--seed", type=int, default=0, show_default=True)
def command(repeats: int, seed: int) -> None:
    """Time both on clustered and on sparse boxes, 1,000 to 20,000 of them."""
    from cvdemo.bench.nms import run

    click.echo(json.dumps(run(repeats=repeats, seed=seed), indent=2))
