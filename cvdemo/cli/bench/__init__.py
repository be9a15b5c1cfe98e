"""`cvdemo bench ...`: one file per benchmark."""

import click

from cvdemo.cli import CommandFolder


@click.command("bench", cls=CommandFolder, package="cvdemo.cli.bench")
def command() -> None:
    """Measure speed as a ratio to a named peer, both in one run."""
