"""`cvdemo score`: COCO's numbers, or AP at one IoU threshold, for results against truth."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

import click

from cvdemo.data.annotations import IouType
from cvdemo.data.coco import IOU_TYPES
from cvdemo.metrics.coco import score
from cvdemo.metrics.curve import ap_table
from cvdemo.metrics.eligible_pairs import EligiblePairs
from cvdemo.metrics.evaluation import as_dict, conventions_for
from cvdemo.metrics.readers import Format, format_of, load
from cvdemo.ops.iou import PixelConvention


@click.command("score")
@click.argument("truth", type=click.Path(path_type=Path))
@click.argument("results", type=click.Path(path_type=Path))
@click.option("--iou-type", type=click.Choice(IOU_TYPES), default="bbox", show_default=True)
@click.option("--format", "format_", type=click.Choice(get_args(Format)), help="Guessed by default.")
@click.option("--iou", type=click.FloatRange(0, 1, min_open=True), help="AP at this one IoU threshold.")
@click.option(
    "--pixel-convention",
    type=click.Choice(get_args(PixelConvention)),
    default="continuous",
    show_default=True,
    help="Whether a box is as wide as x2 - x1, or a pixel wider.",
)
@click.option(
    "--json", "json_file", type=click.Path(path_type=Path, dir_okay=False), help="Write the numbers."
)
@click.option("--skip-bad", is_flag=True, help="Leave out entries that cannot be scored, and list them.")
def command(
    truth: Path,
    results: Path,
    iou_type: IouType,
    format_: Format | None,
    iou: float | None,
    pixel_convention: PixelConvention,
    json_file: Path | None,
    skip_bad: bool,
) -> None:
    """Score RESULTS against TRUTH.

    Both are COCO's JSON files, or folders or ZIP files with a file per image: VOC's XML, YOLO's text, or the
    text of Object-Detection-Metrics (odm). Prints COCO's numbers, or with --iou the AP at that threshold by
    three ways of interpolation, per class and mean.
    """
    format_ = format_ or format_of(truth)
    data = load(truth, results, iou_type, format=format_, skip_bad=skip_bad)
    for problem in data.problems:
        click.echo(f"note: {problem}", err=True)
    conventions = conventions_for(format_, iou_type, averaged=iou is None)
    eligible = EligiblePairs(data, replace(conventions, pixel=pixel_convention))
    if eligible.beyond_limit:
        most = f"the best {conventions.max_detections} of their image and class"
        click.echo(
            f"note: {results.name}: {eligible.beyond_limit} detections beyond {most} do not count", err=True
        )
    numbers = score(data, eligible.conventions).summary() if iou is None else as_dict(ap_table(eligible, iou))
    click.echo(_table(numbers) if iou is None else _class_table(numbers))
    if json_file is not None:
        try:
            json_file.write_text(json.dumps(numbers, indent=2) + "\n", encoding="utf-8")
        except OSError as error:
            raise click.ClickException(f"cannot write {json_file.name}: {error.strerror}") from error


def _table(numbers: dict[str, float]) -> str:
    return "\n".join(f"{name:6}{_shown(value):>8}" for name, value in numbers.items())


def _class_table(numbers: dict[str, Any]) -> str:
    methods = [key for key in numbers if key.startswith("AP_")]
    rows = {**numbers["per_class"], "mean": numbers}
    width = max(len(name) for name in rows) + 2
    head = "".join(f"{method[3:].replace('_', '-'):>11}" for method in methods)
    lines = [
        f"{name:{width}}" + "".join(f"{_shown(row[m]):>11}" for m in methods) for name, row in rows.items()
    ]
    return "\n".join([f"AP at IoU {numbers['iou']:g}", f"{'':{width}}{head}", *lines])


def _shown(value: float) -> str:
    return "-" if value == -1 else f"{value:.4f}"
