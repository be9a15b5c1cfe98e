"""Drawn samples that are kept while several nets learn from them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cvdemo.train import kept
from cvdemo.train.clips import ActivityClips
from cvdemo.train.kept import KeptSamples, draw
from cvdemo.train.recipes import FlowPairs, FrameStacks, Recipe, Scenes, TrainingData
from cvdemo.train.stream import DataWorkers, Stream

SMALL = (48, 40)


def leaves(sample: Any) -> list[Any]:
    """All values in a sample, one after the other."""
    if isinstance(sample, tuple):
        return [leaf for part in sample for leaf in leaves(part)]
    if isinstance(sample, np.ndarray | int | float | str | bool | None):
        return [sample]
    return [leaf for name in sorted(vars(sample)) for leaf in leaves(vars(sample)[name])]


@pytest.mark.parametrize(
    "data",
    [
        Scenes(size=SMALL, objects=(3,), proposals=5, captions=True),
        FlowPairs(size=SMALL),
        FrameStacks(size=SMALL, frames=3),
        ActivityClips(size=SMALL, flow=True),
    ],
)
def test_a_kept_sample_is_the_drawn_one(data: TrainingData, tmp_path: Path) -> None:
    drawn, first, again = data.draw(7), draw(data, 7, tmp_path), draw(data, 7, tmp_path)
    assert type(first) is type(again) is type(drawn) and len(leaves(drawn)) > 1
    for one in (first, again):
        for mine, theirs in zip(leaves(one), leaves(drawn), strict=True):
            np.testing.assert_array_equal(mine, theirs)


def test_a_sample_is_drawn_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    drawn: list[int] = []
    monkeypatch.setattr(Scenes, "draw", lambda self, seed: drawn.append(seed) or seed)
    for pool, fresh in ((4, 2), (6, 3)):
        stream = Stream(
            Scenes(pool=pool, fresh=fresh), batch=2, seed=0, workers=DataWorkers(0, kept=tmp_path)
        )
        seen = {seed for batch, _ in zip(stream.batches(), range(9), strict=False) for seed in batch}
        assert len(seen) > pool
    assert len(drawn) == len(set(drawn)) > 9


def test_a_process_keeps_too(tmp_path: Path) -> None:
    workers = DataWorkers(1, tmp_path)
    workers.request(Scenes(objects=(3,)), [5])
    (drawn,) = dict(workers.collect()).values()
    workers.close()
    assert [path.name for path in tmp_path.iterdir()] == ["5"]
    np.testing.assert_array_equal(draw(Scenes(objects=(3,)), 5, tmp_path).picture, drawn.picture)


def test_what_another_process_is_writing_is_not_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    data, write, others = Scenes(size=SMALL, objects=(2,)), Path.write_bytes, []

    def slowly(path: Path, content: bytes) -> int:
        write(path, content[:20])
        if not others:
            others.append("")
            monkeypatch.setattr("os.getpid", lambda: -1)
            others.append(draw(data, 7, tmp_path))
        return write(path, content)

    monkeypatch.setattr(Path, "write_bytes", slowly)
    mine = draw(data, 7, tmp_path)
    for one in (mine, others[1], draw(data, 7, tmp_path)):
        np.testing.assert_array_equal(one.picture, data.draw(7).picture)
    assert [path.name for path in tmp_path.iterdir()] == ["7"]


def test_a_disk_that_is_nearly_full_is_left_alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(kept, "SPARE", 10**18)
    data = Scenes(size=SMALL, objects=(3,))
    np.testing.assert_array_equal(draw(data, 1, tmp_path).picture, data.draw(1).picture)
    assert not list(tmp_path.iterdir())


def test_samples_are_deleted_behind_the_last_net_that_needs_them(tmp_path: Path) -> None:
    few, many, other = Scenes(pool=4, fresh=2), Scenes(pool=8, fresh=2), Scenes(objects=(1,))
    nets = [Recipe(str(k), "", steps=1, data=data) for k, data in enumerate((few, other, many))]
    samples = KeptSamples(tmp_path, nets)
    assert samples.folder(other) is None
    folder = samples.folder(few)
    assert folder is not None and folder.is_dir() and samples.folder(many) == folder
    samples.done(few)
    samples.done(other)
    assert folder.is_dir()
    samples.done(many)
    assert not folder.exists()
    smaller = replace(nets[0], data=replace(few, size=SMALL))
    assert KeptSamples(tmp_path, [nets[0], smaller]).folder(few) is None
