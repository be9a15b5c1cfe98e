"""JSON files as they come: decoded, named, and of the shape that is expected."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

from cvdemo.errors import DataError

JsonSource: TypeAlias = Mapping[str, Any] | Sequence[Mapping[str, Any]] | str | Path


class Named(NamedTuple):
    """A decoded file with what its parts are called in messages."""

    data: Any
    file: str
    label: Callable[[int], str] | None = None  # what entry i is called; by default its position


def read_json(source: JsonSource, name: str) -> Named:
    """A JSON file decoded and called by its file name, or what is already decoded under the given name."""
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
    """The rows, once each is known to be an object."""
    for i, row in enumerate(rows):
        if not isinstance(row, Mapping):
            raise DataError(f"{file}: {label(i)}: must be an object, it is {kind(row)}")
    return list(rows)


def kind(value: Any) -> str:
    """What a decoded JSON value is, for a message."""
    if isinstance(value, Mapping):
        return "an object with the keys " + (", ".join(repr(k) for k in list(value)[:6]) or "none")
    if isinstance(value, list | tuple):
        return "a list"
    return f"{value!r}" if len(repr(value)) < 40 else f"a {type(value).__name__}"
