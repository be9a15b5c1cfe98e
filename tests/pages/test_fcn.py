"""The page from sliding window to FCN: the same scores, formulas, that nothing runs twice, odd pictures."""

from __future__ import annotations

import io
from functools import partial

import numpy as np
import pytest
from PIL import Image

from cvdemo.labs.fcn import lab as fcn
from cvdemo.labs.fcn.kernel import hidden_apart
from cvdemo.labs.fcn.lab import at_size, both, convolved_cost, middles, window_cost
from cvdemo.nets.patch_classifier import WINDOW, PatchClassifier
from tests.pages import driver
from tests.pages.driver import without_errors

open_page = partial(driver.open_page, "fcn")


@pytest.mark.parametrize("stride", [1, 4, 16])
def test_both_ways_give_the_same_scores_and_the_formulas_count_their_calls(stride: int) -> None:
    picture = np.random.default_rng(stride).integers(0, 256, (41, 58, 3)).astype(np.uint8)
    found = both(picture, stride)
    assert found.apart < 1e-4 < np.ptp(found.windows.dense.scores)
    slid, dense = window_cost(41, 58, stride), convolved_cost(41, 58, stride)
    assert (slid.calls, dense.calls) == (found.windows.dense.calls, found.convolved.dense.calls)
    assert slid.multiply_adds % slid.calls == 0
    apart, values = hidden_apart(found)
    assert apart < 1e-4
    assert values == PatchClassifier().config.hidden * ((41 - 32) // 4 + 1) * ((58 - 32) // 4 + 1)


def test_fine_strides_part_the_costs() -> None:
    ratios = [
        window_cost(144, 192, s).multiply_adds / convolved_cost(144, 192, s).multiply_adds for s in (16, 8, 4)
    ]
    assert 1 < ratios[0] < ratios[1] < ratios[2]
    assert window_cost(144, 192, 1).multiply_adds > 8 * convolved_cost(144, 192, 1).multiply_adds


def test_middles_are_where_the_windows_middle_pixels_are() -> None:
    truth = np.arange(40 * 50).reshape(40, 50) % 14
    found = middles(truth.astype(np.uint8), (40, 50), 8)
    np.testing.assert_array_equal(found, truth[16:32:8, 16:40:8])


def test_the_networks_run_once_for_each_picture_size_and_stride(monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[int] = []

    def counted(picture: np.ndarray, stride: int) -> fcn.Both:
        ran.append(stride)
        return both(picture, stride)

    monkeypatch.setattr(fcn, "both", counted)
    app = without_errors(open_page(seed="4711", longest="64"))
    assert ran == [8]
    without_errors(app.run())
    without_errors(app.select_slider(key="stride").set_value(16).run())
    without_errors(app.select_slider(key="stride").set_value(8).run())
    assert ran == [8, 16]


def test_every_experiment_is_one_click_and_says_what_to_look_at() -> None:
    app = without_errors(open_page(longest="48"))
    names = [b.key for b in app.button if (b.key or "").startswith("try-")]
    assert len(names) == 5
    for name in ("try-coarse", "try-every pixel, small"):
        without_errors(app.button(key=name).click().run())
        assert sum(m.value.startswith("👀") for m in app.markdown) == 1


@pytest.mark.parametrize(("shape", "fits"), [((1, 1), True), ((37, 53), True), ((5, 900), False)])
def test_pictures_of_any_size(shape: tuple[int, int], fits: bool) -> None:
    out = io.BytesIO()
    Image.fromarray(np.full((*shape, 3), 90, np.uint8)).save(out, "PNG")
    app = open_page(source="upload", longest="64")
    app.file_uploader(key="files").set_value([("odd.png", out.getvalue(), "image/png")]).run()
    assert not app.exception
    if fits:
        without_errors(app)
    else:
        assert [e.value for e in app.error] == [
            "A window of 32 x 32 pixels does not fit into a picture of 64 x 1."
        ]


def test_too_many_windows_are_one_sentence() -> None:
    app = open_page(longest="384", stride="1")
    assert not app.exception
    assert len(app.error) == 1
    assert "windows are too many to wait for" in app.error[0].value


def test_a_picture_is_brought_to_its_size() -> None:
    assert at_size(np.zeros((1, 1, 3), np.uint8), 64).shape == (64, 64, 3)
    assert at_size(np.zeros((30, 300, 3), np.uint8), 100).shape == (10, 100, 3)
    assert min(at_size(np.zeros((960, 1280, 3), np.uint8), 48).shape[:2]) >= WINDOW
