"""Sampling of the time of day and the weather."""

from __future__ import annotations

from typing import NamedTuple

from cvdemo.world.difficulty import Difficulty
from cvdemo.world.graph import Light, Mark, Time, Weather
from cvdemo.world.pen import mix, scale
from cvdemo.world.rng import RandomStream
from cvdemo.world.vocabulary import Colour


class Hour(NamedTuple):
    """Colours, haze and shadows of a time of day."""

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


def sample_weather(rng: RandomStream, difficulty: Difficulty, cover: str) -> Weather:
    """The weather: clear, or with a probability set by the knob, another one."""
    share = difficulty.weather
    wet: Weather = "snowfall" if cover == "snow" else "rain"
    options: list[tuple[Weather, float]] = [
        ("clear", 1 - share),
        ("cloudy", 0.45 * share),
        (wet, 0.33 * share),
        ("fog", 0.22 * share),
    ]
    return rng.weighted_choice(options)


def sample_light(rng: RandomStream, difficulty: Difficulty, weather: Weather, horizon: float) -> Light:
    """The light: plain noon if the knob is 0, any time of day if it is 1."""
    stray = difficulty.lighting
    options: list[tuple[Time, float]] = [
        ("day", 1.0), ("morning", 0.9 * stray), ("golden", 0.9 * stray), ("dusk", 0.7 * stray * stray),
        ("night", 0.9 * stray * stray), ("overcast", 0.2 * stray),
    ]  # fmt: skip
    time = rng.weighted_choice(options)
    if weather in ("rain", "fog") and time in ("day", "morning"):
        time = "overcast"
    hour = HOURS[time]
    gain = 1 + rng.uniform(-0.10, 0.08) * stray
    warm = rng.uniform(-0.04, 0.04) * stray
    tint = (hour.tint[0] * gain * (1 + warm), hour.tint[1] * gain, hour.tint[2] * gain * (1 - warm))
    low = {"golden": 0.62, "dusk": 0.85, "morning": 0.55}.get(time, 0.25)
    sun = (
        rng.uniform(0.12, 0.56) * (1 if rng.chance(0.5) else -1),
        horizon * min(0.9, low + rng.uniform(-0.08, 0.12)),
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
        haze=min(0.92, hour.haze * rng.uniform(0.8, 1.1) + (0.38 if weather == "fog" else 0.0)),
        sun=sun,
        shadow=(-hour.length * sun[0] * rng.uniform(1.0, 1.5), hour.length * rng.uniform(0.16, 0.30)),
        shadow_strength=hour.shadow * dim,
        ramp=rng.uniform(-0.16, 0.16) * stray,
        blotch_seed=rng.integer(0, 63),
        noise=difficulty.noise * rng.random(),
        noise_seed=rng.integer(0, 1 << 19),
        texture=difficulty.texture,
    )


def sample_air(rng: RandomStream, light: Light, weather: Weather, horizon: float) -> tuple[Mark, ...]:
    """Clouds, stars, birds, a rainbow, drops and flakes."""
    marks: list[Mark] = []

    def add(kind: str, x: float, y: float, size: float) -> None:
        marks.append(Mark(kind, x, y, size, rng.random()))

    if light.time == "night":
        for _ in range(34):
            add(
                "star",
                rng.uniform(-1.2, 1.2),
                rng.uniform(0.01, horizon * 0.85),
                rng.uniform(0.0010, 0.0032),
            )
    if light.time == "overcast" and weather == "rain" and rng.chance(0.3):
        add("rainbow", rng.uniform(-0.4, 0.4), horizon + 0.05, horizon * rng.uniform(0.72, 0.92))
    clouds = {"clear": rng.integer(0, 3), "cloudy": rng.integer(4, 7), "fog": 1}.get(
        weather, rng.integer(2, 5)
    )
    for k in range(clouds):
        share = (k + rng.random()) / max(clouds, 1)
        y = horizon * rng.uniform(0.10, 0.62)
        add("cloud", (share - 0.5) * 1.9, y, (0.05 + 0.09 * (1 - y / horizon)) * rng.uniform(0.8, 1.3))
    if light.time != "night" and weather == "clear" and rng.chance(0.35):
        x, y = rng.uniform(-0.45, 0.45), horizon * rng.uniform(0.2, 0.6)
        for _ in range(rng.integer(2, 4)):
            add(
                "bird",
                x + rng.uniform(-0.10, 0.10),
                y + rng.uniform(-0.04, 0.04),
                rng.uniform(0.010, 0.017),
            )
    if weather == "rain":
        for _ in range(110):
            add("drop", rng.uniform(-0.9, 0.9), rng.uniform(-0.02, 1.02), rng.uniform(0.02, 0.05))
    if weather == "snowfall":
        for _ in range(120):
            add("flake", rng.uniform(-0.9, 0.9), rng.uniform(0.0, 1.0), 0.0018 + 0.0045 * rng.random() ** 2)
    return tuple(marks)
