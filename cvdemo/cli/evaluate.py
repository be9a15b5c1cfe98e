"""`cvdemo evaluate`: the metrics of a model on pictures with truth."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import click
from tqdm import tqdm

from cvdemo import zoo
from cvdemo.cli.detect import load_model, write_json
from cvdemo.cli.world._options import difficulty_options, parse_difficulty
from cvdemo.errors import CvdemoError, DataError
from cvdemo.ops.tracking import TRACKERS
from cvdemo.video.evaluate import drawn_clips, evaluate_clips
from cvdemo.video.tracked import Tracker
from cvdemo.world.difficulty import Difficulty, named
from cvdemo.zoo.device import check_device, default_device, settled
from cvdemo.zoo.entries import ENTRIES
from cvdemo.zoo.evaluators import open_data, score
from cvdemo.zoo.model import Detector, Segmenter
from cvdemo.zoo.weights import (
    WITH_CRF,
    WITH_KNOBS,
    WITHOUT,
    card_of,
    has_weights,
    load_weights,
    renew_card,
)

CLIPS = "world-clips:"
FORMS = (
    "coco:ANNOTATIONS.json:IMAGES_DIR|coco-captions:CAPTIONS.json:IMAGES_DIR|world:SPLIT|world-clips:SPLIT|"
    "world-flow:SPLIT|world-activity:SPLIT|world-frames:SPLIT|camvid:DIR|msrc:DIR|flow:DIR"
)
TESTS = {"camvid": "CamVid test", "msrc": "MSRC test"}
"""How a card calls the test of a data set."""


@click.command("evaluate")
@click.argument("key")
@click.option("--data", required=True, metavar=FORMS, help="Truth and its pictures.")
@click.option(
    "--n",
    "count",
    type=click.IntRange(1),
    help="So many pictures; 500 of the world by default (200 pairs), else all.",
)
@difficulty_options
@click.option("--crf", is_flag=True, help="Segmenters: a fully connected CRF sharpens every answer.")
@click.option(
    "--without", metavar="PART", help="A part to leave out, such as 'rate 3' of DeepLab or 'stride 8' of SSD."
)
@click.option(
    "--tracker", type=click.Choice(list(TRACKERS)), help="Clips: only this tracker; all by default."
)
@click.option(
    "--card",
    is_flag=True,
    help="Put the numbers on the net's card, beside them with --crf, --without or --knob.",
)
@click.option("--device", help="cpu, cuda or mps; the best there is by default.")
@click.option(
    "--json", "json_file", type=click.Path(path_type=Path, dir_okay=False), help="Write the numbers."
)
def command(
    key: str,
    data: str,
    count: int | None,
    preset: str,
    knobs: tuple[str, ...],
    crf: bool,
    without: str | None,
    tracker: Tracker | None,
    card: bool,
    device: str | None,
    json_file: Path | None,
) -> None:
    """Score the model KEY.

    Detectors: COCO's twelve numbers by pycocotools (score from .01, NMS at .6, 100 a picture); with masks of
    any box also their mean IoU in true boxes. Segmenters: mIoU, pixel accuracy, boundary F1 (within .75 % of
    the diagonal). Captioners: BLEU-1 to 4, ROUGE-L, CIDEr-D by a beam of 3; on drawn scenes the share of
    captions that equal a reference (exact) and of statements that are true.

    world:test are the scenes of the seeds 0 to n - 1 at 192 x 160.

    world-clips:test are 50 clips of 4 seconds at 25 frames a second: MOTA, IDF1, HOTA, ID switches, jitter
    and class flips frame by frame and with each tracker, by itself and smoothed.

    world-flow:test are 200 pairs of frames of drawn clips at 192 x 160, flow:DIR the pairs NN-0.png, NN-1.png
    of a folder with their flow NN.flo: mean end-point error in pixels (EPE), that of occluded pixels alone,
    and the share of pixels that are off by more than 3 pixels and 5 % (Fl_all).

    world-activity:test are 500 clips of one person who does something, 16 frames of 96 x 96: the share of
    clips whose activity is found, of all, of those that only the order of the frames tells apart, and by
    activity; the confusion matrix, a line for each true activity.

    world-frames:test are 500 frames of drawn clips at 192 x 160 between their neighbours, for nets that see
    those too: mIoU, pixel accuracy, boundary F1.
    """
    if data.startswith(CLIPS):
        if crf or card or without:
            raise DataError(
                "clips are scored by their tracks: --crf, --without and --card belong to pictures"
            )
        numbers = _score_clips(
            key, data.removeprefix(CLIPS), count, parse_difficulty(preset, knobs), device, tracker
        )
        _print_table(numbers)
        if json_file is not None:
            write_json(json_file, numbers)
        return
    if crf and without:
        raise DataError("--crf and --without go one at a time")
    if tracker is not None:
        raise DataError("pictures have no tracks: --tracker belongs to world-clips:")
    figures_of = _test(data)
    if card:
        scored_on = str(card_of(key, figures_of)["scored_on"])  # says at once if there is none of this data
        own_knobs = {part for part in scored_on.split(", ") if "=" in part}
        other_scenes = bool(knobs) and not own_knobs and not without
        if (count, preset) != (None, "normal") or (set(knobs) != own_knobs and not other_scenes):
            own = f"; its scenes are of --knob {' --knob '.join(sorted(own_knobs))}" if own_knobs else ""
            raise DataError(
                "a card holds the figures of the whole test: --card goes without --n and --difficulty, "
                f"and --knob without --without{own}"
            )
    numbers = _score(key, data, count, parse_difficulty(preset, knobs), device, crf=crf, without=without)
    for name, value in numbers.items():
        _print(name, value)
    if data.startswith("coco:") and (caveat := zoo.spec(key).caveat):
        click.echo(caveat, err=True)
    if card:
        part = WITH_CRF if crf else "metrics"
        said: dict[str, Any] = numbers
        if without:
            part, said = WITHOUT, {**card_of(key, figures_of).get(WITHOUT, {}), without: numbers}
        elif other_scenes:
            others = card_of(key, figures_of).get(WITH_KNOBS, {})
            scenes = ", ".join(sorted(map(_as_number, knobs)))
            part, said = WITH_KNOBS, {**others, scenes: {**others.get(scenes, {}), part: numbers}}
        renew_card(key, figures_of, said, part=part)
    if json_file is not None:
        write_json(json_file, numbers)


def _as_number(knob: str) -> str:
    """A knob as "noise=12", however its value was written."""
    name, _, value = knob.partition("=")
    return f"{name.strip()}={float(value):g}"


def _test(data: str) -> str:
    """The test of some data as a card calls it."""
    kind, _, rest = data.partition(":")
    if kind in ("coco", "coco-captions"):
        return "COCO val2017" if "val2017" in Path(rest.rpartition(":")[0]).name else data
    return TESTS.get(kind, data)


def _score(
    key: str,
    data: str,
    count: int | None,
    difficulty: Difficulty,
    device: str | None,
    *,
    crf: bool,
    without: str | None,
) -> dict[str, Any]:
    def bar(items: Any) -> Any:
        return tqdm(items, unit="picture", disable=None)

    if key in ENTRIES and not ENTRIES[key].task and has_weights(key):
        if crf or without or difficulty != named("normal"):
            raise DataError(f"{key} is scored on normal scenes, without a CRF and with all of its parts")
        return _score_part(key, data, count, device, bar)
    entry = zoo.spec(key)
    if crf and entry.task != zoo.Task.SEGMENT:
        raise CvdemoError(f"{entry.title} does not segment: the CRF has nothing to sharpen")
    pictures = open_data(entry, data, count, difficulty)
    model = load_model(key, device)
    if crf:
        from cvdemo.zoo.refined import RefinedSegmenter

        model = RefinedSegmenter(cast(Segmenter, model))
    if without:
        from cvdemo.zoo.ablated import without_part

        model = without_part(model, without)
    return score(model, pictures, progress=bar)


def _score_part(key: str, data: str, count: int | None, device: str | None, bar: Any) -> dict[str, Any]:
    """The numbers of a net that is no model of the catalogue, by its training's own measure."""
    from cvdemo.train.recipes import recipe
    from cvdemo.train.task import task_of

    task = task_of(recipe(key))
    kind, _, split = data.partition(":")
    if kind != task.held_out.data:
        raise DataError(f"{key} is scored on {task.held_out.data}:SPLIT, not on '{data[:60]}'")
    net, place = task.build(), settled(check_device(device) if device else default_device())
    load_weights(net, key)
    return task.measure(
        net.to(place).eval(), split=split, n=count or task.held_out.n, device=place, progress=bar
    )


