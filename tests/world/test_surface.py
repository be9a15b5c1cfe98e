"""Texture: what it changes, what it leaves, and that it belongs to the things."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from cvdemo import world
from cvdemo.world.surface import SIDE, _pattern

PLAIN = {"noise": 0, "weather": 0, "lighting": 0}


def pictures(seed: int, texture: float, size: tuple[int, int] = (192, 160)) -> tuple[np.ndarray, world.Truth]:
    scene = world.scene(seed, difficulty=world.named("normal", texture=texture, **PLAIN))
    return world.draw(scene, *size)


@pytest.mark.parametrize("seed", [0, 3, 11])
def test_texture_changes_the_colours_and_not_the_truth(seed: int) -> None:
    flat, truth = pictures(seed, 0.0)
    rough, same = pictures(seed, 1.0)
    np.testing.assert_array_equal(truth.semantic, same.semantic)
    np.testing.assert_array_equal(truth.boxes, same.boxes)
    change = rough.astype(float) - flat
    assert 10 < np.abs(change).mean() < 50
    assert abs(change.mean()) < 10  # neither lighter nor darker
    half = pictures(seed, 0.5)[0].astype(float) - flat
    assert 0.3 < np.abs(half).mean() / np.abs(change).mean() < 0.7


def test_flat_colours_are_the_default() -> None:
    scene = world.scene(5)
    assert scene.light.texture == 0 and world.named("hard").texture == 0


def test_the_pattern_repeats_without_a_seam() -> None:
    pattern = _pattern()
    assert pattern.shape == (SIDE, SIDE, 3)
    assert pattern.mean() == pytest.approx(0, abs=1e-3) and pattern.std() == pytest.approx(1, abs=1e-3)
    for axis in (0, 1):
        inside = np.abs(np.diff(pattern, axis=axis)).mean()
        across = np.abs(np.take(pattern, 0, axis) - np.take(pattern, -1, axis)).mean()
        assert across < 1.5 * inside


def test_the_pattern_goes_with_its_thing() -> None:
    scene = world.scene(5, difficulty=world.named("normal", texture=1.0, objects=1, **PLAIN))
    thing = replace(scene.things[0], x=-0.15)
    step = 16 / 160  # pixels of 160 in a picture's height
    here, there = (
        world.draw(replace(scene, things=(replace(thing, x=thing.x + k * step),)), 192, 160) for k in (0, 1)
    )
    masks = [np.asarray(truth.instances) > 0 for _, truth in (here, there)]
    both = masks[0] & np.roll(masks[1], -16, axis=1)
    assert both.sum() > 0.8 * masks[0].sum() > 50
    moved = np.roll(there[0], -16, axis=1)
    apart = np.abs(here[0].astype(float) - moved)[both].mean()
    other = np.abs(here[0].astype(float) - np.roll(here[0], 5, axis=1))[both].mean()
    assert apart < other / 3
