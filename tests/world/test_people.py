"""People are right from every side: left is left, joints are in the body, hidden is hidden."""

from __future__ import annotations

import math
from dataclasses import replace

import cv2
import numpy as np
import pytest

from cvdemo import world
from cvdemo.world.graph import PersonLook, Thing
from cvdemo.world.sampling.extents import ACTIONS
from cvdemo.world.sampling.poses import mirror, pose
from tests.world.help import scenes

LOOK = PersonLook(
    False, (240, 196, 156), "short", (66, 46, 42), "tee", "red", "trousers", (78, 94, 142), (76, 70, 78),
    "none", "red", vest=False, guitar=False,
)  # fmt: skip
NAME = {name: k for k, name in enumerate(world.KEYPOINTS)}
SWAP = [
    NAME[n.replace("left", "LEFT").replace("right", "left").replace("LEFT", "right")] for n in world.KEYPOINTS
]


def stage(
    yaw: float, action: str = "waving", phase: float = 0.4, *, mirrored: bool = False, look: PersonLook = LOOK
) -> world.Truth:
    """The truth of one person alone on a lawn in even light, 240 x 240."""
    bare = next(
        s for s in scenes(80, lighting=0, weather=0, noise=0) if s.land.road is None and s.land.water is None
    )
    posed = pose(action, phase)
    if mirrored:
        posed = mirror(posed)
    person = Thing(0, "person", 0.0, 0.95, 0.8, yaw, 0.0, "red", action, "grass", look, posed)
    return world.truth(replace(bare, things=(person,), trees=(), air=()), 240, 240)


def column(truth: world.Truth) -> float:
    """To which side a person reaches out, left (-) or right (+) of their legs, by pixels alone."""
    ys, xs = np.nonzero(truth.masks[0])
    return float((xs.min() + xs.max()) / 2 - np.median(xs[ys > np.quantile(ys, 0.6)]))


@pytest.mark.parametrize("yaw", [0.0, 0.5, -0.5, 2.7, math.pi, -2.7])
def test_a_raised_left_hand_is_left_from_every_side(yaw: float) -> None:
    """Who waves with the left hand shows it on the viewer's right from the front, on the left from behind."""
    truth = stage(yaw)
    x = truth.keypoints[0, :, 0]
    facing = math.copysign(1, math.cos(yaw))
    assert column(truth) * facing > 4, "the drawing itself raises the other hand"
    assert (x[NAME["left_wrist"]] - x[NAME["right_wrist"]]) * facing > 10
    for part in ("shoulder", "hip", "ear"):
        assert (x[NAME[f"left_{part}"]] - x[NAME[f"right_{part}"]]) * facing > 0
    assert truth.keypoints[0, NAME["left_wrist"], 1] < truth.keypoints[0, NAME["left_shoulder"], 1]


@pytest.mark.parametrize("action", [a for a, _ in ACTIONS["person"]])
@pytest.mark.parametrize("yaw", [0.0, 0.9, math.pi / 2, 2.4])
def test_the_mirror_image_swaps_left_and_right(action: str, yaw: float) -> None:
    """Turned the other way with left and right swapped, a person is their own mirror image."""
    one, other = stage(yaw, action), stage(-yaw, action, mirrored=True)
    flipped = other.keypoints[0].copy()
    flipped[:, 0] = 240 - flipped[:, 0]
    assert np.abs(one.keypoints[0, :, :2] - flipped[SWAP, :2]).max() < 1e-3
    assert np.array_equal(one.keypoints[0, :, 2], flipped[SWAP, 2])
    same = one.masks[0] == other.masks[0][:, ::-1]
    assert same.mean() > 0.985


