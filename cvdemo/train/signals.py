"""Ctrl-C and SIGTERM while nets are trained."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def handled_by(handler: Callable[[int, Any], None]) -> Iterator[None]:
    """A context in which Ctrl-C and SIGTERM call a handler; behind it, what they did before."""
    before = [(each, signal.signal(each, handler)) for each in SIGNALS]
    try:
        yield
    finally:
        for each, former in before:
            signal.signal(each, former)
