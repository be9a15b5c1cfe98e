"""PNG files without the chunks that no pixel needs."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator

SIGNATURE = b"\x89PNG\r\n\x1a\n"
TEXTS = (b"tEXt", b"zTXt", b"iTXt")
LARGE_PROFILE = 8 * 2**20
"""Unpacked bytes from which a colour profile is passed over; those of real devices are smaller."""


def without_text(data: bytes) -> bytes:
    """The same picture without text chunks, of which tools write many megabytes (workflows, histories).

    Other files, and PNG files whose chunks cannot be followed, come back unchanged.
    """
    if not data.startswith(SIGNATURE):
        return data
    dropped = False
    kept = [SIGNATURE]
    for kind, chunk in _chunks(data):
        if kind in TEXTS or (kind == b"iCCP" and _is_large(chunk)):
            dropped = True
        else:
            kept.append(chunk)
    return b"".join(kept) if dropped else data


def _is_large(chunk: bytes) -> bool:
    """Whether a profile (name, zero, method, packed bytes) unpacks to more than `LARGE_PROFILE`."""
    packed = chunk[8:-4].partition(b"\0")[2][1:]
    try:
        return len(zlib.decompressobj().decompress(packed, LARGE_PROFILE + 1)) > LARGE_PROFILE
    except zlib.error:
        return True


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Kind and whole bytes of every chunk; what cannot be followed is the last one, as it is."""
    at = len(SIGNATURE)
    while at < len(data):
        length = struct.unpack(">I", data[at : at + 4])[0] if at + 8 <= len(data) else len(data)
        end = min(at + 12 + length, len(data))
        yield data[at + 4 : at + 8], data[at:end]
        at = end
