"""The clips that are shipped: small, readable, with their licence; the bench gives its figures."""

from __future__ import annotations

import pytest

from cvdemo import zoo
from cvdemo.assets import asset
from cvdemo.bench import video as bench
from cvdemo.ui.clips import SAMPLES
from cvdemo.video.read import read_video
from tests.video.made import ColourDetector

CLIPS = sorted(asset("clips").glob("*.mp4"))


def test_every_sample_is_there_and_has_its_licence() -> None:
    listed = (asset("clips") / "LICENCES.md").read_text("utf-8")
    assert {path.stem for path in CLIPS} == set(SAMPLES)
    assert all(f"`{path.name}`" in listed for path in CLIPS)


@pytest.mark.parametrize("path", CLIPS, ids=lambda p: p.stem)
def test_samples_are_small_and_whole(path) -> None:  # type: ignore[no-untyped-def]
    clip = read_video(path)
    assert path.stat().st_size < 300_000
    assert len(list(clip.frames())) == clip.expected and not clip.notes


def test_the_bench_compares_both_ways(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zoo, "load", lambda key, device=None: ColourDetector())
    figures = bench.run(repeats=1, memory=False)
    assert figures["ours / bare"] > 0 and "peak" not in " ".join(figures)
