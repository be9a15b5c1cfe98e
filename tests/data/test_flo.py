"""Middlebury's `.flo`: read as OpenCV writes it and written as it reads it; damage is one sentence."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from cvdemo.data.flo import from_flo, read_flo, to_flo, write_flo
from cvdemo.errors import DataError

FLOW = np.random.default_rng(0).normal(size=(5, 7, 2)).astype(np.float32) * 20


def test_the_files_are_those_of_opencv(tmp_path: Path) -> None:
    cv2.writeOpticalFlow(str(tmp_path / "theirs.flo"), FLOW)
    np.testing.assert_array_equal(read_flo(tmp_path / "theirs.flo"), FLOW)
    write_flo(tmp_path / "ours.flo", FLOW)
    np.testing.assert_array_equal(cv2.readOpticalFlow(str(tmp_path / "ours.flo")), FLOW)
    assert (tmp_path / "ours.flo").read_bytes() == (tmp_path / "theirs.flo").read_bytes()


def test_the_unknown_stays_unknown() -> None:
    flow = FLOW.copy()
    flow[1, 2, 0] = np.nan
    content = to_flo(flow)
    assert (np.frombuffer(content[12:], np.float32).reshape(FLOW.shape)[1, 2] > 1e9).all()
    back = from_flo(content)
    assert np.isnan(back[1, 2]).all() and np.isfinite(back).sum() == FLOW.size - 2


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "does not begin with Middlebury's tag"),
        (b"PIEH\x01\x00", "does not begin with Middlebury's tag"),
        (b"\x89PNG" + bytes(40), "does not begin with Middlebury's tag"),
        (to_flo(FLOW)[:-1], "has 291 bytes: a flow of 7 x 5 pixels has 292"),
        (to_flo(FLOW) + b"x", "has 293 bytes"),
        (b"PIEH" + np.array([0, 5], "<i4").tobytes(), "claims 0 x 5 pixels"),
        (b"PIEH" + np.array([-1, 5], "<i4").tobytes(), "claims -1 x 5 pixels"),
        (b"PIEH" + np.array([2**30, 2**30], "<i4").tobytes(), "claims 1073741824 x"),
    ],
)
def test_damage_is_one_sentence(content: bytes, reason: str, tmp_path: Path) -> None:
    (tmp_path / "a.flo").write_bytes(content)
    with pytest.raises(DataError, match=reason) as found:
        read_flo(tmp_path / "a.flo")
    assert "'a.flo'" in str(found.value)


def test_a_file_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"cannot read 'b\.flo': no such file"):
        read_flo(tmp_path / "b.flo")
