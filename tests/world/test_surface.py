"""Texture: what it changes, what it leaves, and that it goes with the things."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from cvdemo import world
from cvdemo.world.surface import OCTAVES, SIDE, _pattern

PLAIN = {"noise": 0, "weather": 0, "lighting": 0}
LIMBLESS = ("kite", "ball", "car", "duck", "umbrella")


def picture(seed: int, texture: float, size: tuple[int, int] = (192, 160)) -> np.ndarray:
    scene = world.scene(seed, difficulty=world.named("normal", texture=texture, **PLAIN))
    return world.render(scene, *size).astype(float)


@pytest.mark.parametrize("seed", [0, 3, 11])
def test_texture_changes_brightness_by_its_share(seed: int) -> None:
    flat = picture(seed, 0.0)
    change, half = (picture(seed, t) - flat for t in (1.0, 0.5))
    assert 10 < np.abs(change).mean() < 50
    assert abs(change.mean()) < 10  # neither lighter nor darker
    assert 0.3 < np.abs(half).mean() / np.abs(change).mean() < 0.7


def test_flat_colours_are_the_default() -> None:
    scene = world.scene(5)
    assert scene.light.texture == 0 and world.named("hard").texture == 0


@pytest.mark.parametrize("octaves", range(1, len(OCTAVES) + 1))
def test_the_pattern_repeats_without_a_seam(octaves: int) -> None:
    pattern = _pattern(octaves)
    assert pattern.shape == (SIDE, SIDE, 3)
    assert pattern.mean() == pytest.approx(0, abs=1e-5)
    for axis in (0, 1):
        inside = np.abs(np.diff(pattern, axis=axis)).mean()
        across = np.abs(np.take(pattern, 0, axis) - np.take(pattern, -1, axis)).mean()
        assert across < 2 * inside
    assert (pattern.std() == pytest.approx(1, abs=1e-3)) == (octaves == len(OCTAVES))


def test_what_is_finer_than_two_pixels_is_left_out() -> None:
    assert not _pattern(0).any()

    def rough(size: tuple[int, int]) -> float:
        change = picture(3, 1.0, size) - picture(3, 0.0, size)
        return float(np.abs(np.diff(change, axis=1)).mean() / np.abs(change).mean())

    assert rough((96, 80)) < 0.6 and rough((384, 320)) < 0.4  # neighbours differ by less than the whole does


@pytest.mark.parametrize("moved", [{"x": 0.1}, {"lift": 0.1}, {"y": 0.8}, {"size": 0.5}, {"tilt": 0.4}])
def test_the_pattern_goes_with_its_thing(moved: dict[str, float]) -> None:
    scene = world.scene(5, difficulty=world.named("normal", texture=1.0, objects=1, **PLAIN))
    kite = next(
        thing
        for seed in range(200)
        for thing in world.scene(seed, difficulty=world.named("normal", **PLAIN)).things
        if thing.kind == "ball" and thing.place != "arms"
    )
    start = replace(kite, id=0, x=0.0, y=0.75, lift=0.2, size=0.3, tilt=0.0, holder=None, facing=1.0)
    here, there = start, replace(start, **moved)
    pens = []
    pictures = []
    for thing in (here, there):
        one = replace(scene, things=(thing,))
        flat = replace(one, light=replace(one.light, texture=0.0))
        pictures.append(world.render(one, 480, 400) / (world.render(flat, 480, 400).astype(float) + 1))
        pens.append(_affine(thing))
    onto = pens[1] @ np.linalg.inv(pens[0])
    back = cv2.warpAffine(pictures[1], np.linalg.inv(onto)[:2], (480, 400), flags=cv2.INTER_LINEAR)
    middle = pens[0] @ np.array([0.0, 0.5, 1.0])
    y, x = np.indices((400, 480))
    inside = np.hypot(x - middle[0], y - middle[1]) < 0.3 * 400 * 0.3
    apart = np.abs(back - pictures[0])[inside].mean()
    other = np.abs(np.roll(pictures[0], 14, axis=1) - pictures[0])[inside].mean()
    assert apart < other / 2


def _affine(thing: world.Thing) -> np.ndarray:
    """The map of a thing's frame into the pixels of a picture of 480 x 400, [3, 3]."""
    from cvdemo.world.compose import _pen

    pen = _pen(thing, 1.0, (0.0, 1.0))
    shift = (pen.origin + np.array([480 / 400 / 2, 0.0])) * 400 - 0.5
    return np.vstack([np.column_stack([pen.to_scene.T * 400, shift]), [0, 0, 1]])


def error_of_flow(seed: int, texture: float) -> tuple[float, dict[int, float]]:
    """How far colours are from those that the true flow leads to: of what stands still, and of things."""
    clip = world.clip(seed, difficulty=world.named("normal", texture=texture, **PLAIN))
    first, second = (world.clip_picture(clip, k, 320, 240).astype(np.float32) for k in (10, 11))
    flow, occluded = world.clip_motion(clip, 10, 320, 240)
    y, x = np.indices(occluded.shape, dtype=np.float32)
    led = cv2.remap(second, x + flow[..., 0], y + flow[..., 1], cv2.INTER_LINEAR)
    error = np.abs(led - first).mean(axis=2)
    instances = np.asarray(world.clip_truth(clip, 10, 320, 240).instances)
    things = {
        thing.id: float(error[(instances == thing.id + 1) & ~occluded].mean())
        for thing in clip.frame(10)[0].things
        if thing.kind in LIMBLESS and ((instances == thing.id + 1) & ~occluded).sum() > 150
    }
    return float(error[(instances == 0) & ~occluded].mean()), things


@pytest.mark.parametrize("seed", [0, 2, 5])
def test_the_true_flow_leads_to_the_same_texture(seed: int) -> None:
    (still, flat), (textured, rough) = error_of_flow(seed, 0.0), error_of_flow(seed, 1.0)
    assert textured < still + 0.6  # the camera moves
    assert flat and all(rough[k] < flat[k] + 4 for k in flat)
