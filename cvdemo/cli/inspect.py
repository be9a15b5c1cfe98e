"""`cvdemo inspect`: what a data set holds, and what looks wrong in it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from cvdemo.cli.detect import write_json
from cvdemo.data.formats import FORMATS, read_dataset
from cvdemo.data.inspection import find_sizes, inspect, summary
from cvdemo.data.oddities import Oddity, as_dict, oddities, places

CLASSES = 20  # printed, the most frequent first
PLACES = 3  # of each oddity that are printed
SIZES = 5000  # pictures whose headers are opened where annotations do not say how large an image is


@click.command("inspect")
@click.argument("source", metavar="DIR|ZIP", type=click.Path(path_type=Path))
@click.option("--from", "format_", type=click.Choice(FORMATS), help="The format; guessed by default.")
@click.option(
    "--json", "json_file", type=click.Path(path_type=Path, dir_okay=False), help="Write it all as JSON."
)
def command(source: Path, format_: str | None, json_file: Path | None) -> None:
    """Count what a data set holds, and say what looks odd, such as boxes outside, empty, or twice."""
    dataset = read_dataset(source, format_)
    unknown = find_sizes(dataset, SIZES)
    found, odd = inspect(dataset), oddities(dataset)
    numbers = summary(dataset, found)
    _print_counts(numbers)
    for problem in dataset.problems:
        click.echo(f"note: {problem}", err=True)
    if unknown:
        click.echo(f"note: the size of {unknown} images is not known: boxes outside cannot be found there")
    _print_oddities(odd, [list(places(dataset, oddity)) for oddity in odd])
    if json_file is not None:
        write_json(json_file, {**numbers, "odd": as_dict(dataset, odd), "problems": dataset.problems})


def _print_counts(numbers: dict[str, Any]) -> None:
    """The counts, and the most frequent classes."""
    for name in ("format", "images", "pictures", "objects", "categories", "captions", "regions", "relations",
                 "labels", "semantic_maps"):  # fmt: skip
        if numbers[name]:
            click.echo(f"{name.replace('_', ' '):16}{numbers[name]}")
    click.echo(f"{'annotations':16}{', '.join(numbers['annotations']) or 'none'}")
    for name in ("splits", "sizes"):
        if any(numbers[name].values()):
            parts = ", ".join(f"{key} {count}" for key, count in numbers[name].items())
            click.echo(f"{name:16}{parts}")
    used = [(name, counts) for name, counts in numbers["by_class"].items() if counts["images"]]
    classes = sorted(used, key=lambda item: -item[1]["objects"])
    width = max((len(name) for name, _ in classes[:CLASSES]), default=0) + 2
    for name, counts in classes[:CLASSES]:
        click.echo(f"  {name:{width}}{counts['objects']:>8} objects{counts['images']:>8} images")
    if len(classes) > CLASSES:
        click.echo(f"  … and {len(classes) - CLASSES} more classes")


def _print_oddities(odd: list[Oddity], where: list[list[dict[str, Any]]]) -> None:
    """Each kind of oddity with its first places."""
    if not odd:
        click.echo("nothing odd")
    for oddity, some in zip(odd, where, strict=True):
        click.echo(f"odd: {len(oddity)} {oddity.title}")
        for place in some[:PLACES]:
            click.echo("  " + ", ".join(f"{key} {value}" for key, value in place.items()))
