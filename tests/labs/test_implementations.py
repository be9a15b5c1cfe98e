"""By hand or ready-made: counts, the same weights in both nets, the list of implementations."""

from __future__ import annotations

import importlib.util
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from cvdemo.errors import UnknownModelError
from cvdemo.labs.implementations import experiment
from cvdemo.labs.implementations.experiment import (
    architecture_rows,
    argument_rows,
    compare,
    count,
    counterpart,
    search_list,
    trace_fields,
)
from cvdemo.labs.implementations.results import ROUNDING, search_rows, verdict
from cvdemo.zoo.counterparts import COUNTERPARTS, Counterpart, Outputs, Ready, Same
from cvdemo.zoo.entries import ENTRIES
from cvdemo.zoo.entry import resolve
from cvdemo.zoo.source_lines import code_lines, file_of

THERE = [one for one in COUNTERPARTS.values() if one.ready is None or one.ready.installed]
PAIRED = [one for one in THERE if one.ready is not None and one.ready.same is not Same.NO]


@pytest.fixture(autouse=True)
def _cpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CVDEMO_DEVICE", "cpu")
    monkeypatch.setattr(experiment, "RUNS", 1)
    monkeypatch.setitem(experiment.SIZES, "small", (64, 96))


# --- lines ----------------------------------------------------------------------------------------


def test_lines_are_code(tmp_path: Path) -> None:
    file = tmp_path / "a.py"
    file.write_text(
        '"""Of a file,\n\ntwo lines."""\n\n# why\nx = 1\n\ndef f():\n    """What."""\n    return """\n"""\n'
    )
    assert code_lines(file) == 4  # x, def, return and the end of its text


@pytest.mark.parametrize("pair", COUNTERPARTS.values(), ids=lambda one: one.key)
def test_every_pair_is_described(pair: Counterpart) -> None:
    assert (pair.ready is None) == bool(pair.missing)
    assert pair.entry == "" or pair.entry in ENTRIES
    counted, theirs = count(pair.key)
    assert 0 < counted.lines <= counted.all_lines
    assert counted.parameters > 0
    assert code_lines(file_of(pair.ours.partition(":")[0])) == counted.lines
    if pair.ready is not None:
        assert all(pair.ready.hides)
        assert pair.ready.differs or pair.ready.same is not Same.NO
        assert (theirs is not None) == pair.ready.installed
        if theirs is not None:
            assert 0 < theirs.lines <= theirs.all_lines
            assert theirs.file.startswith(pair.ready.library)


def test_traces_are_named() -> None:
    assert trace_fields(counterpart("mask-rcnn")) == ("detector", "detected", "masks")
    assert "branches" in trace_fields(counterpart("deeplabv3"))
    assert [row["architecture"] for row in argument_rows()] == [
        one.title for one in COUNTERPARTS.values() if one.entry
    ]
    assert len(architecture_rows()) == len(COUNTERPARTS)


def test_every_architecture_of_the_table_of_nets_is_here() -> None:
    """Ablations and stages share the file of the net that they are of."""
    files = {ENTRIES[one.entry].net.partition(":")[0] for one in COUNTERPARTS.values() if one.entry}
    known = {entry.net.partition(":")[0] for entry in ENTRIES.values() if entry.task is not None}
    assert known - files == set()


def test_an_unknown_architecture() -> None:
    with pytest.raises(UnknownModelError, match="mask-rcn"):
        counterpart("mask-rcn")


# --- counts and answers ---------------------------------------------------------------------------


@pytest.mark.parametrize("pair", PAIRED, ids=lambda one: one.key)
def test_nets_of_the_same_weights_have_the_same_count(pair: Counterpart) -> None:
    mine, theirs = count(pair.key)
    assert theirs is not None and mine.parameters == theirs.parameters


@pytest.mark.parametrize("key", ["ssd", "faster-rcnn", "deeplabv3", "mask-rcnn", "keypoint-rcnn", "raft"])
def test_the_answers_are_torchvisions(key: str) -> None:
    found = compare(key)
    pair = counterpart(key)
    assert pair.ready is not None
    names = {one.name for one in found.differences}
    assert names & {"logits", "update 12"} or names == set(pair.ready.returns)
    assert found.theirs is not None and min(found.ours, found.theirs) > 0
    for one in found.differences:
        assert one.shapes[0] == one.shapes[1] and one.shapes[0][0] > 0
        assert one.largest is not None and one.largest <= ROUNDING * max(one.scale, 1), one
    assert "the same, up to rounding" in verdict(found)


