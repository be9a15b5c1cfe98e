"""Every file becomes a picture or one sentence."""

from __future__ import annotations

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from cvdemo.data.pictures import SAMPLES, fit, read_picture, sample, to_jpeg, to_png
from cvdemo.errors import PictureError


def encoded(image: Image.Image, kind: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def gradient() -> np.ndarray:
    x, y = np.meshgrid(np.arange(60), np.arange(40))
    return np.stack([x * 4, y * 6, 255 - x * 4], axis=2).astype(np.uint8)


def bomb(width: int, height: int) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(bytes(1000))), (b"IEND", b""))
    parts = (struct.pack(">I", len(d)) + n + d + struct.pack(">I", zlib.crc32(n + d)) for n, d in chunks)
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b"not a picture at all", "not a picture"),
        (encoded(Image.fromarray(gradient()), "PNG")[:100], "damaged or cut short"),
        (encoded(Image.fromarray(gradient()), "JPEG")[:400], "damaged or cut short"),
        (bomb(9000, 9000), "9000 x 9000 pixels, at most 50 million"),
        (bomb(30000, 30000), "more than 50 million pixels"),
    ],
)
def test_what_is_no_picture_gives_one_sentence_with_its_name(data: bytes, words: str) -> None:
    with pytest.raises(PictureError, match=words) as caught:
        read_picture(data, name="x.png")
    assert "x.png" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_missing_file_is_named(tmp_path) -> None:
    with pytest.raises(PictureError, match=r"gone\.jpg"):
        read_picture(tmp_path / "gone.jpg")


def test_png_comes_back_as_it_was() -> None:
    assert np.array_equal(read_picture(to_png(gradient())), gradient())
    assert np.abs(read_picture(to_jpeg(gradient())).astype(int) - gradient()).mean() < 6


def test_exif_rotation_is_applied() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turn by 90 degrees clockwise
    data = encoded(Image.fromarray(gradient()), "PNG", exif=exif)
    assert np.array_equal(read_picture(data), np.rot90(gradient(), -1))


def test_alpha_is_laid_on_white() -> None:
    rgba = np.dstack([gradient(), np.zeros((40, 60), np.uint8)])
    assert (read_picture(encoded(Image.fromarray(rgba), "PNG")) == 255).all()
    palette = Image.fromarray(gradient()).quantize(8)
    data = encoded(palette, "PNG", transparency=palette.getpixel((0, 0)))
    assert (read_picture(data)[0, 0] == 255).all()


def test_16_bit_grey_keeps_its_range() -> None:
    deep = np.linspace(0, 65535, 2400).astype(np.uint16).reshape(40, 60)
    picture = read_picture(encoded(Image.fromarray(deep), "PNG"))
    assert np.abs(picture[..., 0] - deep / 257).max() <= 0.51


def test_cmyk_is_converted() -> None:
    cmyk = Image.fromarray(gradient()).convert("CMYK")
    picture = read_picture(encoded(cmyk, "JPEG", quality=95))
    assert np.abs(picture.astype(int) - gradient()).mean() < 6


def test_the_first_frame_of_an_animation() -> None:
    frames = [Image.new("RGB", (20, 10), c) for c in ("red", "blue")]
    data = encoded(frames[0], "GIF", save_all=True, append_images=frames[1:])
    assert read_picture(data)[5, 5].tolist() == [255, 0, 0]


@pytest.mark.parametrize("size", [(1, 1), (1, 4000), (4000, 1)])
def test_the_thinnest_pictures(size: tuple[int, int]) -> None:
    picture = read_picture(encoded(Image.new("RGB", size), "PNG"))
    assert picture.shape == (size[1], size[0], 3)
    assert min(fit(picture, 100).shape[:2]) == 1
    assert max(fit(picture, 100).shape[:2]) <= 100


@pytest.mark.parametrize("name", SAMPLES)
def test_sample_photos_are_there(name: str) -> None:
    assert sample(name).ndim == 3
