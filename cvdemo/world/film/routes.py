"""Where things move: ways as functions of time, all in picture heights and seconds."""

from __future__ import annotations

import math
from bisect import bisect_right
from dataclasses import dataclass
from typing import NamedTuple

from cvdemo.world.graph import Road

RAMP = 0.35
"""Seconds in which a walker reaches its speed, and in which it stops."""


class Step(NamedTuple):
    """Where a thing is on its way, and how it moves there.

    `heading` is 1 to the right, -1 to the left, between them while it turns; `walked` the distance up to now;
    `share` 0..1 how far its legs swing: 1 on the way, 0 standing.
    """

    x: float
    y: float
    heading: float
    walked: float
    share: float


@dataclass(frozen=True)
class Route:
    """A straight way that is walked to and fro: from (x, y) `a` to `b`, a turn of `pause` seconds, and back.

    `speed` is in picture heights a second, `start` the time on the way at time 0: less than 0 waits at `a`.
    """

    a: tuple[float, float]
    b: tuple[float, float]
    speed: float
    start: float
    pause: float

    @property
    def length(self) -> float:
        """The length of the way from a to b."""
        return abs(self.b[0] - self.a[0])

    @property
    def duration(self) -> float:
        """The seconds from a to b."""
        return self.length / self.speed + RAMP

    def at(self, time: float) -> Step:
        """The step at a time."""
        passed = max(0.0, time + self.start)
        legs = int(passed // (self.duration + self.pause))
        inside = passed - legs * (self.duration + self.pause)
        done = self._done(min(inside, self.duration))
        far = done / self.length
        share = max(0.0, min(1.0, inside / RAMP, (self.duration - inside) / RAMP))
        forth = legs % 2 == 0
        there = far if forth else 1 - far
        heading = math.copysign(1.0, self.b[0] - self.a[0]) * (1.0 if forth else -1.0)
        if inside > self.duration:
            heading *= math.cos(math.pi * _smooth((inside - self.duration) / self.pause))
        x = self.a[0] + (self.b[0] - self.a[0]) * there
        y = self.a[1] + (self.b[1] - self.a[1]) * there
        return Step(x, y, heading, legs * self.length + done, share)

    def _done(self, inside: float) -> float:
        """The distance of one leg at a time in it: speed grows and falls evenly at the ends."""
        if inside < RAMP:
            return self.speed * inside * inside / (2 * RAMP)
        if inside <= self.duration - RAMP:
            return self.speed * (inside - RAMP / 2)
        left = self.duration - inside
        return self.length - self.speed * left * left / (2 * RAMP)

    def passing(self, x: float) -> float:
        """The time on the way at which x is passed for the first time."""
        return RAMP / 2 + abs(x - self.a[0]) / self.speed


@dataclass(frozen=True)
class Lane:
    """One lane of a road that a car drives along once: at `share` 0..1 between the road's edges.

    On a road across, `place` is its x at time 0 and `speed` in picture heights a second, to the left if
    negative; on a road away `place` is how near it is (0 at the horizon, 1 at the end of the road), and its
    distance 1 / near changes by `speed` a second, towards the viewer if positive.
    """

    road: Road
    horizon: float
    share: float
    place: float
    speed: float

    def at(self, time: float) -> Step | None:
        """The step at a time, or None before it comes and after it has gone."""
        if self.road.kind == "across":
            x = self.place + self.speed * time
            if abs(x) > 1.9:
                return None
            k = (min(1.7, max(-1.7, x)) + 1.7) / 3.4 * (len(self.road.left) - 1)
            y, below = _between(self.road.left, k)[1], _between(self.road.right, k)[1]
            return Step(
                x, y + (below - y) * self.share, math.copysign(1, self.speed), abs(self.speed) * time, 1.0
            )
        distance = 1 / self.place - self.speed * time
        if not 0.55 < distance < 16:
            return None
        y = self.horizon + (self.road.left[-1][1] - self.horizon) / distance
        left, right = edges(self.road, y)
        return Step(left + (right - left) * self.share, y, 1.0, self.speed * time, 1.0)


def edges(road: Road, y: float) -> tuple[float, float]:
    """The x of both edges of a road away at picture height y, straight on beyond its nearest point."""
    ys = [point[1] for point in road.left]
    i = min(len(ys) - 2, max(0, bisect_right(ys, y) - 1))
    k = i + (y - ys[i]) / (ys[i + 1] - ys[i])
    return _between(road.left, k)[0], _between(road.right, k)[0]


def _between(points: tuple[tuple[float, float], ...], k: float) -> tuple[float, float]:
    """The point at the fractional place k of a line, beyond its last point too."""
    i = min(len(points) - 2, max(0, int(k)))
    (x0, y0), (x1, y1) = points[i], points[i + 1]
    return x0 + (x1 - x0) * (k - i), y0 + (y1 - y0) * (k - i)


@dataclass(frozen=True)
class Bounce:
    """A ball on a way to and fro that bounces `height` high every `period` seconds, or rolls if that is 0."""

    route: Route
    height: float
    period: float
    phase: float

    def lift(self, time: float) -> float:
        """The ball's height above the ground at a time."""
        u = (time / self.period + self.phase) % 1.0
        return 4 * self.height * u * (1 - u)


@dataclass(frozen=True)
class Sway:
    """A kite's dance in the sky: how far it goes to the side and up, its seconds, and its phase."""

    wide: float
    high: float
    period: float
    phase: float

    def at(self, time: float) -> tuple[float, float, float]:
        """Shift to the right, shift up, and turn in radians at a time."""
        t = 2 * math.pi * time / self.period
        a, b = self.phase, 1.7 * self.phase
        x = self.wide * (math.sin(t + a) - math.sin(a))
        y = self.high * (math.sin(1.7 * t + b) - math.sin(b))
        return x, y, -0.22 * (math.cos(t + a) - math.cos(a))


def _smooth(share: float) -> float:
    """From 0 to 1 with a slow beginning and end."""
    return share * share * (3 - 2 * share)


Path = Route | Lane | Bounce | Sway
