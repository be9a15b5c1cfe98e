"""Reading pictures: every file becomes uint8 RGB [H, W, 3], or a `PictureError`."""

from __future__ import annotations

import io
import warnings
from pathlib import Path
from typing import BinaryIO

import cv2
import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from cvdemo.errors import PictureError

MAX_PIXELS = 50_000_000
SUFFIXES = ("jpg", "jpeg", "png", "webp", "bmp", "gif", "tif", "tiff")


def read_picture(source: str | Path | bytes | BinaryIO, *, name: str | None = None) -> np.ndarray:
    """A picture [H, W, 3] uint8 RGB from a file, its bytes or an open file.

    EXIF rotation is applied, transparency is composed on white, CMYK, palette and 16 bit are converted; of
    an animation the first frame is read. Raises `PictureError` for a file that is not a picture, is damaged,
    or has more than `MAX_PIXELS` pixels (checked in its header, before decoding).
    """
    own = Path(source).name if isinstance(source, str | Path) else getattr(source, "name", None)
    name = str(name or own or "picture")
    data = _bytes(source, name)
    if not data:
        raise PictureError(f"cannot read '{name}': the file is empty")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(data)) as image:
                _check_size(image.size, name)
                return _rgb(ImageOps.exif_transpose(image))
    except UnidentifiedImageError as error:
        raise PictureError(
            f"cannot read '{name}': it is not a picture that we know ({', '.join(SUFFIXES)})"
        ) from error
    except Image.DecompressionBombError as error:
        raise PictureError(f"cannot read '{name}': more than {MAX_PIXELS // 10**6} million pixels") from error
    except (OSError, ValueError, SyntaxError, EOFError, MemoryError) as error:
        raise PictureError(f"cannot read '{name}': the picture is damaged or cut short") from error


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


def _rgb(image: Image.Image) -> np.ndarray:
    if image.mode.startswith("I") or image.mode == "F":
        return _from_deep(np.asarray(image))
    if image.has_transparency_data:
        image = image.convert("RGBA")
        white = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(white, image)
    return np.array(image.convert("RGB"))


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
    return cv2.resize(picture, size, interpolation=cv2.INTER_AREA)


def to_jpeg(picture: np.ndarray, quality: int = 85) -> bytes:
    """A picture [H, W, 3] uint8 RGB as JPEG; quality 85 is small and fast enough to update with a slider."""
    return _encode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])


def to_png(picture: np.ndarray) -> bytes:
    """A picture [H, W, 3] uint8 RGB as PNG, lossless."""
    return _encode(".png", picture, [])


def _encode(suffix: str, picture: np.ndarray, options: list[int]) -> bytes:
    order = cv2.COLOR_RGBA2BGRA if picture.shape[2] == 4 else cv2.COLOR_RGB2BGR
    return cv2.imencode(suffix, cv2.cvtColor(picture, order), options)[1].tobytes()


SAMPLES = {  # photos under free licences in scikit-image, by the name that the pages show
    "cat": "chelsea",
    "astronaut": "astronaut",
    "coffee": "coffee",
    "motorcycle": "motorcycle_left",
    "rocket": "rocket",
}


def sample(name: str) -> np.ndarray:
    """A sample photo of `SAMPLES` as uint8 RGB [H, W, 3]; `PictureError` for another name."""
    if name not in SAMPLES:
        raise PictureError(f"no sample photo is called '{name}': there are {', '.join(SAMPLES)}")
    import skimage

    folder = Path(str(skimage.__file__)).parent / "data"
    return read_picture(next(folder.glob(f"{SAMPLES[name]}.*")))
