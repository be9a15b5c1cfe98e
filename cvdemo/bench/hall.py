"""A hall without browsers: visitors, and a lecturer with members, through Streamlit's own protocol.

One websocket a visitor. `BackMsg` asks for a page or says that a slider has moved; `ForwardMsg`s come back
until `script_finished`. Visitors and server share the machine.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import re
import statistics
import time
from collections.abc import AsyncIterator, Sequence
from typing import Any
from urllib.parse import urlencode, urlsplit

import websockets

from cvdemo.bench.ui import start_hall, wait_until_healthy
from cvdemo.errors import CvdemoError
from cvdemo.ui.visitor import Visitor

LOOPBACK = ("localhost", "127.0.0.1", "::1")
MOST_VISITORS, MOST_MOVES = 500, 200
OPENING = 8  # visitors who come at the same time
START, CLOSE = "Start a room", "Close the room"
CLEARED = 3.0  # seconds until the server knows that the members have gone
OTHER = "iou"  # the page that the lecturer turns to at the end


def run(
    visitors: int,
    page: str,
    *,
    moves: int = 10,
    slider: str = "Score threshold",
    query: str = "",
    room: bool = False,
    address: str = "",
    gap: float = 0.5,
    workers: int = 1,
) -> dict[str, Any]:
    """Seconds to the first page and of each move: median, 95th percentile, and how many were lost.

    `{i}` in `query` is the visitor's number. With `room` the visitors follow one lecturer, who moves the
    slider before they come and after, and at the end opens another page; `followers` are the seconds from a
    move to the value on a follower's page. Without an `address` a server of so many `workers` is started,
    and ended; CvdemoError for an address that is not this machine's.
    """
    if not 1 <= visitors <= MOST_VISITORS or not 1 <= moves <= MOST_MOVES:
        raise CvdemoError(f"1 to {MOST_VISITORS} visitors, 1 to {MOST_MOVES} moves")
    if address and urlsplit(address).hostname not in LOOPBACK:
        raise CvdemoError(f"{address} is not on this machine: a hall is only tried here")

    async def measured(where: str) -> dict[str, Any]:
        if room:
            return await _room(where.rstrip("/"), visitors, page, moves, slider, query, gap)
        return await _visitors(where.rstrip("/"), visitors, page, moves, slider, query, gap)

    if address:
        return asyncio.run(measured(address))
    with start_hall(workers) as (own, _):
        wait_until_healthy(own, 120)
        return asyncio.run(measured(own))


async def _visitors(
    address: str, count: int, page: str, moves: int, slider: str, query: str, gap: float
) -> dict[str, Any]:
    """Visitors of their own, all at once, each with pauses of `gap` seconds in the mean."""
    people = [Visitor(address, page, query.replace("{i}", str(k + 1))) for k in range(count)]
    async with _closing(people):
        first = await asyncio.gather(*(person.open() for person in people), return_exceptions=True)
        here = [person for person, time_ in zip(people, first, strict=True) if isinstance(time_, float)]
        if not here:
            raise CvdemoError(f"nobody got the page: {first[0]!r}")
        here[0].slider(slider)
        times: list[float] = []
        lost = await asyncio.gather(*(_play(person, moves, slider, gap, times) for person in here))
        return {
            "first_page_s": summary([time_ for time_ in first if isinstance(time_, float)]),
            "move_s": summary(times),
            "lost": count - len(here) + sum(lost),
            "exceptions": sorted({error for person in people for error in person.errors})[:3],
            "MB_per_move": round(sum(person.received for person in people) / 1e6 / max(1, len(times)), 3),
        }


async def _play(person: Visitor, moves: int, slider: str, gap: float, times: list[float]) -> bool:
    """Move a slider again and again; whether the visitor was lost on the way."""
    for k in range(moves):
        await asyncio.sleep(random.uniform(0, 2 * gap))
        try:
            _, seconds = await person.move(slider, (0.1 + 0.618 * k + random.uniform(0, 0.3)) % 1)
        except (TimeoutError, CvdemoError, websockets.ConnectionClosed):
            return True
        times.append(seconds)
    return False


async def _room(
    address: str, count: int, page: str, moves: int, slider: str, query: str, gap: float
) -> dict[str, Any]:
    """One lecturer alone, with `count` members and alone again: each time the same moves.

    A machine is not equally fast from minute to minute, so that "alone" is measured on both sides.
    """
    lecturer = Visitor(address, page, query)
    async with _closing([lecturer]):
        await lecturer.open()
        lecturer.slider(slider)
        places = [(0.1 + 0.618 * k) % 1 for k in range(moves)]
        await lecturer.move(slider, 0.5)
        alone = await _alone(lecturer, slider, places, gap)
        await lecturer.press(START)
        code = _code_of(lecturer)
        members = [Visitor(address, page, urlencode({"room": code}), watched=slider) for _ in range(count)]
        async with _closing(members):
            opened = await _in_turns(members)
            here = [member for member, time_ in zip(members, opened, strict=True) if time_ is not None]
            late, together = await _lead(lecturer, here, slider, places, gap)
            turned = await _turn(lecturer, here, OTHER if page != OTHER else "world")
        await asyncio.sleep(CLEARED)
        lecturer.query = query
        await lecturer.ask(page_name=page)
        await lecturer.press(CLOSE)
        alone += await _alone(lecturer, slider, places, gap)
        return {
            "members": [len(here), count],
            "join_s": summary([time_ for time_ in opened if time_ is not None]),
            "lecturer_alone_s": summary(alone),
            "lecturer_s": summary(together),
            "lecturer_ratio": round(statistics.median(together) / statistics.median(alone), 2),
            "followers_s": summary([time_ for time_ in late if time_ is not None]),
            "followers_other_page_s": summary([time_ for time_ in turned if time_ is not None]),
            "lost": sum(time_ is None for time_ in [*late, *turned]) + count - len(here),
            "exceptions": sorted({error for member in [*here, lecturer] for error in member.errors})[:3],
            "kB_per_follower": round(sum(m.received for m in here) / 1e3 / max(1, len(here) * moves), 1),
        }


async def _lead(
    lecturer: Visitor, members: Sequence[Visitor], slider: str, places: Sequence[float], gap: float
) -> tuple[list[float | None], list[float]]:
    """Move the lecturer's slider: how late each follower saw each value, None for never; the moves' times."""
    late: list[float | None] = []
    times: list[float] = []
    for place in places:
        await asyncio.sleep(gap)
        for member in members:
            member.seen.clear()
        begin = time.perf_counter()
        value, seconds = await lecturer.move(slider, place)
        times.append(seconds)
        text = f"{value:.6g}"
        late += await _until_seen(members, text, begin)
    return late, times


async def _turn(lecturer: Visitor, members: Sequence[Visitor], page: str) -> list[float | None]:
    """Let the lecturer open another page; how late each follower has it."""
    for member in members:
        member.seen.clear()
    begin = time.perf_counter()
    lecturer.query = ""
    await lecturer.ask(page_name=page)
    return await _until_seen(members, lecturer.page_hash, begin)


async def _until_seen(members: Sequence[Visitor], text: str, begin: float) -> list[float | None]:
    """Wait until all have seen something, at most half a minute; how late each has, None for never."""
    end = time.monotonic() + 30
    while time.monotonic() < end and not all(member.seen.get(text) for member in members):
        await asyncio.sleep(0.05)
    return [at - begin if (at := member.seen.get(text)) else None for member in members]


async def _in_turns(members: Sequence[Visitor]) -> list[float | None]:
    """Open the page for a few at a time; seconds, None for who was lost."""
    turn = asyncio.Semaphore(OPENING)

    async def one(member: Visitor) -> float | None:
        async with turn:
            try:
                return await member.open()
            except (OSError, TimeoutError, CvdemoError, websockets.WebSocketException):
                return None

    return list(await asyncio.gather(*map(one, members)))


def _code_of(lecturer: Visitor) -> str:
    """The code of the room that was started, as the sidebar's fold has it in its title."""
    for label in lecturer.folds:
        if found := re.search(r"Room ([A-Z]+)$", label):
            return found[1]
    raise CvdemoError("no room was started")


async def _alone(lecturer: Visitor, slider: str, places: Sequence[float], gap: float) -> list[float]:
    """The times of moves that nobody follows."""
    times = []
    for place in places:
        await asyncio.sleep(gap)
        times.append((await lecturer.move(slider, place))[1])
    return times


@contextlib.asynccontextmanager
async def _closing(people: Sequence[Visitor]) -> AsyncIterator[None]:
    try:
        yield
    finally:
        there = [person for person in people if hasattr(person, "listener")]
        await asyncio.gather(*(person.close() for person in there), return_exceptions=True)


def summary(times: Sequence[float]) -> dict[str, float]:
    """Median, 95th percentile and largest of some seconds, and how many there are."""
    if not times:
        return {"n": 0}
    ordered = sorted(times)
    return {
        "median": round(statistics.median(ordered), 3),
        "p95": round(ordered[min(len(ordered) - 1, int(0.95 * len(ordered)))], 3),
        "max": round(ordered[-1], 3),
        "n": len(ordered),
    }
