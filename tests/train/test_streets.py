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
from cvdemo.nets.street import LiteEncoder, StreetNet
from cvdemo.train import loop, street_frames, streets
from cvdemo.train.street_card import finish, write_half
from cvdemo.train.street_frames import piece, read_frames, relit
from cvdemo.train.streets import Streets, batches, begin, depthwise_in_float32, train_streets
from cvdemo.zoo.camvid_net import load_shipped, pretrained_encoder, street_segmenter
from cvdemo.zoo.evaluate_maps import camvid_maps, evaluate_maps
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
    monkeypatch.setattr(street_frames, "CROP", (64, 32))
    monkeypatch.setattr(streets, "RECIPE", replace(streets.RECIPE, batch=2, steps=4))


def test_frames(folder: Path) -> None:
    frames = read_frames(folder, "train")
    assert frames.pictures.shape == (5, 96, 120, 3)
    assert set(np.unique(frames.labels)) == {0, 1, 2, 3, 255}  # void is 11 in the files
    assert frames.showing[POLE].tolist() == [4]
    assert frames.showing[camvid.NAMES.index("bicyclist")].tolist() == []
    with pytest.raises(DataError, match="has no frames in 'rain'"):
        read_frames(folder, "rain")


def test_pieces_fit_their_labels(folder: Path, small: None) -> None:
    frames, rng = read_frames(folder, "train"), np.random.default_rng(0)
    for _ in range(50):
        picture, labels = piece(frames, 2, rng)
        assert picture.shape == (32, 64, 3)
        painted = INKS[np.where(labels == 255, 11, labels)].astype(int)
        same = np.abs(painted - picture).max(axis=2) < 40  # all but the borders, which are blended
        assert same.mean() > 0.8
    again = [piece(frames, 1, np.random.default_rng(7)) for _ in range(2)]
    np.testing.assert_array_equal(*(p for p, _ in again))


def test_rare_classes_are_shown_often(folder: Path, small: None) -> None:
    frames, rng = read_frames(folder, "train"), np.random.default_rng(0)
    seen = [(piece(frames, 0, rng)[1] == POLE).any() for _ in range(600)]
    assert 0.5 / 11 * 0.6 < np.mean(seen) < 0.12  # half of the pieces are of a class, one in 11 of poles


def test_light_changes_and_nothing_else() -> None:
    pictures = torch.rand(4, 3, 8, 9)
    lit = relit(pictures, np.random.default_rng(0))
    assert lit.shape == pictures.shape
    assert lit.min() >= 0 and lit.max() <= 1
    torch.testing.assert_close(lit, relit(pictures, np.random.default_rng(0)))
    means = lit.mean((1, 2, 3))
    assert means.unique().numel() == 4
    ramp = torch.linspace(0.2, 0.6, 9).expand(1, 3, 8, 9)
    brighter = relit(ramp, np.random.default_rng(1))[0, 0, 0]
    assert (brighter.diff() > 0).all()  # order is kept


def test_every_frame_once_a_round() -> None:
    source = batches(10, 4, seed=0, step=0)
    steps = [next(source) for _ in range(5)]
    shown = [number for step in steps for number in step]
    assert sorted(shown[:10]) == sorted(shown[10:]) == list(range(10))
    assert shown[:10] != shown[10:]
    assert next(batches(10, 4, seed=0, step=3)) == steps[3]


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


def run_of(
    folder: Path, stop: int | None = None, after: Path | None = None, at: Path | None = None
) -> loop.Run:
    """A run to its end, or to a step; it goes on from `after` and leaves its checkpoint at `at`."""
    run = begin(Streets(folder))
    if after is not None:
        assert loop.resume(run, after)
    train_streets(run, at or folder / "run.pt", lambda r, loss: setattr(r, "stop", r.step == stop))
    return run


def test_a_run_goes_on_from_its_checkpoint(folder: Path, small: None, tmp_path: Path) -> None:
    whole = run_of(folder, at=tmp_path / "whole.pt")
    half = run_of(folder, stop=2, at=tmp_path / "half.pt")
    rest = run_of(folder, after=tmp_path / "half.pt", at=tmp_path / "rest.pt")
    assert (half.step, rest.step) == (2, 4)
    for name, value in whole.average.state_dict().items():
        torch.testing.assert_close(value, rest.average.state_dict()[name], msg=name)

    rates = [group["lr"] / group["factor"] for group in whole.optimizer.param_groups]
    assert rates == pytest.approx([rates[0]] * 4)
    assert {group["factor"] for group in whole.optimizer.param_groups} == {streets.ENCODER_RATE, 1.0}
    first = pretrained_encoder()
    assert torch.equal(whole.net.encoder._conv_stem.weight, first._conv_stem.weight)  # it stays as it is
    assert not torch.equal(
        whole.net.encoder._blocks[5]._project_conv.weight, first._blocks[5]._project_conv.weight
    )


def test_weights_and_card(folder: Path, small: None, tmp_path: Path) -> None:
    run = begin(Streets(folder))
    card = finish(run, 5, tmp_path)
    assert card == json.loads((tmp_path / f"{KEY}.json").read_text())
    assert card["metrics"]["n"] == 5
    assert card["size"] == (tmp_path / f"{KEY}.safetensors").stat().st_size < 15e6
    assert "CC BY-NC" in card["data_licence"]
    net = StreetNet()
    load_shipped(net, tmp_path / f"{KEY}.safetensors")
    torch.testing.assert_close(net.classify.weight, run.average.classify.weight, rtol=1e-3, atol=1e-4)


def test_the_command(folder: Path, small: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    command = [str(folder), "--minutes", "0.02", "--out", str(tmp_path)]
    done = CliRunner().invoke(streets.main, command)
    assert done.exit_code == 0, done.output
    card = json.loads((tmp_path / f"{KEY}.json").read_text())
    assert [set(row) for row in card["validation"]] == [{"step", "mIoU"}] * len(card["validation"])
    assert len(card["validation"]) > 0
    assert card["command"] == "python -m cvdemo.train.streets DIR --minutes 0.02"
    assert list((tmp_path / "cache").rglob("*.pt")) == []
    done = CliRunner().invoke(streets.main, [str(tmp_path)])
    assert done.exit_code == 1
    assert "has no frames in 'train'" in done.output


def test_weights_that_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.safetensors"
    with pytest.raises(ModelNotAvailableError, match=r"cvdemo\.train\.streets` makes it"):
        load_shipped(StreetNet(), path)
    write_half(torch.nn.Linear(2, 2), KEY, path)
    with pytest.raises(CheckpointError, match="another model"):
        load_shipped(StreetNet(), path)


def test_others_names_for_camvids_classes_count(folder: Path) -> None:
    spec = replace(zoo.spec(KEY), labels="cityscapes")
    torch.manual_seed(0)
    from cvdemo.nets.street import StreetConfig

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
