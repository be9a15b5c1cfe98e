"""Files that are complete or not there: written beside their place and moved onto it."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from cvdemo.errors import DataError


def write_whole(path: Path, data: bytes) -> None:
    """Write a file at once; what stood there before stays until the new file is safe on the disk.

    A full disk or a folder that cannot be written is a `DataError`, and nothing half written stays.
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
