"""`cvdemo bench video`: what reading, drawing and writing add to a model over a video's frames."""

from __future__ import annotations

import json

import click


@click.command("video")
@click.option("--model", "key", default="ssd-mobilenet-v2", show_default=True)
@click.option("--device", default="cpu", show_default=True)
@click.option("--repeats", type=click.IntRange(1), default=3, show_default=True, help="The median counts.")
@click.option(
    "--memory/--no-memory", default=True, show_default=True, help="Peak memory: 10 s against 10 min."
)
def command(key: str, device: str, repeats: int, memory: bool) -> None:
    """Read, detect, draw and write a clip, against the bare model over PyAV's frames, in turn."""
    from cvdemo.bench.video import run

    click.echo(json.dumps(run(key, device=device, repeats=repeats, memory=memory), indent=2))
