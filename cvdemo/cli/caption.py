"""`cvdemo caption`: photos in words, whole or region by region, from the shell."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple, cast

import click
import numpy as np
from click.core import ParameterSource
from tqdm import tqdm

from cvdemo import zoo
from cvdemo.cli.detect import each_photo, load_model_of, write_json
from cvdemo.errors import CvdemoError, DataError
from cvdemo.zoo.captioner import Caption, Captioner
from cvdemo.zoo.dense_captioner import DenseCaptioner

OF_SAMPLING = ("temperature", "top_k", "top_p", "seed")
OF_BEAM = ("beam", "length_penalty")
OF_REGIONS = ("score", "iou")


class Decoding(NamedTuple):
    """How captions are decoded: by a beam, or drawn word by word."""

    beam: int
    length_penalty: float | None
    sample: bool
    temperature: float
    top_k: int | None
    top_p: float
    seed: int
    longest: int | None
    begin: str


@click.command("caption")
@click.argument("photos", metavar="PHOTO...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--model", "key", metavar="KEY", help="By default the best for photos that is here.")
@click.option("--dense", is_flag=True, help="A caption for every region instead of one for the photo.")
@click.option(
    "--beam", type=click.IntRange(1), default=3, show_default=True, help="Width of the beam; 1 is greedy."
)
@click.option("--length-penalty", type=float, help="More favours long sentences; the model's own by default.")
@click.option(
    "--sample", is_flag=True, help="Draw the words instead of searching for the likeliest sentence."
)
@click.option("--temperature", type=click.FloatRange(0, min_open=True), default=1.0, show_default=True)
@click.option("--top-k", type=click.IntRange(1), help="Draw from the k likeliest words.")
@click.option(
    "--top-p",
    type=click.FloatRange(0, 1, min_open=True),
    default=1.0,
    show_default=True,
    help="Draw from the likeliest words that have this probability together.",
)
@click.option("--seed", type=int, default=0, show_default=True, help="Of the words that are drawn.")
@click.option("--longest", type=click.IntRange(1), help="Words at most, the end included.")
@click.option("--begin", default="", metavar="TEXT", help="How the caption begins: 'two brown'.")
@click.option(
    "--score", type=click.FloatRange(0, 1), default=0.5, show_default=True, help="Least score of a region."
)
@click.option(
    "--iou",
    type=click.FloatRange(0, 1),
    default=0.5,
    show_default=True,
    help="NMS of regions; 1 drops nothing.",
)
@click.option("--device", help="cpu, cuda or mps; the best there is by default.")
@click.option("--json", "json_file", type=click.Path(path_type=Path, dir_okay=False), help="Write COCO JSON.")
@click.pass_context
def command(
    context: click.Context,
    photos: tuple[Path, ...],
    key: str | None,
    dense: bool,
    device: str | None,
    json_file: Path | None,
    score: float,
    iou: float,
    **decoding: Any,
) -> None:
    """Put each PHOTO, a picture or a folder of them, into words; print a line per photo.

    With --dense, a line per region follows: its box x1 y1 x2 y2 in pixels, its score and its caption.
    A photo that cannot be read is named on stderr, the rest goes on, and the exit code is 1.

    The JSON file is one object in COCO's form of captions: "images" (id, file_name, width, height) and
    "annotations" (id, image_id, caption, log_probability, finished); of regions with bbox as x y width height
    in pixels, area and score.
    """
    how = Decoding(**decoding)
    _check_options(context, dense=dense, sample=how.sample)
    task = zoo.Task.DENSE_CAPTION if dense else zoo.Task.CAPTION
    model = load_model_of(task, key or _first(task), device)
    if key is None and model.spec.domain is zoo.Domain.DRAWINGS:
        click.echo(f"{model.spec.title} knows the drawn world only: of photos it says what it can.", err=True)
    describe = (
        _regions(cast(DenseCaptioner, model), score, iou) if dense else _captions(cast(Captioner, model), how)
    )
    images: list[dict[str, Any]] = []
    rows: list[dict[str, Any]] = []

    def run(path: Path, picture: np.ndarray) -> None:
        line, found = describe(picture)
        tqdm.write(f"{path.name}: {line}", file=sys.stdout)
        height, width = picture.shape[:2]
        images.append({"id": len(images) + 1, "file_name": path.name, "width": width, "height": height})
        rows.extend({"id": len(rows) + k, "image_id": len(images), **row} for k, row in enumerate(found, 1))

    with each_photo(photos, run):
        if json_file is not None:
            write_json(json_file, {"images": images, "annotations": rows})


def _first(task: zoo.Task) -> str:
    """The model that photos are put into words with, where none is named."""
    if not zoo.models(task):
        raise CvdemoError(f"there is no model for this here: `cvdemo models --task {task}` lists those")
    return zoo.first_model(task)


def _check_options(context: click.Context, *, dense: bool, sample: bool) -> None:
    """One sentence about an option that would have no effect."""

    def given(names: tuple[str, ...]) -> list[str]:
        typed = (n for n in names if context.get_parameter_source(n) is ParameterSource.COMMANDLINE)
        return [f"--{name.replace('_', '-')}" for name in typed]

    whole = given((*OF_BEAM, "sample", *OF_SAMPLING, "longest", "begin"))
    if dense and whole:
        raise DataError(f"{whole[0]} belongs to captions of whole photos: leave it out with --dense")
    if not dense and (regions := given(OF_REGIONS)):
        raise DataError(f"{regions[0]} belongs to regions: it goes with --dense")
    if sample and (beam := given(OF_BEAM)):
        raise DataError(f"{beam[0]} belongs to beam search: leave it out with --sample")
    if not sample and (drawn := given(OF_SAMPLING)):
        raise DataError(f"{drawn[0]} belongs to words that are drawn: it goes with --sample")


Describe = Callable[[np.ndarray], tuple[str, list[dict[str, Any]]]]
"""A picture -> what is printed behind its name, and its rows of the JSON file."""


def _captions(model: Captioner, how: Decoding) -> Describe:
    if how.beam > len(model.words):
        raise DataError(
            f"a beam of {how.beam} is wider than the {len(model.words)} words of {model.spec.title}: "
            f"choose a smaller one"
        )
    begin = model.ids(how.begin)
    rng = np.random.default_rng(how.seed)

    def write(picture: np.ndarray) -> Caption:
        encoded = model.encoded(picture)
        if how.sample:
            return model.sampled(
                encoded, rng, temperature=how.temperature, top_k=how.top_k, top_p=how.top_p,
                longest=how.longest, begin=begin,
            )  # fmt: skip
        return model.caption(
            encoded, beam=how.beam, length_penalty=how.length_penalty, longest=how.longest, begin=begin
        )

    def describe(picture: np.ndarray) -> tuple[str, list[dict[str, Any]]]:
        found = write(picture)
        cut = f" ... (cut at the limit of {how.longest or model.longest} words)"
        row = {
            "caption": found.text,
            "log_probability": round(found.log_probability, 4),
            "finished": found.finished,
        }
        return found.text + (cut if not found.finished else ""), [row]

    return describe


def _regions(model: DenseCaptioner, score: float, iou: float) -> Describe:
    def describe(picture: np.ndarray) -> tuple[str, list[dict[str, Any]]]:
        found = model(picture, score=score, iou=iou)
        lines, rows = [f"{len(found)} region{'s' if len(found) != 1 else ''}"], []
        for box, likely, text in zip(found.boxes.tolist(), found.scores.tolist(), found.texts, strict=True):
            x1, y1, x2, y2 = (round(value, 2) for value in box)
            lines.append(f"  {x1:.0f} {y1:.0f} {x2:.0f} {y2:.0f}  {likely:.2f}  {text}")
            bbox = [x1, y1, round(x2 - x1, 2), round(y2 - y1, 2)]
            area = round(bbox[2] * bbox[3], 2)
            rows.append({"bbox": bbox, "area": area, "score": round(likely, 4), "caption": text})
        return "\n".join(lines), rows

    return describe
