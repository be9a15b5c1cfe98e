"""Home's small pictures of the pages on detection: what each page's own functions give on one scene."""

from __future__ import annotations

from typing import cast

import cv2
import numpy as np

from cvdemo import zoo
from cvdemo.data.pictures import sample
from cvdemo.draw.detections import draw_detections
from cvdemo.draw.iou import draw_overlap
from cvdemo.draw.segmentation import overlay_labels
from cvdemo.labs.home.ink import (
    BLACK,
    FONT,
    HEIGHT,
    WIDTH,
    Picture,
    boxes,
    colour,
    cut_across,
    faint,
    fitted,
    grid,
    largest,
    plain,
    scene,
    sheet,
    sign,
)
from cvdemo.ops.anchors import anchor_sizes, grid_boxes
from cvdemo.ops.detections import confidence, select
from cvdemo.ops.iou import box_iou
from cvdemo.ops.nms import nms
from cvdemo.ops.regions import selective_search
from cvdemo.ops.roi import roi_align
from cvdemo.ops.windows import Level, window_boxes
from cvdemo.world.vocabulary import SEMANTIC
from cvdemo.zoo.model import Classifier, Detector

LARGEST = 14_000  # pixels: larger proposals would hide the others


def detector(key: str) -> Detector:
    """A detector of the zoo."""
    return cast(Detector, zoo.load(key))


def world() -> Picture:
    """Half the picture, half its exact truth."""
    picture, truth = scene()
    return cut_across(picture, overlay_labels(picture, truth.semantic, SEMANTIC, opacity=1.0))


def five_tasks() -> Picture:
    """One picture, each strip with more of what can be asked of it."""
    picture, truth = scene(29)
    found = truth.detections()
    answers = (
        overlay_labels(picture, truth.semantic, SEMANTIC),
        draw_detections(picture, plain(found), labels=False),
        draw_detections(picture, found, labels=False),
    )
    strips = [picture, *answers]
    edges = np.linspace(0, WIDTH, len(strips) + 1).round().astype(int)
    result = picture.copy()
    for strip, left, right in zip(strips, edges, edges[1:], strict=False):
        result[:, left:right] = strip[:, left:right]
        result[:, max(0, left - 2) : left + 2 if left else 0] = 255
    return result


def classify() -> Picture:
    """A photo and a classifier's most probable classes."""
    model = cast(Classifier, zoo.load("efficientnet-lite0"))
    photo = sample("cat")
    names = zoo.labels(model.spec.labels)
    result = fitted(photo)
    best = model(photo).top(3)
    for k, (index, share) in enumerate(best):
        y = HEIGHT - 34 * (len(best) - k) - 6
        cv2.rectangle(result, (12, y), (WIDTH - 12, y + 30), BLACK, -1)
        cv2.rectangle(result, (12, y), (12 + round((WIDTH - 24) * share), y + 30), colour(4), -1)
        text = f"{names[index].split(',')[0]}  {100 * share:.0f} %"
        cv2.putText(result, text, (22, y + 21), FONT, 0.58, (255, 255, 255), 1, cv2.LINE_AA)
    return result


def localize() -> Picture:
    """One class, one box."""
    picture, _ = scene(21)
    return draw_detections(picture, plain(detector("localizer")(picture, score=0.0)))


def detect() -> Picture:
    """A detector's boxes with their classes and scores."""
    picture, _ = scene(29)
    return draw_detections(picture, plain(detector("ssd-plus")(picture, score=0.4)))


def windows() -> Picture:
    """All windows of one size, and what one of them holds."""
    picture, truth = scene(25)
    every = window_boxes(Level((150, 240), (HEIGHT, WIDTH), 96, 1.0), 48, 24)
    best = every[int(box_iou(every, largest(truth)[None])[:, 0].argmax())]
    result = faint(picture, 0.45)
    for x1, y1, x2, y2 in every.round().astype(int).tolist():
        cv2.rectangle(result, (x1, y1), (x2, y2), (255, 255, 255), 1)
    x1, y1, x2, y2 = best.round().astype(int).tolist()
    result[y1:y2, x1:x2] = picture[y1:y2, x1:x2]
    boxes(result, best[None], colour(0), 4)
    return result


