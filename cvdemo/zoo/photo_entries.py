"""The table of the nets of `cvdemo.nets` that are trained here on photos, readable without torch.

Their trainings need a folder of public photos, which are no part of the project: `python -m cvdemo.train...`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from cvdemo.data.domain import Domain
from cvdemo.zoo.entries import DICE, FCN, UNET
from cvdemo.zoo.entry import OPTIMISER, measured, resolve
from cvdemo.zoo.spec import COCO_VAL_IN_TRAINING, ModelSpec, Published, Source, Task

if TYPE_CHECKING:
    from torch import nn

NORMALISED = "The backbone's maps are batch-normalised before the decoder takes them."
LITE = "EfficientNet-Lite0, pretrained on ImageNet, in place of the paper's backbone."
MSRC_BATCH, MSRC_CROP = 12, (256, 224)
"""The training that all nets of MSRC's classes have; width and height of a piece."""
MSRC_STEPS = {"photo-deeplabv3plus": 800, "photo-fcn8s": 800, "photo-unet": 2400, "photo-pspnet": 800}
"""Training steps of each: after 800 U-Net is far from done."""
MSRC_LICENCE = "as MSRC's: none stated, for research"


@dataclass(frozen=True)
class PhotoEntry:
    """A net for photos: what the catalogue says of it, what builds it and what loads it.

    `net` is the "module:function" (or class) that builds it untrained, `adapter` the "module:function" that
    loads it; `data` is the test of its figures as a card names it, `command` its training. `differences` from
    the paper are one sentence each.
    """

    key: str
    task: Task
    title: str
    arxiv: str
    net: str
    adapter: str
    labels: str
    licence: str
    data: str
    command: str
    note: str
    differences: tuple[str, ...]
    default: bool = False
    domain: Domain = Domain.PHOTOS
    caveat: str = ""

    def spec(self) -> ModelSpec:
        """The catalogue's line; the published figure is the card's."""
        return ModelSpec(
            key=self.key,
            task=self.task,
            title=self.title,
            paper=f"https://arxiv.org/abs/{self.arxiv}",
            source=Source.PACKAGED,
            licence=self.licence,
            download_bytes=0,
            labels=self.labels,
            adapter=self.adapter,
            published=self.published(),
            note=self.note,
            default=self.default,
            domain=self.domain,
            caveat=self.caveat,
        )

    def published(self) -> Published | None:
        """The card's figure, named after the data set; None where there is no card."""
        figure = measured(self.key)
        if figure is None:
            return None
        metric = figure.metric.removeprefix("drawn ").replace("_", " ")
        return replace(figure, metric=f"{self.data.split()[0]} {metric}")

    def build(self) -> nn.Module:
        """The untrained net."""
        net: nn.Module = resolve(self.net)()
        return net


def _segmenter(key: str, title: str, arxiv: str, *differences: str, default: bool = False) -> PhotoEntry:
    """The nets of MSRC's classes share backbone, data and recipe, but U-Net needs more steps."""
    training = (
        f"It is trained on pieces of 256 x 224 pixels of 374 photos, for {MSRC_STEPS[key]:,} steps of 12."
    )
    return PhotoEntry(
        key, Task.SEGMENT, f"{title} (photos, MSRC)", arxiv,
        net=f"cvdemo.nets.photo:{key.replace('-', '_')}", adapter="cvdemo.zoo.photo_nets:load", labels="msrc",
        licence=MSRC_LICENCE, data="MSRC test", command=f"python -m cvdemo.train.msrc {key} DIR",
        note="EfficientNet-Lite0 below; knows the 23 classes of MSRC v2, most of them outdoors.",
        differences=(LITE, *differences, DICE, training, OPTIMISER), default=default,
    )  # fmt: skip


PHOTO_ENTRIES: dict[str, PhotoEntry] = {
    entry.key: entry
    for entry in (
        PhotoEntry(
            "camvid-lite0", Task.SEGMENT, "Street net (CamVid)", "1707.03718",
            net="cvdemo.nets.street:StreetNet", adapter="cvdemo.zoo.camvid_net:load", labels="camvid",
            licence="for research (SegNet's copy of CamVid: CC BY-NC 4.0)", data="CamVid test",
            command="python -m cvdemo.train.streets DIR",
            note="EfficientNet-Lite0 with LinkNet's decoder; knows real streets seen from a car, offline.",
            differences=(
                LITE, "A step of the decoder is one convolution behind bilinear upsampling.", DICE,
                "It is trained on pieces of 320 x 256 pixels of 367 frames, for 985 steps of 8.", OPTIMISER,
            ),
            domain=Domain.STREETS,
        ),
        _segmenter(
            "photo-deeplabv3plus", "DeepLab v3+", "1802.02611", "The dilation rates are halved.",
            "Plain convolutions of 96 channels where the paper has depthwise ones of 256.",
            default=True,
        ),
        _segmenter(
            "photo-fcn8s", "FCN-8s", "1411.4038",
            "It is trained in one go and not by way of FCN-32s and 16s.",
            FCN,
            NORMALISED,
        ),
        _segmenter(
            "photo-unet", "U-Net", "1505.04597",
            *UNET, NORMALISED,
            "Three times as many steps as the other nets for MSRC's classes: after 800 its mIoU was .554.",
        ),
        _segmenter(
            "photo-pspnet", "PSPNet", "1612.01105",
            "Output stride 16 and 128 channels, where the paper has 8 and 512.",
        ),
        PhotoEntry(
            "photo-masks", Task.INSTANCES, "Masks in boxes of SSD MobileNetV2", "1506.06204",
            net="cvdemo.nets.photo:photo_masks", adapter="cvdemo.zoo.photo_masks:load", labels="coco",
            licence=f"{MSRC_LICENCE}; COCO's photos under their Flickr licences", data="COCO val2017",
            command="python -m cvdemo.train.photo_masks DIR",
            note="A mask for a box, whatever its class; with the packaged detector for 80 classes, offline.",
            differences=(
                LITE,
                "Boxes come from a detector: no score tells whether a window holds a whole object.",
                "A decoder that adds (LinkNet's) in place of one fully connected layer.",
                DICE,
                "It is trained on cut-outs of 128 x 128 pixels around 3,774 objects, for 1,500 steps of 24.",
                OPTIMISER,
            ),
            default=True,
            caveat=COCO_VAL_IN_TRAINING,
        ),
    )
}  # fmt: skip
"""Every entry by key; also those without weights yet."""
