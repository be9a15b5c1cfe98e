"""The pen: records a figure's shapes in the figure's frame, for the picture and for the truth."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

import numpy as np

from cvdemo.world.geometry import Point, Points, bezier, capsule, circle, ribbon, rotation
from cvdemo.world.vocabulary import Colour

INK: Colour = (64, 42, 44)


Fit = tuple[float, float, float, float, float]
"""The map of an outline into the figure's frame: scale rx, ry, rotation in radians, shift cx, cy."""

AS_IS: Fit = (1.0, 1.0, 0.0, 0.0, 0.0)


class Shape(NamedTuple):
    """One filled outline: points [N, 2], their fit, RGB 0..255, width of the ink line, flags."""

    points: Points
    fit: Fit
    colour: Colour
    line: float
    owned: bool
    convex: bool
    glows: bool
    alpha: float
    group: int


def mix(a: Colour, b: Colour, share: float) -> Colour:
    """A linear blend of colours: a, with a share 0..1 of b."""
    return (a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share, a[2] + (b[2] - a[2]) * share)


def scale(colour: Colour, factor: float) -> Colour:
    """A colour multiplied by a factor, clipped at 255."""
    return (min(255.0, colour[0] * factor), min(255.0, colour[1] * factor), min(255.0, colour[2] * factor))