def proposals() -> Picture:
    """Selective Search's first boxes."""
    picture, _ = scene()
    found = selective_search(picture, most=120).boxes
    found = found[np.prod(found[:, 2:] - found[:, :2], axis=1) < LARGEST][:40]
    result = faint(picture, 0.35)
    for k in reversed(range(len(found))):
        boxes(result, found[k : k + 1], colour(k), 2)
    return result


def rcnn() -> Picture:
    """Four nets of one family on the same picture."""
    picture, _ = scene()
    cells = []
    for key in ("rcnn", "fast-rcnn-plus", "faster-rcnn-plus", "rfcn-plus"):
        drawn = draw_detections(picture, plain(detector(key)(picture, score=0.5)), labels=False)
        cells.append(drawn)
    result = grid(cells, 2)
    for k, name in enumerate(("R-CNN", "Fast", "Faster", "R-FCN")):
        sign(result, name, (6 + (k % 2) * 242, 142 + (k // 2) * 152))
    return result


def roi() -> Picture:
    """A region of any size, and the grid of one size that is made of it."""
    picture, truth = scene()
    box = largest(truth, "duck") + np.array([-8, -8, 8, 8], np.float32)
    values = roi_align(np.moveaxis(picture.astype(np.float64), -1, 0), box, 7)
    cells = np.moveaxis(values, 0, -1).round().clip(0, 255).astype(np.uint8)
    x1, y1, x2, y2 = box.round().astype(int).tolist()
    left = picture.copy()
    boxes(left, box[None], (255, 255, 255), 2)
    for k in range(1, 7):
        x, y = x1 + (x2 - x1) * k // 7, y1 + (y2 - y1) * k // 7
        cv2.line(left, (x, y1), (x, y2), (255, 255, 255), 1)
        cv2.line(left, (x1, y), (x2, y), (255, 255, 255), 1)
    middle = (x1 + x2) // 2
    left = left[:, max(0, min(WIDTH - 238, middle - 119)) :][:, :238]
    result = sheet()
    result[:, :238] = left
    large = cv2.resize(cells, (210, 210), interpolation=cv2.INTER_NEAREST)
    large[::30], large[:, ::30] = 255, 255
    result[45:255, 254:464] = large
    return result


def rpn() -> Picture:
    """The anchors of one place, and the one that fits best."""
    picture, truth = scene()
    sizes = anchor_sizes((45, 80, 140), (0.5, 1.0, 2.0))
    stride = 20
    every = grid_boxes(HEIGHT // stride, WIDTH // stride, stride, sizes)
    box = largest(truth, "duck")
    best = int(box_iou(every, box[None])[:, 0].argmax())
    cell = best // len(sizes)
    result = faint(picture, 0.25)
    for k, anchor in enumerate(every[cell * len(sizes) : (cell + 1) * len(sizes)]):
        boxes(result, anchor[None], colour(k // 3), 2)
    boxes(result, every[best][None], (255, 255, 255), 4)
    return result


def yolo_ssd() -> Picture:
    """YOLO's cells and its boxes."""
    picture, _ = scene(37)
    result = faint(picture, 0.2)
    for k in range(1, 7):
        x, y = WIDTH * k // 7, HEIGHT * k // 7
        cv2.line(result, (x, 0), (x, HEIGHT), (255, 255, 255), 1)
        cv2.line(result, (0, y), (WIDTH, y), (255, 255, 255), 1)
    return draw_detections(result, plain(detector("yolo")(picture, score=0.3)))


def suppression() -> Picture:
    """Many overlapping boxes, and the few that stay."""
    picture, _ = scene(29)
    raw = select(detector("ssd-plus").raw(picture), score=0.06, iou=1.0)
    keep = nms(raw.xyxy, confidence(raw), 0.4)
    keep = keep[confidence(raw)[keep] > 0.3]
    result = picture.copy()
    boxes(result, raw.xyxy, colour(5), 1)
    boxes(result, raw.xyxy[keep], colour(2), 4)
    return result


def iou() -> Picture:
    """A true and a predicted box, what they share and what not."""
    picture, truth = scene(25)
    box = largest(truth) + np.array([-14, -14, 14, 14], np.float32)
    moved = box + np.array([34, -22, 40, -10], np.float32)
    result = draw_overlap(picture, box.tolist(), moved.tolist())
    sign(result, f"IoU {float(box_iou(box[None], moved[None])[0, 0]):.2f}", (12, HEIGHT - 10), size=0.8)
    return result
