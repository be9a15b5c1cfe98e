"""Problems in files of truth or results, reported once for all entries with the same problem."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cvdemo.errors import DataError


@dataclass(frozen=True)
class Problem:
    """A problem: the first entry that has it, and the number of entries."""

    file: str
    entry: str  # "entry 17", "00003.txt line 2"
    field: str
    text: str
    count: int = 1

    def __str__(self) -> str:
        where = ", ".join(part for part in (self.entry, self.field and f"field '{self.field}'") if part)
        more = f" ({self.count} entries are like this)" if self.count > 1 else ""
        return f"{self.file}: {where}: {self.text}{more}" if where else f"{self.file}: {self.text}{more}"


class Report:
    """Collects problems; those that would change the score raise DataError, unless `skip_bad`."""

    def __init__(self, *, skip_bad: bool = False) -> None:
        self.skip_bad = skip_bad
        self.problems: list[Problem] = []

    def note(self, problem: Problem) -> None:
        """Record a warning that does not change the score."""
        self.problems.append(problem)

    def refuse(self, problem: Problem) -> None:
        """Report entries that cannot be scored: DataError, or with `skip_bad` a recorded problem."""
        if not self.skip_bad:
            raise DataError(
                f"{problem}; correct it, or leave such entries out with skip_bad (in the shell --skip-bad)"
            )
        self.problems.append(
            Problem(problem.file, problem.entry, problem.field, f"{problem.text}; left out", problem.count)
        )


class Table:
    """The N entries of one file; `keep` [N] marks those without problems so far."""

    def __init__(
        self, file: str, entries: list[dict[str, Any]], label: Callable[[int], str], report: Report
    ) -> None:
        self.file = file
        self.entries = entries
        self.label = label
        self.report = report
        self.keep = np.ones(len(entries), dtype=bool)

    def __len__(self) -> int:
        return len(self.entries)

    def refuse(self, bad: NDArray[np.bool_], field: str, text: Callable[[int], str]) -> None:
        """Report the entries where `bad` [N] as not scorable; text(i) describes the problem of entry i."""
        if problem := self._problem(bad, field, text):
            self.report.refuse(problem)
            self.keep &= ~bad

    def leave_out(self, bad: NDArray[np.bool_], field: str, text: Callable[[int], str]) -> None:
        """Leave out the entries where `bad` [N], which does not change the score, and record it."""
        if problem := self._problem(bad, field, text):
            self.report.note(problem)
            self.keep &= ~bad

    def note(self, odd: NDArray[np.bool_], field: str, text: Callable[[int], str]) -> None:
        """Record a warning for the entries where `odd` [N], and keep them."""
        if problem := self._problem(odd, field, text):
            self.report.note(problem)

    def _problem(self, rows: NDArray[np.bool_], field: str, text: Callable[[int], str]) -> Problem | None:
        found = np.flatnonzero(rows & self.keep)
        if not found.size:
            return None
        first = int(found[0])
        return Problem(self.file, self.label(first), field, text(first), len(found))

    def numbers(
        self, field: str, width: int | None = None, *, default: NDArray[np.float64] | None = None
    ) -> NDArray[np.float64]:
        """The field of every entry as finite numbers [N], or as lists of `width` numbers [N, width].

        Entries whose field is missing, not numeric or not finite are refused and get 0; with a `default`
        [N], it replaces fields that are missing or null.
        """
        if default is None:
            values = [entry.get(field) for entry in self.entries]
        else:
            given = (entry.get(field) for entry in self.entries)
            values = [d if v is None else v for v, d in zip(given, default.tolist(), strict=True)]
        shape = (len(values),) if width is None else (len(values), width)
        try:
            array = np.array(values).reshape(shape if not values else (len(values), *shape[1:]))
        except (ValueError, OverflowError):  # ragged
            array = np.array([])
        if array.shape != shape or array.dtype.kind not in "fiu":
            array = self._numbers_one_by_one(values, field, width)
        array = array.astype(np.float64)
        finite = np.isfinite(array) if width is None else np.isfinite(array).all(axis=1)
        self.refuse(~finite, field, lambda i: f"{values[i]} is not finite")
        array[~finite] = 0
        return array

    def _numbers_one_by_one(self, values: list[Any], field: str, width: int | None) -> NDArray[np.float64]:
        array = np.zeros((len(values),) if width is None else (len(values), width))
        bad = np.zeros(len(values), dtype=bool)
        for i, value in enumerate(values):
            items = [value] if width is None else value
            fits = isinstance(items, list | tuple) and len(items) == (width or 1)
            if fits and all(map(_is_number, items)):
                array[i] = value
            else:
                bad[i] = True
        expected = "a number" if width is None else f"a list of {width} numbers"
        self.refuse(bad, field, lambda i: _not(expected, self.entries[i], field))
        return array

    def flags(self, field: str) -> NDArray[np.bool_]:
        """The field of every entry as booleans [N], from 0, 1, false or true; False if missing or null."""
        values = [entry.get(field) or 0 for entry in self.entries]
        known = np.fromiter((isinstance(v, int | float) and v in (0, 1) for v in values), bool, len(values))
        self.refuse(~known, field, lambda i: f"{values[i]!r} is neither 0 nor 1")
        return np.fromiter((bool(v) for v in values), bool, len(values)) & known

    def positions(self, field: str, index: dict[Any, int]) -> NDArray[np.int64]:
        """The position of the field's value in `index`, [N], or -1; entries without an id are refused."""
        values = [entry.get(field) for entry in self.entries]
        usable = np.fromiter((isinstance(v, int | str | float) for v in values), bool, len(values))
        self.refuse(~usable, field, lambda i: _not("an id", self.entries[i], field))
        found = (index.get(v, -1) if ok else -1 for v, ok in zip(values, usable, strict=True))
        return np.fromiter(found, np.int64, len(values))


def _is_number(value: object) -> bool:
    small = not isinstance(value, int) or abs(value) < 1e300  # a larger int does not fit a float
    return isinstance(value, int | float | np.number) and not isinstance(value, bool) and small


def _not(expected: str, entry: dict[str, Any], field: str) -> str:
    """The message that a field is missing or is not what is expected."""
    if field not in entry:
        return "is missing"
    text = repr(entry[field])
    return f"{text if len(text) <= 60 else text[:57] + '...'} is not {expected}"
