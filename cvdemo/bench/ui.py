"""Waiting times in a real Chromium: the first page, and a move of the score threshold."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from cvdemo.data.pictures import fit, sample, to_jpeg
from cvdemo.errors import CvdemoError
from cvdemo.ui.workers import end_all

ROOT = Path(__file__).resolve().parents[2]
BROWSER_ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]

_EMPTY = 'import streamlit as st\n\nst.title("Empty")\nst.write("Nothing here.")\n'

# The same move with nothing to compute: two finished JPEG files, the slider chooses one.
_READY = """from pathlib import Path

import streamlit as st

st.set_page_config(layout="wide")


@st.cache_resource
def pictures() -> list[bytes]:
    return [Path(name).read_bytes() for name in ("0.jpg", "1.jpg")]


@st.fragment
def lab() -> None:
    left, right = st.columns([1, 2.4], gap="medium")
    score = left.slider("Score threshold", 0.01, 1.0, 0.05, 0.01)
    right.image(pictures()[round(100 * score) % 2])


st.title("Ready")
lab()
"""

# From a key in the page to the frame after the one in which its answer is laid out: `answered` in the
# browser, `told` by Python; where the largest picture is another one, both.
_WATCH = """() => {
  const images = (root) => [...root.querySelectorAll('*')].flatMap((e) =>
    [...(e.tagName === 'IMG' ? [e] : []), ...(e.shadowRoot ? images(e.shadowRoot) : [])]);
  const area = (e) => e.clientWidth * e.clientHeight;
  const largest = () => images(document).sort((a, b) => area(b) - area(a))[0];
  let image = largest();  // once: to search a large page at every frame would be measured too
  const before = image.src;
  window.waits = {};
  window.addEventListener('keydown', () => {
    const start = performance.now();
    const seen = (name) => requestAnimationFrame(() => { window.waits[name] ??= performance.now() - start; });
    const look = () => {
      if (!image?.isConnected) image = largest();
      const by = image?.closest('[data-by]')?.dataset.by;
      if (by === 'browser') seen('answered');
      if (window.waits.answered && by === 'python') return seen('told');
      if (!by && image && image.src !== before && image.complete && image.naturalWidth) {
        seen('answered'); seen('told');
      } else if (performance.now() - start < 5000) requestAnimationFrame(look);
      else window.waits.told = -1;
    };
    look();
  }, { capture: true, once: true });
}"""


def chromium_path() -> str | None:
    """The installed Chromium or Chrome, or None."""
    return shutil.which("chromium") or shutil.which("google-chrome")


@contextlib.contextmanager
def browser(*more: str) -> Iterator[Any]:
    """A headless Chromium without background network traffic; CvdemoError if none is installed.

    `more` are further arguments of its command line.
    """
    path = chromium_path()
    if path is None:
        raise CvdemoError("no Chromium found: `make browser` installs one")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError as error:
        raise CvdemoError("Playwright is missing: `pip install 'cvdemo[test]'`") from error
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, args=[*BROWSER_ARGS, *more])
        try:
            yield opened
        finally:
            opened.close()


@contextlib.contextmanager
def start(folder: Path = ROOT, app: str = "app.py") -> Iterator[str]:
    """Run `streamlit run` of an app on a free port; yields its address before the server is ready."""
    if not (folder / app).is_file():
        raise CvdemoError(f"no {app} here: run this from a checkout of the project")
    port = free_port()
    command = ["streamlit", "run", app, "--server.port", str(port)]
    with _running([*command, "--server.headless", "true", "--server.address", "localhost"], folder):
        yield f"http://localhost:{port}"


@contextlib.contextmanager
def start_hall(workers: int = 1) -> Iterator[tuple[str, int]]:
    """Run the hall's app; yields its address, before it is ready, and its process id."""
    port = free_port()
    command = ["cvdemo", "app", "--hall", "--host", "localhost", "--port", str(port)]
    with _running([*command, "--workers", str(workers)], ROOT) as pid:
        yield f"http://localhost:{port}", pid


def free_port() -> int:
    """A port that nobody uses now."""
    with socket.socket() as free:
        free.bind(("localhost", 0))
        return int(free.getsockname()[1])


@contextlib.contextmanager
def environment(**values: str | None) -> Iterator[None]:
    """Variables of the environment set for a while, or taken away where they are None."""
    before = {name: os.environ.get(name) for name in values}
    _set(values)
    try:
        yield
    finally:
        _set(before)


def _set(values: Mapping[str, str | None]) -> None:
    for name, value in values.items():
        os.environ.pop(name, None)
        if value is not None:
            os.environ[name] = value


