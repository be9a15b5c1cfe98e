"""Atomic writes: a temporary file in the same folder that replaces the target."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from cvdemo.errors import DataError


def write_whole(path: Path, data: bytes) -> None:
    """Write a file atomically; an old file is kept until the new one is safely on the disk.

    Raises DataError for a full disk or a folder that cannot be written; no partial file remains.
    """
    part: Path | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(
            dir=path.parent, prefix=f".{path.name}.", suffix=".part", delete=False
        ) as file:
            part = Path(file.name)
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.chmod(0o644)
        part.replace(path)
    except OSError as error:
        if part is not None:
            part.unlink(missing_ok=True)
        reason = (error.strerror or str(error)).lower()
        raise DataError(f"cannot write '{path.name}' ({reason}): what was saved before is kept") from error
