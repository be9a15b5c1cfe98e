"""A segmenter with a CRF behind it."""

from __future__ import annotations

import numpy as np
from click.testing import CliRunner

from cvdemo import world, zoo
from cvdemo.cli import main
from cvdemo.ops.crf import refine
from cvdemo.zoo.drawn import TraceSegmenter
from cvdemo.zoo.refined import RefinedSegmenter


def test_it_is_the_net_and_then_the_crf() -> None:
    inner = zoo.load("unet")
    assert isinstance(inner, TraceSegmenter)
    picture, _ = world.draw(world.scene(3), 192, 160)
    refined = RefinedSegmenter(inner, iterations=2)
    maps = inner.segmentation(picture).maps
    assert np.allclose(refined.segmentation(picture).maps, refine(maps, picture, iterations=2))
    assert refined(picture).shape == (160, 192)


def test_any_size_comes_out_at_its_own_size() -> None:
    inner = zoo.load("unet")
    assert isinstance(inner, TraceSegmenter)
    refined = RefinedSegmenter(inner, iterations=1)
    for height, width in ((1, 1), (37, 61), (5, 300)):
        assert refined(np.full((height, width, 3), 90, np.uint8)).shape == (height, width)


def test_a_detector_has_nothing_to_sharpen() -> None:
    done = CliRunner().invoke(main, ["evaluate", "ssd-plus", "--data", "world:test", "--n", "1", "--crf"])
    assert done.exit_code == 1
    assert "does not segment" in done.output
