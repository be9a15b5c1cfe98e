"""Training segmenters of photos from MSRC v2: `python -m cvdemo.train.msrc KEY DIR`.

The nets learn from photos of `train`; those of `val` are scored during a run, those of `test` once, at its
end. All nets have one recipe but for the number of steps.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from torch import nn

from cvdemo import zoo
from cvdemo.data import msrc
from cvdemo.train import finetune
from cvdemo.train.label_photos import LabelTask, read_photos
from cvdemo.train.recipes import Recipe
from cvdemo.train.task import Progress
from cvdemo.zoo.evaluate_maps import evaluate_maps, msrc_maps
from cvdemo.zoo.photo_entries import MSRC_BATCH, MSRC_CROP, MSRC_STEPS, PHOTO_ENTRIES
from cvdemo.zoo.photo_nets import imagenet_state, photo_segmenter

SCALES = (0.8, 1.6)
NETS = [key for key, entry in PHOTO_ENTRIES.items() if entry.labels == "msrc"]
LICENCE = "MSRC v2, Microsoft Research Cambridge: no licence stated, for research"
CITATION = (
    "J. Shotton, J. Winn, C. Rother, A. Criminisi: TextonBoost. ECCV 2006; by T. Malisiewicz and "
    "A. Efros: Improving spatial support for objects via multiple segmentations. BMVC 2007"
)


def recipe(key: str) -> Recipe:
    """The recipe of a net, the same for all but for the steps."""
    return Recipe(
        key,
        f"cvdemo.train.msrc:MSRCTask:{key}",
        steps=MSRC_STEPS[key],
        batch=MSRC_BATCH,
        rate=2e-3,
        ema=0.99,
        channels_last=True,
    )


class MSRCTask(LabelTask):
    """One of `NETS` on pieces of MSRC's train photos."""

    def __init__(self, key: str, folder: Path) -> None:
        self.key = key
        self.folder = folder
        pairs = msrc.pairs(folder, "train")
        maps = [msrc.read_map(path) for _, path in pairs]
        super().__init__(read_photos(pairs, maps, len(msrc.NAMES)), crop=MSRC_CROP, scales=SCALES)

    def build(self) -> nn.Module:
        """The net with ImageNet's backbone; stem and first block, which see edges, stay as they are."""
        net = PHOTO_ENTRIES[self.key].build()
        net.backbone.load_imagenet(imagenet_state())  # type: ignore[operator, union-attr]
        net.backbone.freeze_early()  # type: ignore[operator, union-attr]
        return net

    def measure(
        self, net: nn.Module, *, split: str, device: str, progress: Progress = iter
    ) -> dict[str, Any]:
        """Scores on all photos of a split."""
        model = photo_segmenter(zoo.spec(self.key), device, net)
        return evaluate_maps(model, msrc_maps(self.folder, split=split), progress=progress)

    def about(self, views: int, numbers: dict[str, Any]) -> dict[str, Any]:
        """What a card says of the data."""
        width, height = self.crop
        return {
            "data": f"{views} pieces of {width} x {height} of MSRC's {self.size} train photos",
            "data_licence": LICENCE,
            "citation": CITATION,
            "scored_on": f"MSRC test, {numbers['n']} photos, the mean without {' and '.join(msrc.RARE)}",
        }


@click.command()
@click.argument("key", type=click.Choice(NETS))
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
@click.option("--device", help="cpu, cuda or mps; the best there is by default.")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), help="Folder for weights and card.")
@click.option("--steps", type=click.IntRange(1), help="Steps in place of the recipe's.")
def main(key: str, folder: Path, device: str | None, out: Path | None, steps: int | None) -> None:
    """Train the net KEY from MSRC's folder DIR; a run that was stopped goes on from its checkpoint.

    With STEPS other than the recipe's, weights and card go to the folder OUT alone. Without it the shipped
    ones stay, since nets are compared as they are shipped, and the card gets what the other schedule reached.
    """
    finetune.command(recipe(key), lambda: MSRCTask(key, folder), device, out, steps=steps)


if __name__ == "__main__":
    main()
