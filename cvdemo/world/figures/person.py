"""People: a clothed body around a skeleton, for any yaw."""

from __future__ import annotations

import math

import numpy as np

from cvdemo.world.figures.clothes import draw_skirt, draw_torso
from cvdemo.world.figures.guitar import draw_guitar
from cvdemo.world.figures.head import draw_back_hair, draw_head
from cvdemo.world.figures.skeleton import Skeleton, skeleton
from cvdemo.world.geometry import Point
from cvdemo.world.graph import PersonLook, Thing
from cvdemo.world.pen import Pen, scale
from cvdemo.world.vocabulary import PAINTS, Colour

LEFT, RIGHT = 0, 1


def person_skeleton(thing: Thing) -> Skeleton:
    """The joints of a person object, in its own frame."""
    assert isinstance(thing.look, PersonLook) and thing.pose is not None
    return skeleton(thing.pose, thing.facing, thing.look.child)


def draw_person(pen: Pen, front: Pen, thing: Thing) -> Skeleton:
    """Draws a person: all that is behind what they hold with `pen`, the arms in front of it with `front`."""
    look = thing.look
    assert isinstance(look, PersonLook) and thing.pose is not None
    body = person_skeleton(thing)
    tilt = thing.pose.head[1]
    towards = math.cos(body.yaw) > -0.15
    pen.part("back hair")
    draw_back_hair(pen, body, look, tilt, behind=towards)
    arms = sorted((LEFT, RIGHT), key=lambda s: _arm_depth(body, s))
    far = [s for s in arms if _arm_depth(body, s) < 0.0]
    for side in far:
        _arm(pen, body, look, side)
    if look.guitar and not towards:
        pen.part("guitar")
        draw_guitar(pen, body)
    legs = sorted((LEFT, RIGHT), key=lambda s: body.joints[13 + s, 2] + body.joints[15 + s, 2])
    raised = [s for s in legs if body.joints[13 + s, 2] - body.joints[11 + s, 2] > 0.10]
    for side in legs:
        if side not in raised:
            _leg(pen, body, look, side)
    if look.bottom == "skirt" or look.top == "dress":
        pen.part("skirt")
        draw_skirt(pen, body, look)
    pen.part("torso")
    draw_torso(pen, body, look)
    for side in raised:
        _leg(pen, body, look, side)
    pen.part("head")
    draw_head(pen, body, look, tilt)
    pen.part("back hair")
    draw_back_hair(pen, body, look, tilt, behind=not towards)
    if look.guitar and towards:
        pen.part("guitar")
        draw_guitar(pen, body)
    for side in arms:
        if side not in far:
            _arm(front if thing.holds is not None or look.guitar else pen, body, look, side)
    return body


def _arm_depth(body: Skeleton, side: int) -> float:
    """How far an arm is in front of the body's middle; a hanging arm counts as behind."""
    return (
        float(body.joints[7 + side, 2] * 0.5 + body.joints[9 + side, 2] * 0.5 - body.chest[2] * 0.5) - 0.012
    )


def _xy(point: np.ndarray) -> Point:
    return (float(point[0]), float(point[1]))


def _between(a: Point, b: Point, share: float) -> Point:
    return (a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share)


def _arm(pen: Pen, body: Skeleton, look: PersonLook, side: int) -> None:
    shoulder, elbow, wrist = (_xy(body.joints[k + side]) for k in (5, 7, 9))
    hand = _xy(body.hands[side])
    pen.part(("left arm", "right arm")[side])
    g = body.build.girth
    sleeve, skin = PAINTS[look.top_colour], look.skin
    long = look.top in ("sweater", "hoodie", "coat")
    with pen.group():
        if long:
            pen.blob(*hand, 0.035 * g, 0.035 * g, skin)
            pen.limbs([shoulder, elbow, wrist], [0.046 * g, 0.038 * g, 0.035 * g], sleeve)
        else:
            pen.limbs([_between(shoulder, elbow, 0.4), elbow, wrist], [0.034 * g, 0.033 * g, 0.028 * g], skin)
            pen.blob(*hand, 0.034 * g, 0.034 * g, skin)
            pen.limb(shoulder, _between(shoulder, elbow, 0.60), 0.047 * g, 0.050 * g, sleeve)


def _leg(pen: Pen, body: Skeleton, look: PersonLook, side: int) -> None:
    hip, knee, ankle = (_xy(body.joints[k + side]) for k in (11, 13, 15))
    toe = _xy(body.toes[side])
    pen.part(("left leg", "right leg")[side])
    g = body.build.girth
    bare = look.bottom in ("shorts", "skirt") or look.top == "dress"
    cloth = look.bottom_colour
    with pen.group():
        if bare:
            pen.limbs([hip, knee, ankle], [0.050 * g, 0.042 * g, 0.031 * g], look.skin)
            pen.limb(_between(knee, ankle, 0.80), ankle, 0.035 * g, 0.034 * g, (246, 242, 236), depth=0.06)
            _shoe(pen, ankle, toe, look.shoe_colour, g)
        else:
            _shoe(pen, ankle, toe, look.shoe_colour, g)
            pen.limbs([hip, knee, _between(knee, ankle, 0.90)], [0.058 * g, 0.047 * g, 0.040 * g], cloth)
        if look.bottom == "shorts" and look.top != "dress":
            pen.limb(hip, _between(hip, knee, 0.72), 0.060 * g, 0.058 * g, cloth)


def _shoe(pen: Pen, ankle: Point, toe: Point, colour: Colour, g: float) -> None:
    heel = (ankle[0], ankle[1] - 0.006)
    pen.limb(heel, toe, 0.036 * g, 0.031 * g, colour)
    if pen.pixels > 200:
        low = min(heel[1], toe[1]) - 0.024 * g
        sole = scale(colour, 1.6) if sum(colour) < 330 else (236, 232, 224)
        if abs(heel[1] - toe[1]) < 0.03:
            pen.limb((heel[0], low), (toe[0], low), 0.009 * g, 0.009 * g, sole, line=False)


def held_at(thing: Thing) -> tuple[float, float, float]:
    """The place of an object in a person's arms: foot x, foot y and size, in picture heights."""
    body = person_skeleton(thing)
    size = thing.size * (0.34 if body.build.head_radius < 0.15 else 0.40)
    hands = body.hands.mean(axis=0)
    middle = hands * 0.75 + body.chest * 0.25
    return (
        thing.x + float(middle[0]) * thing.size,
        thing.y - float(middle[1]) * thing.size + size * 0.36,
        size,
    )
