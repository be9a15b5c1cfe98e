"""A chosen picture with its truth, if it is known."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from cvdemo.data.domain import Domain
from cvdemo.data.photo_objects import PhotoObjects

if TYPE_CHECKING:
    from cvdemo.world.reading import Truth

WIDTH, HEIGHT = 1280, 960  # of a drawn scene
SPLIT = "test"  # no net is trained on what the pages show


class Chosen(NamedTuple):
    """A picture [H, W, 3] uint8 RGB; `identity` is the same for the same picture.

    `decode_ms` are the milliseconds of reading or drawing it. `truth` is the ground truth of a drawn scene,
    None for other pictures; `objects` are those of a sample photo, as far as they were drawn by hand.
    """

    identity: str
    name: str
    picture: np.ndarray
    decode_ms: float
    truth: Truth | None = None
    objects: PhotoObjects | None = None

    @property
    def domain(self) -> Domain:
        """What kind of picture it is."""
        return Domain.PHOTOS if self.truth is None else Domain.DRAWINGS
