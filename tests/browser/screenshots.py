"""The README's pictures: `python -m tests.browser.screenshots`."""

from __future__ import annotations

import io

from PIL import Image

from cvdemo.bench.ui import ROOT, browser, start, wait_until_healthy
from cvdemo.data.pictures import to_jpeg
from cvdemo.world.layers import sheet
from tests.browser.driver import settled

PAGES = {
    "detect": ("/detect?source=scene&seed=7&model=ssd&truth=true", ".frame img"),
    "nms": ("/nms?source=scene&seed=5362&preset=hard&boxes=simulated", "canvas"),
}
SCENES = (7, 2, 21, 18, 4, 9, 12, 15)
LIMIT = 300_000


def small_png(data: bytes) -> bytes:
    """The screenshot with as many colours as fit below `LIMIT` bytes."""
    picture = Image.open(io.BytesIO(data)).convert("RGB")
    for colours in (256, 192, 128, 64, 32):
        out = io.BytesIO()
        picture.quantize(colours).save(out, "PNG", optimize=True)
        if out.tell() < LIMIT:
            break
    return out.getvalue()


def main() -> None:
    folder = ROOT / "assets" / "screenshots"
    folder.mkdir(parents=True, exist_ok=True)
    with browser() as chromium, start() as address:
        wait_until_healthy(address)
        page = chromium.new_page(viewport={"width": 1366, "height": 900})
        for name, (path, shown) in PAGES.items():
            page.goto(address + path)
            page.locator(shown).first.wait_for(timeout=60_000)
            settled(page)
            page.wait_for_timeout(2000)
            (folder / f"{name}.png").write_bytes(small_png(page.screenshot()))
    (folder / "world.jpg").write_bytes(to_jpeg(sheet(SCENES, split="test", width=320, height=240)))


if __name__ == "__main__":
    main()
