"""Reading JSON files: decoded, with names for messages, and checked for the expected structure."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

from cvdemo.errors import DataError

JsonSource: TypeAlias = Mapping[str, Any] | Sequence[Mapping[str, Any]] | str | Path


class Named(NamedTuple):
    """A decoded file with the names of the file and of its entries in messages."""

    data: Any
    file: str
    label: Callable[[int], str] | None = None  # the name of entry i; by default its index


def read_json(source: JsonSource, name: str) -> Named:
    """A decoded JSON file named after the file, or an already decoded object with the given name.

    Raises DataError, with line and column where known, for a file that cannot be read.
    """
    if not isinstance(source, str | Path):
        return Named(source, name)
    path = Path(source)
    try:
        return Named(json.loads(path.read_bytes()), path.name)
    except OSError as error:
        raise DataError(f"{path.name}: cannot be read: {error.strerror or error}") from error
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise DataError(f"{path.name}: {where}: not JSON ({error.msg})") from error
    except (UnicodeDecodeError, RecursionError) as error:
        raise DataError(f"{path.name}: not JSON ({error})") from error


def objects(rows: Sequence[Any], file: str, label: Callable[[int], str]) -> list[dict[str, Any]]:
    """The rows as a list of dictionaries; DataError if one is not an object."""
    for i, row in enumerate(rows):
        if not isinstance(row, Mapping):
            raise DataError(f"{file}: {label(i)}: must be an object, it is {kind(row)}")
    return list(rows)


def kind(value: Any) -> str:
    """A description of a decoded JSON value for a message."""
    if isinstance(value, Mapping):
        return "an object with the keys " + (", ".join(repr(k) for k in list(value)[:6]) or "none")
    if isinstance(value, list | tuple):
        return "a list"
    return f"{value!r}" if len(repr(value)) < 40 else f"a {type(value).__name__}"
