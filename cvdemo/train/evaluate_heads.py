"""Scores of mask and keypoint nets on drawn scenes, by pycocotools on truth in COCO's form."""

from __future__ import annotations

import contextlib
import io
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar, cast

import numpy as np
import torch
from torch import Tensor, nn

from cvdemo import world
from cvdemo.nets.keypoint_rcnn import KeypointRCNN, KeypointRCNNTrace
from cvdemo.nets.mask_rcnn import MaskRCNN, MaskRCNNTrace
from cvdemo.ops.masks import PastedMasks
from cvdemo.train.task import Progress, as_tensor
from cvdemo.world.export import Book
from cvdemo.zoo.device import autocast

Rows = list[dict[str, Any]]
Net = TypeVar("Net", bound=nn.Module)

NAMES = ("AP", "AP50", "AP75", "APs", "APm", "APl", "AR1", "AR10", "AR100", "ARs", "ARm", "ARl")
KEYPOINT_NAMES = ("AP", "AP50", "AP75", "APm", "APl", "AR", "AR50", "AR75", "ARm", "ARl")
HEIGHTS = ((0.0, 0.3), (0.3, 0.45), (0.45, 2.0))  # of people, in picture heights
SCORE, NMS_IOU, MOST = 0.01, 0.6, 100  # as `cvdemo.zoo.evaluate` scores boxes


def evaluate_masks(
    net: MaskRCNN, *, split: str, n: int, device: str, progress: Progress = iter
) -> dict[str, Any]:
    """COCO's numbers of boxes, and of masks as `mask_AP` ..., on the scenes 0 to n - 1 of a split.

    Also the number of scenes `n` and the milliseconds of the net for each.
    """
    boxes: Rows = []
    masks: Rows = []

    def note(trace: MaskRCNNTrace, seed: int, size: tuple[int, int]) -> None:
        own = box_rows(trace, seed)
        boxes.extend(own)
        masks.extend(
            {**row, "segmentation": code} for row, code in zip(own, mask_codes(net, trace, size), strict=True)
        )

    book, timing = run_on_scenes(net, note, split=split, n=n, device=device, progress=progress)
    truth = dict(book.files())["instances"]
    numbers = named(coco_stats(truth, boxes, "bbox"), NAMES)
    return {**numbers, **named(coco_stats(truth, masks, "segm"), NAMES, "mask_"), **timing}


def evaluate_keypoints(
    net: KeypointRCNN,
    *,
    split: str,
    n: int,
    size: tuple[int, int],
    device: str,
    progress: Progress = iter,
) -> dict[str, Any]:
    """COCO's numbers of keypoints as `keypoint_AP` ..., on scenes drawn at a size (width, height).

    Also AP of people by their height, whose bounds in picture heights are in the names, and of their boxes.
    """
    rows: Rows = []
    people: Rows = []

    def note(trace: KeypointRCNNTrace, seed: int, size: tuple[int, int]) -> None:
        own = box_rows(trace, seed)
        people.extend(own)
        rows.extend(
            {**row, "keypoints": points} for row, points in zip(own, keypoint_lists(trace), strict=True)
        )

    book, timing = run_on_scenes(net, note, split=split, n=n, device=device, size=size, progress=progress)
    truth = dict(book.files())["person_keypoints"]
    numbers = named(coco_stats(truth, rows, "keypoints"), KEYPOINT_NAMES, "keypoint_")
    by_height = {
        f"keypoint_AP_height_{low:g}_{high:g}": ap_of_height(truth, rows, low * size[1], high * size[1])
        for low, high in HEIGHTS
    }
    boxes = named(coco_stats(truth, people, "bbox")[:3], NAMES[:3], "person_")
    return {**numbers, **by_height, **boxes, **timing}


def ap_of_height(truth: dict[str, Any], rows: Rows, low: float, high: float) -> float:
    """Keypoint AP of the people whose box is `low` to `high` pixels high.

    As with COCO's ranges of area, others are neither asked for nor punished, and detections of another height
    count only where they match a person of this one.
    """

    def inside(row: dict[str, Any]) -> bool:
        return bool(low <= row["bbox"][3] < high)

    # pycocotools does not ask for people without labelled keypoints, and reads no other mark
    people = [row if inside(row) else {**row, "num_keypoints": 0} for row in truth["annotations"]]
    found = [{**row, "out_of_range": not inside(row)} for row in rows]
    return coco_stats({**truth, "annotations": people}, found, "keypoints")[0]


