"""Home's small pictures of the pages on segmentation and instances."""

from __future__ import annotations

from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from cvdemo import zoo
from cvdemo.draw.detections import draw_detections
from cvdemo.draw.heat import overlay_heat
from cvdemo.draw.segmentation import overlay_labels
from cvdemo.draw.skeletons import draw_skeletons
from cvdemo.labs.home.detection import detector
from cvdemo.labs.home.ink import (
    HEIGHT,
    WIDTH,
    Picture,
    boxes,
    colour,
    cut_across,
    faint,
    grid,
    largest,
    plain,
    scene,
)
from cvdemo.ops.crf import refine
from cvdemo.ops.detections import keypoints_of
from cvdemo.ops.masks import paste_mask
from cvdemo.ops.upsampling import bed_of_nails, bilinear, nearest
from cvdemo.world.vocabulary import SEMANTIC
from cvdemo.zoo.model import Segmenter

NOISE = 3.0  # added to the logarithms of the probabilities that the CRF gets


def segmenter(key: str) -> Segmenter:
    """A segmenter of the zoo."""
    return cast(Segmenter, zoo.load(key))


def _labels(key: str, picture: Picture) -> NDArray[np.uint8]:
    return segmenter(key)(picture)


def segment() -> Picture:
    """Every pixel in the colour of its class."""
    picture, _ = scene(24)
    return overlay_labels(picture, _labels("unet", picture), SEMANTIC, opacity=0.72)


def fcn() -> Picture:
    """The coarse map of classes that a fully convolutional net has before it is enlarged."""
    picture, _ = scene(24)
    labels = _labels("fcn32s", picture)
    coarse = cv2.resize(labels, (WIDTH // 20, HEIGHT // 20), interpolation=cv2.INTER_NEAREST)
    large = cv2.resize(coarse, (WIDTH, HEIGHT), interpolation=cv2.INTER_NEAREST)
    result = overlay_labels(picture, np.asarray(large, np.uint8), SEMANTIC, opacity=0.7)
    result[::20], result[:, ::20] = result[::20] // 2 + 127, result[:, ::20] // 2 + 127
    return result


def upsampling() -> Picture:
    """A small map, enlarged by copying, by interpolation, and with holes."""
    picture, truth = scene()
    x1, y1, x2, _ = largest(truth, "person").round().astype(int).tolist()
    side = 96
    x = (x1 + x2 - side) // 2
    cut = picture[max(0, y1 - 6) :][:side, x : x + side]
    small = cv2.resize(cut, (24, 24), interpolation=cv2.INTER_AREA)
    maps = np.moveaxis(small.astype(np.float64), -1, 0)
    large = (nearest(maps, 8), bilinear(maps, (192, 192)), nearest(bed_of_nails(maps, 2), 4))
    return grid([np.moveaxis(m, 0, -1).round().clip(0, 255).astype(np.uint8) for m in large], 3)


def dilated() -> Picture:
    """The nine places that a filter reads at rates of 1, 2 and 4."""
    picture, _ = scene(29)
    result = faint(picture, 0.35)
    cell = 14
    for k, (rate, middle) in enumerate(((4, (150, 160)), (2, (318, 120)), (1, (420, 215)))):
        for dy in (-rate, 0, rate):
            for dx in (-rate, 0, rate):
                x, y = middle[0] + dx * cell * 2, middle[1] + dy * cell * 2
                corners = np.array([[x - cell, y - cell, x + cell, y + cell]], np.float32)
                boxes(result, corners, (255, 255, 255), 1)
                cv2.rectangle(result, (x - cell, y - cell), (x + cell, y + cell), colour(k), -1)
    return result


def crf() -> Picture:
    """A noisy map, and the same one after mean field."""
    picture, _ = scene(24)
    small = cv2.resize(picture, (WIDTH // 2, HEIGHT // 2), interpolation=cv2.INTER_AREA)
    maps = segmenter("fcn8s").segmentation(np.asarray(small, np.uint8)).probabilities
    noise = np.random.default_rng(0).normal(0, NOISE, maps.shape)
    scores = np.log(np.maximum(maps, 1e-3)) + noise
    noisy = np.exp(scores - scores.max(axis=0))
    noisy = (noisy / noisy.sum(axis=0)).astype(np.float32)
    refined = refine(noisy, np.asarray(small, np.uint8))
    sides = []
    for found in (noisy, refined):
        labels = np.asarray(found.argmax(axis=0), np.uint8)
        large = cv2.resize(labels, (WIDTH, HEIGHT), interpolation=cv2.INTER_NEAREST)
        sides.append(overlay_labels(picture, np.asarray(large, np.uint8), SEMANTIC, opacity=0.85))
    return cut_across(sides[0], sides[1])


def decoders() -> Picture:
    """Four ways back to full size."""
    picture, _ = scene(29)
    cut = np.ascontiguousarray(picture[60:270, 72:408])
    keys = ("fcn32s", "segnet", "unet", "deeplabv3plus")
    maps = (_labels(key, picture)[60:270, 72:408] for key in keys)
    return grid([overlay_labels(cut, np.ascontiguousarray(m), SEMANTIC, opacity=0.85) for m in maps], 2)


def instances() -> Picture:
    """Every object with its own mask."""
    picture, _ = scene(29)
    return draw_detections(picture, detector("mask-rcnn")(picture, score=0.5), labels=False)


def mask_rcnn() -> Picture:
    """The small mask of a box, pasted into the picture."""
    picture, _ = scene(37)
    found = detector("mask-rcnn")(picture, score=0.5)
    row = int(np.argmax(np.prod(found.xyxy[:, 2:] - found.xyxy[:, :2], axis=1)))
    heat = paste_mask(found.data["masks"][row], found.data["mask_boxes"][row], (HEIGHT, WIDTH))
    result = overlay_heat(picture, heat, opacity=0.7)
    boxes(result, found.xyxy[row][None], colour(0), 3)
    return result


def pose() -> Picture:
    """The joints of two people."""
    picture, _ = scene(4)
    found = detector("keypoint-rcnn")(picture, score=0.5)
    result = faint(picture, 0.3)
    if (points := keypoints_of(plain(found))) is not None:
        draw_skeletons(result, points, 3)
    return result
