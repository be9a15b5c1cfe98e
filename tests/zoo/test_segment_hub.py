"""The hub's segmenters, loaded by the real code from a tiny random checkpoint of their own kind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import torchvision
import transformers as hf

from cvdemo import zoo
from cvdemo.errors import CheckpointError
from cvdemo.zoo import fetch, torchvision_segment, transformers_segment
from cvdemo.zoo.catalogue_hub import TORCHVISION, TRANSFORMERS
from cvdemo.zoo.labels import labels
from cvdemo.zoo.model import Segmenter
from cvdemo.zoo.spec import ModelSpec, Task

OURS = [s for s in TORCHVISION if s.task is Task.SEGMENT]
THEIRS = [s for s in TRANSFORMERS if s.task is Task.SEGMENT]
SIZE = {"height": 64, "width": 96}

pytestmark = pytest.mark.usefixtures("no_hub", "no_denormals")


def _id(spec: ModelSpec) -> str:
    return spec.key


def check(segmenter: Segmenter, picture: np.ndarray) -> None:
    """Probabilities of every class over the picture, and labels that are the largest of them."""
    before = segmenter.runs
    found = segmenter.segmentation(picture)
    assert segmenter.runs == before + 1
    assert len(found.maps) == len(labels(segmenter.spec.labels))
    assert found.probabilities.shape == (len(found.maps), *picture.shape[:2])
    np.testing.assert_allclose(found.maps.sum(0), 1, atol=1e-4)
    np.testing.assert_array_equal(found.labels(), found.probabilities.argmax(0))


# --- torchvision ----------------------------------------------------------------------------------


@pytest.mark.parametrize("spec", OURS, ids=_id)
def test_network_is_that_of_the_trained_weights(spec: ModelSpec, monkeypatch: pytest.MonkeyPatch) -> None:
    with torch.device("meta"):
        ours = torchvision_segment.build(spec)
        state = ours.state_dict()
        monkeypatch.setattr("torchvision.models._api.WeightsEnum.get_state_dict", lambda *a, **k: state)
        theirs = torchvision.models.get_model(spec.options["name"], weights="DEFAULT")
    assert repr(ours) == repr(theirs)
    assert ours.state_dict().keys() == theirs.state_dict().keys()


def test_vocs_classes_are_torchvisions() -> None:
    for spec in OURS:
        names = torchvision.models.get_model_weights(spec.options["name"]).DEFAULT.meta["categories"]
        assert [n.strip("_") for n in names] == [n.replace(" ", "") for n in labels(spec.labels).values()]


def test_torchvision_segmenter(picture: np.ndarray, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torchvision_segment, "SHORT_SIDE", 64)
    spec = next(s for s in OURS if s.key == "lraspp-mobilenet-v3-large")
    torch.manual_seed(0)
    net = torchvision_segment.build(spec)
    torch.save(net.state_dict(), path := tmp_path / "weights.pth")
    spec = replace(spec, weights=str(path))
    segmenter = torchvision_segment.load(spec, "cpu")
    assert segmenter.nbytes >= sum(p.nbytes for p in net.parameters())
    check(segmenter, picture)
    assert fetch.is_here(spec)
    other = replace(OURS[1], weights=str(path))
    with pytest.raises(CheckpointError, match="another model"):
        torchvision_segment.load(other, "cpu")


@pytest.mark.parametrize("spec", OURS, ids=_id)
def test_pictures_are_prepared_as_torchvision_does(spec: ModelSpec) -> None:
    asked: list[torch.Tensor] = []

    class Ear(torch.nn.Module):
        def forward(self, x: torch.Tensor) -> dict[str, torch.Tensor]:
            asked.append(x)
            return {"out": torch.zeros(1, 21, *x.shape[-2:])}

    ramp = np.linspace(0, 255, 900)[None, :, None] * np.linspace(0.2, 1, 600)[:, None, None]
    picture = np.repeat(ramp, 3, axis=2).astype(np.uint8)
    torchvision_segment.TorchvisionSegmenter(spec, "cpu", Ear()).network(picture)
    weights = torchvision.models.get_model_weights(spec.options["name"]).DEFAULT
    theirs = weights.transforms()(torch.from_numpy(picture).permute(2, 0, 1))
    assert asked[0].shape[1:] == theirs.shape
    torch.testing.assert_close(asked[0][0], theirs, atol=0.03, rtol=0)


@pytest.mark.parametrize(
    ("size", "wanted"), [((640, 480), (693, 520)), ((480, 640), (520, 693)), ((5200, 520), (1333, 133))]
)
def test_working_size(size: tuple[int, int], wanted: tuple[int, int]) -> None:
    assert torchvision_segment.working_size(*size) == wanted


# --- transformers ---------------------------------------------------------------------------------


def tiny_segformer(classes: int) -> Any:
    config = hf.SegformerConfig(
        hidden_sizes=[8, 8, 16, 16],
        depths=[1, 1, 1, 1],
        num_attention_heads=[1, 1, 2, 2],
        decoder_hidden_size=16,
        num_labels=classes,
    )
    return hf.SegformerForSemanticSegmentation(config), hf.SegformerImageProcessor(size=SIZE)


def tiny_upernet(classes: int) -> Any:
    backbone = hf.ConvNextConfig(
        hidden_sizes=[8, 8, 16, 16],
        depths=[1, 1, 1, 1],
        out_features=["stage1", "stage2", "stage3", "stage4"],
    )
    config = hf.UperNetConfig(
        backbone_config=backbone,
        hidden_size=16,
        auxiliary_in_channels=16,
        auxiliary_channels=8,
        num_labels=classes,
    )
    return hf.UperNetForSemanticSegmentation(config), hf.SegformerImageProcessor(size=SIZE)


def tiny_mask2former(classes: int) -> Any:
    swin = hf.SwinConfig(
        image_size=64,
        window_size=4,
        embed_dim=8,
        depths=[1, 1, 1, 1],
        num_heads=[1, 1, 2, 2],
        out_features=["stage1", "stage2", "stage3", "stage4"],
    )
    config = hf.Mask2FormerConfig(
        backbone_config=swin,
        feature_size=32,
        mask_feature_size=32,
        hidden_dim=32,
        encoder_feedforward_dim=32,
        encoder_layers=1,
        decoder_layers=2,
        num_attention_heads=2,
        dim_feedforward=32,
        num_queries=12,
        num_labels=classes,
    )
    return hf.Mask2FormerForUniversalSegmentation(config), hf.Mask2FormerImageProcessor(size=SIZE)


TINY: dict[str, Callable[[int], Any]] = {
    "segformer-b0-ade": tiny_segformer,
    "segformer-b0-cityscapes": tiny_segformer,
    "upernet-convnext-tiny": tiny_upernet,
    "mask2former-swin-tiny": tiny_mask2former,
}


def saved(spec: ModelSpec, folder: Path, classes: int | None = None) -> ModelSpec:
    """The spec with the folder of a tiny checkpoint of its kind."""
    torch.manual_seed(0)
    net, processor = TINY[spec.key](classes or len(labels(spec.labels)))
    net.save_pretrained(folder)
    processor.save_pretrained(folder)
    return replace(spec, weights=str(folder))


@pytest.mark.parametrize("spec", THEIRS, ids=_id)
def test_transformers_segmenter(spec: ModelSpec, picture: np.ndarray, tmp_path: Path) -> None:
    spec = saved(spec, tmp_path)
    segmenter = zoo.loader.build(spec, "cpu")
    assert isinstance(segmenter, Segmenter)
    check(segmenter, picture)
    assert fetch.is_here(spec)


@pytest.mark.parametrize("spec", THEIRS, ids=_id)
def test_answers_are_the_librarys_own(
    spec: ModelSpec, picture: np.ndarray, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    segmenter: Any = zoo.loader.build(saved(spec, tmp_path), "cpu")
    if isinstance(segmenter, transformers_segment.MaskSegmenter):  # the library goes by way of 384 x 384
        resize = torch.nn.functional.interpolate
        monkeypatch.setattr(
            "torch.nn.functional.interpolate",
            lambda x, size=None, **k: x if size == (384, 384) else resize(x, size=size, **k),
        )
    inputs = segmenter.processor(images=picture, return_tensors="pt")
    with torch.inference_mode():
        answer = segmenter.net(**inputs)
    maps = segmenter.network(picture)
    (theirs,) = segmenter.processor.post_process_semantic_segmentation(answer, [maps.shape[1:]])
    assert (maps.argmax(0) == theirs.numpy()).mean() > 0.999


def test_files_of_other_classes_are_refused(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match=r"know 7 classes, but 'ade20k' has 150"):
        zoo.loader.build(saved(THEIRS[0], tmp_path, classes=7), "cpu")


def test_damaged_files_are_refused(tmp_path: Path) -> None:
    spec = saved(THEIRS[0], tmp_path)
    weights = tmp_path / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:1000])
    with pytest.raises(CheckpointError, match=r"SegFormer-B0 \(ADE20K\)"):
        zoo.loader.build(spec, "cpu")


def test_licences_say_what_is_not_for_commercial_use() -> None:
    for spec in THEIRS:
        assert ("not for commercial use" in spec.licence) == spec.weights.startswith("nvidia/")


@pytest.mark.parametrize(
    ("name", "count"), [("voc", 21), ("ade20k", 150), ("cityscapes", 19), ("camvid", 11)]
)
def test_label_sets_have_one_name_a_class(name: str, count: int) -> None:
    names = labels(name)
    assert list(names) == list(range(count))
    assert len(set(names.values())) == count