@contextlib.contextmanager
def _running(module: list[str], folder: Path) -> Iterator[int]:
    """A module of Python as a process of its own, ended at the end; yields its process id."""
    process = subprocess.Popen(
        [sys.executable, "-m", *module], cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        yield process.pid
    finally:
        end_all([process])


def wait_until_healthy(address: str, seconds: float = 60) -> None:
    """Return once the server answers; raise `CvdemoError` when it does not in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with contextlib.suppress(OSError), urllib.request.urlopen(f"{address}/_stcore/health", timeout=2):
            return
        time.sleep(0.02)
    raise CvdemoError(f"the app did not answer within {seconds:.0f} s")


def run(*, starts: int = 3, moves: int = 20) -> dict[str, Any]:
    """Both waiting times as medians and as ratios to their peers, in one run.

    First page: from the start of the server's process to a visible title, against an empty app with the
    same settings. Threshold: from the key to the new boxes on screen, and to Python's answer about them,
    against a fragment that shows one of two finished JPEGs of the same size. Each pair takes turns.
    """
    with finished_pictures() as (chromium, ready):
        empty = ready.parent / "empty"
        _write_app(empty, _EMPTY)
        pages: dict[str, list[float]] = {"ours": [], "empty": []}
        for _ in range(starts):
            for name, place in (("ours", ROOT), ("empty", empty)):
                pages[name].append(_first_page(chromium, place))
        waits = _thresholds(chromium, ready, moves)
    first, bare = statistics.median(pages["ours"]), statistics.median(pages["empty"])
    peer = statistics.median(told for _, told in waits["ready"])
    answered, told = (statistics.median(values) for values in zip(*waits["ours"], strict=True))
    return {
        "first_page_s": round(first, 2),
        "empty_first_page_s": round(bare, 2),
        "first_page_ratio": round(first / bare, 2),
        "threshold_ms": round(answered, 1),
        "told_ms": round(told, 1),
        "ready_picture_ms": round(peer, 1),
        "threshold_ratio": round(answered / peer, 2),
        "told_ratio": round(told / peer, 2),
        "moves": [len(waits["ours"]), len(waits["ready"])],
    }


@contextlib.contextmanager
def finished_pictures() -> Iterator[tuple[Any, Path]]:
    """A Chromium, and the folder of an app whose slider shows one of two finished JPEGs of a photo."""
    with tempfile.TemporaryDirectory() as folder, browser() as chromium:
        ready = Path(folder, "ready")
        _write_app(ready, _READY)
        for k in range(2):
            picture = fit(sample("coffee"), 1280).copy()
            picture[:4] = 255 * k
            (ready / f"{k}.jpg").write_bytes(to_jpeg(picture))
        yield chromium, ready


def _write_app(place: Path, text: str) -> None:
    """An app of its own with the project's settings."""
    shutil.copytree(ROOT / ".streamlit", place / ".streamlit")
    (place / "app.py").write_text(text, "utf-8")


def _first_page(chromium: Any, folder: Path) -> float:
    page = chromium.new_page()
    try:
        begin = time.perf_counter()
        with start(folder) as address:
            wait_until_healthy(address)
            page.goto(address, wait_until="commit")
            page.locator("h1").first.wait_for(timeout=60_000)
            return time.perf_counter() - begin
    finally:
        page.close()


def _thresholds(chromium: Any, folder: Path, moves: int) -> dict[str, list[tuple[float, float]]]:
    """Steps between 0.05 and 0.06, where boxes of the coffee photo come and go at each step."""
    waits: dict[str, list[tuple[float, float]]] = {"ours": [], "ready": []}
    with start() as ours, start(folder) as ready:
        pages = {}
        for name, address in (("ours", f"{ours}/detect?sample=coffee&score=0.05"), ("ready", ready)):
            wait_until_healthy(address.split("/detect")[0])
            pages[name] = chromium.new_page(viewport={"width": 1366, "height": 900})
            pages[name].goto(address)
            pages[name].locator("img").last.wait_for(timeout=120_000)
            pages[name].wait_for_timeout(1500)
        for k in range(moves + 4):
            for name, page in pages.items():
                wait = move(page, "ArrowLeft" if k % 2 else "ArrowRight")
                if k >= 4 and wait is not None:
                    waits[name].append(wait)
    if not all(waits.values()):
        raise CvdemoError("no move of the threshold changed the picture")
    return waits


def move(page: Any, key: str) -> tuple[float, float] | None:
    """Milliseconds from a key on the score slider to new boxes and to Python's answer; None without one."""
    page.bring_to_front()
    page.get_by_role("slider", name="Score threshold").focus()
    page.evaluate(_WATCH)
    page.keyboard.press(key)
    page.wait_for_function("window.waits.told !== undefined", timeout=30_000)
    waits = page.evaluate("window.waits")
    page.wait_for_timeout(150)  # let the run come to its end
    return (waits["answered"], waits["told"]) if waits["told"] >= 0 else None
