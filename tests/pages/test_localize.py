"""Class and box: nets that run once, experiments, odd pictures."""

from __future__ import annotations

import io
from functools import partial

import numpy as np
import pytest
from PIL import Image

from cvdemo import zoo
from cvdemo.labs.localize.experiment import KEYS
from tests.pages import driver
from tests.pages.driver import without_errors

open_page = partial(driver.open_page, "localize")


@pytest.mark.skipif(len(KEYS) < 2, reason="needs the nets of several weights")
def test_the_weight_changes_the_net_and_runs_none() -> None:
    before = [zoo.load(key).runs for key in KEYS]
    app = without_errors(open_page(seed="4711"))
    after = [zoo.load(key).runs for key in KEYS]
    assert after == [n + 1 for n in before]
    shown = [m.value for m in app.markdown if "Together" in m.value]
    assert len(shown) == 1
    app.select_slider(key="localize-weight").set_value(KEYS[0])
    without_errors(app.run())
    assert [m.value for m in app.markdown if "Together" in m.value] != shown
    assert [zoo.load(key).runs for key in KEYS] == after


def test_every_experiment_is_one_click_and_says_what_to_look_at() -> None:
    app = without_errors(open_page())
    names = [b.key for b in app.button if (b.key or "").startswith("try-")]
    assert len(names) == 2 + len(KEYS)
    for name in names:
        without_errors(app.button(key=name).click().run())
        assert sum(m.value.startswith(":material/visibility:") for m in app.markdown) == 1
        assert bool(app.warning) == (name == "try-Several objects")


@pytest.mark.parametrize("shape", [(1, 1), (3, 900), (37, 53)])
def test_pictures_of_any_size(shape: tuple[int, int]) -> None:
    out = io.BytesIO()
    Image.fromarray(np.full((*shape, 3), 90, np.uint8)).save(out, "PNG")
    app = open_page(source="upload")
    app.file_uploader(key="localize-files").set_value([("odd.png", out.getvalue(), "image/png")]).run()
    without_errors(app)
    assert any("only seen drawings" in i.value for i in app.info)
