"""Training the light street net from CamVid: `python -m cvdemo.train.streets DIR`.

CamVid (Brostow, Fauqueur, Cipolla, "Semantic object classes in video", PRL 2009) in the SegNet authors'
layout. The net learns from frames of `train`; frames of `val` are scored during a run, those of `test` once,
at its end.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click
import numpy as np
import torch
from torch import Tensor, nn
from tqdm import tqdm

from cvdemo import zoo
from cvdemo.errors import CvdemoError
from cvdemo.nets.efficientnet_lite import SameConv2d
from cvdemo.nets.losses import trace_loss
from cvdemo.nets.street import StreetNet
from cvdemo.train import loop
from cvdemo.train.recipes import Recipe
from cvdemo.train.street_card import finish
from cvdemo.train.street_frames import Frames, piece, read_frames, relit
from cvdemo.train.task import Progress, as_tensor, mixed_precision
from cvdemo.zoo.camvid_net import pretrained_encoder, street_segmenter
from cvdemo.zoo.evaluate_maps import camvid_maps, evaluate_maps
from cvdemo.zoo.fetch import cache_folder
from cvdemo.zoo.weights import weights_folder

KEY = "camvid-lite0"
ENCODER_RATE = 0.2  # of the decoder's learning rate: the encoder has learnt from ImageNet already
CURVE = 7  # times the net is scored on val frames during a run
EVERY = 60.0  # seconds between checkpoints
RECIPE = Recipe(
    KEY, "cvdemo.train.streets:Streets", steps=2000, batch=8, rate=2e-3, ema=0.996, channels_last=True
)


class Streets:
    """The street net on pieces of CamVid's train frames; a batch is the numbers of frames."""

    metric = "mIoU"

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.frames: Frames = read_frames(folder, "train")

    def build(self) -> nn.Module:
        """The net, its encoder pretrained; stem and first block, which see edges, stay as they are."""
        net = StreetNet()
        net.encoder = pretrained_encoder()
        for early in (net.encoder._conv_stem, net.encoder._bn0, net.encoder._blocks[0]):
            early.requires_grad_(False)
        return net

    def loss(
        self, net: nn.Module, batch: list[int], rng: np.random.Generator, device: torch.device
    ) -> Tensor:
        pictures, labels = zip(*(piece(self.frames, n, rng) for n in batch), strict=True)
        x = relit(as_tensor(np.stack(pictures), device), rng)
        truth = torch.from_numpy(np.stack(labels).astype(np.int64)).to(device)
        with mixed_precision(device):
            trace = net(x)
        return trace_loss(trace, truth)

    def measure(
        self,
        net: nn.Module,
        *,
        split: str,
        n: int | None = None,
        device: str,
        progress: Progress = iter,
    ) -> dict[str, Any]:
        """Scores on the first n frames of a split, all where None."""
        model = street_segmenter(zoo.spec(KEY), device, net)
        return evaluate_maps(model, camvid_maps(self.folder, n, split=split), progress=progress)


class TwoRates(torch.optim.AdamW):
    """AdamW whose groups each take their `factor` of the rate that the loop sets."""

    def step(self, closure: Callable[[], float] | None = None) -> float | None:  # type: ignore[override]
        for group in self.param_groups:
            group["lr"] *= group["factor"]
        return super().step(closure)


def begin(task: Streets, *, device: str = "cpu", minutes: float | None = None) -> loop.Run:
    """A run that has not taken a step, the encoder's rate below the decoder's."""
    run = loop.start(RECIPE, task, device=device, minutes=minutes)  # type: ignore[arg-type]
    groups = [
        {
            "params": [
                p
                for name, p in run.net.named_parameters()
                if p.requires_grad and name.startswith("encoder.") == inner and (p.ndim > 1) == matrix
            ],
            "factor": ENCODER_RATE if inner else 1.0,
            "weight_decay": RECIPE.weight_decay if matrix else 0.0,
        }
        for inner in (True, False)
        for matrix in (True, False)
    ]
    run.optimizer = TwoRates(groups, lr=RECIPE.rate, foreach=True)
    if device == "cpu":
        depthwise_in_float32(run.net)
    return run


