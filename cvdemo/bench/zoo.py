"""The overhead of the zoo on a torchvision detector: the same network called directly and through the zoo."""

from __future__ import annotations

import copy
import statistics
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from cvdemo.data.pictures import sample
from cvdemo.ops.detections import masks_of
from cvdemo.zoo.entry import resolve
from cvdemo.zoo.model import FLOOR, Detector
from cvdemo.zoo.spec import Task
from cvdemo.zoo.top_down import MOST, NMS_IOU

# SSDlite is not here: without trained batch norms its head sees zeros, so no box differs from another.
KEYS = ("fasterrcnn-mobilenet-v3-large-320-fpn",)
ADAPTERS = {
    Task.DETECT: "cvdemo.zoo.torchvision_detect:TorchvisionDetector",
    Task.INSTANCES: "cvdemo.zoo.torchvision_heads:TorchvisionHeads",
    Task.POSE: "cvdemo.zoo.torchvision_heads:TorchvisionHeads",
}
LIMITS = {Task.DETECT: (0.5, 100), Task.INSTANCES: (NMS_IOU, MOST), Task.POSE: (NMS_IOU, MOST)}
"""IoU of the NMS and number of detections, on both sides; heads run on detections after a loose NMS."""


def run(
    device: str = "cpu", *, keys: tuple[str, ...] = KEYS, repeats: int = 20, passing: int = 300, seed: int = 0
) -> dict[str, Any]:
    """Median milliseconds of each way over alternating runs on one photo, and their ratio.

    The weights are random and seeded, since trained ones are a download. Random heads would let every
    class of every box pass or none, so the bias of the background is set, by bisection, to the value where
    about `passing` detections score above the zoo's floor. Both sides do the same work: bare is picture to
    tensor and `net([x])`, with torchvision's score threshold at that floor, its NMS and its limit at those of
    `LIMITS`; ours is a `Detector` called with the same three, raw detections of all classes included. Masks
    are pasted into the picture on both sides.
    """
    import torch

    from cvdemo import zoo
    from cvdemo.zoo.torchvision_detect import build

    picture = sample("cat")
    figures: dict[str, Any] = {}
    for key in keys:
        torch.manual_seed(seed)
        entry = zoo.spec(key)
        net = build(entry).eval().to(device)
        ours: Detector = resolve(ADAPTERS[entry.task])(entry, device, copy.deepcopy(net))
        iou, most = LIMITS[entry.task]
        # raw detections of heads are limited too: the number aimed at must lie below
        aim = passing if entry.task is Task.DETECT else min(passing, most // 2)
        _set_background(net, _bisect(ours, picture, aim))
        head = getattr(net, "roi_heads", net)
        head.score_thresh, head.nms_thresh, head.detections_per_img = FLOOR, iou, most

        @torch.inference_mode()
        def bare(net: Any = net) -> None:
            x = torch.from_numpy(picture).to(device).permute(2, 0, 1).float() / 255
            {name: value.cpu() for name, value in net([x])[0].items()}

        def through_zoo(ours: Detector = ours, iou: float = iou, most: int = most) -> None:
            masks = masks_of(ours(picture, score=FLOOR, iou=iou, max_detections=most))
            for row in range(0 if masks is None else len(masks)):
                masks.probability(row)  # type: ignore[union-attr]

        times = _alternate({"bare": bare, "ours": through_zoo}, repeats)
        figures[key] = {
            "raw detections": len(ours.raw(picture)),
            **{f"{name} ms": round(1000 * statistics.median(t), 2) for name, t in times.items()},
            "ours / bare": round(statistics.median(times["ours"]) / statistics.median(times["bare"]), 4),
        }
    return figures


def _alternate(ways: dict[str, Callable[[], None]], repeats: int) -> dict[str, list[float]]:
    times: dict[str, list[float]] = {name: [] for name in ways}
    for name in list(ways) * 3:
        ways[name]()  # warm
    for turn in range(repeats):
        for name in list(ways) if turn % 2 else list(ways)[::-1]:
            start = time.perf_counter()
            ways[name]()
            times[name].append(time.perf_counter() - start)
    return times


def _bisect(detector: Any, picture: np.ndarray, passing: int) -> float:
    """Set the detector's background bias so that about `passing` raw detections remain; returns the bias."""
    low, high = -10.0, 30.0
    for _ in range(24):
        middle = (low + high) / 2
        _set_background(detector.net, middle)
        count = len(detector.raw(picture))
        if abs(count - passing) <= passing // 10:
            break
        low, high = (middle, high) if count > passing else (low, middle)
    return middle


def _set_background(net: Any, bias: float) -> None:
    """Set the score heads' bias for class 0, which is the background in R-CNN and SSD."""
    if hasattr(net, "roi_heads"):
        net.roi_heads.box_predictor.cls_score.bias.data[0] = bias
        return
    head = net.head.classification_head
    for layer in head.module_list:
        last = layer[-1] if hasattr(layer, "__getitem__") else layer
        last.bias.data.view(-1, head.num_columns)[:, 0] = bias
