"""The Stacked frames page: the stack, what nets of each length say, and no nets."""

from __future__ import annotations

from functools import partial

import pytest

from cvdemo import zoo
from cvdemo.labs.stacked import experiment, frames
from cvdemo.labs.stacked.experiment import LENGTHS, lengths
from tests.pages import driver
from tests.pages.driver import query, without_errors

open_page = partial(driver.open_page, "stacked")


def test_stacks_of_each_length_look_on_and_a_slider_runs_none_of_them() -> None:
    app = without_errors(open_page())
    table = app.table[0].value
    known = lengths()
    assert table["frames"].tolist() == [str(n) for n in known] and known[0] == 1 and len(known) > 1
    assert {"this stack: throw", "this stack: catch", "all stacks so far: throw"} <= set(table.columns)
    keys = [LENGTHS[n] for n in known]
    before = {key: zoo.load(key).runs for key in keys}
    without_errors(app.slider(key="stacked-moment").set_value(12).run())
    after = {key: zoo.load(key).runs for key in keys}
    assert query(app)["moment"] == ["12"]
    # The first layer's answers to another stack are worked out anew; no whole net runs.
    assert sum(after.values()) - sum(before.values()) == 1
    without_errors(app.segmented_control(key="stacked-frames").set_value(1).run())
    assert app.table[0].value.shape == table.shape


def test_without_nets_the_page_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(experiment, "has_weights", lambda key: False)
    app = without_errors(open_page())
    assert "are not trained yet" in " ".join(e.value for e in app.info)


def test_a_frame_is_segmented_with_its_neighbours_once_for_each_scene() -> None:
    app = without_errors(open_page(use="segmentation", clip="12", frame="25"))
    nets = [zoo.load(key) for key in frames.frame_nets()]
    assert nets and app.slider(key="stacked-noise").value == 12
    before = [net.runs for net in nets]
    without_errors(app.slider(key="stacked-frame").set_value(30).run())
    assert [net.runs for net in nets] == [runs + 1 for runs in before]
    without_errors(app.slider(key="stacked-frame").set_value(25).run())  # it was there before
    assert [net.runs for net in nets] == [runs + 1 for runs in before]
    assert query(app)["use"] == ["segmentation"]
