"""Trainings from photos in miniature: made-up folders, runs that go on, weights and cards, the commands."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from click.testing import CliRunner
from PIL import Image

from cvdemo.data import msrc as msrc_data
from cvdemo.train import finetune, loop, msrc, photo_masks
from cvdemo.train.label_photos import piece, read_photos, relit
from cvdemo.train.photo_masks import Instances, PhotoMasksTask, filled, mask_loss, outlined, read_instances
from cvdemo.zoo.photo_entries import PHOTO_ENTRIES
from cvdemo.zoo.photo_nets import load_shipped

INKS = np.random.default_rng(0).integers(0, 256, (256, 3), dtype=np.uint8)
CAT, GRASS = msrc_data.NAMES.index("cat"), msrc_data.NAMES.index("grass")


def write_msrc(folder: Path) -> None:
    """Four photos a split, whose colours tell their classes: a cat of 40 x 30 on grass, and some void."""
    for part in ("photos", "classes", "segments"):
        (folder / part).mkdir(parents=True)
    for split in ("train", "val", "test"):
        names = [f"{split}-{k}" for k in range(4)]
        (folder / f"{split}.txt").write_text("\n".join(names))
        for k, name in enumerate(names):
            labels = np.full((72, 96), 1 + GRASS, np.uint8)
            labels[20:50, 10 + 5 * k : 50 + 5 * k] = 1 + CAT
            labels[:4] = 0
            Image.fromarray(INKS[labels]).save(folder / "photos" / f"{name}.jpg", quality=95)
            Image.fromarray(labels).save(folder / "classes" / f"{name}.png")
            Image.fromarray((labels == 1 + CAT).astype(np.uint8) + 1).save(
                folder / "segments" / f"{name}.png"
            )


def write_coco(annotations: Path, photos: Path, count: int) -> None:
    """Photos with one bright square object of 40 pixels each."""
    photos.mkdir(parents=True, exist_ok=True)
    annotations.parent.mkdir(parents=True, exist_ok=True)
    images, rows = [], []
    for k in range(count):
        picture = np.full((80, 100, 3), 40, np.uint8)
        x, y = 10 + k, 15 + k
        picture[y : y + 40, x : x + 40] = 220
        Image.fromarray(picture).save(photos / f"{k}.jpg")
        images.append({"id": k, "file_name": f"{k}.jpg", "width": 100, "height": 80})
        outline = [[x, y, x + 40, y, x + 40, y + 40, x, y + 40]]
        rows.append(
            {"id": k + 1, "image_id": k, "category_id": 1, "bbox": [x, y, 40, 40], "area": 1600,
             "segmentation": outline, "iscrowd": 0}
        )  # fmt: skip
    rows.append({**rows[0], "id": 99, "bbox": [0, 0, 10, 10]})  # too small to learn from
    categories = [{"id": 1, "name": "person"}]
    annotations.write_text(json.dumps({"images": images, "annotations": rows, "categories": categories}))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("photos")
    write_msrc(folder / "msrc")
    for truth, photos in (*photo_masks.TRAIN, photo_masks.TEST):
        write_coco(folder / truth, folder / photos, 9)
    return folder


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(msrc, "MSRC_CROP", (64, 64))
    recipe = msrc.recipe
    monkeypatch.setattr(msrc, "recipe", lambda key: replace(recipe(key), batch=2, steps=2))
    monkeypatch.setattr(photo_masks, "RECIPE", replace(photo_masks.RECIPE, batch=2, steps=2))
    monkeypatch.setattr(finetune, "CURVE", 1)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def test_pieces_fit_their_labels(folder: Path) -> None:
    pairs = msrc_data.pairs(folder / "msrc", "train")
    maps = [msrc_data.read_map(path) for _, path in pairs]
    photos = read_photos(pairs, maps, len(msrc_data.NAMES))
    assert [len(rows) for rows in photos.showing] == [4 * (k in (CAT, GRASS)) for k in range(23)]
    rng = np.random.default_rng(0)
    for _ in range(30):
        picture, labels = piece(photos, 2, rng, size=(64, 48), scales=(0.8, 1.6))
        assert picture.shape == (48, 64, 3) and labels.shape == (48, 64)
        painted = INKS[labels + np.uint8(1)].astype(int)  # 255, void, is ink 0
        assert (np.abs(painted - picture).max(axis=2) < 40).mean() > 0.8
    same = [piece(photos, 1, np.random.default_rng(7), size=(64, 48), scales=(1, 1.5))[0] for _ in "ab"]
    np.testing.assert_array_equal(*same)


def test_light_changes_and_nothing_else() -> None:
    pictures = torch.rand(4, 3, 8, 9)
    lit = relit(pictures, np.random.default_rng(0))
    assert lit.shape == pictures.shape and lit.min() >= 0 and lit.max() <= 1
    torch.testing.assert_close(lit, relit(pictures, np.random.default_rng(0)))
    assert lit.mean((1, 2, 3)).unique().numel() == 4


def test_every_photo_once_a_round() -> None:
    source = finetune.batches(10, 4, seed=0, step=0)
    steps = [next(source) for _ in range(5)]
    shown = [number for step in steps for number in step]
    assert sorted(shown[:10]) == sorted(shown[10:]) == list(range(10))
    assert next(finetune.batches(10, 4, seed=0, step=3)) == steps[3]


def segmenter_run(folder: Path, at: Path, stop: int | None = None, after: Path | None = None) -> loop.Run:
    run = finetune.start(msrc.recipe("photo-fcn8s"), msrc.MSRCTask("photo-fcn8s", folder / "msrc"))
    if after is not None:
        assert loop.resume(run, after)
    finetune.train(run, at, lambda r, loss: setattr(r, "stop", r.step == stop))
    return run


def test_a_run_goes_on_from_its_checkpoint(folder: Path, small: None, tmp_path: Path) -> None:
    whole = segmenter_run(folder, tmp_path / "whole.pt")
    half = segmenter_run(folder, tmp_path / "half.pt", stop=1)
    rest = segmenter_run(folder, tmp_path / "rest.pt", after=tmp_path / "half.pt")
    assert (half.step, rest.step) == (1, 2)
    for name, value in whole.average.state_dict().items():
        torch.testing.assert_close(value, rest.average.state_dict()[name], msg=name)
    assert {group["factor"] for group in whole.optimizer.param_groups} == {finetune.ENCODER_RATE, 1.0}
    sizes = dict.fromkeys((finetune.ENCODER_RATE, 1.0), 0)
    for group in whole.optimizer.param_groups:
        sizes[group["factor"]] += sum(p.numel() for p in group["params"])
    assert sizes[finetune.ENCODER_RATE] > sizes[1.0] > 0


@pytest.mark.parametrize("key", ["photo-deeplabv3plus", "photo-pspnet"])
def test_the_segmenters_command(key: str, folder: Path, small: None, tmp_path: Path) -> None:
    done = CliRunner().invoke(
        msrc.main, [key, str(folder / "msrc"), "--device", "cpu", "--out", str(tmp_path)]
    )
    assert done.exit_code == 0, done.output
    card = json.loads((tmp_path / f"{key}.json").read_text())
    assert card["metrics"]["n"] == 4 and set(card["metrics"]["per_class"]) == {"cat", "grass"}
    assert card["steps"] == 2 and len(card["validation"]) >= 1
    assert tuple(card["differences"]) == PHOTO_ENTRIES[key].differences
    load_shipped(PHOTO_ENTRIES[key].build(), tmp_path / f"{key}.safetensors")
    assert list((tmp_path / "cache").rglob("*.pt")) == []
    done = CliRunner().invoke(msrc.main, [key, str(tmp_path)])
    assert done.exit_code == 1 and "has no list 'train.txt'" in done.output


def test_other_steps_are_told_to_the_card_alone(
    folder: Path, small: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key, shipped, photos = "photo-fcn8s", tmp_path / "shipped", str(folder / "msrc")
    for module in ("zoo.weights", "train.finetune"):
        monkeypatch.setattr(f"cvdemo.{module}.weights_folder", lambda: shipped)
    shipped.mkdir()
    assert CliRunner().invoke(msrc.main, [key, photos, "--device", "cpu"]).exit_code == 0
    weights, card = ((shipped / f"{key}.{kind}").read_bytes() for kind in ("safetensors", "json"))

    done = CliRunner().invoke(msrc.main, [key, photos, "--device", "cpu", "--steps", "3"])
    assert done.exit_code == 0, done.output
    told = json.loads((shipped / f"{key}.json").read_bytes())
    more = told.pop("longer")
    assert told == json.loads(card) and (shipped / f"{key}.safetensors").read_bytes() == weights
    assert more["steps"] == 3 and more["command"] == f"{PHOTO_ENTRIES[key].command} --steps 3"
    assert set(more["metrics"]) == set(told["metrics"])

    given = [key, photos, "--device", "cpu", "--steps", "3", "--out", str(tmp_path / "own")]
    assert CliRunner().invoke(msrc.main, given).exit_code == 0
    assert json.loads((tmp_path / "own" / f"{key}.json").read_text())["steps"] == 3
    done = CliRunner().invoke(msrc.main, [key, photos, "--steps", "2"])
    assert done.exit_code == 1 and f"2 steps are {key}'s own schedule" in done.output
    done = CliRunner().invoke(msrc.main, [key, photos, "--steps", "1"])
    assert done.exit_code == 1 and f"fewer than {key}'s own 2: give a folder" in done.output


def test_objects_of_all_data_sets(folder: Path) -> None:
    task = PhotoMasksTask(folder)
    assert len(task.held_out.objects) == 2  # photos 0 and 8 of coco-more
    assert task.size == 7 + 9 + 9 + 4  # the last are MSRC's cats; grass is no object
    assert all(o.photo < len(task.data.photos) for o in task.data.objects)
    cat = task.data.objects[-4]
    assert cat.box.tolist() == [10, 20, 50, 50]
    (rows,) = outlined(Instances([task.data.photos[cat.photo]], [cat._replace(photo=0)]))
    assert rows.masks[0].sum() == pytest.approx(40 * 30, rel=0.08)


def test_cut_outs_fit_their_masks(folder: Path) -> None:
    task, rng = PhotoMasksTask(folder), np.random.default_rng(0)
    for target in task.data.objects[:5]:
        picture, mask = task._cut(target, rng)
        bright = picture[..., 0] > 130
        assert (bright & (mask > 0)).sum() / (bright | (mask > 0)).sum() > 0.93


def test_only_large_objects_with_polygons_are_read(folder: Path) -> None:
    found = read_instances(folder / photo_masks.TEST[0], folder / photo_masks.TEST[1], least=20)
    assert len(found.objects) == len(found.photos) == 9
    mask = filled(found.objects[3].polygons, np.eye(2, 3, dtype=np.float32), (100, 80))
    assert mask[18:58, 13:53].all() and int(mask.sum()) == pytest.approx(1600, rel=0.06)


def test_the_loss_of_masks_by_hand() -> None:
    truth = torch.zeros(2, 4, 4)
    truth[:, :2] = 1
    right, wrong = 40 * (truth - 0.5), 40 * (0.5 - truth)
    assert mask_loss(right, truth) == pytest.approx(0, abs=1e-3)
    assert mask_loss(wrong, truth) == pytest.approx(20 + 1 - 1 / 17, abs=1e-3)


def test_the_masks_command(folder: Path, small: None, tmp_path: Path, monkeypatch: Any) -> None:
    done = CliRunner().invoke(photo_masks.main, [str(folder), "--device", "cpu", "--out", str(tmp_path)])
    assert done.exit_code == 0, done.output
    card = json.loads((tmp_path / "photo-masks.json").read_text())
    assert card["metrics"]["objects"] == 9
    assert card["scored_on"].startswith("COCO val2017, 9 objects")
    assert "Flickr" in card["data_licence"]
    load_shipped(PHOTO_ENTRIES["photo-masks"].build(), tmp_path / "photo-masks.safetensors")
    done = CliRunner().invoke(photo_masks.main, [str(tmp_path)])
    assert done.exit_code == 1 and len(done.output.splitlines()) == 1
