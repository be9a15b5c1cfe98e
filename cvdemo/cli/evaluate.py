"""`cvdemo evaluate`: COCO's twelve numbers of a model on pictures with truth."""

from __future__ import annotations

from pathlib import Path

import click
from tqdm import tqdm

from cvdemo.cli.detect import load_detector, write_json
from cvdemo.zoo.evaluate import evaluate, open_data


@click.command("evaluate")
@click.argument("key")
@click.option(
    "--data", required=True, metavar="coco:ANNOTATIONS.json:IMAGES_DIR", help="Truth and its pictures."
)
@click.option("--device", help="cpu, cuda or mps; the best there is by default.")
@click.option(
    "--json", "json_file", type=click.Path(path_type=Path, dir_okay=False), help="Write the numbers."
)
def command(key: str, data: str, device: str | None, json_file: Path | None) -> None:
    """Score the model KEY by COCO's rules (score from .01, NMS at .6, 100 a picture), by pycocotools."""
    folder = open_data(data)
    model = load_detector(key, device)
    numbers = evaluate(
        model,
        folder,
        progress=lambda items: tqdm(items, total=len(folder.pictures), unit="photo", disable=None),
    )
    for name, value in numbers.items():
        click.echo(f"{name:12}{value:>9.4f}" if isinstance(value, float) else f"{name:12}{value:>9}")
    if json_file is not None:
        write_json(json_file, numbers)
