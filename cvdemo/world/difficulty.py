"""The difficulty of a scene: named knobs with a meaning, a range and a default."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from typing import Any, NamedTuple

from cvdemo.errors import DataError


class Knob(NamedTuple):
    """One knob: its meaning, and its smallest, largest and default value."""

    meaning: str
    low: float
    high: float
    default: float


KNOBS: dict[str, Knob] = {
    "objects": Knob("maximum number of objects in a scene", 0, 12, 6),
    "occlusion": Knob(
        "largest share of an object's box that nearer objects and trees may cover", 0.0, 0.9, 0.45
    ),
    "smallest": Knob("height of a person at the far end, in picture heights", 0.06, 0.5, 0.22),
    "largest": Knob("height of a person at the near end, in picture heights", 0.2, 1.2, 0.62),
    "lighting": Knob(
        "variety of the light: 0 always plain noon, 1 sunset, dusk and night as often as day",
        0.0,
        1.0,
        0.5,
    ),
    "weather": Knob("probability of clouds, rain, falling snow or fog", 0.0, 1.0, 0.4),
    "noise": Knob(
        "sensor noise: largest standard deviation, in hundredths of the full range", 0.0, 12.0, 2.0
    ),
    "texture": Knob("how uneven the paint is: 0 flat, 1 brightness varies by a fifth", 0.0, 1.0, 0.0),
    "look_alikes": Knob("share of objects in a colour that is typical of several classes", 0.0, 1.0, 0.15),
}
"""Every knob of `Difficulty`, in the order in which a page shows them."""


@dataclass(frozen=True)
class Difficulty:
    """The knobs of a scene; ranges and meanings are in `KNOBS`. DataError for values out of range."""

    objects: int = 6
    occlusion: float = 0.45
    smallest: float = 0.22
    largest: float = 0.62
    lighting: float = 0.5
    weather: float = 0.4
    noise: float = 2.0
    texture: float = 0.0
    look_alikes: float = 0.15

    def __post_init__(self) -> None:
        for item in fields(self):
            knob, value = KNOBS[item.name], getattr(self, item.name)
            if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
                raise DataError(
                    f"difficulty {item.name}={value!r} is not a number: give {knob.low} to {knob.high}"
                )
            if not knob.low <= value <= knob.high:
                raise DataError(
                    f"difficulty {item.name}={value} is out of range: {item.name} ({knob.meaning}) "
                    f"goes from {knob.low} to {knob.high}"
                )
        if self.objects != int(self.objects):
            raise DataError(f"difficulty objects={self.objects} is not a whole number: give 0 to 12")
        if self.smallest > self.largest:
            raise DataError(
                f"difficulty smallest={self.smallest} is above largest={self.largest}: "
                "objects far away cannot be larger than near ones"
            )


PRESETS: dict[str, Difficulty] = {
    "easy": Difficulty(
        objects=3,
        occlusion=0.05,
        smallest=0.4,
        largest=0.7,
        lighting=0.0,
        weather=0.0,
        noise=0.0,
        look_alikes=0.0,
    ),
    "normal": Difficulty(),
    "hard": Difficulty(
        objects=11,
        occlusion=0.8,
        smallest=0.14,
        largest=0.75,
        lighting=1.0,
        weather=0.8,
        noise=8.0,
        look_alikes=0.6,
    ),
}
"""Named settings of the knobs; nets are trained and scored on `normal`."""


def named(name: str, **knobs: Any) -> Difficulty:
    """A preset by name with some knobs changed; DataError for an unknown name or knob."""
    if name not in PRESETS:
        raise DataError(f"no difficulty named {name!r}: there are {', '.join(PRESETS)}")
    unknown = sorted(set(knobs) - set(KNOBS))
    if unknown:
        raise DataError(f"no knob named {unknown[0]!r}: there are {', '.join(KNOBS)}")
    values = {item.name: getattr(PRESETS[name], item.name) for item in fields(Difficulty)}
    return Difficulty(**{**values, **knobs})
