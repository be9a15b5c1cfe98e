"""Training of mask and keypoint nets: what samples bring, where recipes start, how nets are scored."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from cvdemo import world
from cvdemo.train import loop
from cvdemo.train.instances import instance_masks
from cvdemo.train.recipes import POSE_SIZE, Scenes, recipe
from cvdemo.train.scenes import draw_sample
from cvdemo.train.stream import DataWorkers
from cvdemo.train.task import task_of

MASKS = ("mask-rcnn", "mask-rcnn-roipool", "mask-rcnn-softmax")
POSES = ("keypoint-rcnn", "pose-regression")


def test_samples_bring_masks_and_keypoints() -> None:
    sample = draw_sample(7, split="val", objects=6)
    truth = world.truth(world.scene(7, split="val"), 192, 160)
    np.testing.assert_array_equal(instance_masks(sample), truth.masks)
    np.testing.assert_array_equal(sample.keypoints, truth.keypoints)


def test_scenes_of_enough_people() -> None:
    for seed in range(4):
        sample = draw_sample(seed, objects=8, people=2, size=POSE_SIZE)
        assert (sample.classes == 0).sum() >= 1  # one may hide the other
        assert sample.picture.shape == (POSE_SIZE[1], POSE_SIZE[0], 3)
    workers = DataWorkers(0)
    workers.request(Scenes(objects=(8,), people=2, size=POSE_SIZE), [3])
    ((seed, drawn),) = workers.collect()
    assert seed == 3
    np.testing.assert_array_equal(drawn.picture, sample.picture)


@pytest.mark.parametrize("keys", [MASKS, POSES])
def test_variants_have_the_same_budget_and_the_same_start(keys: tuple[str, ...]) -> None:
    assert len({replace(recipe(key), key="", task="") for key in keys}) == 1
    assert all(recipe(key).start == "faster-rcnn-plus" and recipe(key).whole for key in keys)


@pytest.mark.parametrize("key", [*MASKS, *POSES])
def test_a_net_begins_with_the_whole_detector(key: str) -> None:
    start = task_of(recipe("faster-rcnn-plus")).build().state_dict()
    run = loop.start(recipe(key), task_of(recipe(key)))
    loop.begin_with(run, start, whole=recipe(key).trained_like(recipe("faster-rcnn-plus")))
    own = run.net.state_dict()
    assert all(torch.equal(own[name], value) for name, value in start.items())
    assert {name.split(".")[0] for name in own.keys() - start.keys()} <= {"mask_head", "keypoint_head"}


@pytest.mark.parametrize("key", ["mask-rcnn", "keypoint-rcnn", "pose-regression"])
def test_untrained_nets_can_be_scored(key: str) -> None:
    task = task_of(recipe(key))
    net = task.build()
    numbers = task.measure(net, split="val", n=2, device="cpu")
    assert numbers["n"] == 2 and numbers["ms_per_image"] > 0
    assert ("keypoint_AP_height_0.3_0.45" in numbers) == (key in POSES)
    assert numbers[task.metric] < 0.1  # -1 where nobody is to be found
    assert net.config.detect.score == 0.05, "the scored copy has thresholds of its own"
