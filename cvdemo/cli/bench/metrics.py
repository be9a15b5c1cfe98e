"""`cvdemo bench metrics`: COCO's numbers against pycocotools and faster-coco-eval."""

from __future__ import annotations

import json

import click


@click.command("metrics")
@click.option("--images", type=click.IntRange(1), default=5000, show_default=True)
@click.option("--classes", type=click.IntRange(1), default=80, show_default=True)
@click.option("--detections", type=click.IntRange(1), default=150_000, show_default=True)
@click.option("--seed", type=int, default=0, show_default=True)
@click.option("--repeats", type=click.IntRange(1), default=1, show_default=True, help="The best counts.")
def command(images: int, classes: int, detections: int, seed: int, repeats: int) -> None:
    """Score one random set with three engines in turn: seconds, ratios, largest difference."""
    from cvdemo.bench.metrics import run

    figures = run(images, classes, detections, seed=seed, repeats=repeats)
    click.echo(json.dumps(figures, indent=2))
