"""`cvdemo bench serve`: a call of a model elsewhere against one here, and what replicas bring."""

from __future__ import annotations

import json

import click


@click.command("serve")
@click.option("--replicas", default="1,2", show_default=True, help="How many, one server after another.")
@click.option("--calls", default=60, show_default=True, type=click.IntRange(1, 1000))
@click.option("--seconds", default=6.0, show_default=True, type=click.FloatRange(0.1, 60))
def command(replicas: str, calls: int, seconds: float) -> None:
    """Milliseconds of a call there and here, and calls a second of eight clients."""
    from cvdemo.bench.serve import run

    try:
        counts = [max(1, int(text)) for text in replicas.split(",")]
    except ValueError as error:
        raise click.BadParameter(f"{replicas!r} is not numbers with commas between them") from error
    click.echo(json.dumps(run(counts, calls=calls, seconds=seconds), indent=2))
