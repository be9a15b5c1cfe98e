"""Home's small pictures are what the pages' functions give now."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

from cvdemo.assets import asset
from cvdemo.cli import main
from cvdemo.labs.home.thumbnails import THUMBNAILS, as_webp
from cvdemo.ui.pages import PAGES


def pixels(file: Path | io.BytesIO) -> np.ndarray:
    return np.asarray(Image.open(file).convert("RGB"), np.float64)


def test_every_page_has_one() -> None:
    assert set(THUMBNAILS) == {page.key for page in PAGES}
    assert sum(file.stat().st_size for file in asset("thumbnails").iterdir()) < 600_000


@pytest.mark.parametrize(
    "page", ["world", "nms", "proposals", "map", "segment", "mask_rcnn", "tracking", "flow"]
)
def test_the_files_are_up_to_date(page: str) -> None:
    """Nets differ a little from machine to machine, so a few pixels may."""
    made = pixels(io.BytesIO(as_webp(THUMBNAILS[page]())))
    kept = pixels(asset("thumbnails", f"{page}.webp"))
    assert np.abs(made - kept).mean() < 4, "`cvdemo thumbnails` makes them anew"


def test_the_command_says_which_pages_there_are(tmp_path: Path) -> None:
    done = CliRunner().invoke(main, ["thumbnails", "iou", "--out", str(tmp_path)])
    assert done.exit_code == 0
    assert pixels(tmp_path / "iou.webp").shape == (300, 480, 3)
    done = CliRunner().invoke(main, ["thumbnails", "nonsense"])
    assert done.exit_code != 0
    assert "no page is called 'nonsense'" in done.output
