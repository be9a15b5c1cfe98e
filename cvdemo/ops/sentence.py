"""A sentence for a picture without a network that writes: counts, classes and places in a small grammar.

As in "Baby talk: Understanding and generating simple image descriptions" (Kulkarni et al., CVPR 2011), what
detectors and segmenters found is put into words by rules; here without attributes and without the CRF that
chooses among them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

NUMBERS = ("no", "a", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
IRREGULAR = {
    "person": "people", "man": "men", "woman": "women", "child": "children", "mouse": "mice",
    "knife": "knives", "sheep": "sheep", "aircraft": "aircraft", "scissors": "scissors", "skis": "skis",
}  # fmt: skip
PAIRS = ("scissors", "skis")
"""Words that are plural even for one: "scissors", not "a scissors"."""

ON = {
    **{name: f"on the {name}" for name in ("grass", "road", "snow", "sidewalk", "pavement", "floor")},
    **{name: f"in the {name}" for name in ("water", "sky")},
}
"""Where an object is whose lower edge meets this kind of region."""

BACKGROUND = {
    **dict.fromkeys(("sky", "water", "grass", "snow", "road"), "{}"),
    **dict.fromkeys(("tree", "building", "mountain", "flower"), "{}s"),
}
"""Regions that are named as the background, and how."""

OUTDOORS = frozenset((
    "person", "bicycle", "car", "motorcycle", "airplane", "bus", "train", "truck", "boat", "traffic light",
    "fire hydrant", "stop sign", "parking meter", "bench", "bird", "cat", "dog", "horse", "sheep", "cow",
    "elephant", "bear", "zebra", "giraffe", "frisbee", "skis", "snowboard", "sports ball", "kite",
    "skateboard", "surfboard", "duck", "ball",
))  # fmt: skip
"""What may stand on grass or be in the water: a segmenter of few classes finds water in a cup too."""

LEAST_SHARE = 0.04  # of a picture, for a region to be named
MOST_KINDS = 4  # kinds of objects that are listed
STRIP = 0.08  # of a box's height below its lower edge, where it is looked up what it stands on


class NamedBox(NamedTuple):
    """An object: its class and its box x1 y1 x2 y2 in pixels."""

    name: str
    box: tuple[float, float, float, float]

    @property
    def area(self) -> float:
        """Pixels of the box."""
        return (self.box[2] - self.box[0]) * (self.box[3] - self.box[1])


class NamedRegions(NamedTuple):
    """A label map [H, W] of the picture and the names of its values; other values are no region."""

    labels: NDArray[np.uint8]
    names: Mapping[int, str]


def describe(objects: Sequence[NamedBox], regions: NamedRegions | None = None) -> str:
    """Sentences for what was found in a picture: what and how many, how they lie, what is around them.

    Objects and regions are of the same picture, in pixels. Regions are left out where most kinds of objects
    are none of `OUTDOORS`. Without either it says that nothing was found.
    """
    kinds = {one.name for one in objects}
    if 2 * len(kinds - OUTDOORS) > len(kinds):
        regions = None
    background = _background(regions, kinds)
    if not objects:
        if not background:
            return "Nothing that I have a word for."
        return f"{_capital(_listed(background))}, and no object that I have a word for."
    parts = [f"{_capital(_counts(objects))}."]
    if place := _places(objects, regions):
        parts.append(f"{_capital(place)}.")
    if background:
        parts.append(f"Around {'it' if len(objects) == 1 else 'them'}: {_listed(background)}.")
    return " ".join(parts)


def _counts(objects: Sequence[NamedBox]) -> str:
    """The kinds of objects with their numbers, the largest kind first: "a cat and two dogs"."""
    areas: dict[str, float] = {}
    for one in objects:
        areas[one.name] = max(areas.get(one.name, 0), one.area)
    counts = Counter(one.name for one in objects)
    names = sorted(counts, key=lambda name: -areas[name])
    phrases = [counted(name, counts[name]) for name in names[:MOST_KINDS]]
    more = sum(counts[name] for name in names[MOST_KINDS:])
    if more:
        phrases.append("another object" if more == 1 else f"{_number(more)} other objects")
    return _listed(phrases)


def counted(name: str, count: int) -> str:
    """A number of things of a class: "a cat", "an apple", "two people", "scissors"."""
    if count == 1:
        return name if name in PAIRS else f"{_article(name)} {name}"
    return f"{_number(count)} {plural(name)}"


def plural(name: str) -> str:
    """More than one of a class."""
    if name in IRREGULAR:
        return IRREGULAR[name]
    if name.endswith(("s", "x", "ch", "sh")):
        return f"{name}es"
    if name.endswith("y") and name[-2:-1] not in "aeiou":
        return f"{name[:-1]}ies"
    return f"{name}s"


def _number(count: int) -> str:
    return NUMBERS[count] if count < len(NUMBERS) else "many"


def _article(name: str) -> str:
    return "an" if name[:1] in "aeiou" else "a"


def _places(objects: Sequence[NamedBox], regions: NamedRegions | None) -> str:
    """How the largest object lies to the largest of another class, and what it stands on."""
    largest = sorted(objects, key=lambda one: -one.area)
    first = largest[0]
    others = [one for one in largest if one.name != first.name]
    on = _stands_on(first, regions)
    if others:
        second = others[0]
        relation = f"{relate(first.box, second.box)} {_the(second, objects)}"
        return f"{_the(first, objects)} is {relation}{f', {on}' if on else ''}"
    return f"{_the(first, objects)} is {on}" if on else ""


def _the(one: NamedBox, objects: Sequence[NamedBox]) -> str:
    several = sum(o.name == one.name for o in objects) > 1
    return f"{'the largest' if several else 'the'} {one.name}"


def relate(one: Sequence[float], other: Sequence[float]) -> str:
    """How a box x1 y1 x2 y2 lies to another one: beside, above, below, within or in front of it."""
    dx = (one[0] + one[2] - other[0] - other[2]) / 2
    dy = (one[1] + one[3] - other[1] - other[3]) / 2
    wide = (one[2] - one[0] + other[2] - other[0]) / 2
    high = (one[3] - one[1] + other[3] - other[1]) / 2
    across, down = dx / max(wide, 1e-9), dy / max(high, 1e-9)  # 1 where they touch
    if max(abs(across), abs(down)) < 0.35:
        return "together with"
    if abs(across) >= abs(down):
        return "to the left of" if across < 0 else "to the right of"
    return "above" if down < 0 else "below"


def _stands_on(one: NamedBox, regions: NamedRegions | None) -> str:
    """Where the object stands, by most of the pixels in a strip below its box; "" where it is not known."""
    if regions is None or one.name not in OUTDOORS:
        return ""
    height, width = regions.labels.shape
    x1, _, x2, y2 = one.box
    tall = max(2.0, STRIP * (y2 - one.box[1]))
    rows = slice(max(0, min(height - 2, int(y2 - tall / 2))), min(height, int(y2 + tall) + 1))
    columns = slice(max(0, int(x1)), max(1, min(width, int(x2) + 1)))
    strip = regions.labels[rows, columns]
    if not strip.size:
        return ""
    counts = Counter(regions.names.get(int(k), "") for k in strip.ravel())
    likely = [(n, name) for name, n in counts.items() if name in ON]
    best = max(likely, default=(0, ""))
    return ON[best[1]] if best[0] >= 0.3 * strip.size else ""


def _background(regions: NamedRegions | None, objects: set[str]) -> list[str]:
    """The kinds of background that cover a part worth naming, the largest first."""
    if regions is None or not regions.labels.size:
        return []
    counts = np.bincount(regions.labels.ravel(), minlength=256) / regions.labels.size
    shares: dict[str, float] = {}
    for k, name in regions.names.items():
        if name in BACKGROUND and name not in objects:
            shares[name] = shares.get(name, 0) + float(counts[k])
    named = sorted((n for n, share in shares.items() if share >= LEAST_SHARE), key=lambda n: -shares[n])
    return [BACKGROUND[name].format(name) for name in named]


def _listed(phrases: Sequence[str]) -> str:
    """ "a", "a and b", "a, b and c"."""
    return " and ".join(filter(None, [", ".join(phrases[:-1]), phrases[-1]]))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
