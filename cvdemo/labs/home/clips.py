"""Home's small pictures of the pages on video and practice."""

from __future__ import annotations

from functools import cache
from typing import cast

import cv2
import numpy as np

from cvdemo import world, zoo
from cvdemo.draw.detections import draw_detections
from cvdemo.draw.flow import flow_colours
from cvdemo.labs.home.detection import detector
from cvdemo.labs.home.ink import (
    HEIGHT,
    PAPER,
    WIDTH,
    Picture,
    boxes,
    colour,
    cut_across,
    fitted,
    grid,
    largest,
    plain,
    scene,
    sheet,
    sign,
)
from cvdemo.ops.flow import to_grey
from cvdemo.ops.flow_opencv import dis
from cvdemo.ops.roi import roi_align
from cvdemo.ops.tracking import FrameBoxes
from cvdemo.ops.tracks import track
from cvdemo.zoo.activity import ActivityClassifier

CLIP, FRAMES = 9, 24
ACTIVITY = "sit down"


@cache
def _clip() -> world.Clip:
    difficulty = world.named("easy")
    return world.clip(CLIP, split="test", difficulty=difficulty, seconds=3, fps=8)


def video() -> Picture:
    """Frames of a clip, each with its own boxes."""
    frames = [world.clip_picture(_clip(), k, WIDTH, HEIGHT) for k in (0, 7, 12, 17)]
    shown = [draw_detections(f, plain(detector("yolo")(f, score=0.4)), labels=False) for f in frames]
    return grid(shown, 2)


def tracking() -> Picture:
    """The last frame of a clip and the way that every track took to it."""
    frames = [world.draw_clip_frame(_clip(), k, WIDTH, HEIGHT) for k in range(FRAMES)]
    every = [FrameBoxes(t.boxes, np.ones(len(t.boxes), np.float32)) for _, t in frames]
    found = track("sort", every)
    result = frames[-1][0].copy()
    for k, rows in enumerate(found.each()):
        corners = found.boxes[rows]
        feet = np.stack([(corners[:, 0] + corners[:, 2]) / 2, corners[:, 3] - 6], axis=1)
        line = feet.round().astype(np.int32)
        cv2.polylines(result, [line], False, (255, 255, 255), 7, cv2.LINE_AA)
        cv2.polylines(result, [line], False, colour(k), 4, cv2.LINE_AA)
        if found.frame[rows][-1] == FRAMES - 1:
            boxes(result, corners[-1:], colour(k), 3)
    return result


def flow() -> Picture:
    """A frame, and where every pixel of it goes."""
    pair = world.flow_pair(3, split="test", size=(WIDTH, HEIGHT))
    found = dis(to_grey(pair.first), to_grey(pair.second))
    return cut_across(pair.first, flow_colours(found))


def activity() -> Picture:
    """Four frames of a clip, and the activity that a recurrent net reads from all of them."""
    made = world.activity_clip(9, split="test", activity=ACTIVITY)
    frames = made.pictures(320, 320)
    model = cast(ActivityClassifier, zoo.load("lrcn"))
    best, share = model.activity(made.pictures()).top(1)[0]
    result = grid([frames[k] for k in (0, 5, 9, 15)], 4)
    sign(result, f"{model.names()[best]}  {100 * share:.0f} %", (12, HEIGHT - 12), size=0.8)
    return result


def stacked() -> Picture:
    """Neighbouring frames as one stack."""
    made = world.activity_clip(2, split="test", activity="walk forwards")
    frames = made.pictures(320, 320)
    result = sheet()
    for k in range(5):
        card = cv2.resize(frames[2 * k], (300, 188), interpolation=cv2.INTER_AREA)
        x, y = 40 + 26 * k, 10 + 22 * k
        cv2.rectangle(result, (x - 3, y - 3), (x + 302, y + 190), (255, 255, 255), -1)
        cv2.rectangle(result, (x - 4, y - 4), (x + 303, y + 191), (150, 158, 170), 1)
        result[y : y + 188, x : x + 300] = card
    return result


def implementations() -> Picture:
    """RoIAlign by hand, by the library, and the difference between them."""
    import torch
    from torchvision.ops import roi_align as ready_made

    picture, truth = scene()
    box = largest(truth, "duck")
    maps = np.moveaxis(picture.astype(np.float32), -1, 0)
    own = np.asarray(roi_align(maps, box, 12), np.float64)
    rois = torch.from_numpy(np.concatenate([[0], box])[None].astype(np.float32))
    theirs = ready_made(torch.from_numpy(maps)[None], rois, 12, aligned=True)[0].double().numpy()
    result = sheet(PAPER)
    shown = {"by hand": own, "library": theirs, "difference": abs(own - theirs)}
    for k, (name, values) in enumerate(shown.items()):
        cells = np.moveaxis(values, 0, -1).round().clip(0, 255).astype(np.uint8)
        large = cv2.resize(cells, (144, 144), interpolation=cv2.INTER_NEAREST)
        result[64:208, 12 + 156 * k : 156 + 156 * k] = large
        sign(result, name, (12 + 156 * k, 246), size=0.55)
    return result


def datasets() -> Picture:
    """Six pictures of a data set with their annotations."""
    shown = []
    for seed in (4, 7, 20, 24, 28, 37):
        picture, truth = scene(seed)
        shown.append(fitted(draw_detections(picture, truth.detections(), labels=False), 240, 150))
    return grid(shown, 3)
