"""The upsampling page: experiments, typed numbers, the URL, the pictures."""

from __future__ import annotations

from functools import partial

import pytest
from streamlit.testing.v1 import AppTest

from cvdemo.labs.upsampling.experiment import WAYS
from tests.pages import driver
from tests.pages.driver import without_errors

EXPERIMENTS = (
    "the lecture's 4 × 4",
    "aligned corners",
    "checkerboard",
    "no checkerboard",
    "bilinear by weights",
    "holes",
)


open_page = partial(driver.open_page, "upsampling")


def ways_back(app: AppTest) -> dict[str, str]:
    """The captions of the pictures by the way's name."""
    said = [c.value for c in app.caption if ": off by" in c.value]
    return {s.partition(":")[0]: s for s in said}


def test_the_lectures_example_is_the_default() -> None:
    app = without_errors(open_page())
    assert app.segmented_control(key="upsampling-way").value == "max unpooling"


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_every_experiment_is_one_click_and_says_what_to_look_at(name: str) -> None:
    app = without_errors(open_page(**{"map-grid": "9,9;9,9"}).button(key=f"try-{name}").click().run())
    assert sum(m.value.startswith(":material/visibility:") for m in app.markdown) == 1
    assert "map-grid" not in app.query_params


@pytest.mark.parametrize("way", WAYS)
def test_every_way_at_its_sliders_ends(way: str) -> None:
    app = without_errors(open_page(way=way))
    free = ("cells", "factor", "kernel", "stride", "dilation")
    for slider in [s.key for s in app.slider if str(s.key).removeprefix("upsampling-") in free]:
        for end in ("min", "max"):
            app.slider(key=slider).set_value(getattr(app.slider(key=slider), end))
            without_errors(app.run())


def test_a_layout_that_leaves_nothing_is_one_sentence() -> None:
    app = open_page(way="transposed convolution", cells="1", kernel="1", padding="2")
    assert not app.exception
    assert [e.value for e in app.error] == [
        "A padding of 2 cuts the whole output away: -3 x -3 cells are left."
    ]
    app = open_page(way="transposed convolution", stride="2", added="3")
    assert not app.exception
    assert "Output_padding must be below" in app.error[0].value


def typed(app: AppTest, grid: str) -> list[list[float]] | None:
    """A grid of the page as it was typed, None for the default."""
    found = app.session_state["cvdemo-kept-upsampling"].values.get(f"{grid}-grid")
    return None if found is None else found.tolist()


def test_typed_numbers_come_from_the_address_and_nonsense_gives_the_default() -> None:
    app = without_errors(open_page(way="bed of nails", **{"map-grid": "1.5,-2;0,7"}))
    assert typed(app, "map") == [[1.5, -2], [0, 7]]
    for bad in ("1,2;3", "a,b;c,d", "nan,1;2,3", "1e9,1;2,3", ""):
        app = without_errors(open_page(way="bed of nails", **{"map-grid": bad}))
        assert typed(app, "map") is None


def test_a_grid_of_another_size_waits_until_it_fits() -> None:
    app = without_errors(open_page(way="bed of nails", **{"map-grid": "1,2,3;4,5,6;7,8,9"}))
    assert typed(app, "map") is not None
    without_errors(app.slider(key="upsampling-cells").set_value(3).run())
    assert app.query_params["map-grid"] == "1,2,3;4,5,6;7,8,9"


def test_other_weights_take_the_place_of_typed_ones() -> None:
    app = without_errors(open_page(way="transposed convolution", kernel="2", **{"kernel-grid": "5,5;5,5"}))
    assert typed(app, "kernel") == [[5, 5], [5, 5]]
    without_errors(app.segmented_control(key="upsampling-weights").set_value("ones").run())
    assert typed(app, "kernel") is None
    assert "kernel-grid" not in app.query_params


def test_the_picture_is_upsampled_in_five_ways() -> None:
    found = ways_back(without_errors(open_page(down="mean")))
    assert len(found) == 5
    assert any("the least" in s for s in found.values())