def test_a_wrong_detail_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """A net whose weights fit but whose pooling differs does not pass for the same."""
    pair = counterpart("deeplabv3")
    wrong = replace(pair, ours="tests.labs.test_implementations:wrong_rates")
    monkeypatch.setitem(COUNTERPARTS, "deeplabv3", wrong)
    found = compare("deeplabv3")
    assert found.differences[0].largest is not None
    assert found.differences[0].largest > 10 * ROUNDING * found.differences[0].scale
    assert "differ by up to" in verdict(found)


def wrong_rates() -> Any:
    from cvdemo.nets.deeplab import DeepLab, DeepLabConfig
    from cvdemo.nets.encoders import ResNet

    return DeepLab(DeepLabConfig(21, 256, (6, 12, 18), dropout=0.5), ResNet(50, output_stride=8))


@pytest.mark.skipif(not importlib.util.find_spec("segmentation_models_pytorch"), reason="extra `smp`")
def test_two_details_of_another_library() -> None:
    found = compare("deeplabv3-smp")
    first, last = found.repairs
    assert found.differences[0].largest is not None
    assert found.differences[0].largest > 100 * last.largest < first.largest
    assert last.largest < ROUNDING * found.differences[0].scale


@pytest.mark.skipif(not importlib.util.find_spec("timm"), reason="extra `smp`")
@pytest.mark.parametrize("key", ["resnet50", "efficientnet-lite0"])
def test_encoders_are_timms(key: str) -> None:
    assert "the same, up to rounding" in verdict(compare(key))


@pytest.mark.parametrize(
    "key", ["localizer", "sliding-window", "pose-regression", "show-attend-tell", "two-stream", "lrcn"]
)
def test_nets_without_a_counterpart_run_alone(key: str) -> None:
    found = compare(key)
    assert found.ours > 0
    assert found.theirs is None and not found.differences


def test_a_library_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    pair = counterpart("linknet")
    assert pair.ready is not None
    absent = replace(pair.ready, build="no_such_library:Net")
    monkeypatch.setitem(COUNTERPARTS, "linknet", replace(pair, ready=absent))
    assert not absent.installed
    assert count("linknet")[1] is None
    assert compare("linknet").theirs is None


def test_regions_and_windows_lie_in_the_picture() -> None:
    picture = torch.rand(1, 3, 64, 96)
    _, (boxes,) = experiment._inputs(counterpart("fast-rcnn"), picture)
    assert (boxes[:, :2] >= 0).all() and (boxes[:, 2:] > boxes[:, :2]).all()
    assert (boxes[:, 2:].numpy() <= np.array([96, 64])).all()
    windows, regions = experiment._inputs(counterpart("rcnn"), picture)
    assert windows.shape == (len(regions), 3, 227, 227)


def test_returns_are_what_a_caller_gets() -> None:
    for pair in COUNTERPARTS.values():
        if pair.ready and pair.outputs is Outputs.KEYPOINTS:
            assert "keypoints_scores" in pair.ready.returns


# --- the list of implementations ------------------------------------------------------------------


def test_the_list_says_when_it_was_checked_and_what_was_opened() -> None:
    listed = search_list()
    date.fromisoformat(listed["checked"])
    for method in listed["methods"]:
        assert method["architecture"] in COUNTERPARTS
        assert {one["where"] for one in method["found"]} >= {"authors' code", "torchvision", "transformers"}
        for one in method["found"]:
            assert one.get("link") or one["where"] != "authors' code" or "could not be opened" in one["note"]
            commit = one.get("link", "").split("/blob/")[-1].split("/")[0]
            assert not one.get("link") or len(commit) == 40  # what was read, not what may stand there today
        assert len(search_rows(method)) == len(method["found"])


CALLS = sorted({one["call"] for m in search_list()["methods"] for one in m["found"] if "call" in one})


@pytest.mark.parametrize("call", CALLS)
def test_what_the_list_names_can_be_imported(call: str) -> None:
    if importlib.util.find_spec(call.partition(".")[0].partition(":")[0]) is None:
        pytest.skip("an extra that is not installed")
    assert callable(resolve(call))


def test_a_counterpart_of_the_list_is_that_of_the_pairs() -> None:
    builds = {one.ready.build for one in COUNTERPARTS.values() if isinstance(one.ready, Ready)}
    for method in search_list()["methods"]:
        ready = COUNTERPARTS[method["architecture"]].ready
        if ready is not None:
            assert {one.get("call") for one in method["found"]} & builds
