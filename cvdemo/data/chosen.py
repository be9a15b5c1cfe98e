"""A picture that somebody chose, with what is known of it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from cvdemo.world.truth import Truth


class Chosen(NamedTuple):
    """A picture [H, W, 3] uint8 RGB; `identity` is the same for the same picture.

    `decode_ms` are the milliseconds that it took to read or draw. `truth` is all that is known of a drawn
    scene, None for any other picture.
    """

    identity: str
    name: str
    picture: np.ndarray
    decode_ms: float
    truth: Truth | None = None
