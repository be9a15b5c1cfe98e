"""Kinds of pictures: photos, photos of streets, drawings."""

from __future__ import annotations

from enum import StrEnum


class Domain(StrEnum):
    """A kind of pictures, as a page names it: what a model was trained on, what a chosen picture is."""

    PHOTOS = "photos"
    STREETS = "photos of streets, taken from a car"
    DRAWINGS = "drawings"

    def is_like(self, other: Domain) -> bool:
        """Whether both are drawings or both are photos."""
        return (self is Domain.DRAWINGS) == (other is Domain.DRAWINGS)
