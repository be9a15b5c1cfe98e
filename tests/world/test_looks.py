"""Colours that everyone can tell apart, layers, and drawings that leave no trace outside their mask."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from skimage.color import deltaE_ciede2000, rgb2lab

from cvdemo import world
from cvdemo.errors import DataError
from cvdemo.world.geometry import capsule, ellipse, sphere_cap
from cvdemo.world.layers import LAYERS, overlay, sheet
from cvdemo.world.pen import Pen
from cvdemo.world.raster import Frame, Layer, compile_layers, write_codes

# Machado, Oliveira, Fernandes 2009: what each kind of dichromat sees, in linear RGB.
SIGHT = {
    "normal": [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
    "red-blind": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "green-blind": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "blue-blind": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}


@pytest.mark.parametrize("sight", SIGHT)
def test_class_colours_can_be_told_apart(sight: str) -> None:
    lab = {}
    for name in world.SEMANTIC:
        c = np.array(world.COLOURS[name]) / 255
        linear = np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)
        seen = np.clip(np.array(SIGHT[sight]) @ linear, 0, 1)
        shown = np.where(seen <= 0.0031308, 12.92 * seen, 1.055 * seen ** (1 / 2.4) - 0.055)
        lab[name] = rgb2lab(shown[None, None])[0, 0]
    for a, b in combinations(world.SEMANTIC, 2):
        assert deltaE_ciede2000(lab[a], lab[b]) > 15, (a, b)


def test_classes_are_stable() -> None:
    assert world.THINGS == ("person", "cat", "dog", "duck", "car", "ball", "kite", "teddy bear")
    assert world.STUFF == ("sky", "grass", "tree", "snow", "road", "water")
    assert world.SEMANTIC == world.STUFF + world.THINGS
    assert set(world.COLOURS) == set(world.SEMANTIC)


@pytest.mark.parametrize("layer", [name for name in LAYERS if name != "picture"])
def test_each_layer_shows_something_and_leaves_the_picture(layer: str) -> None:
    picture, truth = world.draw(
        next(s for s in map(world.scene, range(50)) if any(t.kind == "person" for t in s.things)), 240, 180
    )
    before = picture.copy()
    shown = overlay(picture, truth, [layer])
    assert np.array_equal(picture, before)
    assert (shown != picture).any()


def test_unknown_layers_and_empty_sheets_are_refused() -> None:
    picture, truth = world.draw(world.scene(0), 192, 160)
    with pytest.raises(DataError, match="semantic"):
        overlay(picture, truth, ["depth"])
    with pytest.raises(DataError, match="at least one"):
        sheet([])


def test_a_sheet_holds_its_scenes() -> None:
    board = sheet(range(3), columns=2, width=160, height=120)
    scene = world.render(world.scene(1), 160, 120)
    assert (board[2:122, 164:324] == scene).all()


def test_the_seen_part_of_a_cap_is_that_of_a_brute_force_ball() -> None:
    """Against a ball of many points: those in the cap and on the near side."""
    rng = np.random.default_rng(3)
    ball = rng.normal(size=(6000, 3))
    ball /= np.linalg.norm(ball, axis=1, keepdims=True)
    for _ in range(60):
        centre = rng.normal(size=3)
        centre /= np.linalg.norm(centre)
        angle = rng.uniform(0.7, 1.3)
        seen = ball[(ball @ centre > np.cos(angle + 0.02)) & (ball[:, 2] > 0.02)]
        outline = sphere_cap(centre, angle, 60)
        if outline is None:
            assert len(ball[(ball @ centre > np.cos(angle - 0.1)) & (ball[:, 2] > 0.12)]) == 0
            continue
        pen = Pen(0, 0, 1, pixels=400, line=0)
        pen.add(outline * 0.4 + (0, -0.5), (255, 0, 0))
        codes = np.zeros((400, 400), np.uint8)
        write_codes(
            codes, compile_layers([Layer(pen, 9)], Frame(400, 400), tint=(1, 1, 1), haze=(0, 0, 0)), 0
        )
        sure = ball[(ball @ centre > np.cos(angle - 0.05)) & (ball[:, 2] > 0.1)]
        x, y = (200 + sure[:, 0] * 160).astype(int), (200 - sure[:, 1] * 160).astype(int)
        assert (codes[y, x] == 9).mean() > 0.97 if len(sure) else True
        share = (codes == 9).sum() / (np.pi * 160**2)
        near = ball[ball[:, 2] > 0]
        expected = float((near[:, 2] * (near @ centre > np.cos(angle))).sum() / near[:, 2].sum())
        assert share == pytest.approx(expected, abs=0.06), seen.shape


def test_curves_have_the_areas_they_should() -> None:
    def area(p: np.ndarray) -> float:
        q = np.roll(p, -1, axis=0)
        return abs(float((p[:, 0] * q[:, 1] - p[:, 1] * q[:, 0]).sum())) / 2

    assert area(ellipse(1, 2, 3, 0.5, 0.7, 200)) == pytest.approx(np.pi * 1.5, rel=1e-3)
    bar = capsule((0, 0), (3, 4), 0.5, 0.5, 100)
    assert area(bar) == pytest.approx(5 + np.pi * 0.25, rel=1e-3)


def test_an_outline_grows_by_its_line() -> None:
    pen = Pen(0, 0, 1, pixels=200, line=0.02)
    pen.add(np.array([(-0.2, -0.7), (0.2, -0.7), (0.2, -0.3), (-0.2, -0.3)]), (0, 0, 0))
    outlines = compile_layers([Layer(pen, 1)], Frame(200, 200), tint=(1, 1, 1), haze=(0, 0, 0))
    assert outlines.boxes[0] == pytest.approx([56, 56, 144, 144], abs=0.01)
    edge = outlines.grown[0]
    assert edge is not None
    assert np.abs(np.sort(edge[:, 0]) / 16 + 0.5 - [56, 56, 144, 144]).max() < 0.1
