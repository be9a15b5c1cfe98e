"""Training R-CNN in three stages, each a recipe that starts from the one before (arXiv:1311.2524)."""

from __future__ import annotations

from typing import Any, NamedTuple, cast

import numpy as np
import torch
from torch import Tensor, nn

from cvdemo.nets.matching import Targets, match, sample_positives_negatives
from cvdemo.nets.rcnn import RCNN, regression_loss, svm_loss
from cvdemo.ops.warp import warp_regions
from cvdemo.train.scenes import Sample, draw_sample
from cvdemo.train.ssd import pictures_and_targets
from cvdemo.train.task import HeldOut, Progress, as_tensor, flip_half, mixed_precision

REGIONS = 12  # of each scene in a batch
ON_THINGS = 1 / 3  # of these at most


class RegionSamples(NamedTuple):
    """Regions of a batch: cut-outs [R, 3, S, S], boxes [R, 4], the objects' classes [R] and boxes [R, 4].

    Classes count from 1; 0 is background.
    """

    cut_outs: Tensor
    boxes: Tensor
    classes: Tensor
    target_boxes: Tensor


class RCNNTask:
    """One stage by its name: "finetune", "svm" or "boxes"; those before it stay as they are."""

    held_out = HeldOut()

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
        self, net: nn.Module, batch: list[Sample], rng: np.random.Generator, device: torch.device
    ) -> Tensor:
        samples = self.regions(flip_half(batch, rng), cast(RCNN, net), device)
        if self.name != "finetune":
            net.eval()  # what the features were normalised with stays, too
        with mixed_precision(device):
            features = cast(RCNN, net).features(samples.cut_outs)
        found = cast(RCNN, net).predict(features, samples.boxes)
        if self.name == "finetune":
            return nn.functional.cross_entropy(found.logits, samples.classes)
        if self.name == "svm":
            return svm_loss(found.margins, samples.classes)
        on = samples.classes > 0
        return regression_loss(
            found.offsets[on], samples.boxes[on], samples.classes[on] - 1, samples.target_boxes[on]
        )

    def regions(self, batch: list[Sample], net: RCNN, device: torch.device) -> RegionSamples:
        """`REGIONS` of each scene: proposals and true boxes on objects, the rest background.

        Positives overlap an object by half, for the regressors by .6, for the SVMs by .7; their background
        overlaps nothing by .3, and what lies between is left out.
        """
        on = {"finetune": 0.5, "svm": 0.7, "boxes": 0.6}[self.name]
        background = 0.3 if self.name == "svm" else on
        _, truth = pictures_and_targets(batch, device)
        parts = [self._of_one(s, t, net, on, background, device) for s, t in zip(batch, truth, strict=True)]
        return RegionSamples(*(torch.cat(column) for column in zip(*parts, strict=True)))

    def _of_one(
        self, sample: Sample, targets: Targets, net: RCNN, on: float, background: float, device: torch.device
    ) -> RegionSamples:
        easy = targets.boxes[~targets.difficult]
        boxes = torch.cat([torch.from_numpy(sample.proposals).to(device), easy])
        target = match(boxes, targets, on, background=background, each=False).target
        positives, negatives = sample_positives_negatives(target, REGIONS, ON_THINGS)
        rows = torch.cat([positives, negatives])
        config = net.config
        warped = warp_regions(
            sample.picture, boxes[rows].cpu().numpy(), size=config.size, context=config.context
        )
        classes = torch.zeros_like(rows)
        classes[: len(positives)] = targets.classes[target[positives]] + 1
        target_boxes = boxes[rows].clone()
        target_boxes[: len(positives)] = targets.boxes[target[positives]]
        return RegionSamples(as_tensor(warped, device), boxes[rows], classes, target_boxes)

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
        right = total = 0
        for seed in progress(range(n)):
            torch.manual_seed(seed)  # which regions are sampled
            samples = self.regions(
                [draw_sample(seed, split=split, proposals=net.config.proposals)], net, device
            )
            found = net.predict(net.features(samples.cut_outs), samples.boxes).logits.argmax(1)
            right += int((found == samples.classes).sum())
            total += len(samples.classes)
        return {"accuracy": right / max(total, 1), "regions": total, "n": n}
