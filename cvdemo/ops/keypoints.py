"""Keypoints of people in COCO's order: their similarity and their mirror image."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cvdemo.errors import DataError

COCO_SIGMAS = (
    np.array(
        [0.26, 0.25, 0.25, 0.35, 0.35, 0.79, 0.79, 0.72, 0.72, 0.62, 0.62, 1.07, 1.07, 0.87, 0.87, 0.89, 0.89]
    )
    / 10
)
"""How far annotators stray at each of the 17 keypoints, as a share of the person's size (cocodataset.org)."""

KEYPOINT_NAMES = (
    "nose",
    "left_eye",
    "right_eye",
    "left_ear",
    "right_ear",
    "left_shoulder",
    "right_shoulder",
    "left_elbow",
    "right_elbow",
    "left_wrist",
    "right_wrist",
    "left_hip",
    "right_hip",
    "left_knee",
    "right_knee",
    "left_ankle",
    "right_ankle",
)
"""COCO's 17 keypoints in its order; left and right are the person's own."""

SIDES = tuple(
    side if (side := name.split("_")[0]) in ("left", "right") else "middle" for name in KEYPOINT_NAMES
)
"""The person's side that each of the 17 is on; the nose is in the middle."""

MIRROR = (0, 2, 1, 4, 3, 6, 5, 8, 7, 10, 9, 12, 11, 14, 13, 16, 15)
"""The keypoint that each of the 17 becomes in a mirror: left and right change places."""


LIMBS = (
    (15, 13), (13, 11), (16, 14), (14, 12), (11, 12), (5, 11), (6, 12), (5, 6), (5, 7), (6, 8),
    (7, 9), (8, 10), (1, 2), (0, 1), (0, 2), (1, 3), (2, 4), (3, 5), (4, 6),
)  # fmt: skip
"""COCO's 19 limbs as pairs of keypoints, counted from 0."""


def mirrored_keypoints(keypoints: NDArray[Any], width: float) -> NDArray[Any]:
    """Keypoints [..., 17, 3] as they lie in a mirror of a picture of that width.

    x, y in pixels and the visibility; those that are not labelled (0) stay at 0.
    """
    mirrored = keypoints[..., MIRROR, :].copy()
    mirrored[..., 0] = np.where(mirrored[..., 2] > 0, width - mirrored[..., 0], 0)
    return mirrored


def keypoint_similarity(
    found: ArrayLike, truth: ArrayLike, area: ArrayLike, *, sigmas: ArrayLike = COCO_SIGMAS
) -> NDArray[np.float64]:
    """Similarity [..., K] in 0..1 of each found keypoint with the true one, NaN for those without label.

    exp(-d^2 / (2 s^2 k^2)): d is the distance in pixels, s^2 the person's `area` [...] in square pixels,
    and k twice the keypoint's sigma. `found` [..., K, 2 or more], `truth` [..., K, 3].
    """
    there, xy = np.asarray(truth, np.float64), np.asarray(found, np.float64)[..., :2]
    if there.shape[-2:-1] != np.shape(sigmas):
        raise DataError(f"there are {len(np.asarray(sigmas))} sigmas for {there.shape[-2]} keypoints")
    scale = (2 * np.asarray(sigmas)) ** 2 * (np.asarray(area, np.float64)[..., None] + np.spacing(1)) * 2
    similar = np.exp(-((xy - there[..., :2]) ** 2).sum(axis=-1) / scale)
    return np.where(there[..., 2] > 0, similar, np.nan)


def oks(
    found: ArrayLike, truth: ArrayLike, area: ArrayLike, *, sigmas: ArrayLike = COCO_SIGMAS
) -> NDArray[np.float64]:
    """Object keypoint similarity [...] in 0..1: the mean over labelled keypoints, NaN where there are none.

    Arguments as in `keypoint_similarity`; cocodataset.org, keypoints evaluation, sec. 1.3.
    """
    similar = keypoint_similarity(found, truth, area, sigmas=sigmas)
    labelled = ~np.isnan(similar)
    count = labelled.sum(axis=-1)
    total = np.where(labelled, similar, 0).sum(axis=-1)
    return np.divide(total, count, out=np.full(total.shape, np.nan), where=count > 0)


def correct_keypoints(found: ArrayLike, truth: ArrayLike, size: ArrayLike, alpha: float) -> NDArray[np.bool_]:
    """Which keypoints [..., K] lie within `alpha` times `size` [...] of the true one; none without label.

    The share of them among labelled keypoints is PCK, the percentage of correct keypoints (Yang and Ramanan,
    Articulated Human Detection with Flexible Mixtures of Parts, TPAMI 2013, sec. 7), whose `size` is the
    longer side of the person's box. `found` [..., K, 2 or more], `truth` [..., K, 3] in pixels.
    """
    there, xy = np.asarray(truth, np.float64), np.asarray(found, np.float64)[..., :2]
    distance = np.sqrt(((xy - there[..., :2]) ** 2).sum(axis=-1))
    limit = alpha * np.asarray(size, np.float64)[..., None]
    return np.asarray((distance <= limit) & (there[..., 2] > 0))
