"""Pictures of activity clips: what stands still is painted once, the figure onto copies of it."""

from __future__ import annotations

from dataclasses import replace

from cvdemo.world.activities.figure import Figure, Prop
from cvdemo.world.backdrop.land import haze_at, haze_colour
from cvdemo.world.compose import Composition, light_of
from cvdemo.world.figures.ball import draw_ball
from cvdemo.world.figures.person import draw_person
from cvdemo.world.figures.stump import draw_stump
from cvdemo.world.figures.teddy import draw_teddy
from cvdemo.world.figures.umbrella import draw_umbrella
from cvdemo.world.film.air import air_at
from cvdemo.world.geometry import Point
from cvdemo.world.graph import FigureLook, Scene, Thing
from cvdemo.world.painting import SceneLayout, finish, gain_below, lay_out, paint_standing, shade_below
from cvdemo.world.pen import Pen
from cvdemo.world.raster import Layer, Picture, compile_layers, paint

_NOISE = 40_503  # as of clips: from one frame to the next


class Stage:
    """What stands still in a clip, painted once for pictures of one size."""

    def __init__(self, scene: Scene, width: int, height: int) -> None:
        self.drawn = lay_out(scene, width, height)
        self.still = paint_standing(self.drawn)

    def picture(self, figure: Figure | None, time: float, k: int) -> Picture:
        """The picture [H, W, 3] with the figure in it, at a time, the k-th of its clip."""
        picture: Picture = self.still.copy()
        if figure is not None:
            self._add(picture, figure)
        scene = self.drawn.scene
        light = replace(scene.light, noise_seed=(scene.light.noise_seed + _NOISE * k) % (1 << 19))
        return finish(
            picture, self.drawn._replace(scene=replace(scene, light=light, air=air_at(scene, time)))
        )

    def _add(self, picture: Picture, figure: Figure) -> None:
        """Paints the figure and its shadow onto the picture, in place."""
        drawn = self.laid(figure)
        first, shade = shade_below(drawn, *picture.shape[:2])
        if shade is not None:
            gain_below(picture[first:], shade)
        paint(picture, drawn.outlines, 0, len(drawn.composition.layers))

    def laid(self, figure: Figure) -> SceneLayout:
        """The outlines of the figure alone on the raster."""
        scene, frame = self.drawn.scene, self.drawn.frame
        shadows: list[tuple[Pen, float, bool]] = []
        layers = figure_layers(scene, figure, frame.pixels, shadows)
        outlines = compile_layers(layers, frame, tint=scene.light.tint, haze=haze_colour(scene))
        number = {id(layer.pen): k for k, layer in enumerate(layers)}
        cast = [(number[id(pen)], y, wet) for pen, y, wet in shadows]
        return self.drawn._replace(composition=Composition(layers, 0, 0, cast, {}), outlines=outlines)


def figure_layers(
    scene: Scene, figure: Figure, pixels: float, shadows: list[tuple[Pen, float, bool]]
) -> list[Layer]:
    """The layers of a figure in drawing order: props behind the person, the person, props in front, arms."""
    person, light = figure.person, light_of(scene)
    haze = haze_at(scene, person.y)
    pens = [_pen(person, pixels, light) for _ in range(2)]
    held = any(prop.front and prop.kind != "stump" for prop in figure.props)
    draw_person(pens[0], pens[1], replace(person, holds=0 if held else None))
    shadows.append((pens[0], person.y, False))
    behind: list[Layer] = []
    front: list[Layer] = []
    for prop in figure.props:
        pen = _prop_pen(prop, pixels, light)
        _draw_prop(pen, prop)
        shadows.append((pen, prop.ground, False))
        (front if prop.front else behind).append(Layer(pen, 0, haze))
    return [*behind, Layer(pens[0], 0, haze), *front, Layer(pens[1], 0, haze)]


def _pen(person: Thing, pixels: float, light: Point) -> Pen:
    return Pen(person.x, person.y - person.lift, person.size, pixels=pixels, light=light, turn=person.tilt)


def _prop_pen(prop: Prop, pixels: float, light: Point) -> Pen:
    turn = prop.turn if prop.kind == "umbrella" else 0.0
    return Pen(prop.x, prop.y, prop.size * prop.length, pixels=pixels, light=light, turn=turn)


def _draw_prop(pen: Pen, prop: Prop) -> None:
    """Draws a prop with a pen at its foot."""
    if prop.kind == "stump":
        draw_stump(pen)
        return
    assert prop.thing is not None
    thing = prop.thing
    assert isinstance(thing.look, FigureLook)
    if prop.kind == "umbrella":
        draw_umbrella(pen, thing.colour, thing.look.second, prop.share)
    elif prop.kind == "ball":
        draw_ball(pen, replace(thing, look=replace(thing.look, phase=thing.look.phase + prop.turn)))
    else:
        draw_teddy(pen, thing)
