"""Where the person of an activity and what belongs to them are at a moment."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cvdemo.world.activities.moves import ENDS, RELEASE, Posture, ease, posture
from cvdemo.world.figures.person import person_skeleton
from cvdemo.world.figures.skeleton import PITCH, Skeleton, project
from cvdemo.world.film.gait import CYCLES
from cvdemo.world.geometry import Point
from cvdemo.world.graph import Pose, Thing
from cvdemo.world.sampling.poses import mirror

GRAVITY = 4.2
"""Of a ball, in body heights a second squared."""

_NEARER = 0.55  # how much larger a ball looks for every body height that it is nearer to the viewer


class Prop(NamedTuple):
    """Something that belongs to the activity: a toy, an umbrella or a stump, as a thing or by its numbers.

    (`x`, `y`) is its foot in picture heights and `size` its unit; `ground` the height of the ground below.
    `front` says that it is drawn over the person's body; `share` how far an umbrella is open, `length` how
    much of its length is seen, `turn` its angle in radians. `thing` has the colours.
    """

    kind: Literal["ball", "teddy bear", "umbrella", "stump"]
    x: float
    y: float
    ground: float
    size: float
    front: bool
    turn: float = 0.0
    share: float = 0.0
    length: float = 1.0
    thing: Thing | None = None


class Figure(NamedTuple):
    """The person of a frame, and the props."""

    person: Thing
    props: tuple[Prop, ...]


@dataclass(frozen=True)
class Actor:
    """A person and their motion through a clip.

    `person` is as they stand before it, looking towards `person.facing`. The motion takes `duration` seconds
    from `start` on, or goes on and on with `tempo` radians a second from `phase`. `deep` is how much larger
    the person is for each picture height nearer to the viewer. `prop` is the toy of the motion or None,
    `speed` (forwards, up) that of a thrown ball in body heights a second.
    """

    person: Thing
    motion: str
    style: str
    mirrored: bool
    start: float
    duration: float
    tempo: float
    phase: float
    deep: float
    prop: Thing | None = None
    speed: tuple[float, float] = (0.0, 0.0)

    def share(self, time: float) -> float:
        """How much of the motion is done at a time, 0..1; of one that goes on, always 0."""
        if self.motion not in ENDS:
            return 0.0
        done = min(1.0, max(0.0, (time - self.start) / self.duration))
        return done if self.motion == "fall" else ease(done)

    def figure(self, time: float, middle: float) -> Figure:
        """The person and the props at a time; a walker is at the person's place at the time `middle`."""
        done, phase = self.share(time), self.phase + self.tempo * time
        taken = posture(self.motion, self.style, done, phase)
        person = self._posed(taken)
        if self.motion in _GAITS:
            person = self._walked(person, self._distance(time - middle))
        elif self.motion in ENDS:
            person = self._on_its_feet(person)
        return Figure(person, tuple(self._props(person, done, time)))

    def _pose(self, posed: Pose) -> Pose:
        """The pose with the head turned a little, mirrored where the actor is."""
        turned = replace(posed, head=self.person.pose.head if self.person.pose else (0.0, 0.0))
        return mirror(turned) if self.mirrored else turned

    def _posed(self, taken: Posture) -> Thing:
        size = self.person.size
        return replace(
            self.person,
            pose=self._pose(taken.pose),
            lift=taken.lift * size,
            tilt=self.person.tilt + taken.tilt,
        )

    def _distance(self, time: float) -> float:
        """How far a walker has come after a time, in picture heights."""
        cycle = CYCLES[_GAITS[self.motion]] * self.person.size
        return -self.tempo * time / (2 * math.pi) * cycle

    def _walked(self, person: Thing, distance: float) -> Thing:
        """The person `distance` picture heights further in the direction in which they look."""
        x, y = (
            person.x + distance * math.sin(person.facing),
            distance * math.cos(person.facing) * _FORESHORTENED,
        )
        return replace(person, x=x, y=person.y + y, size=person.size * max(0.3, 1 + self.deep * y))

    def _on_its_feet(self, person: Thing) -> Thing:
        """The person moved so that the feet stay where they are, whatever the hips do."""
        before = posture(self.motion, self.style, 0.0, 0.0)
        away = _feet(person_skeleton(person)) - _feet(
            person_skeleton(replace(person, pose=self._pose(before.pose)))
        )
        return replace(person, x=person.x - away * person.size)

    def _props(self, person: Thing, done: float, time: float) -> list[Prop]:
        body = person_skeleton(person)
        if self.motion == "sit down" and self.style == "stump":
            return [self._stump()]
        if self.motion == "open an umbrella":
            return [self._umbrella(person, body, done)]
        if self.prop is None:
            return []
        held = self.motion == "pick up"
        return [self._lifted(person, body, done)] if held else [self._thrown(person, body, done, time)]

    def _stump(self) -> Prop:
        """The stump under the hips of the person when they sit."""
        sitting = self._on_its_feet(self._posed(posture(self.motion, self.style, 1.0, 0.0)))
        hips = person_skeleton(sitting).hips
        y = sitting.y
        height = (float(hips[1]) - _SEAT) * sitting.size
        return Prop(
            "stump",
            sitting.x + float(hips[0]) * sitting.size,
            y,
            y,
            height,
            math.cos(self.person.facing) < -0.2,
        )

    def _lifted(self, person: Thing, body: Skeleton, done: float) -> Prop:
        """The toy on the ground until the hands take it, then between them."""
        assert self.prop is not None
        taking = self._on_its_feet(self._posed(posture(self.motion, self.style, RELEASE, 0.0)))
        rest = _between_hands(taking, person_skeleton(taking), self.prop.size)
        x, y = rest if done < RELEASE else _between_hands(person, body, self.prop.size)
        return self._toy((x, y), rest[1], _depth(body))

    def _thrown(self, person: Thing, body: Skeleton, done: float, time: float) -> Prop:
        """The ball in the hands until they let go, then on its way."""
        assert self.prop is not None
        ground = person.y
        if done <= RELEASE:
            return self._toy(_between_hands(person, body, self.prop.size), ground, _depth(body))
        letting = self._on_its_feet(self._posed(posture(self.motion, self.style, RELEASE, 0.0)))
        hands = person_skeleton(letting)
        x, y = _between_hands(letting, hands, self.prop.size)
        flown = time - self.start - self.duration / 2  # half of an eased motion is done in half of its time
        up = (ground - y) / person.size
        forwards, height = self.speed[0] * flown, _bounced(up, self.speed[1], flown)
        dx, dy, depth = project(np.array([(0.0, height - up, forwards)]), person.facing)[0]
        larger = 1 / max(0.4, 1 - _NEARER * float(depth))
        below = ground + forwards * math.cos(person.facing) * math.sin(PITCH) * person.size
        toy = self._toy((x + float(dx) * person.size, y - float(dy) * person.size), below, float(depth))
        return toy._replace(size=toy.size * larger, turn=3.0 * forwards)

    def _toy(self, foot: Point, ground: float, depth: float) -> Prop:
        assert self.prop is not None
        kind: Literal["ball", "teddy bear"] = "ball" if self.prop.kind == "ball" else "teddy bear"
        return Prop(kind, *foot, ground, self.prop.size, depth > 0, thing=self.prop)

    def _umbrella(self, person: Thing, body: Skeleton, done: float) -> Prop:
        """The umbrella in its hand: lifted until it stands upright, and opened on the way."""
        hand = body.hands[0 if self.mirrored else 1]
        lean = 1.15 * (1 - ease(done / 0.45)) + 0.06
        axis = project(np.array([(0.0, math.cos(lean), math.sin(lean))]), person.facing)[0]
        x, y = person.x + float(hand[0]) * person.size, person.y - float(hand[1]) * person.size
        turn, length = math.atan2(-float(axis[0]), float(axis[1])), math.hypot(float(axis[0]), float(axis[1]))
        front = float(hand[2]) > float(body.chest[2])
        opened = ease((done - 0.30) / 0.55)
        return Prop(
            "umbrella",
            x,
            y,
            person.y,
            person.size * _UMBRELLA,
            front,
            turn,
            opened,
            max(0.35, length),
            self.prop,
        )


