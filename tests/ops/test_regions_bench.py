"""The bench of Selective Search: rows of who is there, a sentence for who is not."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from cvdemo.bench import regions as bench
from cvdemo.errors import CvdemoError


def test_a_peer_that_is_not_there_is_left_out_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench.importlib.util, "find_spec", lambda _: None)
    monkeypatch.setattr(bench, "QUALITY", bench.FAST[:1])
    monkeypatch.setattr(bench, "PHOTO_SIZE", (64, 48))
    found = bench.run(n=1, repeats=1)
    assert [row["method"] for row in found["photo"]["rows"]] == ["cvdemo fast", "cvdemo quality"]
    assert len(found["left out"]) == 2
    ours = found["scenes"]["rows"][0]
    assert ours["recall at IoU .5, .7"] == ours["cvdemo's with as many boxes"]
    assert ours["recall of the first"][1000] == pytest.approx(ours["recall at IoU .5, .7"], abs=1e-3)


def test_a_python_without_contrib_is_one_sentence() -> None:
    with pytest.raises(CvdemoError, match="cannot run OpenCV's Selective Search"):
        bench.opencv(Path(sys.executable), "fast")([np.zeros((8, 8, 3), np.uint8)])
