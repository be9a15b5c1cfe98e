"""The suffixes of the pictures that can be read, known without loading what reads them."""

from __future__ import annotations

from importlib.util import find_spec

PLUGINS = {"pillow_heif": ("heic", "heif"), "pillow_jxl": ("jxl",)}
"""Modules that teach Pillow further formats, and the formats' suffixes."""

SUFFIXES = (
    "jpg", "jpeg", "png", "webp", "bmp", "gif", "tif", "tiff", "avif",
    *(suffix for module, ours in PLUGINS.items() if find_spec(module) for suffix in ours),
)  # fmt: skip
"""A phone's HEIC needs `pillow-heif`, JPEG XL `pillow-jxl-plugin`."""

PICTURES = tuple(f".{suffix}" for suffix in SUFFIXES)
"""The same with their dots, as paths end."""
