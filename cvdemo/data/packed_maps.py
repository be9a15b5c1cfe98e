"""Label maps of a clip, one after another, compressed: a frame takes a few kilobytes."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]


def pack(values: Bytes) -> bytes:
    """An array of bytes, compressed; fast before small."""
    return zlib.compress(np.ascontiguousarray(values).tobytes(), 1)


@dataclass(frozen=True, eq=False)
class PackedMaps:
    """Arrays uint8 of one `shape`, each compressed by itself; `PackedMaps.of` makes it of arrays."""

    shape: tuple[int, ...]
    bodies: Sequence[bytes]

    @classmethod
    def of(cls, arrays: Iterable[Bytes], shape: tuple[int, ...]) -> PackedMaps:
        """Arrays uint8 of a shape, compressed one after another."""
        return cls(shape, [pack(one) for one in arrays])

    def __len__(self) -> int:
        return len(self.bodies)

    def __getitem__(self, k: int) -> Bytes:
        return np.frombuffer(zlib.decompress(self.bodies[k]), np.uint8).reshape(self.shape)

    def __iter__(self) -> Iterator[Bytes]:
        return (self[k] for k in range(len(self)))
