"""The drawn world's nets in the zoo: weights that are refused, detectors and segmenters of any picture."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from cvdemo import world, zoo
from cvdemo.data import camvid
from cvdemo.data.pictures import to_png
from cvdemo.errors import CheckpointError, DataError, ModelNotAvailableError
from cvdemo.nets.ssd import SSD, ssd_plus
from cvdemo.nets.unet import UNet
from cvdemo.zoo import weights as files
from cvdemo.zoo.coco_scores import NUMBERS, coco_numbers
from cvdemo.zoo.drawn import DrawnDetector, TraceSegmenter
from cvdemo.zoo.entries import entries
from cvdemo.zoo.evaluate import drawn_data, evaluate, open_data
from cvdemo.zoo.evaluate_maps import NUMBERS as MAP_NUMBERS
from cvdemo.zoo.evaluate_maps import camvid_maps, drawn_maps, evaluate_maps
from cvdemo.zoo.weights import has_weights, load_weights, read_card, weights_folder, write_weights

CAMVID = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "camvid"
SHIPPED = [k for k in ("ssd-plus", *(one.key for one in entries(zoo.Task.SEGMENT))) if has_weights(k)]


@pytest.fixture(scope="module")
def detector() -> DrawnDetector:
    torch.manual_seed(0)
    return DrawnDetector(zoo.spec("ssd-plus"), "cpu", ssd_plus())


@pytest.fixture(scope="module")
def segmenter() -> TraceSegmenter:
    torch.manual_seed(0)
    return TraceSegmenter(zoo.spec("unet"), "cpu", UNet())


def test_catalogue() -> None:
    detectors = [m.key for m in zoo.models("detect")]
    assert detectors[0] == "ssd-mobilenet-v2"
    assert "ssd-plus" in detectors
    assert zoo.labels("drawn-things") == dict(enumerate(world.THINGS))
    assert zoo.labels("drawn-semantic") == dict(enumerate(world.SEMANTIC))


@pytest.mark.parametrize("shape", [(1, 1), (1, 900), (900, 1), (480, 641), (160, 192)])
def test_any_picture(detector: DrawnDetector, segmenter: TraceSegmenter, shape: tuple[int, int]) -> None:
    picture = np.random.default_rng(0).integers(0, 256, (*shape, 3), np.uint8)
    found = detector.raw(picture)
    assert (found.xyxy <= [shape[1], shape[0]] * 2).all()
    whole = segmenter.segmentation(picture)
    assert whole.probabilities.shape == (14, *shape)
    assert whole.probabilities.dtype == np.float32
    np.testing.assert_allclose(whole.probabilities.sum(0), 1, atol=1e-4)
    np.testing.assert_array_equal(whole.labels(), whole.probabilities.argmax(0))
    assert (segmenter(picture) == whole.labels()).mean() > 0.999  # another run may differ by a bit


def test_weights_come_back_as_they_went_but_for_rounding(tmp_path: Path) -> None:
    net, again = UNet(), UNet()
    write_weights(net, "unet", tmp_path / "unet.safetensors")
    load_weights(again, "unet", tmp_path / "unet.safetensors")
    for a, b in zip(net.parameters(), again.parameters(), strict=True):
        torch.testing.assert_close(a, b, rtol=1e-3, atol=1e-4)


def test_weights_that_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "ssd.safetensors"
    write_weights(SSD(), "ssd", path)
    with pytest.raises(CheckpointError, match="the weights of the net 'ssd', not of 'unet'"):
        load_weights(UNet(), "unet", path)
    monkeypatch.setattr(files, "WORLD_VERSION", 99)
    with pytest.raises(CheckpointError, match="trained on version 1 of the drawn world, this is version 99"):
        load_weights(SSD(), "ssd", path)
    monkeypatch.undo()
    state = load_file(path)
    save_file(state, path)
    with pytest.raises(CheckpointError, match="a net that it does not name"):
        load_weights(SSD(), "ssd", path)
    state.pop("classify.0.bias")
    save_file(state, path, metadata={"net": "ssd", "world": str(world.WORLD_VERSION)})
    with pytest.raises(CheckpointError, match=r"another build of 'ssd': classify\.0\.bias"):
        load_weights(SSD(), "ssd", path)
    path.write_bytes(path.read_bytes()[:5000])
    with pytest.raises(CheckpointError, match="damaged"):
        load_weights(SSD(), "ssd", path)
    path.unlink()
    with pytest.raises(ModelNotAvailableError, match="`cvdemo train ssd` makes it"):
        load_weights(SSD(), "ssd", path)


def test_cards(tmp_path: Path) -> None:
    assert read_card("ssd", tmp_path) is None
    (tmp_path / "ssd.json").write_text("{")
    assert read_card("ssd", tmp_path) is None


def test_drawn_data_is_what_the_export_writes(tmp_path: Path, detector: DrawnDetector) -> None:
    from cvdemo.world.export import export

    export(tmp_path, split="test", count=6, width=192, height=160)
    file = tmp_path / "annotations" / "instances_test.json"
    folder = open_data(f"coco:{file}:{tmp_path / 'images' / 'test'}")
    scenes = drawn_data("test", 6)
    truth = json.loads(json.dumps(scenes.truth))
    assert truth == json.loads(file.read_text())
    for seed, read in scenes.pictures.items():
        np.testing.assert_array_equal(read(), folder.pictures[seed]())
    ours, theirs = evaluate(detector, scenes), evaluate(detector, folder)
    assert {k: ours[k] for k in NUMBERS} == {k: theirs[k] for k in NUMBERS}
    fewer = folder.first(2)
    assert len(fewer.truth["images"]) == len(fewer.pictures) == 2


def test_true_boxes_score_one() -> None:
    data = drawn_data("val", 5)
    rows = [{**a, "score": 1.0} for a in data.truth["annotations"] if not a["iscrowd"]]
    assert coco_numbers(data.truth, rows)["AP"] == pytest.approx(1)


def test_maps(segmenter: TraceSegmenter) -> None:
    numbers = evaluate_maps(segmenter, drawn_maps("val", 3))
    assert tuple(numbers) == MAP_NUMBERS
    assert numbers["n"] == 3
    assert 0 <= numbers["mIoU"] < 0.2  # it knows nothing yet
    assert set(numbers["per_class"]) <= set(world.SEMANTIC)
    with pytest.raises(DataError, match="no split named 'tset'"):
        drawn_maps("tset", 3)


def test_camvid_goes_by_name(tmp_path: Path, segmenter: TraceSegmenter) -> None:
    with pytest.raises(DataError, match="has no frames"):
        camvid_maps(tmp_path)
    for name in ("test", "testannot"):
        (tmp_path / name).mkdir()
    picture = np.zeros((32, 48, 3), np.uint8)
    (tmp_path / "test" / "a.png").write_bytes(to_png(picture))
    with pytest.raises(DataError, match=r"lacks 1 of 1 maps, such as 'a\.png'"):
        camvid_maps(tmp_path)
    labels = np.full((32, 48), camvid.NAMES.index("road"), np.uint8)
    labels[:16], labels[16:20] = camvid.NAMES.index("pole"), 11
    from PIL import Image

    Image.fromarray(labels).save(tmp_path / "testannot" / "a.png")
    numbers = evaluate_maps(segmenter, camvid_maps(tmp_path))
    assert list(numbers["per_class"]) == ["road"]  # poles are not known, void is not asked
    found = segmenter(picture)[20:] == world.SEMANTIC.index("road")
    assert numbers["pixel_accuracy"] == pytest.approx(found.mean())


@pytest.mark.skipif(not CAMVID.is_dir(), reason="needs ../shared/data/camvid")
def test_camvids_own_files() -> None:
    data = camvid_maps(CAMVID, 2)
    picture, labels = data.pictures[1]()
    assert picture.shape[:2] == labels.shape == (360, 480)
    assert labels.max() <= 11


@pytest.mark.parametrize("key", SHIPPED)
def test_shipped_weights_and_their_card(key: str) -> None:
    card = read_card(key)
    assert card is not None
    path = weights_folder() / f"{key}.safetensors"
    assert card["net"] == key
    assert card["world"] == world.WORLD_VERSION
    assert card["size"] == path.stat().st_size < 4e6
    assert card["metrics"]["n"] == 500
    metric = card["metric"]
    assert abs(card["rounding"]["after"] - card["rounding"]["before"]) < 0.005
    published = zoo.spec(key).published
    assert published is not None
    assert published.value == round(100 * card["metrics"][metric], 1)
    model = zoo.load(key, "cpu")
    if key == "ssd-plus":
        assert evaluate(model, drawn_data("val", 20))["AP50"] > 0.9
    else:
        found = evaluate_maps(model, drawn_maps("val", 20))["pixel_accuracy"]
        assert found > card["metrics"]["pixel_accuracy"] - 0.03