def _score_clips(
    key: str,
    split: str,
    count: int | None,
    difficulty: Difficulty,
    device: str | None,
    tracker: Tracker | None,
) -> dict[str, Any]:
    model = load_model(key, device)
    if not isinstance(model, Detector):
        raise CvdemoError(f"{model.spec.title} gives no boxes: `cvdemo models` lists the detectors")
    data = drawn_clips(split, count, difficulty, size=model.spec.scene_size)
    some: dict[str, Any] = {} if tracker is None else {"trackers": (tracker,)}
    return evaluate_clips(model, data, **some, progress=lambda clips: tqdm(clips, unit="clip", disable=None))


def _print_table(rows: dict[str, dict[str, float]]) -> None:
    """A line for each way, a column for each number."""
    names = list(next(iter(rows.values())))
    click.echo(" " * 24 + "".join(f"{name:>10}" for name in names))
    for way, numbers in rows.items():
        cells = (f"{v:>10}" if isinstance(v, int) else f"{v:>10.3f}" for v in numbers.values())
        click.echo(f"{way:24}{''.join(cells)}")


def _print(name: str, value: Any) -> None:
    if isinstance(value, dict):
        for part, number in value.items():
            _print(f"  {part}", number)
        return
    if isinstance(value, list):
        click.echo(f"{name:24}{''.join(f'{part:>4}' for part in value)}")
        return
    click.echo(f"{name:16}{value:>9.4f}" if isinstance(value, float) else f"{name:16}{value:>9}")
