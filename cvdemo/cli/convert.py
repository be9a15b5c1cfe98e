"""`cvdemo convert`: a data set in another format."""

from __future__ import annotations

from pathlib import Path

import click

from cvdemo.data.atomic import write_whole
from cvdemo.data.convert import written_formats, zip_of
from cvdemo.data.formats import FORMATS, cannot_hold, format_module, read_dataset, write_dataset
from cvdemo.errors import DataError


@click.command("convert")
@click.argument("source", metavar="IN", type=click.Path(path_type=Path))
@click.argument("target", metavar="OUT", type=click.Path(path_type=Path))
@click.option("--to", "to", required=True, type=click.Choice(FORMATS), help="The format to write.")
@click.option("--from", "format_", type=click.Choice(FORMATS), help="The format of IN; guessed by default.")
def command(source: Path, target: Path, to: str, format_: str | None) -> None:
    """Convert the data set IN, a folder or a ZIP file, into OUT: a new folder, or a file named *.zip.

    Before anything is written, it is said what the other format cannot hold.
    """
    if to not in written_formats():
        raise DataError(f"{format_module(to).TITLE} is read and not written: {', '.join(written_formats())}")
    if target.exists() and (target.is_file() or any(target.iterdir())):
        raise DataError(f"'{target.name}' is there already: give a new folder or file")
    dataset = read_dataset(source, format_)
    for problem in dataset.problems:
        click.echo(f"note: {problem}", err=True)
    title = format_module(to).TITLE
    for lost in cannot_hold(dataset, to):
        click.echo(f"lost: {title} cannot hold {lost}")
    if target.suffix.lower() == ".zip":
        write_whole(target, zip_of(dataset, to))
    else:
        write_dataset(dataset, target, to)
    click.echo(f"{len(dataset)} images and {len(dataset.objects)} objects as {title}: {target}")
