"""Recipes: all that a training run depends on, as data; torch is not needed to read them."""

from __future__ import annotations

import difflib
import hashlib
import json
from dataclasses import asdict, dataclass
from typing import Any

from cvdemo.errors import UnknownModelError
from cvdemo.world.vocabulary import WORLD_VERSION

SIZE = (192, 160)
"""Width and height of the scenes that nets are trained and scored on."""


POSE_SIZE = (288, 240)
"""Width and height of the scenes that keypoint nets are trained and scored on."""


@dataclass(frozen=True)
class Scenes:
    """Which drawn scenes an epoch goes through.

    An epoch is a pass over `pool` scenes, after which the `fresh` oldest are replaced by new ones, so
    that each is seen `pool / fresh` times. Scene k holds at most `objects[k mod len(objects)]` objects:
    more than the `normal` scenes that are scored, since a net learns more from crowded ones in the same
    time. So many `proposals` of Selective Search come with each. Scenes of fewer than `people` people are
    passed over, and `size` is the width and height that they are drawn at.
    """

    pool: int = 3072
    fresh: int = 1024
    objects: tuple[int, ...] = (6, 10)
    proposals: int = 0
    people: int = 0
    size: tuple[int, int] = SIZE


@dataclass(frozen=True)
class Recipe:
    """How one net is trained: `task` is "module:class" or "module:class:net", what a task is told to build.

    `start` is the net whose weights it begins with: those of the backbone, or, where `whole` or where the
    same class trained that net, all that have the same name and shape.

    `steps` is the whole schedule, unless minutes are given. The learning rate rises to `rate` over the
    first `warmup` of it and falls as a cosine to a hundredth (arXiv:1708.07120). The weights that are
    kept are an average over about 1 / (1 - `ema`) steps (arXiv:1803.05407).
    """

    key: str
    task: str
    steps: int
    start: str = ""
    whole: bool = False
    batch: int = 16
    rate: float = 3e-3
    warmup: float = 0.06
    weight_decay: float = 0.02
    ema: float = 0.998
    channels_last: bool = False
    scenes: Scenes = Scenes()
    seed: int = 0

    def trained_like(self, other: Recipe) -> bool:
        """Whether all weights of the other net are taken, those of the same name and shape."""
        return self.whole or self.task.split(":")[:2] == other.task.split(":")[:2]

    def fingerprint(self, minutes: float | None) -> str:
        """Eight letters that differ whenever another run would come out of it."""
        text = json.dumps([asdict(self), minutes, WORLD_VERSION], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:8]


def _maps(key: str, *, steps: int = 1000, start: str = "ssd", rate: float = 3e-3) -> Recipe:
    """The recipe that all segmenters share, so that their figures compare the nets.

    Only a finer FCN goes on from the coarser one, shorter and with a lower rate (arXiv:1411.4038, sec. 4.2).
    """
    task = f"cvdemo.train.segmenter:SegmenterTask:{key}"
    return Recipe(key, task, steps=steps, start=start, rate=rate, channels_last=True)


def _localizer(key: str) -> Recipe:
    """The recipe of all weightings of class and box: they differ in the weight alone."""
    task = f"cvdemo.train.localizer:LocalizerTask:{key}"
    scenes = Scenes(fresh=2048, objects=(1,))
    return Recipe(key, task, steps=2400, start="ssd", rate=2e-3, channels_last=True, scenes=scenes)


SEARCHED = Scenes(pool=2048, fresh=256, proposals=300)
"""Scenes with proposals: fewer, since looking for them takes longer than drawing."""


def _stage(key: str, stage: str, *, start: str, steps: int) -> Recipe:
    """One of the stages that R-CNN is trained in."""
    return Recipe(
        key, f"cvdemo.train.rcnn:RCNNTask:{stage}", steps=steps, start=start, rate=2e-3, ema=0.99,
        channels_last=True, scenes=SEARCHED,
    )  # fmt: skip


