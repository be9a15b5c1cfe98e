"""What it costs to have models elsewhere, and what more replicas bring: `cvdemo serve` on this machine."""

from __future__ import annotations

import contextlib
import secrets
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, cast

import numpy as np

from cvdemo import zoo
from cvdemo.bench.ui import ROOT, environment, free_port
from cvdemo.data.pictures import sample
from cvdemo.errors import CvdemoError
from cvdemo.ui.workers import end_all
from cvdemo.zoo import served
from cvdemo.zoo.model import Detector

KEYS = ("ssd-plus", "ssd-mobilenet-v2", "faster-rcnn-plus")
CLIENTS = 8


def run(replicas: Sequence[int] = (1, 2), *, calls: int = 60, seconds: float = 6.0) -> dict[str, Any]:
    """For each number of replicas: milliseconds of a call there and here, and calls a second of 8 clients.

    Calls there and here take turns. `here_a_second` is one process with one network at a time.
    """
    picture = sample("coffee")
    found: dict[str, Any] = {}
    for count in replicas:
        with server(count):
            rows = {}
            for key in KEYS:
                there, here = cast(Detector, zoo.load(key)), cast(Detector, zoo.load(key, "cpu"))
                if there is here:
                    raise CvdemoError("the server does not answer")
                waits = _in_turns([lambda m=there: m.raw(picture), lambda m=here: m.raw(picture)], calls)  # type: ignore[misc]
                rows[key] = {
                    "there_ms": round(waits[0], 1),
                    "here_ms": round(waits[1], 1),
                    "overhead_ms": round(waits[0] - waits[1], 1),
                    "there_a_second": round(_a_second(there, picture, seconds), 1),
                    "here_a_second": round(_a_second(here, picture, seconds), 1),
                }
            found[f"{count} replica{'s' * (count > 1)}"] = rows
    return found


@contextlib.contextmanager
def server(replicas: int) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """A `cvdemo serve` of its own, which `zoo.load` uses meanwhile; yields its address and its process."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    options = ["--replicas", str(replicas), "--cpus", "0.1", "--port", str(port)]
    with environment(CVDEMO_SERVE=None, CVDEMO_SERVE_KEY=secrets.token_hex(16)):
        process = subprocess.Popen(
            [sys.executable, "-m", "cvdemo", "serve", *options],
            cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        )  # fmt: skip
        try:
            if process.stdout is None or f"CVDEMO_SERVE={address}" not in map(str.strip, process.stdout):
                raise CvdemoError("the server did not start: is Ray installed? `pip install 'cvdemo[serve]'`")
            with environment(CVDEMO_SERVE=address):
                served.forget()
                yield address, process
        finally:
            end_all([process])
    served.forget()


def _in_turns(works: Sequence[Callable[[], Any]], calls: int) -> list[float]:
    """The median milliseconds of each of some works, which take turns."""
    times: list[list[float]] = [[] for _ in works]
    for _ in range(calls + 5):
        for work, own in zip(works, times, strict=True):
            begin = time.perf_counter()
            work()
            own.append(1000 * (time.perf_counter() - begin))
    return [statistics.median(own[5:]) for own in times]


def _a_second(model: Detector, picture: np.ndarray, seconds: float) -> float:
    """How many calls of several clients at once end in a second."""
    begin = time.perf_counter()

    def ask(_: int) -> int:
        done = 0
        while time.perf_counter() - begin < seconds:
            model.raw(picture)
            done += 1
        return done

    with ThreadPoolExecutor(CLIENTS) as pool:
        done = sum(pool.map(ask, range(CLIENTS)))
    return done / (time.perf_counter() - begin)
