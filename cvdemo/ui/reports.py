"""What a hosted lab tells its keeper: numbers for Prometheus on their own port, a line of JSON for each run.

`CVDEMO_METRICS=9101` serves the numbers, `CVDEMO_LOG=json` writes the lines to standard error. Neither has a
picture, a name, an address or anything else of a visitor's.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Iterator

from prometheus_client import CollectorRegistry, Counter, Histogram, start_http_server
from prometheus_client.core import GaugeMetricFamily, Metric
from streamlit.runtime.scriptrunner import RerunException, StopException

from cvdemo import zoo
from cvdemo.errors import CvdemoError
from cvdemo.ui.cache import RESULTS
from cvdemo.ui.gate import GATE, Passed
from cvdemo.ui.sessions import visitors
from cvdemo.ui.state import open_page
from cvdemo.zoo.turns import TURNS

NORMAL = (RerunException, StopException, CvdemoError)
"""What ends a run that nothing was wrong with; the last of them is a sentence on the page."""

REGISTRY = CollectorRegistry()
RUNS = Counter("cvdemo_runs", "Runs of pages and of their parts.", ["page", "what"], registry=REGISTRY)
FAULTS = Counter("cvdemo_faults", "Runs that an error ended.", ["page", "error"], registry=REGISTRY)
WAITED = Histogram("cvdemo_waited_seconds", "How long runs waited for their turn.", registry=REGISTRY)
TOOK = Histogram("cvdemo_run_seconds", "How long runs took.", registry=REGISTRY)


def begin() -> None:
    """Serve numbers and write lines as the environment asks; CvdemoError for a port that cannot be had."""
    port, form = os.environ.get("CVDEMO_METRICS", ""), os.environ.get("CVDEMO_LOG", "")
    if form not in ("", "json"):
        raise CvdemoError(f"CVDEMO_LOG is json or nothing, not {form!r}")
    if port:
        serve(port)
    if form:
        GATE.hearers.append(write_line)


def serve(port: str) -> int:
    """Serve the numbers on a port of this machine, 0 for any; the port."""
    try:
        server, _ = start_http_server(int(port), addr="0.0.0.0", registry=REGISTRY)
    except (ValueError, OverflowError, OSError) as error:
        raise CvdemoError(f"no metrics on port {port!r} of CVDEMO_METRICS: {error}") from error
    if count_run not in GATE.hearers:
        GATE.hearers.append(count_run)
    return int(server.server_port)


def count_run(run: Passed) -> None:
    """Count a run among the numbers."""
    page = open_page()
    RUNS.labels(page, run.what).inc()
    if fault := _fault(run):
        FAULTS.labels(page, fault).inc()
    WAITED.observe(run.waited)
    TOOK.observe(run.took)


def write_line(run: Passed) -> None:
    """Write a run as one line of JSON."""
    line = {
        "time": round(time.time(), 3),
        "page": open_page(),
        "what": run.what,
        "waited_ms": round(1000 * run.waited, 1),
        "took_ms": round(1000 * run.took, 1),
        "error": _fault(run),
    }
    sys.stderr.write(json.dumps(line) + "\n")


def _fault(run: Passed) -> str:
    """The name of the error that ended a run, "" where nothing was wrong."""
    return "" if run.ended_by is None or isinstance(run.ended_by, NORMAL) else type(run.ended_by).__name__


class _Now:
    """Numbers that are read when they are asked for."""

    numbers: tuple[tuple[str, str, Callable[[], float]], ...] = (
        ("cvdemo_visitors", "Browsers that are connected.", visitors),
        ("cvdemo_runs_waiting", "Runs of pages that wait for their turn.", lambda: GATE.waiting),
        ("cvdemo_networks_waiting", "Networks that wait for their turn.", lambda: TURNS.waiting),
        ("cvdemo_networks_running", "Networks that run.", lambda: TURNS.running),
        ("cvdemo_results_bytes", "Bytes of the kept results.", lambda: RESULTS.nbytes),
        ("cvdemo_models_bytes", "Bytes of the models in memory.", lambda: zoo.CACHE.nbytes),
    )

    def collect(self) -> Iterator[Metric]:
        for name, what, read in self.numbers:
            yield GaugeMetricFamily(name, what, value=read())


REGISTRY.register(_Now())
