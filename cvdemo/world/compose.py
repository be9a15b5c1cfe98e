"""From the scene graph to layers of shapes: drawing order, and the class or object of each layer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from cvdemo.world.backdrop.land import draw_ground_edge, draw_hill, draw_marks, haze_at
from cvdemo.world.backdrop.sky import draw_sky
from cvdemo.world.backdrop.trees import draw_tree
from cvdemo.world.backdrop.ways import draw_road, draw_water, ripples_round, water_colour
from cvdemo.world.figures.ball import draw_ball
from cvdemo.world.figures.car import draw_car
from cvdemo.world.figures.cat import draw_cat
from cvdemo.world.figures.dog import draw_dog
from cvdemo.world.figures.duck import draw_duck
from cvdemo.world.figures.kite import draw_kite
from cvdemo.world.figures.person import draw_person, person_skeleton
from cvdemo.world.figures.skeleton import Skeleton
from cvdemo.world.figures.teddy import draw_teddy
from cvdemo.world.geometry import Point, bezier, ribbon
from cvdemo.world.graph import Scene, Thing
from cvdemo.world.pen import Pen
from cvdemo.world.raster import Layer
from cvdemo.world.vocabulary import STUFF

THING_CODE = 16
STUFF_CODE = {name: k + 1 for k, name in enumerate(STUFF)}
_DRAW = {
    "cat": draw_cat,
    "dog": draw_dog,
    "duck": draw_duck,
    "car": draw_car,
    "ball": draw_ball,
    "kite": draw_kite,
    "teddy bear": draw_teddy,
}


class Composition(NamedTuple):
    """The layers of a scene in drawing order, with the boundaries of its stages."""

    layers: list[Layer]
    hills: int
    """Number of layers of sky, hills and the far edge of the ground."""
    ground: int
    """Number of layers up to those flat on the ground; later layers stand on it."""
    shadows: list[tuple[int, float, bool]]
    """Layers that cast a shadow, with the y of the ground below, and whether it is water."""
    bodies: dict[int, tuple[Pen, Skeleton]]
    """Pen and skeleton of each person by object id."""


class Scenery(NamedTuple):
    """What stands still in a scene: hills and the ground's edge, what lies flat, trees with their y."""

    hills: list[Layer]
    flat: list[Layer]
    trees: list[tuple[float, Layer]]


def draw_scenery(scene: Scene, pixels: float, reach: float) -> Scenery:
    """Draw all but sky and objects with pens, for a raster of `pixels` pixels in height, as in `compose`."""
    land, cover, haze = scene.land, STUFF_CODE[scene.land.cover], scene.light.haze
    hills = []
    for k, hill in enumerate(land.hills):
        code = STUFF_CODE["tree"] if hill.wooded else cover
        hills.append(Layer(draw_hill(scene, k, pixels), code, haze * (0.95 - 0.16 * k)))
    hills.append(Layer(draw_ground_edge(scene, pixels), cover, haze))
    flat = []
    if land.water is not None:
        flat.append(Layer(draw_water(scene, pixels), STUFF_CODE["water"], haze * 0.22))
    if land.road is not None:
        flat.append(Layer(draw_road(scene, pixels), STUFF_CODE["road"], haze * 0.15))
    flat.append(Layer(draw_marks(scene, pixels, reach), 0))
    trees = []
    for tree in scene.trees:
        if abs(tree.x) <= reach + tree.size:
            pen = Pen(tree.x, tree.y, tree.size, pixels=pixels, light=light_of(scene))
            draw_tree(pen, tree)
            trees.append((tree.y, Layer(pen, STUFF_CODE["tree"], haze_at(scene, tree.y))))
    return Scenery(hills, flat, trees)


