"""`cvdemo bench camera`: the live camera's frames a second and delay, in real browsers."""

from __future__ import annotations

import json

import click


@click.command("camera")
@click.option(
    "--seconds", type=click.FloatRange(1), default=15.0, show_default=True, help="Of each measurement."
)
@click.option("--frames", type=click.IntRange(10), default=2000, show_default=True, help="For the memory.")
@click.option(
    "--width", type=click.IntRange(64, 1280), default=320, show_default=True, help="Of the frames sent."
)
def command(seconds: float, frames: int, width: int) -> None:
    """SSD-MobileNetV2 and `ssd-plus` at 1, 3 and 5 visitors by the app's route, and by triggers."""
    from cvdemo.bench.camera import run

    click.echo(json.dumps(run(seconds=seconds, frames=frames, width=width), indent=2))
