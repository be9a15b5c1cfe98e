"""The sky: a glowing gradient, sun or moon, stars, clouds, a rainbow."""

from __future__ import annotations

import math

import cv2
import numpy as np

from cvdemo.world.geometry import smooth
from cvdemo.world.graph import Mark, Scene
from cvdemo.world.pen import Pen, mix
from cvdemo.world.raster import WHOLE, Frame, Picture, View


def paint_sky(picture: Picture, scene: Scene, view: View = WHOLE) -> None:
    """Fills a picture [H, W, 3] down to the horizon with the sky and the glow of sun or moon, in place."""
    height, width = picture.shape[:2]
    frame = Frame(width, height, view)
    light, rows, columns = scene.light, 32, 32
    last = min(height, math.ceil(frame.row(scene.land.horizon + 0.05)))
    y = (np.arange(rows)[:, None, None] + 0.5) / rows * last / frame.pixels - frame.shift[1]
    x = ((np.arange(columns)[None, :, None] + 0.5) / columns - 0.5) * width / frame.pixels + view.x
    share = np.clip(y / max(scene.land.horizon, 0.05), 0, 1) ** 1.25
    colours = np.array(light.top) * (1 - share) + np.array(light.bottom) * share
    distance = (x - light.sun[0]) ** 2 + (y - light.sun[1]) ** 2
    glow = np.exp(-distance / 0.05) * 0.55 + np.exp(-distance / 0.30) * 0.30
    if light.time == "overcast":
        glow *= 0.35
    target = np.array((214, 224, 255) if light.time == "night" else (255, 244, 208))
    colours = colours + (target - colours) * (glow * (0.55 if light.time == "night" else 1.0))
    small = np.clip(colours, 0, 255).astype(np.uint8)
    cv2.resize(small, (width, last), dst=picture[:last], interpolation=cv2.INTER_LINEAR)


def draw_sky(scene: Scene, pixels: float, reach: float) -> Pen:
    """Draws all that is in the sky but the gradient, out to `reach` picture heights from the middle."""
    pen = Pen(0, 0, 1, pixels=pixels, line=0)
    light = scene.light
    for mark in scene.air:
        if mark.kind == "star":
            pen.dot(mark.x, -mark.y, mark.size, mark.size, (255, 250, 222), glows=True)
    if light.time != "overcast":
        _sun(pen, scene)
    for number, mark in enumerate(scene.air):
        if mark.kind == "rainbow":
            _rainbow(pen, mark)
        elif mark.kind == "cloud" and abs(mark.x) < reach + 1.5 * mark.size:
            pen.part(f"cloud {number}")
            _cloud(pen, mark, scene)
        elif mark.kind == "bird":
            pen.part(f"bird {number}")
            _bird(pen, mark)
    return pen


def _sun(pen: Pen, scene: Scene) -> None:
    x, y = scene.light.sun
    night = scene.light.time == "night"
    low = scene.light.time in ("golden", "dusk")
    colour = (246, 242, 226) if night else (255, 214, 150) if low else (255, 240, 180)
    radius = 0.050 if night else 0.058
    if not night:
        for k, share in enumerate((0.10, 0.14, 0.20) if pen.pixels > 400 else (0.28,)):
            ring = radius * (2.1 - 0.45 * k)
            pen.dot(x, -y, ring, ring, (255, 246, 206), glows=True, alpha=share)
    pen.dot(x, -y, radius, radius, colour, glows=True)
    if not low:
        pen.dot(x, -y, radius * 0.80, radius * 0.80, mix(colour, (255, 255, 244), 0.5), glows=True)
    if night:
        for dx, dy, r in ((0.012, 0.014, 0.011), (-0.020, -0.012, 0.008), (0.018, -0.020, 0.006)):
            pen.dot(x + dx, -y + dy, r, r, (222, 218, 206), glows=True)


def _cloud(pen: Pen, mark: Mark, scene: Scene) -> None:
    """A cloud of five ellipses with a flat bottom, darker below, lighter above."""
    light = scene.light
    lit = mix((255, 253, 248), light.bottom, 0.12 if light.time in ("day", "morning") else 0.42)
    shade = mix(mix(lit, light.top, 0.30), (150, 150, 178), 0.14)
    s = mark.size
    puffs = [
        (-0.95, 0.0, 0.42),
        (-0.42, 0.20, 0.58),
        (0.16, 0.34 + 0.12 * mark.variant, 0.70),
        (0.70, 0.14, 0.52),
        (1.12, -0.02, 0.36),
    ]
    if mark.variant > 0.5:
        puffs = [(-x, y, r) for x, y, r in puffs]
    levels = [(0.0, 1.0, shade), (0.08, 0.90, mix(shade, lit, 0.55)), (0.15, 0.78, lit)]
    for dy, grow, colour in levels if s * pen.pixels > 50 else levels[::2]:
        for x, y, r in puffs:
            pen.dot(
                mark.x + x * s,
                -mark.y + (y + dy) * s,
                r * s * grow * 1.08,
                r * s * grow * 0.84,
                colour,
                glows=True,
            )
        if grow == 1.0:
            base = [(-1.02, 0.0), (1.02, 0.0), (0.92, -0.34), (-0.86, -0.34)]
            pen.patch(smooth([(mark.x + x * s, -mark.y + y * s) for x, y in base], 4), colour, glows=True)


def _rainbow(pen: Pen, mark: Mark) -> None:
    colours = [
        (236, 96, 88),
        (244, 164, 84),
        (250, 226, 116),
        (128, 196, 122),
        (102, 160, 222),
        (150, 116, 190),
    ]
    t = np.linspace(0.02, math.pi - 0.02, 28)
    arc = np.stack([np.cos(t), np.sin(t)], axis=1)
    for k, colour in enumerate(colours):
        outer, inner = mark.size * (1 - 0.030 * k), mark.size * (1 - 0.030 * (k + 1))
        pen.patch(
            np.concatenate([arc * outer, arc[::-1] * inner]),
            colour,
            fit=(1.0, 1.0, 0.0, mark.x, -mark.y),
            alpha=0.32,
            glows=True,
        )


def _bird(pen: Pen, mark: Mark) -> None:
    s = mark.size
    for side in (-1, 1):
        a, b = (mark.x, -mark.y), (mark.x + side * s, -mark.y + s * (0.25 + 0.3 * mark.variant))
        pen.stroke(a, (mark.x + side * s * 0.45, -mark.y + s * 0.60), b, s * 0.14, (86, 80, 98))
