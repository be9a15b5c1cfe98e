"""Teaching R-CNN in three stages, each a recipe that starts from the one before (arXiv:1311.2524)."""

from __future__ import annotations

from typing import Any, NamedTuple, cast

import numpy as np
import torch
from torch import Tensor, nn

from cvdemo.nets.matching import Things, balanced, match
from cvdemo.nets.rcnn import RCNN, regression_loss, svm_loss
from cvdemo.ops.warp import warp_regions
from cvdemo.train.boxes import pictures_and_things
from cvdemo.train.scenes import Sample, draw_sample
from cvdemo.train.task import Progress, as_tensor, flip_half, mixed_precision

REGIONS = 12  # of each scene in a batch
ON_THINGS = 1 / 3  # of these at most


class Regions(NamedTuple):
    """Regions of a batch: cut-outs [R, 3, S, S], boxes [R, 4], the things' classes [R] and boxes [R, 4].

    Classes count from 1; 0 is background.
    """

    cut_outs: Tensor
    boxes: Tensor
    classes: Tensor
    wanted: Tensor


class Stage:
    """One stage by its name: "finetune", "svm" or "boxes"; those before it stay as they are."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.metric = "accuracy" if name == "finetune" else "AP"

    def build(self) -> RCNN:
        net = RCNN()
        parts = {"finetune": (net.backbone, net.fc, net.classify), "svm": (net.svms,), "boxes": (net.locate,)}
        net.requires_grad_(False)
        for part in parts[self.name]:
            part.requires_grad_(True)
        return net

    def loss(
        self, net: nn.Module, batch: list[Sample], dice: np.random.Generator, device: torch.device
    ) -> Tensor:
        seen = self.regions(flip_half(batch, dice), cast(RCNN, net), device)
        if self.name != "finetune":
            net.eval()  # what the features were normalised with stays, too
        with mixed_precision(device):
            features = cast(RCNN, net).features(seen.cut_outs)
        found = cast(RCNN, net).judge(features, seen.boxes)
        if self.name == "finetune":
            return nn.functional.cross_entropy(found.logits, seen.classes)
        if self.name == "svm":
            return svm_loss(found.margins, seen.classes)
        on = seen.classes > 0
        return regression_loss(found.offsets[on], seen.boxes[on], seen.classes[on] - 1, seen.wanted[on])

    def regions(self, batch: list[Sample], net: RCNN, device: torch.device) -> Regions:
        """`REGIONS` of each scene: proposals and true boxes on things, the rest background.

        On a thing is what overlaps it by half, for the regressors by .6, for the SVMs by .7; their background
        overlaps nothing by .3, and what lies between is left out.
        """
        on = {"finetune": 0.5, "svm": 0.7, "boxes": 0.6}[self.name]
        background = 0.3 if self.name == "svm" else on
        _, truth = pictures_and_things(batch, device)
        parts = [self._of_one(s, t, net, on, background, device) for s, t in zip(batch, truth, strict=True)]
        return Regions(*(torch.cat(column) for column in zip(*parts, strict=True)))

    def _of_one(
        self, sample: Sample, things: Things, net: RCNN, on: float, background: float, device: torch.device
    ) -> Regions:
        asked = things.boxes[~things.difficult]
        boxes = torch.cat([torch.from_numpy(sample.proposals).to(device), asked])
        thing = match(boxes, things, on, background=background, each=False).thing
        matched, nothing = balanced(thing, REGIONS, ON_THINGS)
        rows = torch.cat([matched, nothing])
        config = net.config
        warped = warp_regions(
            sample.picture, boxes[rows].cpu().numpy(), size=config.size, context=config.context
        )
        classes = torch.zeros_like(rows)
        classes[: len(matched)] = things.classes[thing[matched]] + 1
        wanted = boxes[rows].clone()
        wanted[: len(matched)] = things.boxes[thing[matched]]
        return Regions(as_tensor(warped, device), boxes[rows], classes, wanted)

    def measure(
        self, net: nn.Module, *, split: str, n: int, device: str, progress: Progress = iter
    ) -> dict[str, Any]:
        """Of the first stage the accuracy on its kind of regions; of the others COCO's numbers."""
        if self.name == "finetune":
            return self._accuracy(cast(RCNN, net).eval(), split, n, torch.device(device), progress)
        from cvdemo.zoo import spec
        from cvdemo.zoo.drawn_regions import RCNNDetector
        from cvdemo.zoo.evaluate import drawn_data, evaluate

        model = RCNNDetector(spec("rcnn"), device, cast(RCNN, net), correct=self.name == "boxes")
        return evaluate(model, drawn_data(split, n), progress=progress)

    @torch.inference_mode()
    def _accuracy(
        self, net: RCNN, split: str, n: int, device: torch.device, progress: Progress
    ) -> dict[str, Any]:
        right = asked = 0
        for seed in progress(range(n)):
            torch.manual_seed(seed)  # which regions are asked about
            seen = self.regions([draw_sample(seed, split=split, proposals=net.config.proposals)], net, device)
            found = net.judge(net.features(seen.cut_outs), seen.boxes).logits.argmax(1)
            right += int((found == seen.classes).sum())
            asked += len(seen.classes)
        return {"accuracy": right / max(asked, 1), "regions": asked, "n": n}
