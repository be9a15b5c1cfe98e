"""`cvdemo bench own-photo`: from the upload of a phone's photo to the first answer, in a real browser."""

from __future__ import annotations

import json

import click


@click.command("own-photo")
@click.option("--repeats", type=click.IntRange(1), default=5, show_default=True, help="The median counts.")
def command(repeats: int) -> None:
    """A 12-megapixel photo uploaded to Detect, Segment, Instances and Pose: seconds to the answer."""
    from cvdemo.bench.own_photo import run

    click.echo(json.dumps(run(repeats=repeats), indent=2))