REGIONS: dict[str, Any] = {"steps": 2000, "start": "ssd", "rate": 2e-3, "channels_last": True}
"""What detectors that classify regions have in common, so that their figures compare the nets."""


def _mask_rcnn(key: str) -> Recipe:
    """The recipe of Mask R-CNN and its ablations, which go on from Faster R-CNN's weights."""
    return Recipe(
        key, f"cvdemo.train.instances:MaskRCNNTask:{key}", steps=2000, start="faster-rcnn", whole=True,
        batch=8, rate=1.5e-3, channels_last=True, scenes=Scenes(pool=2048, fresh=768),
    )  # fmt: skip


def _pose(key: str) -> Recipe:
    """The recipe of both ways to keypoints, on larger pictures of scenes with people."""
    scenes = Scenes(pool=1536, fresh=512, objects=(8, 12), people=2, size=POSE_SIZE)
    return Recipe(
        key, f"cvdemo.train.pose:PoseTask:{key}", steps=1500, start="faster-rcnn", whole=True, batch=8,
        rate=1.5e-3, channels_last=True, scenes=scenes,
    )  # fmt: skip


RECIPES: dict[str, Recipe] = {
    recipe.key: recipe
    for recipe in (
        Recipe(
            "backbone",
            "cvdemo.train.classifier:ClassifierTask",
            steps=900,
            batch=16,
            scenes=Scenes(pool=2048, objects=(10,)),
        ),
        Recipe(
            "ssd",
            "cvdemo.train.ssd:SSDTask",
            steps=7500,
            start="backbone",
            channels_last=True,
            scenes=Scenes(objects=(6, 12)),
        ),
        Recipe("faster-rcnn", "cvdemo.train.faster_rcnn:FasterRCNNTask:faster-rcnn", **REGIONS),
        Recipe("rfcn", "cvdemo.train.faster_rcnn:FasterRCNNTask:rfcn", **REGIONS),
        Recipe("fast-rcnn", "cvdemo.train.fast_rcnn:FastRCNNTask", **{**REGIONS, "scenes": SEARCHED}),
        _mask_rcnn("mask-rcnn"),
        _mask_rcnn("mask-rcnn-roipool"),
        _mask_rcnn("mask-rcnn-softmax"),
        _pose("keypoint-rcnn"),
        _pose("pose-regression"),
        _stage("rcnn-finetune", "finetune", start="ssd", steps=2000),
        _stage("rcnn-svm", "svm", start="rcnn-finetune", steps=500),
        _stage("rcnn", "boxes", start="rcnn-svm", steps=700),
        Recipe("yolo", "cvdemo.train.yolo:YOLOTask", steps=5000, start="ssd", channels_last=True),
        Recipe("sliding-window", "cvdemo.train.sliding_window:WindowTask", steps=1500, start="ssd"),
        *(_localizer(key) for key in ("localizer", "localizer-class", "localizer-box")),
        _maps("fcn32s"),
        _maps("fcn16s", steps=500, start="fcn32s", rate=1e-3),
        _maps("fcn8s", steps=500, start="fcn16s", rate=1e-3),
        _maps("segnet"),
        _maps("unet"),
        _maps("unet-noskip"),
        _maps("deeplabv1"),
        _maps("deeplabv3"),
        _maps("deeplabv3plus"),
        _maps("refinenet"),
        _maps("linknet"),
        _maps("pspnet"),
        _maps("pspnet-noaux"),
        Recipe(
            "patches",
            "cvdemo.train.patch_classifier:PatchTask",
            steps=600,
            rate=4e-3,
            ema=0.99,
            scenes=Scenes(pool=2048),
        ),
    )
}
"""Every recipe by key, each behind the one that it starts from."""


def recipe(key: str) -> Recipe:
    """The recipe of a key; `UnknownModelError` names near ones for a key that has none."""
    if key in RECIPES:
        return RECIPES[key]
    near = difflib.get_close_matches(key, RECIPES, n=3) or list(RECIPES)
    raise UnknownModelError(f"there is no recipe for '{key[:60]}': did you mean {', '.join(near)}, or all?")
