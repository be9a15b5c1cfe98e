"""Skeletons of people on pictures: the person's own left and right by colour."""

from __future__ import annotations

import cv2
import numpy as np

from cvdemo.ops.keypoints import LIMBS, SIDES

LEAST_KEYPOINT = 0.2  # score of a keypoint that is drawn
SIDE_COLOURS = {"left": "#E69F00", "right": "#56B4E9", "middle": "#FFFFFF"}
OUTLINE = (0, 0, 0)


def side_of_limb(a: int, b: int) -> str:
    """The side that both ends of a limb are on; "middle" where they are on different ones."""
    return SIDES[a] if SIDES[a] == SIDES[b] else "middle"


def draw_skeletons(
    picture: np.ndarray, keypoints: np.ndarray, line: int, *, least: float = LEAST_KEYPOINT
) -> None:
    """Draw limbs and keypoints [N, K, 3] of people on a picture [H, W, 3] uint8 RGB in place.

    `line` is the width of limbs in pixels. Keypoints that score less than `least`, and their limbs, are
    left out.
    """
    for person in np.asarray(keypoints, np.float64):
        shown = (person[:, 2] >= least) & np.isfinite(person[:, :2]).all(axis=1)
        at = _pixels(person[:, :2])
        limbs = [(a, b) for a, b in LIMBS if shown[a] and shown[b]]
        for thick, outline in ((line + 2, True), (line, False)):
            for a, b in limbs:
                ink = OUTLINE if outline else rgb(SIDE_COLOURS[side_of_limb(a, b)])
                cv2.line(picture, at[a], at[b], ink, thick, cv2.LINE_AA)
        for k in np.flatnonzero(shown):
            cv2.circle(picture, at[k], line + 2, OUTLINE, -1, cv2.LINE_AA)
            cv2.circle(picture, at[k], line + 1, rgb(SIDE_COLOURS[SIDES[k]]), -1, cv2.LINE_AA)


def draw_errors(picture: np.ndarray, found: np.ndarray, truth: np.ndarray, line: int) -> None:
    """Draw a line from each found keypoint [K, 2] to the true one [K, 3] with a ring there, in place.

    Keypoints without label are left out.
    """
    there, at = _pixels(truth[:, :2]), _pixels(found[:, :2])
    for k in np.flatnonzero(truth[:, 2] > 0):
        cv2.line(picture, at[k], there[k], (255, 60, 60), line, cv2.LINE_AA)
        cv2.circle(picture, there[k], line + 3, (255, 255, 255), max(1, line // 2), cv2.LINE_AA)


def _pixels(points: np.ndarray) -> list[tuple[int, int]]:
    """Whole pixels that OpenCV takes, for points of any size."""
    kept = np.nan_to_num(points, nan=-1e6, posinf=1e6, neginf=-1e6).clip(-1e6, 1e6)
    return [(round(float(x)), round(float(y))) for x, y in kept]


def rgb(colour: str) -> tuple[int, int, int]:
    """The colour "#rrggbb" as numbers 0..255."""
    value = int(colour.removeprefix("#"), 16)
    return value >> 16, value >> 8 & 255, value & 255
