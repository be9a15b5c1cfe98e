"""`cvdemo bench captions`: decoding against the encoder."""

from __future__ import annotations

import json

import click


@click.command("captions")
@click.option("--n", type=click.IntRange(2), default=20, show_default=True, help="The median counts.")
@click.option("--device", default="cpu", show_default=True)
def command(n: int, device: str) -> None:
    """What a slider of decoding costs, with nothing remembered, beside one run of the encoder."""
    from cvdemo.bench.captions import run

    click.echo(json.dumps(run(n=n, device=device), indent=2))