class Pen:
    """Draws a figure in its own frame: origin at its foot, x right, y up, 1 = `unit` picture heights.

    `pixels` is how many raster pixels a picture height has: it decides how fine curves and shading are,
    never what is drawn. `light` is the direction from which light comes, x right and y up. `flip` mirrors the
    figure, `wide` 0..1 makes it narrower, as while it turns to the other side.
    """

    def __init__(
        self,
        x: float,
        y: float,
        unit: float,
        *,
        pixels: float,
        light: Point = (-0.5, 0.7),
        flip: bool = False,
        wide: float = 1.0,
        turn: float = 0.0,
        line: float | None = None,
    ) -> None:
        self.unit = unit
        self.pixels = pixels * unit
        sign = -1.0 if flip else 1.0
        self.to_scene = (
            np.array([[sign * wide, 0.0], [0.0, 1.0]])
            @ rotation(turn)
            @ np.array([[unit, 0.0], [0.0, -unit]])
        )
        self.origin = np.array([x, y])
        c, s = math.cos(turn), math.sin(turn)
        self.light = (sign * (light[0] * c + light[1] * s), -light[0] * s + light[1] * c)
        self.line = (0.0017 + 0.0030 * unit) / unit if line is None else line / unit
        self.shapes: list[Shape] = []
        self.parts: list[tuple[int, str]] = []
        self._group = 0
        self._open = False

    def part(self, name: str) -> None:
        """Names the shapes drawn from here on, so that the same part is found in the next frame of a clip."""
        self.parts.append((len(self.shapes), name))

    @contextmanager
    def group(self) -> Iterator[None]:
        """Shapes drawn inside share one ink line: the line goes round all of them, not between them."""
        self._open = True
        yield
        self._open = False
        self._group += 1

    def place(self, points: Points) -> Points:
        """Points of the figure's frame [N, 2] in picture heights, y down."""
        return points @ self.to_scene + self.origin

    def add(
        self,
        points: Points,
        colour: Colour,
        *,
        fit: Fit = AS_IS,
        line: bool = True,
        owned: bool = True,
        convex: bool = False,
        glows: bool = False,
        alpha: float = 1.0,
    ) -> None:
        """Adds one filled outline [N, 2]; `owned` shapes are part of the figure's mask."""
        self.shapes.append(
            Shape(points, fit, colour, self.line if line else 0.0, owned, convex, glows, alpha, self._group)
        )
        if not self._open:
            self._group += 1

    def corners(self, radius: float) -> int:
        """The number of corners with which a curve of this radius looks round at this size."""
        r = radius * self.pixels
        return 8 if r < 3.5 else 12 if r < 11 else 16 if r < 24 else 26 if r < 60 else 40 if r < 140 else 56

    def shade(
        self,
        points: Points,
        colour: Colour,
        radius: float,
        *,
        at: Point = (0.0, 0.0),
        depth: float = 0.16,
        focus: Point | None = None,
    ) -> None:
        """Add a shaded outline: nested copies from a dark rim to a light core on the light's side.

        The outline [N, 2] is shifted to `at`; `focus` is the lightest spot.
        """
        middle = focus
        if middle is None:
            x, y = (points.sum(axis=0) / len(points)).tolist()
            middle = (x + at[0] + self.light[0] * 0.38 * radius, y + at[1] + self.light[1] * 0.38 * radius)
        self._shade(
            points, (1.0, 1.0, 0.0, *at), middle, colour, radius, depth, line=True, owned=True, convex=False
        )

    def blob(
        self,
        cx: float,
        cy: float,
        rx: float,
        ry: float,
        colour: Colour,
        *,
        turn: float = 0.0,
        depth: float = 0.16,
        line: bool = True,
        owned: bool = True,
    ) -> None:
        """A shaded ellipse with half axes rx, ry."""
        focus = (cx + self.light[0] * rx * 0.36, cy + self.light[1] * ry * 0.36)
        points = circle(self.corners(max(rx, ry)))
        self._shade(
            points,
            (rx, ry, turn, cx, cy),
            focus,
            colour,
            min(rx, ry),
            depth,
            line=line,
            owned=owned,
            convex=True,
        )

    def _shade(
        self,
        points: Points,
        fit: Fit,
        focus: Point,
        colour: Colour,
        radius: float,
        depth: float,
        *,
        line: bool,
        owned: bool,
        convex: bool,
    ) -> None:
        """An outline and copies of it, shrunk towards the focus and lighter each."""
        steps = self._steps(radius)
        dark, light = self._tones(colour, depth)
        with self._together():
            self.add(points, dark if steps else colour, fit=fit, line=line, owned=owned, convex=convex)
            rx, ry, turn, cx, cy = fit
            for k in range(1, steps + 1):
                size = 0.74 if steps == 1 else 0.95 - 0.75 * (k - 1) / (steps - 1)
                tone = mix(dark, light, 0.62 if steps == 1 else k / steps)
                x, y = cx * size + focus[0] * (1 - size), cy * size + focus[1] * (1 - size)
                self.add(
                    points,
                    tone,
                    fit=(rx * size, ry * size, turn, x, y),
                    line=False,
                    owned=False,
                    convex=convex,
                )

    @contextmanager
    def _together(self) -> Iterator[None]:
        """Like `group`, but nothing new inside a group."""
        if self._open:
            yield
        else:
            with self.group():
                yield

    def limb(
        self,
        a: Point,
        b: Point,
        ra: float,
        rb: float,
        colour: Colour,
        *,
        depth: float = 0.16,
        line: bool = True,
    ) -> None:
        """A shaded rounded bar from a (radius ra) to b (radius rb)."""
        self.limbs([a, b], [ra, rb], colour, depth=depth, line=line)

    def limbs(
        self,
        joints: list[Point],
        radii: list[float],
        colour: Colour,
        *,
        depth: float = 0.16,
        line: bool = True,
    ) -> None:
        """Shaded rounded bars from joint to joint without seams: an arm, a leg, a tail."""
        n = max(4, self.corners(max(radii)) // 2)
        steps = self._steps(min(radii) * 1.4)
        dark, light = self._tones(colour, depth)
        bars = list(zip(joints, joints[1:], radii, radii[1:], strict=False))
        with self._together():
            for a, b, ra, rb in bars:
                self.add(capsule(a, b, ra, rb, n), dark if steps else colour, line=line, convex=True)
            for k in range(1, steps + 1):
                size = 0.70 if steps == 1 else 0.92 - 0.66 * (k - 1) / (steps - 1)
                tone = mix(dark, light, 0.62 if steps == 1 else k / steps)
                dx, dy = self.light[0] * (1 - size) * 0.6, self.light[1] * (1 - size) * 0.6
                for (ax, ay), (bx, by), ra, rb in bars:
                    inner = capsule(
                        (ax + dx * ra, ay + dy * ra), (bx + dx * rb, by + dy * rb), ra * size, rb * size, n
                    )
                    self.add(inner, tone, line=False, owned=False, convex=True)

    def _steps(self, radius: float) -> int:
        """The number of tones with which a surface of this radius is shaded at this size."""
        r = radius * self.pixels
        return 0 if r < 4.0 else 1 if r < 11 else 2 if r < 20 else int(min(16, r / 7))

    @staticmethod
    def _tones(colour: Colour, depth: float) -> tuple[Colour, Colour]:
        """The colour in shade and in light."""
        dark = (colour[0] * (1 - 0.95 * depth), colour[1] * (1 - 1.25 * depth), colour[2] * (1 - 1.0 * depth))
        return dark, mix(scale(colour, 1 + depth * 0.30), (255, 246, 214), depth * 0.45)

    def oval(self, cx: float, cy: float, rx: float, ry: float, colour: Colour) -> None:
        """A flat ellipse that belongs to the figure, with its ink line."""
        self.add(circle(self.corners(max(rx, ry))), colour, fit=(rx, ry, 0.0, cx, cy), convex=True)

    def dot(
        self,
        cx: float,
        cy: float,
        rx: float,
        ry: float,
        colour: Colour,
        *,
        turn: float = 0.0,
        glows: bool = False,
        alpha: float = 1.0,
    ) -> None:
        """A flat ellipse without a line, as a detail; left out if smaller than half a pixel."""
        large = rx if rx > ry else ry
        if large * self.pixels >= 0.5:
            n = self.corners(large)
            self.add(
                circle(n),
                colour,
                fit=(rx, ry, turn, cx, cy),
                line=False,
                owned=False,
                convex=True,
                glows=glows,
                alpha=alpha,
            )

    def patch(
        self, points: Points, colour: Colour, *, fit: Fit = AS_IS, glows: bool = False, alpha: float = 1.0
    ) -> None:
        """A flat outline [N, 2] without a line; what is below shows through if alpha < 1."""
        self.add(points, colour, fit=fit, line=False, owned=False, glows=glows, alpha=alpha)

    def stroke(self, a: Point, b: Point, c: Point, width: float, colour: Colour = INK) -> None:
        """A thin curve from a to c, drawn towards b, `width` wide: a mouth, a seam, a whisker."""
        if width * self.pixels < 0.45:
            return
        dx, dy = c[0] - a[0], c[1] - a[1]
        length = math.hypot(dx, dy) or 1e-9
        if length * self.pixels > 20:
            self.patch(ribbon(bezier(a, b, c, 10), width / 2, width / 2), colour)
            return
        nx, ny = -dy / length * width / 2, dx / length * width / 2
        mx, my = (a[0] + 2 * b[0] + c[0]) / 4, (a[1] + 2 * b[1] + c[1]) / 4
        self.patch(
            np.array(
                [
                    (a[0] + nx, a[1] + ny),
                    (mx + nx, my + ny),
                    (c[0] + nx, c[1] + ny),
                    (c[0] - nx, c[1] - ny),
                    (mx - nx, my - ny),
                    (a[0] - nx, a[1] - ny),
                ]
            ),
            colour,
        )
