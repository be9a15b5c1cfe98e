"""Time of day and weather."""

from __future__ import annotations

from typing import NamedTuple

from cvdemo.world.dice import Dice
from cvdemo.world.difficulty import Difficulty
from cvdemo.world.graph import Light, Mark, Time, Weather
from cvdemo.world.pen import mix, scale
from cvdemo.world.vocabulary import Colour


class Hour(NamedTuple):
    """What a time of day looks like."""

    top: Colour
    bottom: Colour
    tint: Colour
    haze: float
    shadow: float
    length: float


HOURS: dict[Time, Hour] = {
    "day": Hour((92, 166, 230), (214, 238, 244), (1.03, 1.03, 1.01), 0.40, 0.30, 0.45),
    "morning": Hour((126, 184, 230), (255, 232, 204), (1.04, 1.00, 0.95), 0.50, 0.26, 0.85),
    "golden": Hour((122, 146, 196), (255, 200, 134), (1.08, 0.96, 0.82), 0.44, 0.34, 1.15),
    "dusk": Hour((72, 74, 132), (242, 158, 138), (0.80, 0.71, 0.82), 0.42, 0.20, 1.0),
    "night": Hour((26, 36, 80), (80, 104, 156), (0.54, 0.60, 0.80), 0.34, 0.18, 0.6),
    "overcast": Hour((158, 174, 192), (230, 230, 224), (0.95, 0.955, 0.955), 0.50, 0.10, 0.3),
}


def throw_weather(dice: Dice, difficulty: Difficulty, cover: str) -> Weather:
    """The weather: clear unless the knob calls for more."""
    share = difficulty.weather
    wet: Weather = "snowfall" if cover == "snow" else "rain"
    options: list[tuple[Weather, float]] = [
        ("clear", 1 - share),
        ("cloudy", 0.45 * share),
        (wet, 0.33 * share),
        ("fog", 0.22 * share),
    ]
    return dice.weigh(options)


def throw_light(dice: Dice, difficulty: Difficulty, weather: Weather, horizon: float) -> Light:
    """The light: plain noon where the knob is 0, any time of day where it is 1."""
    stray = difficulty.lighting
    options: list[tuple[Time, float]] = [
        ("day", 1.0), ("morning", 0.9 * stray), ("golden", 0.9 * stray), ("dusk", 0.7 * stray * stray),
        ("night", 0.9 * stray * stray), ("overcast", 0.2 * stray),
    ]  # fmt: skip
    time = dice.weigh(options)
    if weather in ("rain", "fog") and time in ("day", "morning"):
        time = "overcast"
    hour = HOURS[time]
    gain = 1 + dice.between(-0.10, 0.08) * stray
    warm = dice.between(-0.04, 0.04) * stray
    tint = (hour.tint[0] * gain * (1 + warm), hour.tint[1] * gain, hour.tint[2] * gain * (1 - warm))
    low = {"golden": 0.62, "dusk": 0.85, "morning": 0.55}.get(time, 0.25)
    sun = (
        dice.between(0.12, 0.56) * (1 if dice.chance(0.5) else -1),
        horizon * min(0.9, low + dice.between(-0.08, 0.12)),
    )
    dim = 0.72 if weather in ("rain", "fog") else 0.9 if weather == "cloudy" else 1.0
    grey: Colour = (212, 214, 214)
    wash = 0.45 if weather == "fog" else 0.18 if weather == "rain" else 0.0
    grey = scale(grey, (tint[0] + tint[1] + tint[2]) / 3)
    return Light(
        time=time,
        top=mix(hour.top, grey, wash),
        bottom=mix(hour.bottom, grey, wash),
        tint=tint,
        haze=min(0.92, hour.haze * dice.between(0.8, 1.1) + (0.38 if weather == "fog" else 0.0)),
        sun=sun,
        shadow=(-hour.length * sun[0] * dice.between(1.0, 1.5), hour.length * dice.between(0.16, 0.30)),
        shadow_strength=hour.shadow * dim,
        ramp=dice.between(-0.16, 0.16) * stray,
        blotch_seed=dice.whole(0, 63),
        noise=difficulty.noise * dice.roll(),
        noise_seed=dice.whole(0, 1 << 19),
    )


def throw_air(dice: Dice, light: Light, weather: Weather, horizon: float) -> tuple[Mark, ...]:
    """Clouds, stars, birds, a rainbow, drops and flakes."""
    marks: list[Mark] = []

    def add(kind: str, x: float, y: float, size: float) -> None:
        marks.append(Mark(kind, x, y, size, dice.roll()))

    if light.time == "night":
        for _ in range(34):
            add(
                "star",
                dice.between(-1.2, 1.2),
                dice.between(0.01, horizon * 0.85),
                dice.between(0.0010, 0.0032),
            )
    if light.time == "overcast" and weather == "rain" and dice.chance(0.3):
        add("rainbow", dice.between(-0.4, 0.4), horizon + 0.05, horizon * dice.between(0.72, 0.92))
    clouds = {"clear": dice.whole(0, 3), "cloudy": dice.whole(4, 7), "fog": 1}.get(weather, dice.whole(2, 5))
    for k in range(clouds):
        share = (k + dice.roll()) / max(clouds, 1)
        y = horizon * dice.between(0.10, 0.62)
        add("cloud", (share - 0.5) * 1.9, y, (0.05 + 0.09 * (1 - y / horizon)) * dice.between(0.8, 1.3))
    if light.time != "night" and weather == "clear" and dice.chance(0.35):
        x, y = dice.between(-0.45, 0.45), horizon * dice.between(0.2, 0.6)
        for _ in range(dice.whole(2, 4)):
            add(
                "bird",
                x + dice.between(-0.10, 0.10),
                y + dice.between(-0.04, 0.04),
                dice.between(0.010, 0.017),
            )
    if weather == "rain":
        for _ in range(110):
            add("drop", dice.between(-0.9, 0.9), dice.between(-0.02, 1.02), dice.between(0.02, 0.05))
    if weather == "snowfall":
        for _ in range(120):
            add("flake", dice.between(-0.9, 0.9), dice.between(0.0, 1.0), 0.0018 + 0.0045 * dice.roll() ** 2)
    return tuple(marks)
