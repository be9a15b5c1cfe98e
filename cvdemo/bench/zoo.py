"""The overhead of the zoo on a torchvision detector: the same network called directly and through the zoo."""

from __future__ import annotations

import copy
import statistics
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from cvdemo.data.pictures import sample

# SSDlite is not here: without trained batch norms its head sees zeros, so no box differs from another.
KEYS = ("fasterrcnn-mobilenet-v3-large-320-fpn",)


def run(
    device: str = "cpu", *, keys: tuple[str, ...] = KEYS, repeats: int = 20, passing: int = 300, seed: int = 0
) -> dict[str, Any]:
    """Median milliseconds of each way over alternating runs on one photo, and their ratio.

    The weights are random and seeded, since trained ones are a download. Random heads would let every
    class of every box pass or none, so the bias of the background is set, by bisection, to the value where
    about `passing` detections score above the zoo's floor. Both sides do the same work: bare is picture to
    tensor and `net([x])`, with torchvision's score threshold at that floor, its NMS at .5 and its limit of
    100; ours is a `Detector` called with the same three, raw detections of all classes included.
    """
    import torch

    from cvdemo import zoo
    from cvdemo.zoo.model import FLOOR
    from cvdemo.zoo.torchvision_detect import TorchvisionDetector, build

    picture = sample("cat")
    figures: dict[str, Any] = {}
    for key in keys:
        torch.manual_seed(seed)
        entry = zoo.spec(key)
        net = build(entry).eval().to(device)
        ours = TorchvisionDetector(entry, device, copy.deepcopy(net))
        bias = _bisect(ours, picture, passing)
        _set_background(net, bias)
        head = getattr(net, "roi_heads", net)
        head.score_thresh, head.nms_thresh, head.detections_per_img = FLOOR, 0.5, 100

        @torch.inference_mode()
        def bare(net: Any = net) -> None:
            x = torch.from_numpy(picture).to(device).permute(2, 0, 1).float() / 255
            {name: value.cpu() for name, value in net([x])[0].items()}

        def through_zoo(ours: TorchvisionDetector = ours) -> None:
            ours(picture, score=FLOOR, iou=0.5, max_detections=100)

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
