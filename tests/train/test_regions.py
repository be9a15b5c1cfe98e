"""Training the R-CNN family: proposals come with scenes and turn with them, stages leave each other alone."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from cvdemo.metrics.proposals import recall
from cvdemo.nets.rcnn import RCNN
from cvdemo.train import loop
from cvdemo.train.rcnn import REGIONS, RCNNTask
from cvdemo.train.recipes import Scenes, recipe, recipes
from cvdemo.train.scenes import Sample, draw_sample
from cvdemo.train.stream import DataWorkers
from cvdemo.train.task import flipped, task_of


@pytest.fixture(scope="module")
def batch() -> list[Sample]:
    return [draw_sample(seed, proposals=100) for seed in range(4)]


def test_scenes_bring_proposals_where_asked_for(batch: list[Sample]) -> None:
    assert all(0 < len(s.proposals) <= 100 for s in batch)
    assert len(draw_sample(0).proposals) == 0
    workers = DataWorkers(0)
    workers.request(Scenes(objects=(6,), proposals=100), [2])
    ((seed, drawn),) = workers.collect()
    assert seed == 2
    np.testing.assert_array_equal(drawn.proposals, batch[2].proposals)


def test_proposals_turn_with_the_scene(batch: list[Sample]) -> None:
    for sample in batch:
        turned = flipped(sample)
        assert (turned.proposals[:, 2] > turned.proposals[:, 0]).all()
        np.testing.assert_allclose(flipped(turned).proposals, sample.proposals, atol=1e-4)
        before, after = (recall([s.proposals], [s.boxes], (0.5,), (100,)) for s in (sample, turned))
        np.testing.assert_allclose(before, after, rtol=1e-5)


@pytest.mark.parametrize(
    "key",
    [
        "faster-rcnn",
        "faster-rcnn-light",
        "rfcn",
        "fast-rcnn",
        "faster-rcnn-plus",
        "rfcn-plus",
        "fast-rcnn-plus",
        "rcnn-finetune",
        "rcnn-svm",
        "rcnn",
    ],
)
def test_a_step_of_every_recipe_moves_the_net(key: str, batch: list[Sample]) -> None:
    run = loop.start(recipe(key), task_of(recipe(key)))
    before = {k: v.clone() for k, v in run.net.state_dict().items()}
    assert np.isfinite(loop.take_step(run, batch))
    assert any(not torch.equal(v, before[k]) for k, v in run.net.state_dict().items())


@pytest.mark.parametrize(
    ("stage", "taught"),
    [("finetune", {"backbone", "fc", "classify"}), ("svm", {"svms"}), ("boxes", {"locate"})],
)
def test_a_stage_of_rcnn_leaves_the_others_as_they_are(
    stage: str, taught: set[str], batch: list[Sample]
) -> None:
    key = {"finetune": "rcnn-finetune", "svm": "rcnn-svm", "boxes": "rcnn"}[stage]
    run = loop.start(recipe(key), task_of(recipe(key)))
    before = {k: v.clone() for k, v in run.net.state_dict().items()}
    loop.take_step(run, batch)
    moved = {k.split(".")[0] for k, v in run.net.state_dict().items() if not torch.equal(v, before[k])}
    assert moved == taught


@pytest.mark.parametrize("stage", ["finetune", "svm", "boxes"])
def test_regions_of_a_stage(stage: str, batch: list[Sample]) -> None:
    torch.manual_seed(0)
    seen = RCNNTask(stage).regions(batch, RCNN(), torch.device("cpu"))
    assert seen.cut_outs.shape[1:] == (3, 64, 64)
    assert len(seen.boxes) == len(seen.classes) <= REGIONS * len(batch)
    on = seen.classes > 0
    assert 0 < int(on.sum()) <= len(on) / 3
    from torchvision.ops import box_iou

    least = {"finetune": 0.5, "svm": 0.7, "boxes": 0.6}[stage]
    assert (box_iou(seen.boxes[on], seen.target_boxes[on]).diagonal() >= least).all()


def test_stages_follow_each_other() -> None:
    chain = [recipe("rcnn")]
    while chain[-1].start in recipes() and chain[-1].start != "backbone":
        chain.append(recipe(chain[-1].start))
    assert [r.key for r in chain] == ["rcnn", "rcnn-svm", "rcnn-finetune", "ssd-plus"]
    assert recipe("rcnn").trained_like(recipe("rcnn-svm"))
