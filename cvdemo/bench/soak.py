"""A hall for many minutes: visitors on all pages, who move, turn pages, upload, come and vanish.

What is asked: no exception, nobody dropped, and the memory as before when all have gone.
"""

from __future__ import annotations

import asyncio
import random
import re
import time
import urllib.request
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import websockets

from cvdemo.bench.hall import summary
from cvdemo.bench.ui import environment, free_port, start_hall, wait_until_healthy
from cvdemo.data.pictures import sample, to_jpeg
from cvdemo.errors import CvdemoError
from cvdemo.ui.pages import PAGES
from cvdemo.ui.visitor import Visitor

GAP = 4.0  # seconds between two things that a visitor does, in the mean
SETTLE = 190.0  # seconds: sessions of those who have gone are kept for two minutes, and let go each minute
UPLOADS = ("detect", "segment", "classify", "instances", "pose", "captions")
"""Pages that take a photo of one's own."""

DOES = {"move": 60, "turn": 22, "upload": 8, "broken": 4, "vanish": 6}
"""How often of a hundred times a visitor does what."""


@dataclass
class Told:
    """What happened to all visitors."""

    times: dict[str, list[float]] = field(default_factory=lambda: {name: [] for name in ("open", *DOES)})
    errors: Counter[str] = field(default_factory=Counter)
    dropped: Counter[str] = field(default_factory=Counter)


def run(
    visitors: int = 100, minutes: float = 10.0, *, rounds: int = 1, workers: int = 1, seed: int = 0
) -> dict[str, Any]:
    """What happened, and the server's memory in MB before the visitors came and each time they have gone.

    They come in so many `rounds`, each a part of the time: what leaks grows from round to round, what a hall
    needs once does not. Before memory is measured for the first time, one visitor has opened every page, and
    a crowd has been there for a tenth of the time. `caches` are the bytes that the server keeps on purpose,
    up to their limits. A `ratio` is to what was before; `ratio_of_rounds` is the last round's to the first's.
    """
    metrics = free_port()
    with environment(CVDEMO_METRICS=str(metrics)), start_hall(workers) as (address, process):
        wait_until_healthy(address, 180)
        asyncio.run(_everywhere(address))
        asyncio.run(_crowd(address, visitors, 6 * minutes, seed + 1, Told()))
        time.sleep(SETTLE)
        before = _memory(process, metrics, workers)
        told = Told()
        after = []
        for number in range(rounds):
            asyncio.run(_crowd(address, visitors, 60 * minutes / rounds, seed + 2 * number, told))
            time.sleep(SETTLE)
            after.append(_memory(process, metrics, workers))
        faults = _faults(metrics, workers)
    return {
        "visitors": visitors,
        "minutes": minutes,
        "workers": workers,
        "seconds": {name: summary(times) for name, times in told.times.items()},
        "exceptions": dict(told.errors.most_common(5)),
        "dropped": dict(told.dropped.most_common(5)),
        "faults": faults,
        "memory_before": before,
        "memory_after": after,
        "ratio": _ratio(after[-1], before),
        "ratio_without_caches": _ratio(after[-1], before, caches=False),
        "ratio_of_rounds": _ratio(after[-1], after[0]),
    }


def _ratio(after: dict[str, float], before: dict[str, float], *, caches: bool = True) -> float:
    one, other = (m["MB"] - (0 if caches else m["caches_MB"]) for m in (after, before))
    return round(one / other, 3)


async def _everywhere(address: str) -> None:
    """One visitor, on every page once."""
    visitor = Visitor(address, PAGES[0].key)
    await visitor.open()
    for page in PAGES:
        await visitor.turn(page.key)
    await visitor.close()


async def _crowd(address: str, visitors: int, seconds: float, seed: int, told: Told) -> None:
    end = time.monotonic() + seconds
    people = (_visit(address, random.Random(1000 * seed + k), end, told) for k in range(visitors))
    await asyncio.gather(*people)


