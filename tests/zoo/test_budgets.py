"""Nets under one chart had the same budget, or it is said which had not."""

from __future__ import annotations

import pytest

from cvdemo.assets import asset
from cvdemo.zoo.additions import REGION_NETS, SEGMENTERS, SSD_CHAIN
from cvdemo.zoo.budgets import by_steps, odd_budgets, steps_of
from cvdemo.zoo.catalogue import compared
from cvdemo.zoo.entries import ENTRIES, entries
from cvdemo.zoo.spec import Task
from cvdemo.zoo.weights import has_weights, read_card

LONGER = {"fcn16s": 1500, "fcn8s": 2000}  # they go on from the coarser one; the page says it


def test_all_segmenters_had_the_same_budget_but_for_those_that_are_named() -> None:
    assert odd_budgets([one.key for one in entries(Task.SEGMENT)]) == (1000, LONGER)


def test_a_nets_steps_are_those_of_all_its_stages() -> None:
    recipes = {key: one.recipe.steps for key, one in ENTRIES.items()}
    assert steps_of("rcnn") == recipes["rcnn"] + recipes["rcnn-svm"] + recipes["rcnn-finetune"]
    assert steps_of("ssd") == recipes["ssd"]


@pytest.mark.parametrize(
    "one", (*SEGMENTERS, *SSD_CHAIN, *REGION_NETS), ids=lambda one: f"{one.present}-{one.absent}"
)
def test_two_nets_of_an_addition_are_trained_alike(one) -> None:
    present, absent = ENTRIES[one.present].recipe, ENTRIES[one.absent].recipe
    assert present.data == absent.data and present.batch == absent.batch
    if not one.part.startswith("scores"):  # a finer FCN goes on from the coarser one
        assert (present.steps, present.rate, present.start) == (absent.steps, absent.rate, absent.start)


def test_the_detectors_under_one_chart_are_named_by_their_steps() -> None:
    groups = by_steps(compared())
    assert list(groups) == sorted(groups, reverse=True)
    assert sorted(key for group in groups.values() for key in group) == sorted(compared())
    assert {"ssd", "ssd-plus"} <= set(groups[7500]) and groups[5000] == ["yolo"] and groups[3200] == ["rcnn"]
    assert {"fast-rcnn", "faster-rcnn", "rfcn", "faster-rcnn-plus"} <= set(groups[2000])


@pytest.mark.parametrize("key", [one.key for one in entries(Task.SEGMENT) if has_weights(one.key)])
def test_a_card_is_of_the_budget_that_the_entry_says(key: str) -> None:
    card = read_card(key)
    assert card is not None and card["steps"] == ENTRIES[key].recipe.steps


@pytest.mark.parametrize(
    "keys",
    [
        [one.key for one in entries(Task.CAPTION) if one.recipe is not None],
        ["localizer", "localizer-class", "localizer-box"],
        ["unet-frames-1", "unet-frames-3", "unet-frames-5"],
        ["keypoint-rcnn", "pose-regression"],
        ["mask-rcnn", "mask-rcnn-roipool", "mask-rcnn-softmax"],
    ],
    ids=lambda keys: keys[0],
)
def test_nets_of_one_comparison_learn_from_as_many_views(keys: list[str]) -> None:
    recipes = [ENTRIES[key].recipe for key in keys]
    assert len({(one.steps, one.batch, one.start, one.rate) for one in recipes}) == 1
    assert len({steps_of(key) for key in keys}) == 1


def test_the_page_of_flow_says_how_much_each_net_has_seen() -> None:
    text = asset("texts", "en", "flow.md").read_text()
    for key, title in (("flownet", "FlowNetS learnt from"), ("raft", "RAFT from")):
        one = ENTRIES[key].recipe
        assert f"{title} {one.steps * one.batch:,}" in text


def test_the_page_of_captions_says_how_long_they_learnt() -> None:
    one = ENTRIES["show-attend-tell"].recipe
    said = f"All three nets learnt for {one.steps:,} steps of {one.batch} pictures"
    assert said in asset("texts", "en", "captions.md").read_text()
