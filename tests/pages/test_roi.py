"""The RoI lab: Python's numbers, whose maps they are, nothing runs twice, odd RoIs and odd pictures."""

from __future__ import annotations

import csv
import io
import json
import re
from functools import partial
from typing import Any

import numpy as np
import pytest
import torch
import torchvision.ops as peer
from PIL import Image
from streamlit.testing.v1 import AppTest

from cvdemo import zoo
from cvdemo.data.pictures import sample
from cvdemo.draw.mask_shifts import mask_errors
from cvdemo.labs.roi import experiment
from cvdemo.labs.roi.draw import SIDE, draw_roi
from cvdemo.labs.roi.experiment import (
    BINS,
    CLASSES,
    LIKELIEST,
    STRIDES,
    PoolingKnobs,
    PositionMaps,
    classify_roi,
    feature_levels,
    maps_of_class,
    pool_roi,
    score_maps,
    stand_in_maps,
    to_csv,
    to_json,
)
from cvdemo.labs.roi.places import CHANNELS, most_varied_channel, within
from cvdemo.nets.rfcn import RFCN
from cvdemo.ops.roi_bins import align_bins, pool_bins
from cvdemo.world.vocabulary import THINGS
from cvdemo.zoo.drawn import DrawnDetector, at_working_size
from tests.pages import driver
from tests.pages.driver import without_errors

BOX = (10.25, 4.5, 33.0, 29.875)


open_page = partial(driver.open_page, "roi")


def roi_of(app: AppTest) -> tuple[float, ...]:
    """Where the RoI was put by the visitor, an experiment or the address."""
    return app.session_state["cvdemo-kept-roi"].values["roi"]


def some_maps() -> PositionMaps:
    maps = np.random.default_rng(1).normal(size=(BINS**2, 10, 12)).astype(np.float32)
    return PositionMaps(maps, 4, "cat", True)


def test_the_grids_are_torchvisions() -> None:
    x = np.random.default_rng(0).normal(size=(10, 12)).astype(np.float32)
    found = pool_roi(x, some_maps(), BOX, PoolingKnobs(4, 0, 3, 2, True))
    rois = torch.tensor([[0, *BOX]], dtype=torch.float64)
    maps = torch.from_numpy(x)[None, None].double()
    scores = torch.from_numpy(some_maps().maps)[None].double()
    for ours, theirs in (
        (found.pool, peer.roi_pool(maps, rois, 3, 0.25)),
        (found.align, peer.roi_align(maps, rois, 3, 0.25, 2, True)),
        (found.votes, peer.ps_roi_pool(scores, rois, 3, 0.25)),
        (found.sampled_votes, peer.ps_roi_align(scores, rois, 3, 0.25, 2)),
    ):
        np.testing.assert_allclose(ours, theirs[0, 0].numpy(), rtol=0, atol=1e-9)
    assert found.moved.tolist() == [1.75, -0.5, 3, 2.125]
    assert found.iou == pytest.approx(21 / (22.75 + 24 * 28 / 25.375 - 21))


