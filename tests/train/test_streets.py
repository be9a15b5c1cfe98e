"""Training the street net: pieces that fit their labels, runs that go on, weights and card; a tiny CamVid."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from click.testing import CliRunner
from PIL import Image

from cvdemo import zoo
from cvdemo.data import camvid
from cvdemo.errors import CheckpointError, DataError, ModelNotAvailableError
from cvdemo.nets.street import LiteEncoder, StreetConfig, StreetNet
from cvdemo.train import finetune, streets
from cvdemo.train.finetune import depthwise_in_float32, write_small
from cvdemo.train.label_photos import piece
from cvdemo.train.streets import Streets
from cvdemo.zoo.camvid_net import street_segmenter
from cvdemo.zoo.evaluate_maps import camvid_maps, evaluate_maps
from cvdemo.zoo.photo_nets import imagenet_state, load_shipped
from cvdemo.zoo.weights import has_weights, read_card, weights_folder

CAMVID = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "camvid"
KEY = streets.KEY
POLE = camvid.NAMES.index("pole")
INKS = np.random.default_rng(0).integers(0, 256, (256, 3), dtype=np.uint8)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Five frames a split, 120 x 96, whose colours tell their classes; one pole in the last of them."""
    folder, rng = tmp_path_factory.mktemp("camvid"), np.random.default_rng(1)
    for split in ("train", "val", "test"):
        for part in (split, f"{split}annot"):
            (folder / part).mkdir()
        for k in range(5):
            coarse = rng.choice([0, 1, 3, 11], (6, 5))
            labels = np.kron(coarse, np.ones((16, 24))).astype(np.uint8)
            if k == 4:
                labels[30:70, 60:64] = POLE
            Image.fromarray(INKS[labels]).save(folder / split / f"{k}.png")
            Image.fromarray(labels).save(folder / f"{split}annot" / f"{k}.png")
    return folder


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streets, "CROP", (64, 32))
    monkeypatch.setattr(streets, "RECIPE", replace(streets.RECIPE, batch=2, steps=4))


def test_frames(folder: Path) -> None:
    photos = Streets(folder).photos
    assert [p.shape for p in photos.pictures] == [(96, 120, 3)] * 5
    assert set(np.unique(photos.labels)) == {0, 1, 2, 3, 255}  # void is 11 in the files
    assert photos.showing[POLE].tolist() == [4]
    assert photos.showing[camvid.NAMES.index("bicyclist")].tolist() == []
    with pytest.raises(DataError, match="has no frames in 'train'"):
        Streets(folder / "train")


def test_rare_classes_are_shown_often(folder: Path) -> None:
    photos, rng = Streets(folder).photos, np.random.default_rng(0)
    pieces = (piece(photos, 0, rng, size=(64, 32), scales=streets.SCALES) for _ in range(600))
    shown = [(labels == POLE).any() for _, labels in pieces]
    assert 0.5 / 11 * 0.6 < np.mean(shown) < 0.12  # half of the pieces are of a class, one in 11 of poles


def test_depthwise_convolutions_are_the_same_in_float32() -> None:
    torch.manual_seed(0)
    encoder, x = LiteEncoder().eval(), torch.rand(1, 3, 64, 64)
    with torch.inference_mode():
        before = encoder(x)
        depthwise_in_float32(encoder)
        for a, b in zip(before, encoder(x), strict=True):
            torch.testing.assert_close(a, b)
        with torch.autocast("cpu", torch.bfloat16):
            assert encoder._blocks[0]._depthwise_conv(torch.rand(1, 32, 8, 8)).dtype == torch.float32


def test_the_encoder_begins_with_imagenet_s_weights(folder: Path, small: None) -> None:
    run = finetune.start(streets.RECIPE, Streets(folder))
    first = LiteEncoder()
    first.load_imagenet(imagenet_state())
    assert torch.equal(run.net.encoder._conv_stem.weight, first._conv_stem.weight)
    assert not run.net.encoder._conv_stem.weight.requires_grad  # it stays as it is
    assert run.net.encoder._blocks[5]._project_conv.weight.requires_grad
    assert {group["factor"] for group in run.optimizer.param_groups} == {finetune.ENCODER_RATE, 1.0}


