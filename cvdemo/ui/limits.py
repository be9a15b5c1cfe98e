"""A visitor's share of the networks: `CVDEMO_VISITOR_SECONDS=20` of them in a minute.

Who has used it up waits and is told for how long; nothing is refused. Without the setting there is no limit.
A visitor is a session: a tab of a browser. The live camera has limits of its own.
"""

from __future__ import annotations

import math
import os
import threading
import time
from collections.abc import Callable

from cvdemo.ui.cache import RESULTS
from cvdemo.ui.internals import session_id
from cvdemo.zoo.turns import TURNS

MINUTE = 60.0
MOST_KNOWN = 2000  # visitors; those who have their whole share again are forgotten first


class Shares:
    """What each visitor has left of `seconds` a minute; it comes back bit by bit, and may be overdrawn."""

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.seconds, self._clock = seconds, clock
        self._left: dict[str, tuple[float, float]] = {}  # and when that was
        self._lock = threading.Lock()

    def spend(self, visitor: str, seconds: float) -> None:
        """Take from a visitor's share what a run took; a run of nobody's is not counted."""
        if not visitor:
            return
        with self._lock:
            self._left[visitor] = self._now(visitor) - seconds, self._clock()
            if len(self._left) > MOST_KNOWN:
                self._left = {who: self._left[who] for who in self._left if self._now(who) < self.seconds}

    def wait(self, visitor: str) -> float:
        """In how many seconds the visitor's next run may begin; 0 for now."""
        if not visitor or math.isinf(self.seconds):
            return 0.0
        with self._lock:
            return max(0.0, -self._now(visitor)) / self.seconds * MINUTE

    def _now(self, visitor: str) -> float:
        left, since = self._left.get(visitor, (self.seconds, self._clock()))
        return min(self.seconds, left + (self._clock() - since) * self.seconds / MINUTE)


def _given() -> float:
    """The seconds of `CVDEMO_VISITOR_SECONDS`, without limit where there are none."""
    try:
        seconds = float(os.environ.get("CVDEMO_VISITOR_SECONDS", ""))
    except ValueError:
        return math.inf
    return seconds if seconds > 0 else math.inf


SHARES = Shares(_given())
"""Those of this process."""

if math.isfinite(SHARES.seconds):  # else nothing has to be asked
    RESULTS.before = TURNS.rest
    TURNS.pause = lambda: SHARES.wait(session_id())
    TURNS.ended = lambda key, seconds: SHARES.spend(session_id(), seconds)