def test_scenes_and_photos_have_their_own_net_and_every_level() -> None:
    found = feature_levels(sample("cat"), drawn=False)
    assert "ImageNet" in found.net and max(found.width, found.height) == experiment.PHOTO_SIDE
    for stride in STRIDES:
        level = found.levels[stride]
        assert level.shape[1:] == (-(-found.height // stride), -(-found.width // stride))
        spread = level.std(axis=(1, 2))
        assert len(level) >= CHANNELS
        assert (np.diff(spread) <= 0).all() and sorted(found.channels[stride]) == list(range(len(level)))
    assert not experiment.has_score_maps(drawn=False)
    assert not stand_in_maps(found, 32).real
    assert stand_in_maps(found, 32).maps.shape[0] == BINS**2


def test_scenes_have_rfcns_maps_once_it_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    net = RFCN().eval()
    model = DrawnDetector(zoo.spec("rfcn-plus"), "cpu", net)
    real_load = zoo.load

    def load(key: str, device: str | None = None) -> Any:
        return model if key == "rfcn-plus" else real_load(key, device)

    monkeypatch.setattr(experiment.zoo, "load", load)
    monkeypatch.setattr(experiment, "has_weights", lambda key: True)
    assert CLASSES[1:] == THINGS and net.head.config.bins == BINS
    app = without_errors(open_page(seed="4321"))
    assert any("R-FCN+'s" in c.value for c in app.caption)
    picture = sample("coffee")
    scores = score_maps(picture)
    duck = maps_of_class(scores, "duck", BOX)
    with torch.inference_mode():
        x = at_working_size(picture, "cpu")
        trace = net.head(net.features(x), [torch.tensor([BOX])])
    level = feature_levels(picture, drawn=True).levels[8][0]
    grid = pool_roi(level, duck, BOX, PoolingKnobs(8, 0, 3, 2, True)).sampled_votes
    np.testing.assert_allclose(grid, trace.bins[0, CLASSES.index("duck")].numpy(), atol=1e-4)
    likeliest = maps_of_class(scores, LIKELIEST, BOX)
    probabilities = trace.logits[0].softmax(0)
    name, probability = classify_roi(scores, BOX)
    assert name == likeliest.title == CLASSES[int(probabilities.argmax())]
    assert probability == pytest.approx(float(probabilities.max()), abs=1e-5)


def test_the_most_varied_channel_is_found_around_the_roi_and_beside_the_map() -> None:
    level = np.zeros((3, 8, 8), np.float32)
    level[0, 0] = 9.0
    level[2, 5, 5] = 1.0
    assert most_varied_channel(level, (18, 18, 22, 22), 4) == 2
    assert most_varied_channel(level, (2, 2, 22, 22), 4) == 0
    for box in ((90, 90, 99, 99), (-40, -40, -20, -20), (31, 31, 31, 31)):
        assert most_varied_channel(level, box, 4) in (0, 1, 2)


def test_the_network_runs_once_for_a_picture() -> None:
    ssd, rfcn = (zoo.load(key, "cpu") for key in ("ssd-plus", "rfcn-plus"))
    before = ssd.runs, rfcn.runs
    app = without_errors(open_page(seed="4711"))
    without_errors(app.slider(key="roi-size").set_value(7).run())
    without_errors(app.slider(key="roi-channel").set_value(3).run())
    without_errors(app.select_slider(key="roi-stride").set_value(16).run())
    without_errors(app.toggle(key="roi-aligned").set_value(False).run())
    assert (ssd.runs - before[0], rfcn.runs - before[1]) == (1, 1)


def test_every_experiment_is_one_click_and_does_what_it_says() -> None:
    app = without_errors(open_page(seed="7"))
    names = [b.key for b in app.button if (b.key or "").startswith("try-")]
    assert len(names) >= 3
    placed = {}
    for name in names:
        without_errors(app.button(key=name).click().run())
        assert sum(m.value.startswith(":material/visibility:") for m in app.markdown) == 1
        placed[name.removeprefix("try-")] = roi_of(app)
    x1, _, x2, _ = placed["before a rounding"]
    assert round(x1 / 16) + 1 == round((x1 + 0.25) / 16)
    x1, y1, x2, y2 = placed["no size"]
    assert (x1, y1) == (x2, y2)
    assert placed["half outside"][0] < 192 < placed["half outside"][2]
    assert placed["outside"][0] > 192
    x1, y1, x2, y2 = placed["a small object"]
    assert (x2 - x1) * (y2 - y1) < 32 * 32


def test_the_roi_comes_from_the_url_and_goes_back() -> None:
    app = without_errors(open_page(seed="7", roi="10,20,30.5,40", stride="4"))
    assert roi_of(app) == (10, 20, 30.5, 40)
    assert app.query_params["roi"] in (["10,20,30.5,40"], "10,20,30.5,40")
    names = app.selectbox(key="roi-object").options
    assert app.selectbox(key="roi-object").value is None  # it is the visitor's own
    without_errors(app.selectbox(key="roi-object").select(names[0]).run())
    assert roi_of(app) != (10, 20, 30.5, 40)
    assert app.selectbox(key="roi-object").value == names[0]


@pytest.mark.parametrize("roi", ["", "1,2", "a,b,c,d", "nan,0,1,1", "30,0,10,10", "0,0,1e9,5", "-99,0,5,5"])
def test_what_is_no_roi_of_the_picture_is_refused(roi: str) -> None:
    assert within(roi.split(","), 192, 144) is None


@pytest.mark.parametrize("shape", [(1, 1), (3, 900), (40, 40)])
def test_pictures_of_any_size(shape: tuple[int, int]) -> None:
    out = io.BytesIO()
    Image.fromarray(np.full((*shape, 3), 90, np.uint8)).save(out, "PNG")
    app = open_page(source="upload", stride="32", size="7")
    app.file_uploader(key="roi-files").set_value([("odd.png", out.getvalue(), "image/png")]).run()
    without_errors(app)


def test_the_files_hold_what_is_shown() -> None:
    x = np.random.default_rng(0).normal(size=(10, 12)).astype(np.float32)
    knobs = PoolingKnobs(4, 0, 2, -1, True)
    found = pool_roi(x, some_maps(), BOX, knobs)
    rows = list(csv.DictReader(io.StringIO(to_csv(found))))
    assert len(rows) == 2 * 2 * 2 + BINS**2
    assert float(rows[3]["value"]) == pytest.approx(found.pool[1, 1], abs=1e-6)
    told = json.loads(to_json(x, some_maps(), BOX, knobs, found))
    assert told["roi"] == list(BOX)
    assert np.shape(told["roi_align"]["rows"])[0] == 2
    np.testing.assert_allclose(told["roi_align"]["values"], found.align)


@pytest.mark.parametrize("box", [BOX, (50.0, 50, 60, 60), (20.0, 20, 20, 20)])
def test_the_picture_shows_both_ways(box: tuple[float, ...]) -> None:
    x = np.random.default_rng(0).normal(size=(10, 12))
    pool = pool_bins(box, 2, (10, 12), spatial_scale=0.25)
    align = align_bins(box, 2, shape=(10, 12), spatial_scale=0.25)
    picture = draw_roi(x, pool, align)
    assert picture.shape == (SIDE, 2 * SIDE, 3)
    assert (picture[:, :SIDE] != picture[:, SIDE:]).any()


def test_the_cost_of_a_mask_is_shown_for_a_scenes_thing_and_not_for_a_photo() -> None:
    app = without_errors(open_page(seed="7", stride="16"))
    told = next(c.value for c in app.caption if c.value.startswith("Left **RoIPool**"))
    pool, align = (float(v) for v in re.findall(r"IoU \*\*([.\d]+)", told))
    assert pool < align
    photo = without_errors(open_page(source="sample"))
    assert not any("What rounding costs a mask" in m.value for m in photo.markdown)


def told_ious(app: AppTest) -> tuple[float, float]:
    """IoU of the trained nets' masks, RoIAlign's and RoIPool's, as the page says them."""
    told = next(c.value for c in app.caption if c.value.startswith("From left to right"))
    align, pool = (float(v) for v in re.findall(r"IoU \*\*([.\d]+)", told))
    return align, pool


def test_trained_nets_follow_the_roi() -> None:
    app = without_errors(open_page(seed="7"))
    here = told_ious(app)
    assert min(here) > 0.5
    x1, y1, x2, y2 = driver_roi = roi_of(without_errors(open_page(seed="7", roi="60,54,96.5,140.5")))
    assert driver_roi == (60, 54, 96.5, 140.5)
    align = []
    for shift in (0.0, 1.0, 2.0):
        moved = f"{x1 + shift},{y1},{x2 + shift},{y2}"
        align.append(told_ious(without_errors(open_page(seed="7", roi=moved)))[0])
    assert max(align) - min(align) < 0.05
    far = told_ious(without_errors(open_page(seed="7", roi="85,54,121.5,140.5")))
    assert max(far) < min(align)


@pytest.mark.parametrize("roi", ["70,70,70,70", "193,20,210,40"])
def test_a_roi_that_meets_no_object_has_no_trained_mask(roi: str) -> None:
    app = without_errors(open_page(seed="7", roi=roi))
    assert not any("trained nets make" in m.value for m in app.markdown)
    assert any("meets no object" in c.value for c in app.caption)


def test_a_photo_has_no_trained_masks() -> None:
    app = without_errors(open_page(source="sample"))
    assert not any("trained nets make" in m.value for m in app.markdown)


def test_errors_of_a_mask_have_their_colours() -> None:
    true, wrong = np.zeros((30, 40), bool), np.zeros((30, 40), bool)
    true[5:15, 5:15], wrong[5:15, 10:20] = True, True
    picture = mask_errors(np.zeros((30, 40, 3), np.uint8), true, wrong, np.array([-3.0, 0, 39.5, 30]))
    assert picture.shape == (240, 320, 3)
    missed, right, added, nothing = (tuple(picture[8 * 8, 8 * x]) for x in (6, 12, 18, 30))
    assert nothing == (0, 0, 0) and len({missed, right, added, nothing}) == 4
