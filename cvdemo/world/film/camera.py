"""How the camera of a clip moves: pan, zoom and shake, as functions of time."""

from __future__ import annotations

import math
from dataclasses import dataclass

from cvdemo.world.difficulty import Knob
from cvdemo.world.raster import WHOLE, View
from cvdemo.world.rng import RandomStream

CAMERA = Knob("how much the camera pans, zooms and shakes", 0.0, 1.0, 0.3)

_KINDS = (
    ("still", (0.0, 0.0, 0.0)), ("pan", (1.0, 0.0, 0.15)), ("zoom", (0.25, 1.0, 0.15)),
    ("hand", (0.2, 0.1, 1.0)), ("all", (0.8, 0.7, 0.6)),
)  # fmt: skip


@dataclass(frozen=True)
class CameraMove:
    """The camera's movement: `pan` picture heights to both sides, `zoom` as a share, `shake` picture heights.

    `base` is the zoom that keeps the view inside the picture's upper and lower edge however it shakes.
    """

    kind: str
    pan: float
    zoom: float
    shake: float
    period: float
    phase: float

    @property
    def base(self) -> float:
        """The smallest zoom."""
        return 1 + 3.2 * self.shake

    @property
    def largest(self) -> float:
        """The largest zoom."""
        return self.base * (1 + self.zoom)

    def view(self, time: float) -> View:
        """What the camera sees at a time."""
        if self.kind == "still":
            return WHOLE
        t = 2 * math.pi * time / self.period + self.phase
        zoom = self.base * (1 + self.zoom * (0.5 - 0.5 * math.cos(t)))
        x = self.pan * math.sin(t * 0.8) + self.shake * self._tremble(time, 0.0)
        y = 0.5 + self.shake * self._tremble(time, 2.1) + 0.35 * (0.5 - 0.5 * self.base / zoom)
        return View(x, y, zoom)

    def _tremble(self, time: float, other: float) -> float:
        """A hand's tremble, -1..1: a slow sway with quicker ones on top."""
        a = self.phase + other
        slow, quick, jerk = (math.sin(w * time + k * a) for k, w in ((1, 3.1), (2, 7.3), (3, 15.7)))
        return 0.55 * slow + 0.30 * quick + 0.15 * jerk


def sample_camera(rng: RandomStream, knob: float) -> CameraMove:
    """A camera's movement; it stands still if the knob is 0."""
    kind, (pan, zoom, shake) = rng.choice(_KINDS)
    pan *= 0.28 * rng.uniform(0.6, 1.0) * (1 if rng.chance(0.5) else -1)
    zoom *= 0.55 * rng.uniform(0.5, 1.0)
    shake *= 0.035 * rng.uniform(0.6, 1.0)
    period, phase = rng.uniform(5.0, 9.0), rng.uniform(0, 6.28)
    if knob == 0:
        return CameraMove("still", 0.0, 0.0, 0.0, period, phase)
    return CameraMove(kind, pan * knob, zoom * knob, shake * knob, period, phase)
