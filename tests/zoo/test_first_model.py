"""Which model a picture opens with: by domain, by what is here, by comparable figures."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cvdemo import zoo
from cvdemo.data.domain import Domain
from cvdemo.errors import ModelNotAvailableError
from cvdemo.zoo import catalogue
from cvdemo.zoo.spec import ModelSpec, Published, Source, Task


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The keys of downloaded models that are on this machine: none, until the test adds some."""
    keys: set[str] = set()
    monkeypatch.setattr(catalogue, "is_here", lambda spec: spec.offline or spec.key in keys)
    return keys


def test_every_task_that_works_offline_has_a_model_for_both_kinds_of_pictures(here: set[str]) -> None:
    assert zoo.first_model(Task.DETECT) == "ssd-mobilenet-v2"
    assert zoo.first_model(Task.DETECT, Domain.DRAWINGS) == "faster-rcnn-plus"
    assert zoo.first_model(Task.SEGMENT, Domain.DRAWINGS) == "unet"
    assert zoo.spec(zoo.first_model(Task.SEGMENT)).domain is not Domain.DRAWINGS
    assert zoo.first_model(Task.CLASSIFY, Domain.DRAWINGS) == "efficientnet-lite0"
    for key in zoo.first_models():
        assert zoo.spec(key).offline


def test_a_downloaded_model_goes_first_where_its_figure_is_better(here: set[str]) -> None:
    here |= {"ssdlite320-mobilenet-v3-large", "grounding-dino-tiny"}  # worse; asked by text
    assert zoo.first_model(Task.DETECT) == "ssd-mobilenet-v2"
    here |= {"dfine-small", "fcos-resnet50-fpn"}
    assert zoo.first_model(Task.DETECT) == "dfine-small"
    assert zoo.first_model(Task.DETECT, Domain.DRAWINGS) == "faster-rcnn-plus"


def test_a_new_default_for_photos_is_found_by_itself(here: set[str], monkeypatch: pytest.MonkeyPatch) -> None:
    figure = Published("MSRC mIoU", 70.0, "MSRC test", "a test")
    new = ModelSpec(
        "new", Task.SEGMENT, "New", "", Source.PACKAGED, "", 0, "camvid", "", figure, default=True
    )
    here.add("deeplabv3-resnet50")  # another metric: no reason to prefer it
    assert zoo.first_model(Task.SEGMENT) == "photo-deeplabv3plus"
    plain = replace(zoo.spec("photo-deeplabv3plus"), default=False)
    monkeypatch.setitem(catalogue.CATALOGUE, "photo-deeplabv3plus", plain)
    monkeypatch.setitem(catalogue.CATALOGUE, "new", new)
    assert zoo.first_model(Task.SEGMENT) == "new"
    assert zoo.first_model(Task.SEGMENT, Domain.DRAWINGS) == "unet"
    monkeypatch.setitem(catalogue.CATALOGUE, "new", replace(new, default=False))
    assert zoo.first_model(Task.SEGMENT) != "new"


def test_a_server_says_what_may_be_downloaded(here: set[str], monkeypatch: pytest.MonkeyPatch) -> None:
    away = {m.key for m in zoo.models() if not m.offline}
    assert {"fcos-resnet50-fpn", "dfine-small"} <= away
    here.add("dfine-small")
    for value, listed in (
        ("off", {"dfine-small"}),
        ("fcos-resnet50-fpn, no-such-model", {"dfine-small", "fcos-resnet50-fpn"}),
        ("on", away),
        ("", away),
    ):
        monkeypatch.setenv("CVDEMO_DOWNLOADS", value)
        assert {m.key for m in zoo.models() if not m.offline} == listed
    monkeypatch.setenv("CVDEMO_DOWNLOADS", "off")
    assert zoo.better_elsewhere(zoo.spec("ssd-mobilenet-v2")) is None
    with pytest.raises(ModelNotAvailableError, match="may not download it"):
        zoo.load("fcos-resnet50-fpn")


def test_what_a_download_away_is_better(here: set[str]) -> None:
    ours = zoo.spec("ssd-mobilenet-v2")
    better = zoo.better_elsewhere(ours)
    assert better is not None and better.published and ours.published
    assert better.published.metric == "COCO AP" and better.published.value > ours.published.value
    here |= {m.key for m in zoo.models(Task.DETECT)}
    assert zoo.better_elsewhere(ours) is None
    assert zoo.better_elsewhere(zoo.spec("convnext-tiny")) is None  # nothing has a higher figure
    other = zoo.better_elsewhere(zoo.spec("movenet-lightning"))
    assert other is not None and other.task is Task.POSE


def test_figures_of_detectors_that_know_the_val_photos_come_with_a_warning() -> None:
    for key in ("ssd-mobilenet-v2", "movenet-lightning", "grabcut-ssd-mobilenet-v2", "photo-masks"):
        assert "COCO's val photos" in zoo.spec(key).caveat