def test_profile_shows_the_side_that_is_turned_to_the_viewer() -> None:
    right = stage(math.pi / 2, "standing")
    left = stage(-math.pi / 2, "standing")
    for truth, near, far in ((right, "right", "left"), (left, "left", "right")):
        seen = truth.keypoints[0, :, 2]
        assert seen[NAME[f"{near}_shoulder"]] == 2
        assert seen[NAME[f"{far}_shoulder"]] == 1
        assert seen[NAME[f"{near}_ear"]] == 2
        assert seen[NAME[f"{far}_ear"]] == 1
    assert right.keypoints[0, NAME["nose"], 0] > right.keypoints[0, NAME["left_shoulder"], 0]
    assert right.records[0].view == "right"
    assert left.records[0].view == "left"


def test_from_behind_there_is_no_face() -> None:
    truth = stage(math.pi, "standing")
    assert (truth.keypoints[0, :3, 2] == 1).all()
    assert truth.records[0].view == "back"
    front = stage(0.0, "standing")
    assert (front.keypoints[0, :7, 2] == 2).all()


@pytest.mark.parametrize("action", [a for a, _ in ACTIONS["person"]])
def test_joints_are_in_the_body_from_every_side(action: str) -> None:
    """Every joint, seen or hidden by the person's own body, lies in the mask grown by a few pixels."""
    for k in range(12):
        look = replace(LOOK, child=k % 3 == 0, guitar=action == "playing guitar")
        truth = stage(k * math.pi / 6, action, phase=k * 0.7, look=look)
        grown = cv2.dilate(truth.masks[0].astype(np.uint8), np.ones((7, 7), np.uint8))
        for x, y, seen in truth.keypoints[0]:
            assert seen > 0
            assert grown[int(y), int(x)], (action, k)


def test_seen_joints_are_on_the_persons_own_pixels_in_scenes() -> None:
    people = hidden = 0
    for scene in scenes(150, objects=8, occlusion=0.8):
        truth = world.truth(scene, 192, 160)
        for row in np.flatnonzero(truth.classes == 0):
            people += 1
            for x, y, seen in truth.keypoints[row]:
                if seen == 2:
                    assert truth.instances[int(y), int(x)] == truth.ids[row] + 1
                elif seen == 0:
                    assert (x, y) == (0, 0)
                else:
                    assert 0 <= x < 192
                    assert 0 <= y < 160
                    hidden += 1
    assert people > 60
    assert hidden > 60


def test_joints_out_of_the_picture_have_visibility_0() -> None:
    bare = scenes(1)[0]
    person = Thing(
        0, "person", 0.0, 1.5, 0.9, 0.0, 0.0, "red", "standing", "grass", LOOK, pose("standing", 0.0)
    )
    truth = world.truth(replace(bare, things=(person,), trees=()), 192, 160)
    assert (truth.keypoints[0, NAME["left_ankle"]] == 0).all()
    assert truth.keypoints[0, NAME["nose"], 2] == 2


def test_what_others_cover_is_hidden() -> None:
    bare = replace(scenes(1)[0], trees=())
    back = Thing(
        0, "person", 0.0, 0.8, 0.6, 0.0, 0.0, "red", "standing", "grass", LOOK, pose("standing", 0.0)
    )
    ahead = replace(back, id=1, y=0.95, size=0.9)
    truth = world.truth(replace(bare, things=(back, ahead)), 192, 160)
    assert (truth.keypoints[0, 5:, 2] < 2).all()
    assert truth.keypoints[1, NAME["nose"], 2] == 2


def test_keypoints_come_as_the_tools_want_them() -> None:
    for scene in scenes(30, objects=8):
        truth = world.truth(scene, 192, 160)
        people = truth.people()
        assert len(people) == int((truth.classes == 0).sum())
        if len(people):
            assert people.xy.shape == (len(people), 17, 2)
            assert np.array_equal(people.visible, people.data["visibility"] == 2)


def test_the_neck_of_a_guitar_points_to_the_players_left() -> None:
    truth = stage(0.0, "playing guitar", look=replace(LOOK, guitar=True))
    without = stage(0.0, "playing guitar")
    _, xs = np.nonzero(truth.masks[0] & ~without.masks[0])
    middle = truth.keypoints[0, [NAME["left_hip"], NAME["right_hip"]], 0].mean()
    assert xs.max() - middle > middle - xs.min()
