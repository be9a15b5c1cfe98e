"""`cvdemo bench zoo`: what our call adds to a bare torchvision detector."""

from __future__ import annotations

import json

import click


@click.command("zoo")
@click.option("--device", default="cpu", show_default=True)
@click.option("--repeats", type=click.IntRange(1), default=20, show_default=True, help="The median counts.")
@click.option("--seed", type=int, default=0, show_default=True)
def command(device: str, repeats: int, seed: int) -> None:
    """Run the same random network bare and through the zoo, in turn, on one photo."""
    from cvdemo.bench.zoo import run

    click.echo(json.dumps(run(device, repeats=repeats, seed=seed), indent=2))
