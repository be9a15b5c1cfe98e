"""Frames of an NMS run as pictures: the animation and the picture that a visitor downloads."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import cv2
import numpy as np

from cvdemo.data.detections_json import class_names
from cvdemo.data.pictures import fit
from cvdemo.draw.colours import colour
from cvdemo.labs.nms.experiment import NMSRun
from cvdemo.ops.detections import confidence
from cvdemo.ops.replay import Method, Replay
from cvdemo.video.write import sampled

RED, AMBER, WHITE, BLACK = (255, 59, 48), (255, 176, 0), (255, 255, 255), (0, 0, 0)
FOOT = 44  # pixels under the picture for the sentence
LABELS = 6  # overlaps written in one frame
MOST_FRAMES = 120


class BoxStyle(NamedTuple):
    """A detection's class colour as (r, g, b), and its class name."""

    rgb: tuple[int, int, int]
    name: str


class _Canvas(NamedTuple):
    """What all frames share: the faded picture, boxes [N, 4] on it and their styles, its scale, the run."""

    base: np.ndarray
    boxes: np.ndarray
    styles: list[BoxStyle]
    scale: float
    scores: np.ndarray
    replay: Replay


def frame_count(replay: Replay) -> int:
    """All boxes waiting, one frame for each step, the result."""
    return len(replay) + 2


def animation(picture: np.ndarray, run: NMSRun) -> list[np.ndarray]:
    """At most `MOST_FRAMES` frames of a run, evenly spaced, the last one always among them."""
    return draw_frames(picture, run, sampled(frame_count(run.replay), MOST_FRAMES))


def draw_frames(
    picture: np.ndarray, run: NMSRun, numbers: Sequence[int], *, longest: int = 720
) -> list[np.ndarray]:
    """The frames with the given numbers, 0 … frame_count - 1, as pictures [H, W, 3] uint8 RGB of one size.

    In each the current box is bright, the boxes it suppresses are red with the shared area filled, kept boxes
    are thick, suppressed ones faint; a sentence below says what happens.
    """
    shown = fit(picture, longest)
    scale = shown.shape[1] / picture.shape[1]
    grey = cv2.cvtColor(cv2.cvtColor(shown, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
    canvas = _Canvas(
        base=cv2.addWeighted(shown, 0.45, grey, 0.35, 0),
        boxes=np.round(run.detections.xyxy * scale).astype(int),
        styles=[BoxStyle(_rgb(colour(n)), n) for n in class_names(run.detections)],
        scale=scale,
        scores=confidence(run.detections),
        replay=run.replay,
    )
    return [_frame(canvas, number) for number in numbers]


def _frame(canvas: _Canvas, number: int) -> np.ndarray:
    replay, boxes, styles = canvas.replay, canvas.boxes, canvas.styles
    scene = canvas.base.copy()
    step = number - 1
    past = slice(0, replay.offsets[min(max(step, 0), len(replay))])
    suppressed = np.zeros(len(boxes), dtype=bool)
    suppressed[replay.other[past][replay.suppressed[past]]] = True
    kept = np.zeros(len(boxes), dtype=bool)
    kept[replay.current[: max(step, 0)]] = True
    for i in np.flatnonzero(suppressed):
        _box(scene, boxes[i], _mix(canvas.base, WHITE, 0.25), 1)
    for i in np.flatnonzero(~suppressed & ~kept)[::-1]:
        _box(scene, boxes[i], styles[i].rgb, 1)
    if replay.method is Method.FUSION:
        _draw_fused(scene, canvas, step)
    else:
        for i in np.flatnonzero(kept)[::-1]:
            _box(scene, boxes[i], styles[i].rgb, 3)
            _label(scene, boxes[i], styles[i].name, styles[i].rgb)
    if 0 <= step < len(replay):
        _draw_step(scene, canvas, step)
    return _with_foot(scene, _sentence(canvas, number))


def _draw_step(scene: np.ndarray, canvas: _Canvas, step: int) -> None:
    """The current box, and the boxes that are suppressed or lose score, with the overlap of each."""
    replay, boxes = canvas.replay, canvas.boxes
    current = int(replay.current[step])
    rows = slice(replay.offsets[step], replay.offsets[step + 1])
    soft = replay.method in (Method.LINEAR, Method.GAUSSIAN)
    touched = replay.suppressed[rows] | soft
    hit, overlaps = replay.other[rows][touched], replay.overlap[rows][touched]
    inks = [RED if suppressed else AMBER for suppressed in replay.suppressed[rows][touched]]
    shade = scene.copy()
    for i, ink in zip(hit, inks, strict=True):
        low, high = np.maximum(boxes[current][:2], boxes[i][:2]), np.minimum(boxes[current][2:], boxes[i][2:])
        if (high > low).all():
            cv2.rectangle(shade, low.tolist(), high.tolist(), ink, -1)
    scene[:] = cv2.addWeighted(shade, 0.4, scene, 0.6, 0)
    for i, ink in zip(hit, inks, strict=True):
        _box(scene, boxes[i], ink, 2)
    _box(scene, boxes[current], WHITE, 7)
    _box(scene, boxes[current], canvas.styles[current].rgb, 4)
    for i, overlap, ink in list(zip(hit, overlaps, inks, strict=True))[:LABELS]:
        _label(scene, boxes[i], f"{overlap:.2f}", ink, low=True)
    _label(scene, boxes[current], canvas.styles[current].name, WHITE)


def _draw_fused(scene: np.ndarray, canvas: _Canvas, step: int) -> None:
    """Every cluster's box so far."""
    replay = canvas.replay
    newest: dict[int, int] = {}
    for s in range(min(step + 1, len(replay))):
        newest[int(replay.cluster[s])] = s
    for s in newest.values():
        box = np.round(replay.fused[s] * canvas.scale).astype(int)
        style = canvas.styles[int(replay.current[s])]
        _box(scene, box, style.rgb, 5 if s == step else 3)
        _label(scene, box, style.name, style.rgb)


def _sentence(canvas: _Canvas, number: int) -> str:
    """What happens in a frame."""
    replay, scores = canvas.replay, canvas.scores
    if number == 0:
        return f"{len(scores)} boxes wait, the highest score first"
    if number > len(replay):
        return f"{len(replay.kept)} of {len(scores)} boxes are kept"
    current = int(replay.current[number - 1])
    rows = slice(replay.offsets[number - 1], replay.offsets[number])
    head = f"{number}/{len(replay)}  {canvas.styles[current].name} {scores[current]:.2f}"
    if replay.method is Method.FUSION:
        return f"{head} {'joins a fused box' if rows.stop > rows.start else 'founds a box'}"
    suppressed = int(replay.suppressed[rows].sum())
    return f"{head} is kept" + (f", {suppressed} suppressed" if suppressed else "")


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
