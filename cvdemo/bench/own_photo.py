"""How long a visitor's own photo takes, in a real Chromium: from the upload to the first answer on a page."""

from __future__ import annotations

import statistics
import time
from typing import Any

import cv2
import numpy as np

from cvdemo.bench.ui import browser, start, wait_until_healthy
from cvdemo.data.pictures import sample, to_jpeg

ANSWERED = {
    "detect": ".frame img[src]",
    "segment": ".segment[data-ready]:not([data-ready=''])",
    "instances": "[data-milliseconds]",
    "pose": ".pose-lab .everyone g",
}
"""What is on each page once its answer is drawn, as a selector."""

SIZE = (4000, 3000)  # 12 megapixels


def photo(number: int) -> bytes:
    """A JPEG of 12 megapixels with a sensor's noise, of about the bytes that a phone's has; all differ."""
    large = cv2.resize(sample("astronaut"), SIZE, interpolation=cv2.INTER_CUBIC).astype(np.int16)
    noise = np.random.default_rng(number).normal(0, 4, (SIZE[1] // 4, SIZE[0] // 4, 3))
    large += np.tile(noise.astype(np.int16), (4, 4, 1))
    return to_jpeg(large.clip(0, 255).astype(np.uint8))


def run(*, repeats: int = 5) -> dict[str, Any]:
    """Seconds from the upload to the answer by page: of the first visitor, and the median of later ones.

    The first upload loads the model too. Every upload is another photo on a freshly opened page, so that no
    result is there before.
    """
    seconds: dict[str, list[float]] = {name: [] for name in ANSWERED}
    photos = [photo(k) for k in range(repeats + 1)]
    with browser() as chromium, start() as address:
        wait_until_healthy(address)
        for k, data in enumerate(photos):
            for name in ANSWERED:
                seconds[name].append(_upload(chromium, address, name, f"{k}.jpg", data))
    pages = {
        name: {"first_s": round(taken[0], 2), "median_s": round(statistics.median(taken[1:]), 2)}
        for name, taken in seconds.items()
    }
    return {"megapixels": SIZE[0] * SIZE[1] / 1e6, "bytes": len(photos[0]), "repeats": repeats, **pages}


def _upload(chromium: Any, address: str, name: str, file: str, data: bytes) -> float:
    """Seconds from giving a page a file to its answer."""
    page = chromium.new_page(viewport={"width": 1366, "height": 900})
    try:
        page.goto(f"{address}/{name}?source=upload")
        field = page.locator("input[type=file]").first
        field.wait_for(state="attached", timeout=60_000)
        page.wait_for_timeout(1000)  # let the page come to rest
        begin = time.perf_counter()
        field.set_input_files({"name": file, "mimeType": "image/jpeg", "buffer": data})
        page.locator(ANSWERED[name]).first.wait_for(timeout=120_000)
        return time.perf_counter() - begin
    finally:
        page.close()
