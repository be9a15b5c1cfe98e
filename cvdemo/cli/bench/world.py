"""`cvdemo bench world`."""

from __future__ import annotations

import click

from cvdemo.bench.world import bench_world


@click.command("world")
@click.option("--n", "scenes", type=click.IntRange(1), default=100, show_default=True, help="Scenes a round.")
@click.option("--rounds", type=click.IntRange(1), default=5, show_default=True)
def command(scenes: int, rounds: int) -> None:
    """Scenes a second and core at 192 x 160 with full truth, and the time of one at 1280 x 960."""
    for name, value in bench_world(scenes=scenes, rounds=rounds).items():
        click.echo(f"{name:22s} {value:8.1f}")
