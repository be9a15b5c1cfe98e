"""Reading pictures: every file becomes uint8 RGB [H, W, 3], or a `PictureError`."""

from __future__ import annotations

import importlib
import io
import warnings
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import BinaryIO, NamedTuple

import numpy as np
from PIL import Image, UnidentifiedImageError

from cvdemo.data.colour import to_srgb
from cvdemo.data.png import without_text
from cvdemo.data.suffixes import PLUGINS, SUFFIXES
from cvdemo.errors import PictureError

MAX_PIXELS = 50_000_000
ORIENTATION, PHOTOMETRIC = 0x0112, 262
MIN_IS_WHITE = 0
TURNS = {
    2: (Image.Transpose.FLIP_LEFT_RIGHT,),
    3: (Image.Transpose.ROTATE_180,),
    4: (Image.Transpose.FLIP_TOP_BOTTOM,),
    5: (Image.Transpose.TRANSPOSE,),
    6: (Image.Transpose.ROTATE_270,),
    7: (Image.Transpose.TRANSVERSE,),
    8: (Image.Transpose.ROTATE_90,),
}
"""What turns a picture upright, by the value of EXIF's orientation."""


def read_picture(source: str | Path | bytes | BinaryIO, *, name: str | None = None) -> np.ndarray:
    """A picture [H, W, 3] uint8 RGB from a file, its bytes or an open file.

    EXIF's rotation is applied, colours are converted from the file's profile to sRGB, transparency is
    composed on white, CMYK, palette and 16 bit are converted; of an animation the first frame is read. Raises
    `PictureError` for a file that is not a picture, is damaged, or has more than `MAX_PIXELS` pixels (checked
    in its header, before decoding).
    """
    own = Path(source).name if isinstance(source, str | Path) else getattr(source, "name", None)
    name = str(name or own or "picture")
    data = _bytes(source, name)
    if not data:
        raise PictureError(f"cannot read '{name}': the file is empty")
    _plugins()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(without_text(data))) as image:
                _check_size(image.size, name)
                return _decoded(image)
    except PictureError:
        raise
    except UnidentifiedImageError as error:
        raise PictureError(
            f"cannot read '{name}': it is not a picture that we know ({', '.join(SUFFIXES)})"
        ) from error
    except Image.DecompressionBombError as error:
        raise PictureError(f"cannot read '{name}': more than {MAX_PIXELS // 10**6} million pixels") from error
    except Exception as error:  # decoders raise whatever a broken file makes them trip over
        raise PictureError(f"cannot read '{name}': the picture is damaged or cut short") from error


def picture_size(source: str | Path | bytes, *, name: str | None = None) -> tuple[int, int]:
    """Width and height of a picture as `read_picture` gives it, from its header; `PictureError` as there."""
    name = str(name or (Path(source).name if isinstance(source, str | Path) else "picture"))
    _plugins()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(without_text(_bytes(source, name)))) as image:
                width, height = image.size
                return (height, width) if _orientation(image) >= 5 else (width, height)
    except PictureError:
        raise
    except Exception as error:
        raise PictureError(f"cannot read '{name}': its size is not in its header") from error


@cache
def _plugins() -> None:
    """Let Pillow read further formats, where the packages for them are installed."""
    for module in filter(find_spec, PLUGINS):
        plugin = importlib.import_module(module)  # JPEG XL's registers itself
        if module == "pillow_heif":
            plugin.register_heif_opener()


def _bytes(source: str | Path | bytes | BinaryIO, name: str) -> bytes:
    if isinstance(source, bytes):
        return source
    if isinstance(source, str | Path):
        try:
            return Path(source).read_bytes()
        except OSError as error:
            raise PictureError(f"cannot read '{name}': {(error.strerror or 'no access').lower()}") from error
    return source.read()


def _check_size(size: tuple[int, int], name: str) -> None:
    width, height = size
    if width * height > MAX_PIXELS:
        limit = MAX_PIXELS // 10**6
        raise PictureError(f"cannot read '{name}': {width} x {height} pixels, at most {limit} million")


