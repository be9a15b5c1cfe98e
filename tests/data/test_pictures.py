"""Every file becomes a picture or one sentence."""

from __future__ import annotations

import io
import struct
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms, ImageOps

from cvdemo.data.pictures import SAMPLES, fit, picture_size, read_picture, sample, to_jpeg, to_png
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


def tiff_exif(*entries: tuple[int, int, bytes]) -> bytes:
    """An EXIF block of one directory: (tag, type, four bytes of value) each."""
    rows = b"".join(struct.pack(">HHI4s", tag, kind, 1, value) for tag, kind, value in entries)
    return b"Exif\0\0MM\0*\0\0\0\x08" + struct.pack(">H", len(entries)) + rows + bytes(4)


def test_a_broken_tag_does_not_keep_a_picture_from_being_turned() -> None:
    exif = tiff_exif((0x0112, 3, b"\0\x06\0\0"), (0x011A, 2, b"72\0\0"))  # a resolution as text
    picture = read_picture(encoded(Image.fromarray(gradient()), "JPEG", exif=exif))
    assert picture.shape == (60, 40, 3)
    assert picture_size(encoded(Image.fromarray(gradient()), "JPEG", exif=exif)) == (40, 60)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_orientation_is_turned_as_pillow_does(orientation: int) -> None:
    image = Image.fromarray(gradient())
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = encoded(image, "PNG", exif=exif)
    expected = ImageOps.exif_transpose(Image.open(io.BytesIO(data)))
    assert np.array_equal(read_picture(data), np.asarray(expected))
    assert picture_size(data) == expected.size


@given(st.binary(max_size=120))
@settings(max_examples=150, deadline=None)
def test_no_exif_block_raises(block: bytes) -> None:
    data = encoded(Image.fromarray(gradient()), "JPEG", exif=b"Exif\0\0" + block)
    assert read_picture(data).shape in ((40, 60, 3), (60, 40, 3))


@given(st.sampled_from(["PNG", "JPEG", "GIF", "TIFF", "WEBP", "AVIF", "HEIF", "BMP"]), st.data())
@settings(max_examples=200, deadline=None)
def test_a_mutated_picture_is_read_or_refused_in_one_sentence(kind: str, data: st.DataObject) -> None:
    import pillow_heif

    pillow_heif.register_heif_opener()
    content = bytearray(encoded(Image.fromarray(gradient()), kind))
    for _ in range(data.draw(st.integers(1, 8))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    try:
        assert read_picture(bytes(content), name="x").ndim == 3
    except PictureError as error:
        assert "x" in str(error) and "\n" not in str(error)


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        (b"zTXt", b"workflow\0\0" + zlib.compress(bytes(5 * 2**20))),
        (b"iCCP", b"display\0\0" + zlib.compress(bytes(3 * 2**20))),
        (b"iCCP", b"display\0\0" + zlib.compress(bytes(99 * 2**20))),
        (b"tEXt", b"history\0" + b"a" * 9 * 2**20),
    ],
)
def test_a_large_text_or_profile_is_passed_over(kind: bytes, data: bytes) -> None:
    png = to_png(gradient())
    assert np.array_equal(read_picture(png[:33] + chunk(kind, data) + png[33:]), gradient())


def test_white_may_be_the_least_value_at_16_bits() -> None:
    grey = np.full((4, 6), 50 * 257, np.uint16)
    data = encoded(Image.fromarray(grey), "TIFF", tiffinfo={262: 0})
    assert np.unique(read_picture(data)).tolist() == [205]


def test_a_16_bit_grey_that_is_transparent_becomes_white() -> None:
    image = Image.fromarray(np.array([[1000, 30000]], np.uint16))
    png = encoded(image, "PNG")
    clear = png[:33] + chunk(b"tRNS", struct.pack(">H", 1000)) + png[33:]
    assert read_picture(clear)[0, :, 0].tolist() == [255, 117]


def test_colours_are_converted_to_srgb() -> None:
    """A profile whose primaries are exchanged gives exchanged colours; sRGB's own changes nothing."""
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    at = {name: srgb.index(name, 128 + 4) for name in (b"rXYZ", b"gXYZ")}
    swapped = bytearray(srgb)
    swapped[at[b"rXYZ"] : at[b"rXYZ"] + 4], swapped[at[b"gXYZ"] : at[b"gXYZ"] + 4] = b"gXYZ", b"rXYZ"
    red = Image.new("RGB", (4, 4), (200, 20, 20))
    assert read_picture(encoded(red, "PNG", icc_profile=srgb))[0, 0].tolist() == [200, 20, 20]
    found = read_picture(encoded(red, "PNG", icc_profile=bytes(swapped)))[0, 0]
    assert np.abs(found.astype(int) - (20, 200, 20)).max() <= 3
    assert read_picture(encoded(red, "PNG", icc_profile=b"no profile"))[0, 0].tolist() == [200, 20, 20]


def test_a_phone_s_heic_is_read() -> None:
    import pillow_heif

    pillow_heif.register_heif_opener()
    found = read_picture(encoded(Image.fromarray(gradient()), "HEIF", quality=95), name="IMG_1.HEIC")
    assert np.abs(found.astype(int) - gradient()).mean() < 8
