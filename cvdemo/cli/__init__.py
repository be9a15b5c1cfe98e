"""The shell: `cvdemo detect|models|evaluate|...`; a new command is a new file in this folder."""

from __future__ import annotations

import importlib
import pkgutil
from typing import cast

import click

from cvdemo.errors import CvdemoError


class CommandFolder(click.Group):
    """A group whose commands are the modules of a package, imported only when one is called.

    Each module holds a click command named `command`; that of `own_photo.py` is called `own-photo`. A
    `CvdemoError` raised by a command is shown as its one sentence, with exit code 1.
    """

    def __init__(self, *args: object, package: str, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.package = package

    def list_commands(self, ctx: click.Context) -> list[str]:
        path = importlib.import_module(self.package).__path__
        names = (m.name for m in pkgutil.iter_modules(path) if not m.name.startswith("_"))
        return sorted(name.replace("_", "-") for name in names)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.list_commands(ctx):
            return None
        module = importlib.import_module(f"{self.package}.{cmd_name.replace('-', '_')}")
        return cast(click.Command, module.command)

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except CvdemoError as error:
            raise click.ClickException(str(error)) from error


@click.command(cls=CommandFolder, package="cvdemo.cli")
@click.version_option(package_name="cvdemo")
def main() -> None:
    """Detection and segmentation, live: the lecture's models on your pictures."""