async def _visit(address: str, rng: random.Random, end: float, told: Told) -> None:
    """Visitors one after another, as each vanishes, until the end."""
    await asyncio.sleep(rng.uniform(0, GAP))
    while time.monotonic() < end:
        visitor = Visitor(address, rng.choice(PAGES).key)
        doing = "open"
        try:
            told.times["open"].append(await visitor.open())
            while time.monotonic() < end:
                await asyncio.sleep(rng.uniform(0, 2 * GAP))
                doing = rng.choices(list(DOES), list(DOES.values()))[0]
                if doing == "vanish":
                    break
                if (took := await _do(doing, visitor, rng)) is not None:
                    told.times[doing].append(took)
        except (TimeoutError, CvdemoError, OSError, websockets.WebSocketException) as error:
            told.dropped[f"{doing} on {visitor.page}: {type(error).__name__} {error}"[:200]] += 1
            await asyncio.sleep(1)
        told.errors.update(visitor.errors)
        if hasattr(visitor, "listener"):
            await _go(visitor, doing == "vanish")


async def _do(what: str, visitor: Visitor, rng: random.Random) -> float | None:
    if what == "move":
        moving = sorted(label for label, (slider, _) in visitor.sliders.items() if slider.max > slider.min)
        return (await visitor.move(rng.choice(moving), rng.random()))[1] if moving else None
    if what == "turn":
        visitor.page = rng.choice(PAGES).key
        return await visitor.turn(visitor.page)
    visitor.page = rng.choice(UPLOADS)
    took = await visitor.turn(visitor.page, "source=upload")
    label = next((label for label in visitor.uploaders if label == "Photos"), None)
    if label is None:
        return took
    good = what == "upload"
    name, data = ("photo.jpg", _photo(rng)) if good else ("broken.jpg", bytes(rng.randbytes(5000)))
    return await visitor.upload(label, name, data)


def _photo(rng: random.Random) -> bytes:
    """A photo that nobody else has uploaded: no result of it is there."""
    picture = sample(rng.choice(("coffee", "cat", "astronaut"))).copy()
    picture[:8, :8] = np.frombuffer(rng.randbytes(192), np.uint8).reshape(8, 8, 3)
    return to_jpeg(picture)


async def _go(visitor: Visitor, vanishes: bool) -> None:
    """Leave, or be cut off without a word."""
    if vanishes and (transport := getattr(visitor.socket, "transport", None)) is not None:
        visitor.listener.cancel()
        transport.abort()
    else:
        await visitor.close()


def _memory(process: int, metrics: int, workers: int) -> dict[str, float]:
    """Resident megabytes of the server and of those that it has started, and what its caches hold."""
    pages = sum(_resident(one) for one in (process, *_children(process)))
    kept = sum(
        float(value)
        for text in _numbers(metrics, workers)
        for value in re.findall(r"(?m)^cvdemo_(?:results|models)_bytes (\S+)", text)
    )
    return {"MB": round(pages / 1e6, 1), "caches_MB": round(kept / 1e6, 1)}


def _resident(process: int) -> int:
    found = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{process}/status").read_text())
    return 1024 * int(found[1]) if found else 0


def _children(process: int) -> list[int]:
    own = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    return [each for child in map(int, own) for each in (child, *_children(child))]


def _numbers(metrics: int, workers: int) -> list[str]:
    """What the workers tell Prometheus."""
    texts = []
    for number in range(workers):
        with urllib.request.urlopen(f"http://localhost:{metrics + number}/metrics", timeout=30) as answer:
            texts.append(answer.read().decode())
    return texts


def _faults(metrics: int, workers: int) -> dict[str, float]:
    """Runs that an error ended, as the server counts them."""
    found: Counter[str] = Counter()
    for text in _numbers(metrics, workers):
        for labels, count in re.findall(r"(?m)^cvdemo_faults_total\{(.*)\} (\S+)", text):
            found[labels] += float(count)  # type: ignore[assignment]
    return dict(found)