def compose(
    scene: Scene,
    pixels: float,
    reach: float,
    fineness: Sequence[float] = (),
    scenery: Scenery | None = None,
) -> Composition:
    """Draw the whole scene with pens, for a raster of `pixels` pixels in height.

    `reach` is half the raster's width in picture heights; scenery beyond it is left out. `fineness` [N] is a
    factor on the pixels of each object that decides how fine it is drawn; without it each is 1. `scenery` is
    what stands still, where it is drawn already.
    """
    hills, flat, trees = scenery or draw_scenery(scene, pixels, reach)
    layers = [Layer(draw_sky(scene, pixels, reach), 0), *hills, *flat]
    far, ground = 1 + len(hills), len(layers)
    standing = [(y, [tree]) for y, tree in trees]
    shadows = [(tree.pen, y, False) for y, tree in trees]
    bodies: dict[int, tuple[Pen, Skeleton]] = {}
    standing += [
        (thing.y, _thing_layers(scene, thing, Drawing(pixels, light_of(scene), fineness, shadows, bodies)))
        for thing in scene.things
        if thing.place != "arms" or thing.holder is None
    ]
    for _, group in sorted(standing, key=lambda item: item[0]):
        layers += group
    number = {id(layer.pen): k for k, layer in enumerate(layers)}
    cast = [(number[id(pen)], y, wet) for pen, y, wet in shadows]
    return Composition(layers, far, ground, cast, bodies)


def light_of(scene: Scene) -> Point:
    """The direction from which light comes."""
    return (0.55 if scene.light.sun[0] > 0 else -0.55, 0.70)


class Drawing(NamedTuple):
    """What the drawing of every object shares: the raster's fineness, the light, and what is collected."""

    pixels: float
    light: Point
    fineness: Sequence[float]
    shadows: list[tuple[Pen, float, bool]]
    bodies: dict[int, tuple[Pen, Skeleton]]

    def pen(self, thing: Thing) -> Pen:
        """A pen in the object's frame."""
        factor = self.fineness[thing.id] if self.fineness else 1.0
        return _pen(thing, self.pixels * factor, self.light)


def _pen(thing: Thing, pixels: float, light: Point) -> Pen:
    y, turns = thing.y - thing.lift, thing.kind != "person"
    return Pen(
        thing.x, y, thing.size, pixels=pixels, light=light, flip=turns and thing.facing < 0,
        wide=min(1.0, abs(thing.facing)) if turns else 1.0, turn=thing.tilt,
    )  # fmt: skip


def _thing_layers(scene: Scene, thing: Thing, drawing: Drawing) -> list[Layer]:
    """An object's layers: rings on water, a kite's string, the object, what it holds, the arms in front."""
    pen, haze, code = drawing.pen(thing), haze_at(scene, thing.y), THING_CODE + thing.id
    layers: list[Layer] = []
    if thing.kind == "person":
        front = drawing.pen(thing)
        drawing.bodies[thing.id] = (pen, draw_person(pen, front, thing))
        layers.append(Layer(pen, code, haze, thing.id))
        if thing.holds is not None and scene.things[thing.holds].place == "arms":
            layers += _thing_layers(scene, scene.things[thing.holds], drawing)
        layers.append(Layer(front, code, haze, thing.id))
    else:
        haze = haze * 0.4 if thing.place == "sky" else haze
        if thing.place == "water":
            rings = drawing.pen(thing)
            ripples_round(rings, 0.62, water_colour(scene, thing.y))
            layers.append(Layer(rings, 0, haze, thing.id))
        if thing.kind == "kite" and thing.holder is not None:
            string = _string(scene.things[thing.holder], thing, drawing.pixels)
            layers.append(Layer(string, 0, haze, thing.id))
        _DRAW[thing.kind](pen, thing)
        layers.append(Layer(pen, code, haze, thing.id))
    if thing.place not in ("sky", "arms"):
        drawing.shadows.append((pen, thing.y, thing.place == "water"))
    return layers


def hand_of(holder: Thing) -> Point:
    """The (x, y) of the higher hand of a person, in picture heights."""
    body = person_skeleton(holder)
    hand = body.hands[int(body.hands[1, 1] > body.hands[0, 1])]
    pen = _pen(holder, 1.0, (0.0, 1.0))
    x, y = pen.place(hand[None, :2])[0]
    return float(x), float(y)


def _string(holder: Thing, kite: Thing, pixels: float) -> Pen:
    pen = Pen(0, 0, 1, pixels=pixels, line=0)
    x, y = hand_of(holder)
    top = (kite.x, -(kite.y - kite.lift))
    sag = ((x + kite.x) / 2, (-y + top[1]) / 2 - 0.05)
    width = max(0.0009, 0.5 / pixels)
    pen.patch(ribbon(bezier((x, -y), sag, top, 14), width, width), (250, 246, 240))
    return pen
