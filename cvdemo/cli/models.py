"""`cvdemo models`: the catalogue of models, without loading any."""

from __future__ import annotations

import json
from typing import Any

import click

from cvdemo import zoo
from cvdemo.zoo.spec import ModelSpec, Task

COLUMNS = ("key", "task", "title", "source", "licence", "download", "published", "offline")


@click.command("models")
@click.option("--task", type=click.Choice([t.value for t in Task]), help="Only the models of this task.")
@click.option("--json", "as_json", is_flag=True, help="Print the list as JSON.")
@click.option("--readme", is_flag=True, help="Print the README's table of this project's own nets.")
def command(task: str | None, as_json: bool, readme: bool) -> None:
    """List the models: task, source, licence, size of the download, published figure.

    "ready" models work without a network; the others are downloaded on first use.
    """
    if readme:
        from cvdemo.zoo.readme import nets_table

        click.echo(nets_table())
        return
    entries = zoo.models(task)
    if as_json:
        click.echo(json.dumps([_as_dict(m) for m in entries], indent=2))
        return
    rows = [COLUMNS, *(_row(m) for m in entries)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        click.echo("  ".join(f"{cell:{w}}" for cell, w in zip(row, widths, strict=True)).rstrip())


def _as_dict(entry: ModelSpec) -> dict[str, Any]:
    published = entry.published and {
        "metric": entry.published.metric,
        "value": entry.published.value,
        "data": entry.published.data,
        "source": entry.published.source,
    }
    return {
        "key": entry.key,
        "task": entry.task.value,
        "title": entry.title,
        "paper": entry.paper,
        "source": entry.source.value,
        "licence": entry.licence,
        "download_bytes": entry.download_bytes,
        "published": published,
        "offline": entry.offline,
    }


def _row(entry: ModelSpec) -> tuple[str, ...]:
    published = entry.published
    return (
        entry.key,
        entry.task.value,
        entry.title,
        entry.source.value,
        entry.licence,
        f"{entry.download_bytes / 1e6:.0f} MB" if entry.download_bytes else "-",
        f"{published.metric} {published.value:g}" if published else "-",
        "ready" if entry.offline else "download",
    )
