"""The page of the R-CNN family with untrained nets: stages, what runs again, what is said."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from streamlit.testing.v1 import AppTest

from cvdemo import zoo
from cvdemo.labs.rcnn.experiment import FAMILY, FollowedObject, correction, detector, run_family
from cvdemo.labs.rcnn.measure import PUBLISHED, times_csv
from cvdemo.ops.iou import box_iou
from cvdemo.ui.cache import RESULTS
from cvdemo.world import draw, scene
from cvdemo.world.vocabulary import THINGS
from cvdemo.zoo.entries import build_net
from cvdemo.zoo.weights import write_weights
from tests.pages import driver


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Weights of untrained nets in a folder of their own, so that the shipped ones do not matter."""
    path = tmp_path_factory.mktemp("weights")
    torch.manual_seed(0)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("cvdemo.zoo.weights.weights_folder", lambda: path)
        _forget()
        for key in FAMILY:
            write_weights(build_net(key), key, path / f"{key}.safetensors")
        yield path
    _forget()


def _forget() -> None:
    zoo.CACHE.clear()
    RESULTS.clear()


def open_page(**query: str) -> AppTest:
    return driver.open_page("rcnn", **{"regions": "20", **query})


def fine(app: AppTest) -> AppTest:
    assert not app.exception
    assert not app.error
    return app


def captions(app: AppTest, title: str) -> list[str]:
    return [c.value for c in app.caption if c.value.startswith(f"**{title}** ·")]


def runs() -> dict[str, int]:
    return {key: detector(key).runs for key in FAMILY}


@pytest.mark.usefixtures("folder")
def test_every_net_shows_every_stage_with_its_time() -> None:
    app = fine(open_page())
    for title in FAMILY.values():
        stages = captions(app, title)
        assert len(stages) == 6, title
        assert all(" ms**" in s for k, s in enumerate(stages) if k not in (2, 3))
        assert " → " in stages[3]
        assert "objects found" in stages[-1]
    assert "20 of " in captions(app, "R-CNN")[0]
    assert any("81,920 pixels" in m.value for m in app.markdown)  # 20 cut-outs of 64 x 64


@pytest.mark.usefixtures("folder")
def test_a_notebook_runs_the_family_as_the_page_does() -> None:
    picture, _ = draw(scene(5, split="test"), 320, 240)
    runs = run_family(picture, 15)
    assert [run.key for run in runs] == list(FAMILY)
    assert runs[0].prepared.ranked is runs[1].prepared.ranked  # one search for both
    for run in runs:
        assert len(run.staged.regions) == 15
        assert run.staged.working.shape == (144, 192, 3)
        whole = detector(run.key).run_stages(picture, most=15)
        np.testing.assert_allclose(run.staged.raw.boxes, whole.raw.boxes, atol=0.05)
        np.testing.assert_allclose(run.staged.raw.scores, whole.raw.scores, atol=1e-4)
        followed = FollowedObject("dog", np.array([60.0, 40, 200, 180]), THINGS.index("dog"))
        found = correction(run, 3, followed)
        np.testing.assert_allclose(found.region, run.staged.regions[3])
        dogs = run.raw[run.raw.class_id == followed.class_id].xyxy * run.scale
        assert np.abs(dogs - found.box).max(axis=1).min() < 0.05  # it is the box that is scored
        assert found.after == pytest.approx(box_iou(found.box[None], followed.box[None] * run.scale)[0, 0])


@pytest.mark.usefixtures("folder")
def test_thresholds_and_what_is_followed_run_no_network() -> None:
    app = fine(open_page())
    before = runs()
    for score, iou in ((0.01, 1.0), (1.0, 0.0), (0.5, 0.5)):
        app.slider(key="rcnn-score").set_value(score)
        fine(app.slider(key="rcnn-iou").set_value(iou).run())
    for name in app.selectbox(key="rcnn-follow").options:
        fine(app.selectbox(key="rcnn-follow").select(name).run())
    fine(app.slider(key="rcnn-vote-right").set_value(0.5).run())
    fine(app.slider(key="rcnn-vote-down").set_value(-1.0).run())
    fine(app.toggle(key="rcnn-vote-own").set_value(False).run())
    assert runs() == before


