"""The frames of an NMS replay as pictures, for a video file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import cv2
import numpy as np
import supervision as sv

from cvdemo.data.detections_json import class_names
from cvdemo.data.pictures import fit
from cvdemo.draw.colours import colour
from cvdemo.ops.detections import confidence
from cvdemo.ops.replay import Method, Replay

RED, AMBER, WHITE, BLACK = (255, 59, 48), (255, 176, 0), (255, 255, 255), (0, 0, 0)
FOOT = 44  # pixels below the picture for the caption
LABELS = 6  # maximum number of overlap labels in a frame


class ClassLabel(NamedTuple):
    """A detection's class colour as (r, g, b), and its name."""

    rgb: tuple[int, int, int]
    name: str


def frame_count(replay: Replay) -> int:
    """The number of frames: all boxes, one per step, and the result."""
    return len(replay) + 2


def draw_frames(
    picture: np.ndarray,
    detections: sv.Detections,
    replay: Replay,
    numbers: Sequence[int],
    *,
    longest: int = 720,
) -> list[np.ndarray]:
    """The frames with the given numbers, 0 … frame_count - 1, as pictures [H, W, 3] uint8 RGB of one size.

    In each frame the current box is highlighted, boxes suppressed by it are red with the intersection
    filled, kept boxes have thick lines, suppressed ones are faint; a caption below says what happens.
    """
    shown = fit(picture, longest)
    scale = shown.shape[1] / picture.shape[1]
    grey = cv2.cvtColor(cv2.cvtColor(shown, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
    base = cv2.addWeighted(shown, 0.45, grey, 0.35, 0)
    boxes = np.round(detections.xyxy * scale).astype(int)
    colours = [ClassLabel(_rgb(colour(n)), n) for n in class_names(detections)]
    scores = confidence(detections)
    return [_frame(base, boxes, scores, colours, replay, number, scale) for number in numbers]


def _frame(
    base: np.ndarray,
    boxes: np.ndarray,
    scores: np.ndarray,
    colours: list[ClassLabel],
    replay: Replay,
    number: int,
    scale: float,
) -> np.ndarray:
    scene = base.copy()
    step = number - 1
    done = step >= len(replay)
    past = slice(0, replay.offsets[min(max(step, 0), len(replay))])
    gone = np.zeros(len(boxes), dtype=bool)
    gone[replay.other[past][replay.suppressed[past]]] = True
    turned = np.zeros(len(boxes), dtype=bool)
    turned[replay.current[: max(step, 0)]] = True
    for i in np.flatnonzero(gone):
        _box(scene, boxes[i], _mix(base, WHITE, 0.25), 1)
    for i in np.flatnonzero(~gone & ~turned)[::-1]:
        _box(scene, boxes[i], colours[i].rgb, 1)
    if replay.method is Method.FUSION:
        _fused(scene, replay, step, colours, scale)
    else:
        for i in np.flatnonzero(turned)[::-1]:
            _box(scene, boxes[i], colours[i].rgb, 3)
            _label(scene, boxes[i], colours[i].name, colours[i].rgb)
    if 0 <= step < len(replay):
        _turn(scene, boxes, replay, step, colours)
    return _with_foot(scene, _foot(scores, colours, replay, number, done))


def _turn(scene: np.ndarray, boxes: np.ndarray, replay: Replay, step: int, colours: list[ClassLabel]) -> None:
    """Draw the current box and the boxes that it suppresses or decays, with their overlaps."""
    current = int(replay.current[step])
    rows = slice(replay.offsets[step], replay.offsets[step + 1])
    soft = replay.method in (Method.LINEAR, Method.GAUSSIAN)
    suppressed = replay.suppressed[rows]
    hit = replay.other[rows][suppressed | soft]
    overlaps, gone = replay.overlap[rows][suppressed | soft], suppressed[suppressed | soft]
    shade = scene.copy()
    for i, is_suppressed in zip(hit, gone, strict=True):
        low, high = np.maximum(boxes[current][:2], boxes[i][:2]), np.minimum(boxes[current][2:], boxes[i][2:])
        if (high > low).all():
            cv2.rectangle(shade, low.tolist(), high.tolist(), RED if is_suppressed else AMBER, -1)
    scene[:] = cv2.addWeighted(shade, 0.4, scene, 0.6, 0)
    for i, is_suppressed in zip(hit, gone, strict=True):
        _box(scene, boxes[i], RED if is_suppressed else AMBER, 2)
    _box(scene, boxes[current], WHITE, 7)
    _box(scene, boxes[current], colours[current].rgb, 4)
    for i, overlap, is_suppressed in list(zip(hit, overlaps, gone, strict=True))[:LABELS]:
        _label(scene, boxes[i], f"{overlap:.2f}", RED if is_suppressed else AMBER, low=True)
    _label(scene, boxes[current], colours[current].name, WHITE)


def _fused(scene: np.ndarray, replay: Replay, step: int, colours: list[ClassLabel], scale: float) -> None:
    """Draw the fused box of every cluster so far."""
    newest: dict[int, int] = {}
    for s in range(min(step + 1, len(replay))):
        newest[int(replay.cluster[s])] = s
    for s in newest.values():
        box = np.round(replay.fused[s] * scale).astype(int)
        look = colours[int(replay.current[s])]
        _box(scene, box, look.rgb, 5 if s == step else 3)
        _label(scene, box, look.name, look.rgb)


def _foot(scores: np.ndarray, colours: list[ClassLabel], replay: Replay, number: int, done: bool) -> str:
    if number == 0:
        return f"{len(scores)} boxes wait, the best score first"
    if done:
        return f"{len(replay.kept)} of {len(scores)} boxes are kept"
    current = int(replay.current[number - 1])
    rows = slice(replay.offsets[number - 1], replay.offsets[number])
    fell = int(replay.suppressed[rows].sum())
    head = f"{number}/{len(replay)}  {colours[current].name} {scores[current]:.2f}"
    if replay.method is Method.FUSION:
        joins = rows.stop > rows.start
        return f"{head} joins a fused box" if joins else f"{head} founds a box"
    return f"{head} is kept" + (f", {fell} fall{'s' if fell == 1 else ''}" if fell else "")


def _with_foot(scene: np.ndarray, text: str) -> np.ndarray:
    foot = np.full((FOOT, scene.shape[1], 3), 24, np.uint8)
    size = min(0.75, 0.75 * scene.shape[1] / max(1, _width(text, 0.75) + 24))
    cv2.putText(foot, text, (12, 29), cv2.FONT_HERSHEY_DUPLEX, size, WHITE, 1, cv2.LINE_AA)
    return np.vstack([scene, foot])


def _width(text: str, size: float) -> int:
    return int(cv2.getTextSize(text, cv2.FONT_HERSHEY_DUPLEX, size, 1)[0][0])


def _box(scene: np.ndarray, box: np.ndarray, rgb: tuple[int, int, int], thickness: int) -> None:
    x1, y1, x2, y2 = box.tolist()
    cv2.rectangle(scene, (x1, y1), (x2, y2), rgb, thickness, cv2.LINE_AA)


def _label(
    scene: np.ndarray, box: np.ndarray, text: str, rgb: tuple[int, int, int], *, low: bool = False
) -> None:
    wide = _width(text, 0.5) + 8
    x1, y1, x2, y2 = box.tolist()
    x = int(np.clip(x2 - wide if low else x1, 0, max(0, scene.shape[1] - wide)))
    y = int(np.clip(y2 - 18 if low else y1 - 18, 0, max(0, scene.shape[0] - 18)))
    cv2.rectangle(scene, (x, y), (x + wide, y + 18), rgb, -1)
    ink = WHITE if rgb == RED else BLACK
    cv2.putText(scene, text, (x + 4, y + 14), cv2.FONT_HERSHEY_DUPLEX, 0.5, ink, 1, cv2.LINE_AA)


def _rgb(text: str) -> tuple[int, int, int]:
    return int(text[1:3], 16), int(text[3:5], 16), int(text[5:7], 16)


def _mix(base: np.ndarray, rgb: tuple[int, int, int], share: float) -> tuple[int, int, int]:
    mean = base.reshape(-1, 3).mean(axis=0)
    red, green, blue = ((1 - share) * mean + share * np.array(rgb)).round().astype(int).tolist()
    return red, green, blue
