"""Memory that is no longer used goes back to the system: a hall runs for days.

glibc keeps an arena for each of many threads, and in each what was freed in its middle. Every run of a page
is a thread. A session that has ended is a circle of objects, with all pictures that its last page sent: among
as many objects as a hall has, Python seldom looks for such circles.
"""

from __future__ import annotations

import asyncio
import ctypes
import gc
from contextlib import suppress

from cvdemo.ui.internals import forget_ended_sessions

EVERY = 60.0  # seconds
ARENAS = 2
_ARENA_MAX = -8  # M_ARENA_MAX of malloc.h


def few_arenas() -> None:
    """Have all threads share a few arenas, from now on; nothing where the C library knows no such thing."""
    with suppress(OSError, AttributeError, TypeError):
        ctypes.CDLL(None).mallopt(_ARENA_MAX, ARENAS)


def give_back() -> bool:
    """Free circles of objects, and give what was freed back to the system; whether the C library can."""
    gc.collect()
    try:
        ctypes.CDLL(None).malloc_trim(0)
    except (OSError, AttributeError, TypeError):
        return False
    return True


async def give_back_now_and_then() -> None:
    """Every minute forget who has gone, and give their memory back beside the event loop."""
    while True:
        forget_ended_sessions()
        if not await asyncio.to_thread(give_back):
            return
        await asyncio.sleep(EVERY)
