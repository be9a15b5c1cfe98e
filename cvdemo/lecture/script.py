"""The lecture script: stations in order, each a page in a state, a sentence to say and its minutes.

A script is a YAML list, such as `assets/lecture.yaml`:

    - page: nms                      # as in the page's address
      state: {nms: 0.9}              # parameters of its address; a list for one that is there several times
      say: With a high threshold, duplicates stay.
      minutes: 2
"""

from __future__ import annotations

import difflib
import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import accumulate
from typing import Any
from urllib.parse import parse_qs, urlencode

import yaml

from cvdemo.assets import asset
from cvdemo.errors import DataError

FIELDS = ("page", "state", "say", "minutes")
OF_THE_APP = ("lang", "present", "station", "room")
"""Parameters of the address that belong to the app, whatever the page."""

LARGEST = 100_000  # bytes
MOST = 200  # stations
LONGEST = 600  # characters of a sentence, and minutes of a station
Texts = tuple[str, ...]


@dataclass(frozen=True)
class Station:
    """One step of a lecture: a page, its state as texts of the address, a sentence, and minutes."""

    page: str
    say: str
    minutes: float
    state: Mapping[str, Texts] = field(default_factory=dict)

    @property
    def query(self) -> str:
        """The state as the address has it, without the question mark."""
        return urlencode(self.state, doseq=True)


def begins(stations: Sequence[Station]) -> list[float]:
    """The minute at which each station begins, and at the end the minutes of them all."""
    return list(accumulate((station.minutes for station in stations), initial=0.0))


@cache
def shipped(pages: tuple[str, ...]) -> tuple[Station, ...]:
    """The script that comes with the project; `pages` are the keys that there are."""
    return read_script(asset("lecture.yaml").read_bytes(), pages)


def read_script(data: bytes | str, pages: Collection[str]) -> tuple[Station, ...]:
    """The stations of a script; `pages` are the keys that there are. DataError says what is wrong."""
    if len(data) > LARGEST:
        raise DataError(f"this script is too large: {len(data):,} bytes, at most {LARGEST:,}")
    try:
        text = data if isinstance(data, str) else data.decode("utf-8-sig")
        found = yaml.load(text, _Texts)  # makes texts, lists and mappings alone
    except UnicodeDecodeError as error:
        raise DataError("this script is no text in UTF-8") from error
    except yaml.MarkedYAMLError as error:
        line = f" in line {error.problem_mark.line + 1}" if error.problem_mark else ""
        raise DataError(f"this script is no YAML{line}: {' '.join(str(error.problem).split())}") from error
    except (yaml.YAMLError, RecursionError) as error:
        raise DataError("this script is no YAML") from error
    if not isinstance(found, list) or not found:
        raise DataError(f"a script is a list of stations, each with {', '.join(FIELDS)}")
    return checked(found, pages)


def write_script(stations: Sequence[Station]) -> str:
    """A script as YAML, for `read_script`."""
    listed = []
    for station in stations:
        state = {name: list(v) if len(v) > 1 else v[0] for name, v in station.state.items()}
        fields = {"page": station.page, "state": state, "say": station.say}
        listed.append({k: v for k, v in fields.items() if v} | {"minutes": f"{station.minutes:.10g}"})
    return yaml.dump(listed, Dumper=_Plain, sort_keys=False, allow_unicode=True, width=110)


def checked(rows: Sequence[Any], pages: Collection[str]) -> tuple[Station, ...]:
    """Stations of mappings with the fields as texts; DataError names the first one that is wrong."""
    if len(rows) > MOST:
        raise DataError(f"this script has {len(rows)} stations, at most {MOST}")
    return tuple(_station(f"station {k}", row, pages) for k, row in enumerate(rows, 1))


def state_of(query: str) -> dict[str, list[str]]:
    """The state of an address, or of the part of one behind the question mark."""
    return parse_qs(query.rpartition("?")[2].strip(), keep_blank_values=True)


def _station(which: str, row: Any, pages: Collection[str]) -> Station:
    if not isinstance(row, Mapping):
        raise DataError(f"{which} is no mapping with {', '.join(FIELDS)}")
    for name in row:
        if name not in FIELDS:
            raise DataError(f"{which} has an unknown field {_short(name)}: there are {', '.join(FIELDS)}")
    page, say = (_line(which, row, name) for name in ("page", "say"))
    if page not in pages:
        near = difflib.get_close_matches(page, pages, 1)
        raise DataError(f"{which}: no page {_short(page)}" + (f", did you mean {near[0]!r}?" if near else ""))
    return Station(page, say, _minutes(which, row.get("minutes")), _state(which, row.get("state") or {}))


def _line(which: str, row: Mapping[str, Any], name: str) -> str:
    text = row.get(name)
    if not isinstance(text, str) or not text.strip():
        raise DataError(f"{which} has no {name}")
    if len(text) > LONGEST:
        raise DataError(f"{which}: {name} has {len(text)} characters, at most {LONGEST}")
    return " ".join(text.split())


def _minutes(which: str, given: Any) -> float:
    if given is None or given == "":
        raise DataError(f"{which} has no minutes")
    try:
        minutes = float(given)
    except (TypeError, ValueError) as error:
        raise DataError(f"{which}: minutes are a number, not {_short(given)}") from error
    if not math.isfinite(minutes) or not 0 <= minutes <= LONGEST:
        raise DataError(f"{which}: minutes are between 0 and {LONGEST}, not {_short(given)}")
    return minutes


def _state(which: str, given: Any) -> dict[str, Texts]:
    if not isinstance(given, Mapping):
        raise DataError(f"{which}: state is a mapping of parameters, not {_short(given)}")
    found: dict[str, Texts] = {}
    for name, value in given.items():
        if name in OF_THE_APP or name.startswith("embed"):
            raise DataError(f"{which}: {_short(name)} belongs to the app, not to a page's state")
        values = value if isinstance(value, list) else [value]
        if not values or not all(isinstance(one, str) and len(one) <= LONGEST for one in values):
            raise DataError(f"{which}: {_short(name)} is a short text, a number or a list of them")
        found[name] = tuple(values)
    return found


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else type(value).__name__
    return repr(text if len(text) <= 40 else f"{text[:39]}…")


class _Texts(yaml.BaseLoader):
    """Reads every scalar as the text that stands there ("no", 1:30 and 010 too), and no key twice."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[str, Any]:
        """A mapping whose keys are texts."""
        names: set[str] = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode) or key.value in names:
                raise yaml.constructor.ConstructorError(
                    None, None, "a key is a text, and there once", key.start_mark
                )
            names.add(key.value)
        found: dict[str, Any] = super().construct_mapping(node, deep=deep)
        return found

    def construct_scalar(self, node: yaml.ScalarNode) -> str:
        """A text of whole characters: an escape may write half of one."""
        text: str = super().construct_scalar(node)
        if any("\ud800" <= character <= "\udfff" for character in text):
            raise yaml.constructor.ConstructorError(None, None, "half a character", node.start_mark)
        return text


class _Plain(yaml.SafeDumper):
    """Writes every text as plainly as it can: the reader takes nothing for a number."""


_Plain.yaml_implicit_resolvers = {}
