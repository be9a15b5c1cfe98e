"""The scene graph: the content of a scene as frozen dataclasses.

Coordinates and sizes are in picture heights: y from 0 (top) to 1 (bottom), x from 0 in the middle to both
sides, so that a wider picture shows more of the same scene. Angles are in radians.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field
from typing import Literal

from cvdemo.world.difficulty import Difficulty
from cvdemo.world.vocabulary import WORLD_VERSION, Colour

Time = Literal["morning", "day", "golden", "dusk", "night", "overcast"]
Weather = Literal["clear", "cloudy", "rain", "snowfall", "fog"]
Place = Literal["grass", "snow", "road", "water", "sky", "air", "arms"]


@dataclass(frozen=True)
class Light:
    """Time of day: colours of the sky, direction of the light, tint, haze, shadows, texture, noise."""

    time: Time
    top: Colour
    bottom: Colour
    tint: Colour
    haze: float
    sun: tuple[float, float]
    shadow: tuple[float, float]
    shadow_strength: float
    ramp: float
    blotch_seed: int
    noise: float
    noise_seed: int
    texture: float = 0.0


@dataclass(frozen=True)
class Mark:
    """A small detail without a class: a tuft, flower, cloud, star or snowflake."""

    kind: str
    x: float
    y: float
    size: float
    variant: float


@dataclass(frozen=True)
class Hill:
    """A ridge in the distance: its crest is `y - height * profile(x)`, a sum of two waves."""

    y: float
    height: float
    waves: tuple[float, float, float, float]
    wooded: bool


@dataclass(frozen=True)
class Road:
    """A road `across` the picture or `away` to the horizon, by the corners (x, y) of its two edges."""

    kind: Literal["across", "away"]
    left: tuple[tuple[float, float], ...]
    right: tuple[tuple[float, float], ...]
    marked: bool


@dataclass(frozen=True)
class Water:
    """A lake in the ground or the sea at the horizon, by its outline."""

    kind: Literal["lake", "sea"]
    outline: tuple[tuple[float, float], ...]
    marks: tuple[Mark, ...]


@dataclass(frozen=True)
class Land:
    """The ground: its horizon, what covers it, hills behind, road and water in it, growth on it."""

    horizon: float
    cover: Literal["grass", "snow"]
    colour: Colour
    hills: tuple[Hill, ...]
    road: Road | None
    water: Water | None
    marks: tuple[Mark, ...]


@dataclass(frozen=True)
class Tree:
    """A tree or bush by its foot (x, y) and height."""

    kind: Literal["round", "pine", "poplar", "birch", "bush"]
    x: float
    y: float
    size: float
    hue: float
    lean: float
    snowy: bool


@dataclass(frozen=True)
class Pose:
    """A person's joints: (forwards, outwards) angles of eight limbs, lean, and turn of the head.

    Angles count from hanging down, forwards to where the chest looks, outwards from the body's middle.
    The limbs are upper arm and forearm of the left, of the right, thigh and shin of the left, of the right.
    """

    limbs: tuple[tuple[float, float], ...]
    lean: tuple[float, float] = (0.0, 0.0)
    head: tuple[float, float] = (0.0, 0.0)


@dataclass(frozen=True)
class PersonLook:
    """A person's build and clothes; the top, or the vest over it, decides the person's colour in captions."""

    child: bool
    skin: Colour
    hair: str
    hair_colour: Colour
    top: str
    top_colour: str
    bottom: str
    bottom_colour: Colour
    shoe_colour: Colour
    hat: str
    hat_colour: str
    vest: bool
    guitar: bool


@dataclass(frozen=True)
class FigureLook:
    """The appearance and pose of any object but a person: variant, pattern, second colour, motion phase.

    `moving` is for clips: the motion then goes on smoothly with the phase, where a still shows its widest.
    """

    variant: str
    pattern: str
    second: str
    phase: float
    swing: float
    moving: bool = False


@dataclass(frozen=True)
class Thing:
    """One object of a thing class: its class, place, size, pose and appearance.

    `x, y` is where it touches the ground (for objects in the air, the ground point below), `lift` how far it
    is above that, `size` the height of its unit; `facing` is the yaw of a person (0 looks at the viewer, a
    quarter turn looks to the right) and the sign of the side that anything else looks to; between -1 and 1
    that is turning, and narrower. `holder` is the
    id of the person in whose arms it is: its place then follows from that person's pose.
    """

    id: int
    kind: str
    x: float
    y: float
    size: float
    facing: float
    tilt: float
    colour: str
    action: str
    place: Place
    look: PersonLook | FigureLook
    pose: Pose | None = None
    lift: float = 0.0
    holder: int | None = None
    holds: int | None = None


@dataclass(frozen=True)
class Scene:
    """The content of one drawn picture, a pure function of (version, split, seed, difficulty).

    `things` are in drawing order, far to near; an object's `id` is its position in it.
    """

    version: int
    split: str
    seed: int
    difficulty: Difficulty
    light: Light
    weather: Weather
    air: tuple[Mark, ...]
    land: Land
    trees: tuple[Tree, ...]
    things: tuple[Thing, ...] = field(default=())

    def fingerprint(self) -> str:
        """A hash of the whole graph, 16 hex digits; numbers are rounded to six digits, for any machine."""
        text = json.dumps(_canonical(asdict(self)), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()[:16]


ADDED = (("moving", False), ("texture", 0.0))
"""What graphs had not at first, and what it was then: those keep their hash."""


def _canonical(value: object) -> object:
    """The value with all floats as text of six decimals, so that rounding errors do not change the hash."""
    if isinstance(value, float):
        return f"{round(value, 6) + 0.0:.6f}"
    if isinstance(value, dict):
        return {key: _canonical(item) for key, item in value.items() if (key, item) not in ADDED}
    if isinstance(value, list | tuple):
        return [_canonical(item) for item in value]
    return value


__all__ = [
    "WORLD_VERSION", "FigureLook", "Hill", "Land", "Light", "Mark", "PersonLook", "Place", "Pose", "Road",
    "Scene", "Thing", "Time", "Tree", "Water", "Weather",
]  # fmt: skip