_GAITS = {"walk forwards": "walking", "run": "running"}
_FORESHORTENED = 0.36  # picture heights down for one picture height walked towards the viewer
_SEAT = 0.068  # the height of the hips above what they sit on, in body heights
_UMBRELLA = 0.66  # from the hand to the top, in body heights


def _feet(body: Skeleton) -> float:
    """Where the middle between the ankles is, to the right of the hips."""
    return float(body.joints[15:17, 0].mean())


def _depth(body: Skeleton) -> float:
    """How far the hands are in front of the body, towards the viewer."""
    return float(body.hands[:, 2].mean() - (body.hips[2] + body.chest[2]) / 2)


def _between_hands(person: Thing, body: Skeleton, size: float) -> Point:
    """The foot of a toy of that size in the person's hands, in picture heights."""
    hands: NDArray[np.float64] = body.hands.mean(axis=0)
    return person.x + float(hands[0]) * person.size, person.y - person.lift - float(
        hands[1]
    ) * person.size + 0.45 * size


def _bounced(height: float, speed: float, time: float) -> float:
    """The height of a ball after a time: thrown up at `speed` from a height, it bounces whenever it falls."""
    highest = height + speed * speed / (2 * GRAVITY)
    period = 2 * math.sqrt(2 * highest / GRAVITY)
    since = (time - speed / GRAVITY + period / 2) % period - period / 2  # from the highest point
    return highest - GRAVITY * since * since / 2
