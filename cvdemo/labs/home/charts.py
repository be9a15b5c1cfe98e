"""Home's small charts and sentences: what detectors score, what they cost, what a net says of a picture."""

from __future__ import annotations

from typing import Any, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from cvdemo import zoo
from cvdemo.draw.matches import match_detections
from cvdemo.labs.home.detection import detector
from cvdemo.labs.home.ink import (
    BLACK,
    FONT,
    HEIGHT,
    PAPER,
    WHITE,
    WIDTH,
    Picture,
    boxes,
    colour,
    scene,
    sheet,
    sign,
)
from cvdemo.lecture.script import begins, shipped
from cvdemo.metrics.ap import envelope, precision_recall
from cvdemo.ops.detections import confidence, select
from cvdemo.ui.pages import PAGES
from cvdemo.zoo.captioner import Captioner
from cvdemo.zoo.dense_captioner import DenseCaptioner
from cvdemo.zoo.tradeoffs import front
from cvdemo.zoo.weights import read_card

CHAPTER_OF = {page.key: page.chapter for page in PAGES}
SCENES = 12
LEFT, TOP, RIGHT, BOTTOM = 46, 24, WIDTH - 24, HEIGHT - 38
COMPARED = ("yolo", "ssd-plus", "rfcn-plus", "faster-rcnn-plus", "fast-rcnn-plus", "rcnn")


def mean_ap() -> Picture:
    """The precision-recall curve of a detector over some scenes, all classes together."""
    scores: list[float] = []
    right: list[bool] = []
    positives = 0
    for seed in range(SCENES):
        picture, truth = scene(seed, preset="hard")
        found = select(detector("yolo").raw(picture), score=0.02)
        hits, _ = match_detections(found, truth)
        positives += int((~truth.difficult).sum())
        scores += confidence(found).tolist()
        right += hits.tolist()
    order = np.argsort(-np.array(scores), kind="stable")
    hit = np.array(right)[order]
    precision, recall = precision_recall(hit[None], ~hit[None], max(positives, int(hit.sum())))
    return _curve(recall[0], envelope(precision)[0])


def _axes(across: str, up: str) -> Picture:
    result = sheet()
    cv2.line(result, (LEFT, TOP), (LEFT, BOTTOM), BLACK, 2)
    cv2.line(result, (LEFT, BOTTOM), (RIGHT, BOTTOM), BLACK, 2)
    (wide, _), _ = cv2.getTextSize(across, FONT, 0.6, 1)
    cv2.putText(result, across, (RIGHT - wide, HEIGHT - 12), FONT, 0.6, BLACK, 1, cv2.LINE_AA)
    strip = np.ascontiguousarray(sheet()[: LEFT - 10, :130])
    cv2.putText(strip, up, (130 - 8 * len(up) - 40, 24), FONT, 0.6, BLACK, 1, cv2.LINE_AA)
    result[TOP : TOP + 130, 2 : LEFT - 8] = np.rot90(strip)
    return result


def _curve(recall: NDArray[Any], precision: NDArray[Any]) -> Picture:
    result = _axes("recall", "precision")
    x = LEFT + np.concatenate([[0], recall, [recall[-1]]]) * (RIGHT - LEFT)
    y = BOTTOM - np.concatenate([[precision[0]], precision, [0]]) * (BOTTOM - TOP)
    line = np.stack([x, y], axis=1).round().astype(np.int32)
    area = np.concatenate([line, [[LEFT, BOTTOM]]]).astype(np.int32)
    cv2.fillPoly(result, [area], (190, 218, 238), cv2.LINE_AA)
    cv2.polylines(result, [line], False, colour(4), 4, cv2.LINE_AA)
    return result


def tradeoffs() -> Picture:
    """The detectors trained here by their cards: milliseconds across, AP up, the best of both joined."""
    cards = [card for key in COMPARED if (card := read_card(key))]
    found = [(float(c["metrics"]["ms_per_image"]), float(c["metrics"]["AP"])) for c in cards]
    result = _axes("milliseconds", "AP")
    cost, quality = np.log(np.array(found)[:, 0]), np.array(found)[:, 1]
    x = LEFT + 40 + (cost - cost.min()) / np.ptp(cost) * (RIGHT - LEFT - 80)
    y = BOTTOM - 30 - (quality - quality.min()) / np.ptp(quality) * (BOTTOM - TOP - 70)
    at = np.stack([x, y], axis=1).round().astype(np.int32)
    cv2.polylines(result, [at[front(found)]], False, (120, 130, 145), 2, cv2.LINE_AA)
    for k, place in enumerate(at.tolist()):
        cv2.circle(result, place, 15, BLACK, -1, cv2.LINE_AA)
        cv2.circle(result, place, 13, colour(k), -1, cv2.LINE_AA)
    return result


def captions() -> Picture:
    """A picture and the sentence that a net writes of it."""
    picture, _ = scene(18)
    model = cast(Captioner, zoo.load("show-attend-tell"))
    result = picture.copy()
    _speak(result, model(picture).text)
    return result


def dense_captions() -> Picture:
    """Three regions of a picture, and their sentences."""
    picture, _ = scene(29)
    found = cast(DenseCaptioner, zoo.load("densecap"))(picture, most=3)
    result = picture.copy()
    for k, text in enumerate(found.texts):
        boxes(result, found.boxes[k][None], colour(k), 3)
        sign(result, text, (6, 34 + 31 * k), colour(k), 0.5)
    return result


def _speak(picture: Picture, text: str) -> None:
    """Write a sentence over the head of a picture, in as many lines as it takes, in place."""
    lines: list[str] = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if cv2.getTextSize(longer, FONT, 0.62, 1)[0][0] > WIDTH - 32:
            lines.append(word)
        else:
            lines[-1] = longer
    foot = 28 * len(lines) + 10
    picture[:foot] = picture[:foot] // 5
    for k, line in enumerate(lines):
        at = (16, 26 + 28 * k)
        cv2.putText(picture, line, at, FONT, 0.62, (255, 255, 255), 1, cv2.LINE_AA)


def lecture() -> Picture:
    """The lecture's stations as a clock face goes round: a slice for each, as wide as its minutes."""
    result = sheet()
    stations = shipped(tuple(page.key for page in PAGES))
    begin = begins(stations)
    middle, radius = (WIDTH // 2, HEIGHT // 2), HEIGHT // 2 - 22
    order = {key: k for k, key in enumerate(dict.fromkeys(CHAPTER_OF[s.page] for s in stations))}
    for station, start, end in zip(stations, begin, begin[1:], strict=False):
        since, until = (360 * at / begin[-1] - 90 for at in (start, end))
        ink = colour(order[CHAPTER_OF[station.page]])
        cv2.ellipse(result, middle, (radius, radius), 0, since, until, ink, -1, cv2.LINE_AA)
        cv2.ellipse(result, middle, (radius, radius), 0, since, until, WHITE, 2, cv2.LINE_AA)
    cv2.circle(result, middle, radius // 2, PAPER, -1, cv2.LINE_AA)
    sign(result, f"{len(stations)} stations, {begin[-1]:.0f} min", (WIDTH // 2 - 120, HEIGHT // 2 + 16))
    return result
