"""What is written can be read again: frames, size, codec."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from PIL import Image

from cvdemo.errors import DataError
from cvdemo.video.write import Mp4Writer, as_gif, as_mp4, sampled, write_gif, write_mp4


def frames(n: int, height: int = 60, width: int = 81) -> list[np.ndarray]:
    pictures = [np.full((height, width, 3), 30, np.uint8) for _ in range(n)]
    for k, picture in enumerate(pictures):
        picture[:, 4 * k : 4 * k + 12] = (250, 40, 20)
    return pictures


def test_mp4_has_every_frame_in_an_even_size() -> None:
    with av.open(io.BytesIO(as_mp4(frames(12), 5))) as video:
        stream = video.streams.video[0]
        assert stream.codec_context.name == "h264" and stream.pix_fmt == "yuv420p"
        assert stream.average_rate == 5
        decoded = [frame.to_ndarray(format="rgb24") for frame in video.decode(stream)]
    assert len(decoded) == 12 and decoded[0].shape == (60, 82, 3)
    assert decoded[5][30, 26, 0] > 180 and decoded[5][30, 60, 0] < 90


def test_gif_has_every_frame_and_equal_ones_stay_longer() -> None:
    with Image.open(io.BytesIO(as_gif(frames(6), 2))) as animation:
        assert animation.n_frames == 6 and animation.size == (81, 60)
        assert animation.info["duration"] == 500 and animation.info["loop"] == 0
    with Image.open(io.BytesIO(as_gif([frames(1)[0]] * 3, 2))) as animation:
        assert animation.n_frames == 1


def test_paths_work_too(tmp_path: Path) -> None:
    write_mp4(frames(2), tmp_path / "a.mp4", 2)
    write_gif(frames(2), tmp_path / "a.gif", 2)
    assert (tmp_path / "a.mp4").stat().st_size > 0 and (tmp_path / "a.gif").stat().st_size > 0


def test_no_frames_and_two_sizes_are_refused() -> None:
    with pytest.raises(DataError, match="at least one frame"):
        as_mp4([], 1)
    with pytest.raises(DataError, match="one size"):
        as_gif([*frames(1), *frames(1, 40, 40)], 1)


def test_samples_are_even_and_end_with_the_last() -> None:
    assert sampled(5, 120) == [0, 1, 2, 3, 4]
    chosen = sampled(1000, 120)
    assert len(chosen) == 120 and chosen[0] == 0 and chosen[-1] == 999


def test_times_are_kept() -> None:
    out = io.BytesIO()
    with Mp4Writer(out, 25, scrub=True) as writer:
        for picture, time in zip(frames(4), (0, 0.04, 0.5, 1.25), strict=True):
            writer.add(picture, time)
    with av.open(io.BytesIO(out.getvalue())) as video:
        assert [frame.time for frame in video.decode(video=0)] == pytest.approx(
            [0, 0.04, 0.5, 1.25], abs=1e-4
        )


def test_a_full_disk_is_one_sentence_and_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(self: Path, target: Path) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(DataError, match=r"cannot write 'a.mp4': no space left"):
        write_mp4(frames(2), tmp_path / "a.mp4", 2)
    assert list(tmp_path.iterdir()) == []


def test_a_disk_that_fills_while_writing() -> None:
    class Full(io.BytesIO):
        def write(self, data: Any) -> int:
            if self.tell() > 2000:
                raise OSError(28, "No space left on device")
            return super().write(data)

    noise = np.random.default_rng(0).integers(0, 255, (60, 64, 64, 3), np.uint8)
    with pytest.raises(DataError, match="no space left"):
        write_mp4(list(noise), Full(), 10)


def test_no_folder_and_no_frames_leave_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="cannot write"):
        write_mp4(frames(1), tmp_path / "none" / "a.mp4", 2)
    with pytest.raises(DataError, match="at least one frame"):
        write_mp4([], tmp_path / "a.mp4", 2)
    assert list(tmp_path.iterdir()) == []
