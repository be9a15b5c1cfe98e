"""Videos of every odd kind, made here, are read as they are shown by a player."""

from __future__ import annotations

import io
import itertools
import wave
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from PIL import Image

from cvdemo.errors import VideoError
from cvdemo.video.clip import Clip, Frame
from cvdemo.video.read import Limits, read_video
from cvdemo.video.sample import at_times, every, strip, thumbnails
from cvdemo.video.write import as_mp4

LEVELS = [20, 60, 100, 140, 180, 220]  # grey of frame 0, 1 ...


def grey(level: int, width: int = 64, height: int = 48) -> np.ndarray:
    """A frame of one grey with a white upper left corner."""
    picture = np.full((height, width, 3), level, np.uint8)
    picture[: height // 3, : width // 3] = 255
    return picture


def encoded(
    *, times: list[float] | None = None, codec: str = "libx264", container: str = "mp4",
    pix_fmt: str = "yuv420p", size: tuple[int, int] = (64, 48), rotation: int = 0, start: float = 0.0,
    levels: list[int] = LEVELS, options: dict[str, str] | None = None, colour: dict[str, int] | None = None,
) -> bytes:  # fmt: skip
    """A small video; times in seconds, else 10 frames a second."""
    out = io.BytesIO()
    with av.open(out, "w", format=container) as file:
        stream = file.add_stream(codec, rate=10, options=options or {})
        stream.width, stream.height, stream.pix_fmt = *size, pix_fmt
        stream.codec_context.time_base = Fraction(1, 1000)
        for name, value in (colour or {}).items():
            setattr(stream.codec_context, name, value)
        if rotation:
            stream.set_display_rotation(rotation)
        for k, level in enumerate(levels):
            frame = av.VideoFrame.from_ndarray(grey(level, *size), format="rgb24")
            seconds = start + (k / 10 if times is None else times[k])
            frame.pts, frame.time_base = round(1000 * seconds), Fraction(1, 1000)
            file.mux(stream.encode(frame))
        file.mux(stream.encode())
    return out.getvalue()


def read(data: bytes, **options: Any) -> tuple[Clip, list[Frame]]:
    clip = read_video(data, name="odd.mp4", **options)
    return clip, list(clip.frames())


def levels(frames: list[Frame]) -> list[int]:
    return [int(frame.picture[-2, -2, 0]) for frame in frames]


def test_frames_come_in_order_with_their_times_even_with_b_frames() -> None:
    clip, frames = read(encoded(options={"bf": "3", "g": "30"}))
    np.testing.assert_allclose([f.time for f in frames], np.arange(6) / 10, atol=1e-3)
    np.testing.assert_allclose(levels(frames), LEVELS, atol=4)
    assert clip.size == (64, 48) and clip.expected == 6 and not clip.notes
    assert [f.time for f in clip.frames()] == [f.time for f in frames]  # from the beginning again


def test_times_of_a_variable_frame_rate_are_kept() -> None:
    times = [0, 0.033, 0.2, 0.21, 0.7, 1.9]
    _, frames = read(encoded(times=times))
    np.testing.assert_allclose([f.time for f in frames], times, atol=1e-3)


def test_times_begin_at_the_first_frame() -> None:
    _, frames = read(encoded(start=5.0, container="matroska"))
    np.testing.assert_allclose([f.time for f in frames], np.arange(6) / 10, atol=2e-3)


@pytest.mark.parametrize(("rotation", "corner"), [(90, (-2, 1)), (-90, (1, -2)), (180, (-2, -2))])
def test_a_phones_rotation_is_applied(rotation: int, corner: tuple[int, int]) -> None:
    clip, frames = read(encoded(rotation=rotation))
    assert clip.size == ((48, 64) if rotation % 180 else (64, 48))
    assert frames[0].picture.shape[:2] == clip.size[::-1]
    assert frames[0].picture[corner].min() > 240  # where the upper left corner has gone
    assert sum(int(frames[0].picture[y, x, 0]) > 240 for y in (1, -2) for x in (1, -2)) == 1


@pytest.mark.parametrize("size", [(63, 47), (1, 1), (16, 200)])
def test_odd_sizes(size: tuple[int, int]) -> None:
    clip, frames = read(encoded(codec="ffv1", container="matroska", pix_fmt="bgra", size=size))
    assert clip.size == size and all(f.picture.shape == (*size[::-1], 3) for f in frames)


def test_ten_bits_become_eight() -> None:
    _, frames = read(encoded(pix_fmt="yuv420p10le"))
    assert frames[0].picture.dtype == np.uint8
    np.testing.assert_allclose(levels(frames), LEVELS, atol=4)


@pytest.mark.parametrize("transfer", [16, 18])
def test_hdr_becomes_brighter_and_keeps_its_order(transfer: int) -> None:
    colour = {"color_trc": transfer, "color_primaries": 9, "colorspace": 9}
    _, frames = read(
        encoded(
            codec="libx265", pix_fmt="yuv420p10le", colour=colour, options={"x265-params": "log-level=none"}
        )
    )
    found = levels(frames)
    assert found == sorted(found) and found[0] < 40 and found[-1] > 200
    assert found[3] > 120  # grey is not pushed into the dark by what is brighter than white


def test_a_gif_with_transparency_lies_on_white() -> None:
    pictures = [Image.fromarray(np.dstack([grey(v), np.full((48, 64), 255, np.uint8)])) for v in (40, 160)]
    for picture in pictures:
        picture.putpixel((60, 40), (0, 0, 0, 0))
    out = io.BytesIO()
    pictures[0].save(out, "GIF", save_all=True, append_images=pictures[1:], duration=[200, 500], disposal=2)
    _, frames = read(out.getvalue())
    np.testing.assert_allclose([f.time for f in frames], [0, 0.2], atol=0.02)
    assert (
        frames[0].picture[40, 60].tolist() == [255, 255, 255]
        and abs(int(frames[0].picture[-2, -2, 0]) - 40) < 6
    )


def test_an_edit_list_hides_what_it_cuts_away() -> None:
    out = io.BytesIO()
    with av.open(io.BytesIO(encoded())) as given, av.open(out, "w", format="mp4") as file:
        stream = file.add_stream_from_template(given.streams.video[0])
        for packet in given.demux(video=0):
            if packet.dts is None:
                continue
            packet.pts -= round(0.2 / packet.time_base)  # what is before 0 is cut away by an edit list
            packet.dts -= round(0.2 / packet.time_base)
            packet.stream = stream
            file.mux(packet)
    _, frames = read(out.getvalue())
    np.testing.assert_allclose(levels(frames), LEVELS[2:], atol=4)
    assert frames[0].time == 0


def test_one_frame_is_a_video() -> None:
    clip, frames = read(encoded(levels=[100]))
    assert len(frames) == 1 and frames[0].time == 0 and clip.expected == 1


def test_a_file_cut_short_gives_what_is_there_and_says_so() -> None:
    noise = np.random.default_rng(0).integers(0, 255, (40, 64, 64, 3), np.uint8)
    whole = as_mp4_with_index_first(list(noise))
    clip, frames = read(whole[: len(whole) // 2])
    assert 5 <= len(frames) < 35
    assert len(clip.notes) == 1 and "cut short" in clip.notes[0]
    list(clip.frames())
    assert len(clip.notes) == 1


def as_mp4_with_index_first(pictures: list[np.ndarray]) -> bytes:
    import tempfile

    from cvdemo.video.write import write_mp4

    with tempfile.TemporaryDirectory() as folder:
        write_mp4(pictures, Path(folder) / "a.mp4", 10)
        return (Path(folder) / "a.mp4").read_bytes()


def test_damage_in_the_middle_is_left_out() -> None:
    data = bytearray(encoded(container="matroska", levels=LEVELS * 6, options={"g": "4"}))
    middle = len(data) // 2
    data[middle : middle + 60] = bytes(60)
    _, frames = read(bytes(data))
    assert len(frames) >= 6


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "empty"),
        (b"this is no video at all" * 100, "not a video"),
        (b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n", "not a video"),
        (b"ffconcat version 1.0\nfile /etc/passwd\n", "not a video"),
        (as_mp4([np.zeros((16, 16, 3), np.uint8)], 1)[:200], "not a video"),
    ],
)
def test_what_is_no_video_gives_one_sentence(data: bytes, says: str) -> None:
    with pytest.raises(VideoError, match=says):
        read_video(data, name="x.mp4")


def test_sound_only() -> None:
    out = io.BytesIO()
    with wave.open(out, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(bytes(16000))
    with pytest.raises(VideoError, match="sound only"):
        read_video(out.getvalue(), name="x.wav")


def test_no_frames() -> None:
    with pytest.raises(VideoError, match=r"no frame|not a video|empty"):
        read_video(encoded(levels=[], container="matroska"), name="x.mkv")


def test_a_codec_that_is_not_known() -> None:
    data = encoded(codec="mpeg4", container="avi").replace(b"FMP4", b"QQQQ")
    with pytest.raises(VideoError, match=r"codec is unknown|no frame"):
        read_video(data, name="x.avi")


def test_limits() -> None:
    data = encoded(levels=LEVELS * 5)
    with pytest.raises(VideoError, match="64 x 48, at most"):
        read_video(data, limits=Limits(pixels=64 * 47))
    with pytest.raises(VideoError, match="at most 0 MB"):
        read_video(data, limits=Limits(nbytes=100))
    clip, frames = read(data, limits=Limits(seconds=1))
    assert len(frames) == 11 and clip.seconds == 1 and "the first 1 seconds" in clip.notes[0]


def test_longest_scales_while_reading() -> None:
    clip, frames = read(encoded(), longest=32)
    assert clip.size == (32, 24) and frames[0].picture.shape == (24, 32, 3)


def test_memory_holds_one_frame_at_a_time() -> None:
    clip = read_video(encoded(levels=LEVELS * 20))
    ids = {id(frame.picture) for frame in itertools.islice(clip.frames(), 3)}
    assert len(ids) <= 3  # an iterator: nothing else is kept
    assert iter(clip.frames()) is not iter(clip.frames())


def test_a_path_and_a_missing_file(tmp_path: Path) -> None:
    (tmp_path / "a.mp4").write_bytes(encoded())
    assert len(list(read_video(tmp_path / "a.mp4").frames())) == 6
    with pytest.raises(VideoError, match="no such file"):
        read_video(tmp_path / "b.mp4")


def test_sampling_by_time() -> None:
    frames = [Frame(k / 30, np.zeros((2, 2, 3), np.uint8)) for k in range(90)]
    assert [round(f.time, 3) for f in every(frames, 0.5)] == [0, 0.5, 1, 1.5, 2, 2.5]
    assert len(list(every(frames, 0))) == 90 and len(list(every(frames, 1 / 30))) == 90
    assert [round(30 * f.time) for f in at_times(frames, [-1, 0, 0.05, 0.05, 9])] == [0, 0, 1, 1, 89]


def test_a_strip_of_small_pictures() -> None:
    clip = read_video(encoded())
    assert strip(clip, 3, 12).shape == (12, 48, 3)
    np.testing.assert_allclose(levels(thumbnails(clip, 3, 12)), [60, 140, 220], atol=60)
