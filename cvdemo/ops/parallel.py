"""Parts of a calculation in two threads: NumPy, OpenCV and SciPy release Python's lock while they work."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from functools import cache
from itertools import pairwise
from typing import TypeVar

T = TypeVar("T")

WORKERS = 2
ALONE = 1 << 16  # values below which a second thread costs more than it saves


def in_parallel(parts: Sequence[Callable[[], T]], values: int) -> list[T]:
    """What the parts give, in their order, where there are more than a few values in threads.

    The caller's thread does the first, and what nobody has begun by then: so a part may itself call this.
    """
    if values <= ALONE:
        return [part() for part in parts]
    waiting = [(part, _pool().submit(part)) for part in parts[1:]]
    try:
        done = [part() for part in parts[:1]]
        return done + [part() if future.cancel() else future.result() for part, future in waiting]
    finally:  # after an error nothing goes on writing into what the parts share
        wait([future for _, future in waiting if not future.cancel()])


def bands(rows: int, values: int) -> list[slice]:
    """The rows of an array of so many values, as one band for each thread that is worth it."""
    count = max(1, min(WORKERS, rows)) if values > ALONE else 1
    return [slice(*edge) for edge in pairwise(k * rows // count for k in range(count + 1))]


@cache
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(WORKERS - 1, thread_name_prefix="ops")
