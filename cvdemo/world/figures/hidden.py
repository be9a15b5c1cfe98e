"""Self-occlusion: which of a person's joints are hidden by their own body."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from cvdemo.world.figures.clothes import trunk_outline
from cvdemo.world.figures.guitar import guitar_outline
from cvdemo.world.figures.skeleton import FACE, Skeleton
from cvdemo.world.graph import PersonLook, Thing

_BARS = ((5, 7), (6, 8), (7, 9), (8, 10), (11, 13), (12, 14), (13, 15), (14, 16))
_NEARER = 0.035


def hidden_joints(thing: Thing, body: Skeleton) -> NDArray[np.bool_]:
    """Which of the 17 keypoints lie behind the person's own head, hair, trunk, limbs or guitar, [17]."""
    look = thing.look
    assert isinstance(look, PersonLook)
    hidden = np.zeros(17, dtype=bool)
    turned = np.cos(FACE[:, 0] + body.face_yaw)
    hidden[:5] = turned < np.array([0.0, 0.12, 0.12, -0.25, -0.25])
    if look.hair in ("long", "bob"):
        hidden[3:5] = True
    joints = body.joints
    hidden[5:7] |= joints[5:7, 2] < body.chest[2] - 0.055
    hidden[11:13] |= joints[11:13, 2] < body.hips[2] - 0.045
    trunk = trunk_outline(body).astype(np.float32)
    middle = (body.chest[2] + body.hips[2]) / 2
    for k in (7, 8, 9, 10):
        if joints[k, 2] < middle - 0.02:
            hidden[k] |= cv2.pointPolygonTest(trunk, (float(joints[k, 0]), float(joints[k, 1])), False) > 0
    if look.guitar and np.cos(body.yaw) > -0.15:
        guitar = guitar_outline(body).astype(np.float32)
        for k in (11, 12):
            hidden[k] |= cv2.pointPolygonTest(guitar, (float(joints[k, 0]), float(joints[k, 1])), False) > 0
    far_from_head = np.hypot(*(joints[5:, :2] - body.head[:2]).T)
    hidden[5:] |= (far_from_head < body.build.head_radius * 0.95) & (joints[5:, 2] < body.head[2] - 0.05)
    return hidden | _behind_limbs(body)


def _behind_limbs(body: Skeleton) -> NDArray[np.bool_]:
    """Joints covered by a limb that is nearer to the viewer, [17]."""
    joints = body.joints
    ends = np.array(_BARS)
    a, b = joints[ends[:, 0]], joints[ends[:, 1]]  # [8, 3]
    along = (b - a)[None]
    offset = joints[:, None] - a[None]  # [17, 8, 3]
    length = np.maximum((along[..., :2] ** 2).sum(axis=-1), 1e-9)
    share = np.clip((offset[..., :2] * along[..., :2]).sum(axis=-1) / length, 0, 1)
    nearest = a[None] + share[..., None] * along
    distance = np.hypot(*np.moveaxis((joints[:, None] - nearest)[..., :2], -1, 0))
    nearer = nearest[..., 2] > joints[:, None, 2] + _NEARER
    own = (np.arange(17)[:, None] == ends[None, :, 0]) | (np.arange(17)[:, None] == ends[None, :, 1])
    return ((distance < 0.030 * body.build.girth) & nearer & ~own).any(axis=1)
