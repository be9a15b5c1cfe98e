"""The appearance of an object: its variant, colours and clothes."""

from __future__ import annotations

from cvdemo.world.graph import FigureLook, PersonLook
from cvdemo.world.rng import RandomStream
from cvdemo.world.vocabulary import THING_PAINTS, Colour

SKINS: tuple[Colour, ...] = ((253, 222, 192), (240, 196, 156), (208, 152, 110), (156, 106, 74), (116, 78, 58))
HAIRS: tuple[Colour, ...] = (
    (66, 46, 42), (124, 80, 50), (236, 196, 112), (186, 92, 52), (44, 38, 44), (164, 160, 160)
)  # fmt: skip
CLOTHS: tuple[Colour, ...] = (
    (78, 94, 142),
    (96, 94, 104),
    (148, 112, 82),
    (66, 64, 76),
    (112, 132, 96),
    (176, 150, 118),
)
SHOES: tuple[Colour, ...] = ((204, 86, 70), (76, 70, 78), (242, 236, 226), (92, 124, 176), (146, 100, 66))

_VARIANTS: dict[str, tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]] = {
    "cat": (("plain",), ("tabby", "plain", "socks", "patched"), ("green", "yellow")),
    "dog": (
        ("floppy", "floppy", "pointed"),
        ("plain", "socks", "patched"),
        ("red", "blue", "green", "purple"),
    ),
    "duck": (("plain",), ("plain",), ("orange",)),
    "teddy bear": (("plain",), ("plain",), ("red", "blue", "green", "yellow", "purple")),
    "ball": (("beach", "spots", "stripe"), ("plain",), ("white", "yellow", "blue", "red", "purple")),
    "kite": (
        ("diamond", "diamond", "delta"),
        ("plain", "plain", "face"),
        ("white", "yellow", "red", "blue", "green"),
    ),
    "car": (("sedan", "beetle", "van"), ("side",), ("white", "grey")),
}


def sample_figure(rng: RandomStream, kind: str, colour: str) -> FigureLook:
    """The appearance of any object but a person; the second colour differs from the first."""
    variants, patterns, seconds = _VARIANTS[kind]
    second = rng.choice([s for s in seconds if s != colour])
    return FigureLook(rng.choice(variants), rng.choice(patterns), second, rng.uniform(0, 6.28), 0.0)


def sample_person(rng: RandomStream, colour: str, *, cold: bool, guitar: bool) -> PersonLook:
    """A person's build, hair and clothes, warmer in the cold; grown-ups may wear the orange safety vest."""
    child = rng.chance(0.34) and not guitar
    vest = not child and not guitar and ((colour == "orange" and rng.chance(0.6)) or rng.chance(0.08))
    tops = (
        ("coat", "coat", "hoodie", "sweater")
        if cold
        else ("tee", "tee", "striped", "sweater", "hoodie", "dress")
    )
    top = rng.choice(tops)
    if vest and top == "dress":
        top = "tee"
    bottom = "trousers" if cold or vest else rng.choice(("trousers", "trousers", "shorts", "skirt"))
    hats = ("beanie", "beanie", "none") if cold else ("none", "none", "none", "cap", "straw")
    top_colour = rng.choice(THING_PAINTS["person"]) if vest else colour
    return PersonLook(
        child=child,
        skin=rng.choice(SKINS),
        hair=rng.weighted_choice(
            [
                ("short", 0.32),
                ("bob", 0.16),
                ("long", 0.16),
                ("ponytail", 0.14),
                ("bun", 0.08),
                ("curly", 0.10),
                ("bald", 0.0 if child else 0.04),
            ]
        ),
        hair_colour=rng.choice(HAIRS[:-1] if child else HAIRS),  # children are not grey
        top=top,
        top_colour=top_colour,
        bottom=bottom,
        bottom_colour=rng.choice(CLOTHS),
        shoe_colour=rng.choice(SHOES),
        hat="helmet" if vest and rng.chance(0.75) else rng.choice(hats),
        hat_colour=rng.choice(("red", "blue", "green", "yellow", "purple")),
        vest=vest,
        guitar=guitar,
    )