@pytest.mark.usefixtures("folder")
def test_more_regions_begin_no_picture_again(monkeypatch: pytest.MonkeyPatch) -> None:
    app = fine(open_page())
    parts: list[tuple[int, int]] = []
    for key in FAMILY:
        monkeypatch.setattr(detector(key), "prepare", lambda *_, **__: pytest.fail("prepared twice"))
    cut = detector("rcnn").cut  # type: ignore[attr-defined]

    def noted(prepared: object, first: int, last: int) -> object:
        parts.append((first, last))
        return cut(prepared, first, last)

    monkeypatch.setattr(detector("rcnn"), "cut", noted)
    monkeypatch.setattr("cvdemo.labs.rcnn.measure.median_seconds", lambda *_, **__: {"head": 1.0})
    fine(app.select_slider(key="rcnn-regions").set_value(50).run())
    fine(app.select_slider(key="rcnn-regions").set_value(20).run())
    fine(app.select_slider(key="rcnn-regions").set_value(50).run())
    assert parts == [(20, 50)]


@pytest.mark.usefixtures("folder")
def test_no_regions_at_all() -> None:
    app = fine(open_page(regions="0", curves="false"))
    assert captions(app, "R-CNN")[0].count("0 of ") == 1
    assert any("no region to follow" in c.value for c in app.caption)
    assert all("0 of 6 objects" in captions(app, t)[-1] for t in FAMILY.values())


@pytest.mark.usefixtures("folder")
def test_the_curves_are_measured_when_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("times", "measure"):
        monkeypatch.setattr(f"cvdemo.labs.rcnn.{module}.COUNTS", (10, 30))
    monkeypatch.setattr("cvdemo.labs.rcnn.times.STEPS", (0, 10, 20))
    app = fine(open_page())
    assert not any("regions:" in c.value for c in app.caption)
    fine(app.toggle(key="rcnn-curves").set_value(True).run())
    assert any("From 10 to 30 regions: R-CNN" in c.value for c in app.caption)
    assert any("Of 6 objects" in c.value for c in app.caption)


def _png(shape: tuple[int, int]) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(np.full((*shape, 3), 90, np.uint8)).save(buffer, "PNG")
    return buffer.getvalue()


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("shape", [(1, 1), (1, 300), (40, 50)])
def test_pictures_with_nothing_on_them(shape: tuple[int, int]) -> None:
    app = open_page(source="upload")
    fine(app.file_uploader(key="rcnn-files").set_value([("small.png", _png(shape), "image/png")]).run())
    assert any("only seen drawings" in i.value for i in app.info)
    assert captions(app, "R-FCN")


@pytest.mark.usefixtures("folder")
def test_a_broken_upload_gives_one_sentence() -> None:
    app = open_page(source="upload")
    app.file_uploader(key="rcnn-files").set_value([("broken.png", b"nonsense", "image/png")]).run()
    assert not app.exception
    assert len(app.error) == 1 and "broken.png" in app.error[0].value


@pytest.mark.usefixtures("folder")
def test_a_photo_is_cut_out_and_named() -> None:
    app = fine(open_page(source="sample", sample="cat", **{"photo-regions": "8"}))
    before = zoo.load("rcnn-imagenet").runs
    assert any(c.value.startswith("**Warp** · 224 × 224") for c in app.caption)
    assert any(c.value.startswith("**NMS** ·") for c in app.caption)
    fine(app.toggle(key="rcnn-photo-across").set_value(True).run())
    fine(app.slider(key="rcnn-photo-score").set_value(1.0).run())
    assert any(c.value == "**NMS** · 0 are left" for c in app.caption)
    assert zoo.load("rcnn-imagenet").runs == before


def test_a_net_that_is_not_there_is_named_and_the_others_run(folder: Path) -> None:
    hidden = folder / "rcnn.safetensors"
    moved = hidden.rename(folder / "elsewhere")
    try:
        app = fine(open_page(seed="8"))
        assert any("R-CNN has no weights here yet: `cvdemo train rcnn`" in i.value for i in app.info)
        assert not captions(app, "R-CNN") and len(captions(app, "Fast R-CNN")) == 6
    finally:
        moved.rename(hidden)


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("name", ["Ten regions", "A crowd", "Moved by half"])
def test_an_experiment_is_one_click(name: str) -> None:
    app = open_page()
    fine(app.button(key=f"try-{name}").click().run())
    assert sum(m.value.startswith(":material/visibility:") for m in app.markdown) == 1


def test_times_as_a_table() -> None:
    rows = times_csv({"R-CNN": {"proposals": 0.2, "head": 0.001}}).splitlines()
    assert rows[0] == "net,proposals ms,warp ms,features ms,head ms,sum ms"
    assert rows[1] == "R-CNN,200.00,0.00,0.00,1.00,201.00"
    assert PUBLISHED["R-CNN"] / PUBLISHED["Faster R-CNN"] == pytest.approx(245)
