"""The live camera in real Chromiums with a fake device: frames a second, and how late boxes are."""

from __future__ import annotations

import contextlib
import statistics
import time
from pathlib import Path
from typing import Any

from cvdemo.bench.ui import browser, start, start_hall, wait_until_healthy
from cvdemo.errors import CvdemoError

FAKE_CAMERA = ("--use-fake-device-for-media-stream=fps=30", "--use-fake-ui-for-media-stream")
MODELS = ("ssd-mobilenet-v2", "ssd-plus")
VISITORS = (1, 3, 5)
WARM_UP = 10  # frames

_TIMES = """({ camera }) => ({
  times: camera.times.map(({ drawn, milliseconds, network }) => [drawn, milliseconds, network]),
  missed: camera.missed,
})"""


def run(*, seconds: float = 15.0, frames: int = 2000, width: int = 320) -> dict[str, Any]:
    """Frames a second, milliseconds from grab to drawn boxes, and the server's memory over many frames.

    Of each model at 1, 3 and 5 visitors by the hall's route, and at 1 by triggers under `streamlit run`.
    Browsers and server share the machine. `frames` answers in a row with `ssd-plus` say whether the server's
    memory grows.
    """
    found: dict[str, Any] = {}
    with start_hall() as (address, pid):
        wait_until_healthy(address, 120)
        for model in MODELS:
            for visitors in VISITORS:
                name = f"{model} route {visitors}"
                found[name] = _measure(address, model, visitors, seconds, width)
        found["memory"] = _memory(address, pid, frames, width)
    with start() as address:
        wait_until_healthy(address, 120)
        for model in MODELS:
            found[f"{model} triggers 1"] = _measure(address, model, 1, seconds, width)
    return found


def _measure(address: str, model: str, visitors: int, seconds: float, width: int) -> dict[str, float]:
    """Medians over the visitors; each is a browser of its own."""
    with contextlib.ExitStack() as opened:
        chromium = opened.enter_context(browser(*FAKE_CAMERA))
        pages = [_open(chromium, address, model, width) for _ in range(visitors)]
        for page in pages:
            page.locator(".live").evaluate(
                "root => { root.camera.times.length = 0; root.camera.missed = 0; }"
            )
        pages[-1].wait_for_timeout(1000 * seconds)
        rows = [page.locator(".live").evaluate(_TIMES) for page in pages]
        opened.callback(lambda: [page.context.close() for page in pages])
        return _summary(rows)


def _open(chromium: Any, address: str, model: str, width: int) -> Any:
    """A visitor whose camera runs and whose model is warm."""
    page = chromium.new_context(viewport={"width": 1366, "height": 900}).new_page()
    page.goto(f"{address}/detect?source=live+camera&model={model}&width={width}")
    page.locator(".live .start").click(timeout=120_000)
    page.wait_for_function("() => true")
    end = time.monotonic() + 120
    while page.locator(".live").evaluate("root => root.camera.times.length") < WARM_UP:
        if time.monotonic() > end:
            raise CvdemoError(
                f"no answers: {page.locator('.live .says').inner_text() or 'nothing came back'}"
            )
        page.wait_for_timeout(100)
    return page


def _summary(rows: list[dict[str, Any]]) -> dict[str, float]:
    rates, late, network = [], [], []
    for row in rows:
        times = row["times"]
        if len(times) < 2:
            raise CvdemoError("a visitor got no answers while it was measured")
        rates.append(1000 * (len(times) - 1) / (times[-1][0] - times[0][0]))
        late.append(statistics.median(t[1] for t in times))
        network.append(statistics.median(t[2] for t in times))
    return {
        "frames_per_s": round(statistics.median(rates), 1),
        "slowest_frames_per_s": round(min(rates), 1),
        "grab_to_boxes_ms": round(statistics.median(late), 1),
        "network_ms": round(statistics.median(network), 1),
        "refused_or_lost": sum(row["missed"] for row in rows),
    }


def _memory(address: str, pid: int, frames: int, width: int) -> dict[str, float]:
    """The server's resident memory in MiB after a tenth of the frames and after all of them."""
    with browser(*FAKE_CAMERA) as chromium:
        page = _open(chromium, address, "ssd-plus", width)
        sizes = {}
        for goal in (frames // 10, frames // 2, frames):
            while page.locator(".live").evaluate("root => root.camera.count") < goal:
                page.wait_for_timeout(500)
            sizes[goal] = resident_mib(pid)
        heap = page.evaluate("() => performance.memory?.usedJSHeapSize ?? 0") / 2**20
    return {
        **{f"after_{k}_frames_MiB": round(v, 1) for k, v in sizes.items()},
        "browser_heap_MiB": round(heap, 1),
    }


def resident_mib(pid: int) -> float:
    """The resident memory of a process in MiB; 0 where the system does not say."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text("utf-8").splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS")), 0.0)