def _decoded(image: Image.Image) -> np.ndarray:
    """A picture upright, in sRGB and without transparency."""
    turns = TURNS.get(_orientation(image), ())
    if image.mode.startswith("I") or image.mode == "F":
        grey = _from_deep(_deep_values(image))
        image = Image.fromarray(grey)
    else:
        image = _on_white(to_srgb(image))
    for turn in turns:
        image = image.transpose(turn)
    return np.array(image.convert("RGB"))


def _orientation(image: Image.Image) -> int:
    """EXIF's orientation 1 to 8; 1 where the tag is missing or cannot be read."""
    try:
        value = image.getexif().get(ORIENTATION, 1)
    except Exception:  # a broken EXIF block says nothing about the pixels
        return 1
    return value if isinstance(value, int) and value in TURNS else 1


def _on_white(image: Image.Image) -> Image.Image:
    if not image.has_transparency_data:
        return image.convert("RGB")
    image = image.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)


def _deep_values(image: Image.Image) -> np.ndarray:
    """Grey values [H, W] of more than 8 bits, white where the file says that a value is transparent."""
    values = np.array(image)
    tags = getattr(image, "tag_v2", None)
    if tags is not None and tags.get(PHOTOMETRIC) == MIN_IS_WHITE and image.mode.startswith("I;16"):
        values = 65535 - values
    clear = image.info.get("transparency")
    if isinstance(clear, int):
        values[values == clear] = 65535
    return values


def _from_deep(values: np.ndarray) -> np.ndarray:
    """Grey values of more than 8 bits [H, W] as RGB: 16 bit by its range, floats by 0..1 or their maximum."""
    values = np.nan_to_num(values.astype(np.float64))
    top = 1.0 if values.max() <= 1 else 255.0 if values.max() <= 255 else 65535.0
    grey = (values / max(top, values.max()) * 255).clip(0, 255).round().astype(np.uint8)
    return np.repeat(grey[..., None], 3, axis=2)


def fit(picture: np.ndarray, longest: int) -> np.ndarray:
    """The picture [H, W, 3] scaled down to at most `longest` pixels on the longer side; never scaled up."""
    height, width = picture.shape[:2]
    scale = longest / max(height, width)
    if scale >= 1:
        return picture
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    import cv2  # late, here and below: Home and the lists of models are there before it is

    return cv2.resize(picture, size, interpolation=cv2.INTER_AREA)


def to_jpeg(picture: np.ndarray, quality: int = 85) -> bytes:
    """A picture [H, W, 3] uint8 RGB as JPEG; quality 85 is small and fast enough to update with a slider."""
    import cv2

    return _encode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])


def to_png(picture: np.ndarray) -> bytes:
    """A picture [H, W, 3] uint8 RGB as PNG, lossless."""
    return _encode(".png", picture, [])


def _encode(suffix: str, picture: np.ndarray, options: list[int]) -> bytes:
    import cv2

    order = cv2.COLOR_RGBA2BGRA if picture.shape[2] == 4 else cv2.COLOR_RGB2BGR
    return cv2.imencode(suffix, cv2.cvtColor(picture, order), options)[1].tobytes()


class SamplePhoto(NamedTuple):
    """A photo that scikit-image ships: its file without the ending, whose it is and under which licence."""

    file: str
    credit: str


SAMPLES = {
    "cat": SamplePhoto("chelsea", "Stéfan van der Walt, CC0"),
    "astronaut": SamplePhoto("astronaut", "NASA, public domain"),
    "coffee": SamplePhoto("coffee", "Rachel Michetti, CC0"),
    "photographer": SamplePhoto("camera", "Lav Varshney, CC0"),
    "motorcycle": SamplePhoto(
        "motorcycle_left", "Middlebury stereo 2014 (Scharstein et al.), no licence stated"
    ),
    "rocket": SamplePhoto("rocket", "SpaceX, public domain"),
}
"""By the name that the pages show."""


def sample(name: str) -> np.ndarray:
    """A sample photo of `SAMPLES` as uint8 RGB [H, W, 3]; `PictureError` for another name."""
    if name not in SAMPLES:
        raise PictureError(f"no sample photo is called '{name}': there are {', '.join(SAMPLES)}")
    import skimage

    folder = Path(str(skimage.__file__)).parent / "data"
    return read_picture(next(folder.glob(f"{SAMPLES[name].file}.*")))