def keypoint_lists(trace: KeypointRCNNTrace) -> list[list[float]]:
    """Each person's keypoints as COCO's flat list of x, y and a score."""
    places, heights = trace.keypoints.keypoints()
    return torch.cat([places, heights[..., None]], dim=2).flatten(1).tolist()


def run_on_scenes(
    net: nn.Module,
    note: Callable[[Any, int, tuple[int, int]], None],
    *,
    split: str,
    n: int,
    device: str,
    size: tuple[int, int] = (192, 160),
    progress: Progress = iter,
) -> tuple[Book, dict[str, float]]:
    """Run a net on drawn scenes and `note` its trace, the seed and (height, width) of each; truth and timing.

    `size` (width, height) is that of the pictures and of the truth.
    """
    book, seconds = Book(split, world.Difficulty()), []
    net = detecting_everything(net).eval()
    for seed in progress(range(n)):
        picture, truth = world.draw(world.scene(seed, split=split), *size)
        book.add(truth, f"{seed:06d}.png", seed)
        start = time.perf_counter()
        with torch.inference_mode(), autocast(device):
            trace = net(as_tensor(picture[None], torch.device(device)))
        seconds.append(time.perf_counter() - start)
        note(trace, seed, picture.shape[:2])
    return book, {"n": n, "ms_per_image": round(1000 * float(np.mean(seconds)), 2)}


def detecting_everything(net: Net) -> Net:
    """The net with the thresholds that COCO's numbers are taken at; its weights are shared."""
    import copy

    other = copy.copy(net)
    config = cast(Any, net).config
    cast(Any, other).config = replace(
        config, detect=replace(config.detect, score=SCORE, iou=NMS_IOU, most=MOST)
    )
    return other


def box_rows(trace: Any, image: int) -> Rows:
    """The detections of a single picture's trace in COCO's form."""
    found = trace.detected[0]
    columns = zip(found.boxes.tolist(), found.scores.tolist(), found.classes.tolist(), strict=True)
    return [
        {"image_id": image, "category_id": k + 1, "score": s, "bbox": [x1, y1, x2 - x1, y2 - y1]}
        for (x1, y1, x2, y2), s, k in columns
    ]


def mask_codes(net: MaskRCNN, trace: MaskRCNNTrace, size: tuple[int, int]) -> list[Any]:
    """Each detection's own mask, pasted into the picture and run-length coded."""
    from pycocotools import mask

    found = trace.detected[0]
    own = own_masks(net.mask_head.probabilities(trace.masks.logits), found.classes)
    pasted = PastedMasks(own.cpu().numpy(), found.boxes.cpu().numpy(), size)
    return [mask.encode(np.asfortranarray(m.astype(np.uint8))) for m in pasted.each()]


def own_masks(masks: Tensor, classes: Tensor) -> Tensor:
    """Of masks [D, classes, M, M] those of the class [D] of each, [D, M, M]."""
    return masks[torch.arange(len(classes), device=masks.device), classes]


def coco_stats(truth: dict[str, Any], rows: Rows, iou_type: str) -> list[float]:
    """pycocotools' summary of results against truth, printing nothing; -1 where there is no truth.

    Results marked `out_of_range` count only where they match.
    """
    from pycocotools.coco import COCO
    from pycocotools.cocoeval import COCOeval

    with contextlib.redirect_stdout(io.StringIO()):
        known = COCO()
        known.dataset = truth
        known.createIndex()
        results = known.loadRes(rows) if rows else COCO()
        for row in results.dataset.get("annotations", []):
            if row.get("out_of_range"):
                row["area"] = -1  # below every range
        contest = COCOeval(known, results, iou_type)
        contest.evaluate()
        contest.accumulate()
        contest.summarize()
    stats: list[float] = contest.stats.tolist()
    return stats


def named(stats: list[float], names: tuple[str, ...], prefix: str = "") -> dict[str, float]:
    """A summary's numbers by name."""
    return {f"{prefix}{name}": value for name, value in zip(names, stats, strict=True)}