def test_the_command(folder: Path, small: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    command = [str(folder), "--minutes", "0.02", "--out", str(tmp_path)]
    done = CliRunner().invoke(streets.main, command)
    assert done.exit_code == 0, done.output
    card = json.loads((tmp_path / f"{KEY}.json").read_text())
    assert [set(row) for row in card["validation"]] == [{"step", "mIoU"}] * len(card["validation"])
    assert len(card["validation"]) > 0
    assert card["command"] == "python -m cvdemo.train.streets DIR --minutes 0.02"
    assert card["metrics"]["n"] == 5
    assert card["size"] == (tmp_path / f"{KEY}.safetensors").stat().st_size < 15e6
    assert "CC BY-NC" in card["data_licence"]
    assert list((tmp_path / "cache").rglob("*.pt")) == []
    done = CliRunner().invoke(streets.main, [str(tmp_path)])
    assert done.exit_code == 1
    assert "has no frames in 'train'" in done.output


def test_weights_that_are_refused(tmp_path: Path) -> None:
    path = tmp_path / f"{KEY}.safetensors"
    with pytest.raises(ModelNotAvailableError, match=r"cvdemo\.train\.streets DIR` makes it"):
        load_shipped(StreetNet(), path)
    write_small(torch.nn.Linear(2, 2), KEY, path)
    with pytest.raises(CheckpointError, match="another model"):
        load_shipped(StreetNet(), path)


def test_others_names_for_camvids_classes_count(folder: Path) -> None:
    spec = replace(zoo.spec(KEY), labels="cityscapes")
    torch.manual_seed(0)
    model = street_segmenter(spec, "cpu", StreetNet(StreetConfig(classes=19)))
    data = camvid_maps(folder)
    numbers = evaluate_maps(model, data)
    assert set(numbers["per_class"]) == {"sky", "building", "pole", "road"}
    names = model.names()
    table = np.array(
        [
            camvid.NAMES.index(camvid.ALSO.get(n, n)) if camvid.ALSO.get(n, n) in camvid.NAMES else 99
            for n in names.values()
        ]
    )
    right = asked = 0
    for read in data.pictures:
        picture, truth = read()
        asked += (truth < 11).sum()
        right += (table[model(picture)] == truth).sum()
    assert numbers["pixel_accuracy"] == pytest.approx(right / asked)


@pytest.mark.parametrize("shape", [(1, 1), (700, 20), (37, 53), (360, 480)])
def test_any_picture(shape: tuple[int, int]) -> None:
    torch.manual_seed(0)
    picture = np.random.default_rng(0).integers(0, 256, (*shape, 3), np.uint8)
    found = street_segmenter(zoo.spec(KEY), "cpu", StreetNet()).segmentation(picture)
    assert found.probabilities.shape == (11, *shape)
    np.testing.assert_allclose(found.maps.sum(0), 1, atol=1e-4)


@pytest.mark.skipif(not has_weights(KEY), reason="the street net's weights are not here")
def test_shipped_weights_and_their_card() -> None:
    card, published = read_card(KEY), zoo.spec(KEY).published
    assert card is not None and published is not None
    assert card["size"] == (weights_folder() / f"{KEY}.safetensors").stat().st_size < 15e6
    assert card["metrics"]["n"] == 233
    assert list(card["metrics"]["per_class"]) == list(camvid.NAMES)
    assert published.value == round(100 * card["metrics"]["mIoU"], 1)
    assert published.metric == "CamVid mIoU"
    if CAMVID.is_dir():
        numbers = evaluate_maps(zoo.load(KEY, "cpu"), camvid_maps(CAMVID, 4, split="val"))
        assert numbers["pixel_accuracy"] > 0.8
