"""A script as rows of a table that is edited, and back. No Streamlit."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, TypeAlias

from cvdemo.lecture.script import Station, checked, state_of

Row: TypeAlias = dict[str, Any]
COLUMNS = ("page", "address", "say", "minutes")


def rows_of(stations: Sequence[Station]) -> list[Row]:
    """A row for each station; its state stands as in the address, `seed=7&preset=hard`."""
    return [
        dict(zip(COLUMNS, (station.page, station.query, station.say, station.minutes), strict=True))
        for station in stations
    ]


def edited(rows: Sequence[Row], change: Mapping[str, Any]) -> list[Row]:
    """The rows after an editor's `edited_rows` by place, `deleted_rows` and `added_rows`."""
    changes, gone = change.get("edited_rows", {}), set(change.get("deleted_rows", ()))
    kept = [{**row, **changes.get(k, {})} for k, row in enumerate(rows) if k not in gone]
    return [*kept, *({**dict.fromkeys(COLUMNS), **row} for row in change.get("added_rows", ()))]


def stations_of(rows: Sequence[Row], pages: Collection[str]) -> tuple[Station, ...]:
    """The stations of rows; DataError names the first one that is wrong."""
    listed = [
        {name: row[name] for name in ("page", "say", "minutes")} | {"state": state_of(row["address"] or "")}
        for row in rows
    ]
    return checked(listed, pages)
