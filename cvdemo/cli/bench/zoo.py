"""`cvdemo bench zoo`: what our call adds to a bare torchvision detector."""

from __future__ import annotations

import json

import click


@click.command("zoo")
@click.argument("keys", nargs=-1)
@click.option("--device", default="cpu", show_default=True)
@click.option("--repeats", type=click.IntRange(1), default=20, show_default=True, help="The median counts.")
@click.option("--seed", type=int, default=0, show_default=True)
def command(keys: tuple[str, ...], device: str, repeats: int, seed: int) -> None:
    """Run the same random network bare and through the zoo, in turn, on one photo: torchvision's KEYS."""
    from cvdemo.bench.zoo import KEYS, run

    click.echo(json.dumps(run(device, keys=keys or KEYS, repeats=repeats, seed=seed), indent=2))
