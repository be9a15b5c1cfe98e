"""What moves in the air of a clip: clouds, birds, rain and snow."""

from __future__ import annotations

import math
from dataclasses import replace

from cvdemo.world.graph import Mark, Scene

_CLOUD_SPEED, _BIRD_SPEED = 0.012, 0.07
_WIDE = 1.0
"""Rain and snow fall within this distance from the picture's middle."""


def air_at(scene: Scene, time: float) -> tuple[Mark, ...]:
    """The marks of the air `time` seconds after a scene."""
    wind = math.copysign(1.0, scene.light.ramp)
    return tuple(_moved(mark, time, wind) for mark in scene.air)


def _moved(mark: Mark, time: float, wind: float) -> Mark:
    if mark.kind == "cloud":
        return replace(mark, x=mark.x + wind * _CLOUD_SPEED * (0.5 + mark.variant) * time)
    if mark.kind == "bird":
        beat = 0.5 + 0.5 * math.sin((7 + 4 * mark.variant) * time + 6.28 * mark.variant)
        return replace(
            mark, x=mark.x + wind * _BIRD_SPEED * time, y=mark.y - 0.012 * math.sin(time), variant=beat
        )
    if mark.kind == "drop":
        fallen = (1.5 + mark.variant) * time
        return replace(mark, x=_round(mark.x - 0.22 * fallen, _WIDE), y=(mark.y + 0.05 + fallen) % 1.1 - 0.05)
    if mark.kind == "flake":
        fallen = (0.10 + 0.12 * mark.variant + 12 * mark.size) * time
        drift = 0.02 * math.sin(1.5 * time + 6.28 * mark.variant) + 0.03 * wind * time
        return replace(mark, x=_round(mark.x + drift, _WIDE), y=(mark.y + fallen) % 1.0)
    return mark


def _round(x: float, half: float) -> float:
    """A place that left on one side comes back on the other."""
    return (x + half) % (2 * half) - half
