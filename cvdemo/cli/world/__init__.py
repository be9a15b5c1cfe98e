"""`cvdemo world ...`: draw scenes, show what is known of them, write them as a data set."""

import click

from cvdemo.cli import CommandFolder


@click.command("world", cls=CommandFolder, package="cvdemo.cli.world")
def command() -> None:
    """Draw scenes of the drawn world, with their truth."""
