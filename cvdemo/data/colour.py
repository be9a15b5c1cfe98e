"""From a picture's own colour profile to sRGB, which everything else here expects."""

from __future__ import annotations

import io
from functools import cache

import numpy as np
from PIL import Image, ImageCms, PngImagePlugin

PngImagePlugin.MAX_TEXT_CHUNK = (
    16 * 2**20
)  # bytes of a profile when unpacked; some have more than Pillow's 1 MiB

ROUNDING = 2  # levels of 255

MODES = {"RGB ": "RGB", "GRAY": "L", "CMYK": "CMYK"}
"""Pillow's mode of a profile's colour space."""


def to_srgb(image: Image.Image) -> Image.Image:
    """The picture in sRGB if it brings the profile of another colour space, else as it is.

    Transparency is kept. A profile that cannot be used (damaged, of another kind of picture) is passed over,
    as browsers do.
    """
    profile = _profile(image.info.get("icc_profile"))
    mode = profile and MODES.get(profile.profile.xcolor_space)
    if not profile or not mode:
        return image
    plain = image.convert({"P": "RGB", "RGBA": "RGB", "LA": "L"}.get(image.mode, image.mode))
    if plain.mode != mode:
        return image
    try:
        if mode == "RGB" and _changes_nothing(profile):
            return image
        converted = ImageCms.profileToProfile(plain, profile, _srgb(), outputMode="RGB")
    except (ImageCms.PyCMSError, ValueError):
        return image
    if converted is not None and image.has_transparency_data:
        converted.putalpha(image.convert("RGBA").getchannel("A"))
    return converted or image


@cache
def _srgb() -> ImageCms.ImageCmsProfile:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))


def _profile(data: object) -> ImageCms.ImageCmsProfile | None:
    if not isinstance(data, bytes) or not data:
        return None
    try:
        return ImageCms.ImageCmsProfile(io.BytesIO(data))
    except (OSError, ImageCms.PyCMSError):
        return None


def _changes_nothing(profile: ImageCms.ImageCmsProfile) -> bool:
    """Whether colours stay within rounding: most profiles are sRGB, and a large picture takes time."""
    levels = np.array([0, 60, 128, 200, 255], np.uint8)
    cube = np.stack(np.meshgrid(levels, levels, levels), axis=-1).reshape(5, 25, 3)
    moved = ImageCms.profileToProfile(Image.fromarray(cube), profile, _srgb(), outputMode="RGB")
    return bool(np.abs(np.asarray(moved, int) - cube).max() <= ROUNDING)