def depthwise_in_float32(net: nn.Module) -> None:
    """Take depthwise convolutions out of autocast: on a CPU, bfloat16 makes their gradients slow."""

    def wrapped(forward: Callable[[Tensor], Tensor]) -> Callable[[Tensor], Tensor]:
        def exact(x: Tensor) -> Tensor:
            with torch.autocast(x.device.type, enabled=False):
                return forward(x.float())

        return exact

    for module in net.modules():
        if isinstance(module, SameConv2d) and module.groups > 1:
            module.forward = wrapped(module.forward)  # type: ignore[method-assign, assignment]


def batches(frames: int, batch: int, seed: int, step: int) -> Iterator[list[int]]:
    """Numbers of frames for each step from `step` on: every frame once before any comes again."""
    while True:
        places = range(step * batch, (step + 1) * batch)
        rounds = {
            r: np.random.default_rng((seed, r)).permutation(frames) for r in {p // frames for p in places}
        }
        yield [int(rounds[p // frames][p % frames]) for p in places]
        step += 1


def train_streets(run: loop.Run, checkpoint: Path, after_step: Callable[[loop.Run, float], None]) -> None:
    """Go on with a run to the end of its schedule, with a checkpoint every minute and at the end."""
    assert isinstance(run.task, Streets)
    source = batches(len(run.task.frames.labels), run.recipe.batch, run.recipe.seed, run.step)
    saved = time.perf_counter()
    while run.share < 1 and not run.stop:
        begun = time.perf_counter()
        loss = loop.take_step(run, next(source))
        run.seconds += time.perf_counter() - begun
        if time.perf_counter() - saved >= EVERY:
            loop.save(run, checkpoint)
            saved = time.perf_counter()
        after_step(run, loss)
    loop.save(run, checkpoint)


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
@click.option("--minutes", type=click.FloatRange(0, min_open=True), default=35.0, show_default=True)
@click.option("--device", help="cpu, cuda or mps; the best there is by default.")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), help="Folder for weights and card.")
def main(folder: Path, minutes: float, device: str | None, out: Path | None) -> None:
    """Train the street net on CamVid's folder DIR; a run that was stopped goes on from its checkpoint."""
    try:
        _main(folder, minutes, device, out or weights_folder())
    except CvdemoError as error:
        raise click.ClickException(str(error)) from error


def _main(folder: Path, minutes: float, device: str | None, out: Path) -> None:
    place = zoo.default_device() if device is None else device
    task = Streets(folder)
    run = begin(task, device=place, minutes=minutes)
    checkpoint = cache_folder() / "train" / f"{KEY}-{RECIPE.fingerprint(minutes)}.pt"
    if loop.resume(run, checkpoint):
        click.echo(f"goes on from step {run.step}")

    def report(run: loop.Run, loss: float) -> None:
        bar.set_postfix(loss=f"{loss:.3f}", refresh=False)
        bar.update(min(run.seconds, bar.total) - bar.n)
        if run.share >= (len(run.history) + 1) / (CURVE + 1):
            numbers = task.measure(run.average, split="val", device=place)
            run.history.append({"step": run.step, "mIoU": round(numbers["mIoU"], 4)})
            bar.write(f"step {run.step}: mIoU {numbers['mIoU']:.4f} on {numbers['n']} val frames")

    layout = "{desc}: {percentage:3.0f}%|{bar}| {n:.0f}/{total:.0f} s{postfix}"
    with tqdm(
        total=round(60 * minutes), initial=run.seconds, desc=KEY, bar_format=layout, mininterval=1
    ) as bar:
        train_streets(run, checkpoint, report)
    card = finish(run, len(task.frames.labels), out)
    checkpoint.unlink(missing_ok=True)
    click.echo(f"{KEY}: mIoU {card['metrics']['mIoU']:.4f} on {card['scored_on']}")


if __name__ == "__main__":
    main()
