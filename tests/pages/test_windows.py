"""The sliding window's page: both ways to the same scores, counts by formula, nothing runs twice."""

from __future__ import annotations

import io
from functools import partial

import numpy as np
import pytest
import torch
from PIL import Image

from cvdemo.errors import DataError
from cvdemo.labs.windows import lab as windows
from cvdemo.labs.windows.lab import Search, nets, raw_windows, search_both_ways
from cvdemo.nets.sliding_window import SlidingWindow, WindowPyramidConfig
from cvdemo.ops.detections import confidence
from cvdemo.zoo.drawn import at_working_size
from cvdemo.zoo.model import FLOOR
from tests.pages import driver
from tests.pages.driver import without_errors

open_page = partial(driver.open_page, "windows")


@pytest.mark.parametrize("stride", [4, 8, 32])
def test_both_ways_give_the_same_scores_and_the_formula_counts_the_calls(stride: int) -> None:
    picture = np.random.default_rng(stride).integers(0, 256, (60, 96, 3)).astype(np.uint8)
    found = search_both_ways(picture, Search(54, 2, stride, (0.5, 1.0)))
    assert found.size == (120, 192)
    assert found.apart < 1e-3 < max(float(np.ptp(p)) for p in found.probabilities)
    assert found.windows[0] == found.search.windows(found.size) == sum(p[0].size for p in found.probabilities)
    every = max(8 // stride, 1)
    shifts = [min(every, p.shape[1]) * min(every, p.shape[2]) for p in found.probabilities]
    assert found.convolved[0] == sum(shifts)


@torch.inference_mode()
def test_the_pages_windows_are_the_detectors() -> None:
    picture = np.random.default_rng(1).integers(0, 256, (160, 192, 3)).astype(np.uint8)
    search = Search(54, 2, 8, (0.5, 1.0))
    mine = raw_windows(search_both_ways(picture, search), 192, 160)
    whole = SlidingWindow(nets()[0], WindowPyramidConfig((54, 81), (0.5, 1)))
    trace = whole(at_working_size(picture, "cpu"))
    row, kind = (trace.scores()[0] > FLOOR).nonzero(as_tuple=True)
    assert len(mine) == len(row) > 0
    scores, order = trace.scores()[0][row, kind].sort(descending=True, stable=True)
    np.testing.assert_allclose(confidence(mine), scores, atol=1e-3)
    np.testing.assert_allclose(mine.xyxy[0], trace.boxes()[0][row[order[0]]], atol=1e-2)


def test_searches_that_cannot_be() -> None:
    thin = np.zeros((4, 400, 3), np.uint8)
    with pytest.raises(DataError, match="no window of 24 pixels or more fits into a picture that is 192 x 2"):
        search_both_ways(thin, Search(24, 3, 8, (1.0,)))
    with pytest.raises(DataError, match=r"windows are too many to wait for, at most 20,000"):
        search_both_ways(np.zeros((160, 192, 3), np.uint8), Search(12, 6, 4, (0.5, 1.0, 2.0)))


def test_the_classifier_runs_once_for_each_search(monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[Search] = []
    own = search_both_ways
    monkeypatch.setattr(
        windows, "search_both_ways", lambda picture, search: ran.append(search) or own(picture, search)
    )
    app = without_errors(open_page(seed="4711", smallest="54", scales="1"))
    assert len(ran) == 1
    without_errors(app.slider(key="score").set_value(0.2).run())
    without_errors(app.slider(key="iou").set_value(1.0).run())
    assert len(ran) == 1
    without_errors(app.select_slider(key="stride").set_value(32).run())
    assert [s.stride for s in ran] == [8, 32]


def test_experiments_are_one_click_and_say_what_to_look_at() -> None:
    app = without_errors(open_page(smallest="54", scales="1"))
    names = [b.key for b in app.button if (b.key or "").startswith("try-")]
    assert len(names) == 5
    for name in ("try-One size", "try-In strides of 32"):
        without_errors(app.button(key=name).click().run())
        assert sum(m.value.startswith("👀") for m in app.markdown) == 1


@pytest.mark.parametrize(("shape", "fits"), [((1, 1), True), ((37, 53), True), ((3, 900), False)])
def test_pictures_of_any_size(shape: tuple[int, int], fits: bool) -> None:
    out = io.BytesIO()
    Image.fromarray(np.full((*shape, 3), 90, np.uint8)).save(out, "PNG")
    app = open_page(source="upload", smallest="54", scales="1")
    app.file_uploader(key="files").set_value([("odd.png", out.getvalue(), "image/png")]).run()
    assert not app.exception
    assert len(app.error) == (not fits)
    assert any("drawn world only" in i.value for i in app.info)
