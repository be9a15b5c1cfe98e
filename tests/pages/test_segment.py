"""The page that segments a picture: models, experiments, truth, and that its network runs once."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import torch
import transformers as hf
from PIL import Image

from cvdemo import zoo
from cvdemo.ui import segmentation
from cvdemo.zoo.catalogue import CATALOGUE
from tests.pages import driver
from tests.pages.driver import without_errors

FIRST = zoo.models(zoo.Task.SEGMENT)[0].key


open_page = partial(driver.open_page, "segment")


def test_a_scene_has_a_score_and_a_photo_has_none() -> None:
    app = without_errors(open_page())
    assert not any("No truth" in c.value for c in app.caption)
    without_errors(app.segmented_control(key="segment-source").set_value("sample").run())
    assert any("No truth" in c.value for c in app.caption)


@pytest.mark.parametrize("name", ["hard scene", "easy scene", "a photo", "only the errors", "another world"])
def test_every_experiment_is_one_click_and_says_what_to_look_at(name: str) -> None:
    app = without_errors(open_page().button(key=f"try-{name}").click().run())
    assert sum(m.value.startswith(":material/visibility:") for m in app.markdown) == 1


def test_the_network_runs_once_for_each_picture() -> None:
    app = without_errors(open_page(seed="31"))
    before = zoo.load(FIRST).runs
    app.button(key="try-only the errors").click().run()
    without_errors(app.run())
    assert zoo.load(FIRST).runs == before
    without_errors(app.number_input(key="segment-seed").set_value(32).run())
    assert zoo.load(FIRST).runs <= before + 1


def test_models_come_from_the_url_and_unknown_ones_give_the_default() -> None:
    assert open_page(models=FIRST).multiselect(key="segment-models").value == [FIRST]
    assert without_errors(open_page(models="nonsense")).multiselect(key="segment-models").value == [FIRST]
    assert open_page(models="unett").warning
    app = open_page()
    without_errors(app.multiselect(key="segment-models").set_value([]).run())
    assert any("Choose a model" in i.value for i in app.info)


@pytest.mark.parametrize("shape", [(1, 1), (1, 1500), (37, 53), (1000, 31)])
def test_pictures_of_any_size(shape: tuple[int, int]) -> None:
    out = io.BytesIO()
    Image.fromarray(np.full((*shape, 3), 90, np.uint8)).save(out, "PNG")
    app = open_page(source="upload")
    app.file_uploader(key="segment-files").set_value([("odd.png", out.getvalue(), "image/png")]).run()
    without_errors(app)


def test_a_model_of_150_classes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    key = "segformer-b0-ade"
    torch.manual_seed(0)
    config = hf.SegformerConfig(
        hidden_sizes=[8, 8, 16, 16], depths=[1] * 4, num_attention_heads=[1, 1, 2, 2], num_labels=150
    )
    net = hf.SegformerForSemanticSegmentation(config)
    net.decode_head.classifier.weight.data *= 100  # so that many classes show
    net.save_pretrained(tmp_path)
    hf.SegformerImageProcessor(size={"height": 128, "width": 128}).save_pretrained(tmp_path)
    monkeypatch.setitem(CATALOGUE, key, replace(CATALOGUE[key], weights=str(tmp_path)))
    told: list[bytes] = []
    monkeypatch.setattr(segmentation, "_lab", lambda data, key: told.append(data))
    without_errors(open_page(source="sample", models=key))
    zoo.CACHE.clear()
    length = int.from_bytes(told[-1][:4], "little")
    fields = json.loads(told[-1][4 : 4 + length])
    assert len(fields["names"]) == 150
    assert len({tuple(c) for c in fields["colours"]}) == 150
    assert len(fields["rows"]) > 5
    assert all(row["cells"][0] != "" for row in fields["rows"])
