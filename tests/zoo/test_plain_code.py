"""The plain code of every model that can be taken home is run, and gives what the zoo gives."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from cvdemo import zoo
from cvdemo.nets.random_weights import random_net
from cvdemo.ops.detections import keypoints_of, masks_of, select
from cvdemo.zoo import loader, torchvision_detect, torchvision_segment, transformers_heads
from cvdemo.zoo.catalogue_hub import TORCHVISION, TRANSFORMERS
from cvdemo.zoo.plain_code import RESULTS, Shown, can_be_written, plain_code, weights_name
from cvdemo.zoo.spec import ModelSpec, Source, Task
from tests.zoo import test_heads, test_hub, test_segment_hub, tiny_captioners

SHOWN = Shown(score=0.02, iou=0.4, most=1000, prompt="A red kite, dog")

pytestmark = pytest.mark.usefixtures("no_hub", "no_denormals")


def _id(spec: ModelSpec) -> str:
    return spec.key


def run(spec: ModelSpec, picture: np.ndarray, folder: Path, shown: Shown = SHOWN) -> dict[str, Any]:
    """What the code leaves behind."""
    file = folder / "photo.png"
    Image.fromarray(picture).save(file)
    names: dict[str, Any] = {}
    exec(compile(plain_code(spec, str(file), shown), spec.key, "exec"), names)
    assert all(name in names for name in RESULTS[spec.task])
    return names


def same_detections(found: Any, plain: dict[str, Any]) -> np.ndarray:
    """The rows of the code's answer that are the zoo's; nearly equal scores may come in another order.

    Random networks find boxes of no area too, which the zoo leaves out.
    """
    assert len(found) > 0
    there = np.flatnonzero((plain["boxes"][:, 2:] > plain["boxes"][:, :2]).all(1).numpy())
    assert len(there) == len(found)
    theirs = np.column_stack([plain["boxes"].numpy(), 100 * plain["scores"].numpy()])[there]
    ours = np.column_stack([found.xyxy, 100 * found.confidence])
    apart = np.abs(ours[:, None] - theirs).max(2)
    if "names" in plain:
        apart[found.data["class_name"][:, None] != np.array(plain["names"])[there]] = np.inf
    nearest = apart.argmin(1)
    # Of a thousand random boxes a few overlap by just the NMS threshold, or have the same score.
    assert (apart[np.arange(len(ours)), nearest] < 0.02).mean() > 0.99
    return there[nearest]


def same_masks(found: Any, theirs: np.ndarray) -> None:
    """Away from the picture's edges, where masks that lie over all of it fade over half a cell in the zoo."""
    masks = masks_of(found)
    assert masks is not None
    ours = np.stack(list(masks.each())).astype(bool)
    assert ours.shape == theirs.shape
    inside = np.s_[:, 3:-3, 3:-3]
    assert (ours[inside] == theirs[inside]).mean() > 0.995


def same(spec: ModelSpec, model: Any, picture: np.ndarray, folder: Path) -> None:
    """Compare the zoo's answer with what the code leaves behind."""
    if spec.task is Task.CLASSIFY:
        plain = run(spec, picture, folder)
        np.testing.assert_allclose(plain["probabilities"], model(picture).probabilities, atol=1e-5)
    elif spec.task is Task.FLOW:
        second = np.roll(picture, (2, -3), (0, 1))
        Image.fromarray(second).save(folder / "next.png")
        plain = run(spec, picture, folder, SHOWN._replace(second=str(folder / "next.png")))
        np.testing.assert_allclose(plain["flow"], model.flow(picture, second).flow, atol=1e-3)
    elif spec.task is Task.SEGMENT:
        assert (run(spec, picture, folder)["labels"].numpy() == model(picture)).mean() > 0.995
    else:
        same_boxes(spec, model, picture, folder)


def same_boxes(spec: ModelSpec, model: Any, picture: np.ndarray, folder: Path) -> None:
    """The same at a threshold between two of the scores, which a random network has low."""
    raw = model.raw(picture, prompt=SHOWN.prompt)
    score = math.floor(1e5 * raw.confidence[len(raw) // 2]) / 1e5
    plain = run(spec, picture, folder, SHOWN._replace(score=score))
    iou = SHOWN.iou if spec.nms else 1.0
    found = select(raw, score=score, iou=iou, max_detections=SHOWN.most)
    rows = same_detections(found, plain)
    if spec.task is Task.INSTANCES:
        same_masks(found, plain["masks"].numpy()[rows])
    if spec.task is Task.POSE:
        np.testing.assert_allclose(plain["keypoints"].numpy()[rows], keypoints_of(found), atol=1e-2)


# --- torchvision ----------------------------------------------------------------------------------


def with_weights(spec: ModelSpec, monkeypatch: pytest.MonkeyPatch, folder: Path) -> ModelSpec:
    """A smaller spec with random weights, which torchvision takes for its own."""
    torch.manual_seed(0)
    if spec.task is Task.SEGMENT:
        monkeypatch.setattr(torchvision_segment, "SHORT_SIDE", 64)
        net = torchvision_segment.build(spec)
    elif spec.task in (Task.CLASSIFY, Task.FLOW):
        from torchvision.models import get_model

        net = get_model(spec.options["name"], weights=None)
    else:
        if spec.task is not Task.DETECT:
            spec = replace(spec, options={**spec.options, "build": {"min_size": 64, "max_size": 96}})
        else:
            spec = test_hub.small(spec)
        net = torchvision_detect.build(spec)
        if hasattr(net, "roi_heads"):  # no two scores may be equal: NMS would keep either box
            if "mobilenet" in spec.options["name"]:  # whose map is a few cells of a small picture
                further = {**spec.options["build"], "min_size": 256, "max_size": 384}
                spec = replace(spec, options={**spec.options, "build": further})
            net = random_net(lambda: torchvision_detect.build(spec))
    state = net.state_dict()
    monkeypatch.setattr("torchvision.models._api.WeightsEnum.get_state_dict", lambda *a, **k: state)
    return replace(spec, weights=test_hub.saved(net, folder))


@pytest.mark.parametrize("spec", TORCHVISION, ids=_id)
def test_torchvision(
    spec: ModelSpec, picture: np.ndarray, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = with_weights(spec, monkeypatch, tmp_path)
    same(spec, loader.build(spec, "cpu"), picture, tmp_path)


def test_the_code_names_the_weights_of_the_catalogue() -> None:
    spec = zoo.spec("fasterrcnn-resnet50-fpn")
    assert weights_name(spec) == "FasterRCNN_ResNet50_FPN_Weights.COCO_V1"
    assert "box_nms_thresh=0.4" in plain_code(spec, shown=SHOWN)


# --- transformers ---------------------------------------------------------------------------------


def tiny(spec: ModelSpec, folder: Path) -> ModelSpec:
    """The spec with the folder of a tiny checkpoint of its kind."""
    torch.manual_seed(0)
    if spec.task is Task.SEGMENT:
        return replace(test_segment_hub.saved(spec, folder), options={})
    if spec.task is Task.DETECT:
        net, processor = test_hub.TINY[spec.key]()
    else:
        net, processor = test_segment_hub.tiny_mask2former(80)
        net.class_predictor.weight.data *= 50  # a random one is sure of nothing
        net.config.id2label = dict(enumerate(zoo.labels("coco").values()))
    net.save_pretrained(folder)
    processor.save_pretrained(folder)
    return replace(spec, weights=str(folder), options={})


OTHERS = (Task.POSE, Task.CAPTION, Task.DENSE_CAPTION)  # they have tests of their own


@pytest.mark.parametrize("spec", [s for s in TRANSFORMERS if not s.prompt and s.task not in OTHERS], ids=_id)
def test_transformers(spec: ModelSpec, picture: np.ndarray, tmp_path: Path) -> None:
    spec = tiny(spec, tmp_path)
    same(spec, loader.build(spec, "cpu"), picture, tmp_path)


def test_open_vocabulary(grounding: Any, picture: np.ndarray, tmp_path: Path) -> None:
    spec = grounding.spec
    same(spec, grounding, picture, tmp_path)


grounding = test_hub.grounding


def test_pose(picture: np.ndarray, tmp_path: Path) -> None:
    torch.manual_seed(0)
    spec = next(s for s in TRANSFORMERS if s.task is Task.POSE)
    net, processor = test_heads.tiny_vitpose()
    net.save_pretrained(tmp_path)
    processor.save_pretrained(tmp_path)
    spec = replace(spec, weights=str(tmp_path))
    plain = run(spec, picture, tmp_path)
    height, width = picture.shape[:2]
    second: Any = transformers_heads.load_pose(spec, "cpu")
    ours = second.model.keypoints(picture, np.array([[0.0, 0.0, width, height]]))
    np.testing.assert_allclose(plain["keypoints"], ours, atol=1e-3)


@pytest.mark.parametrize("spec", [s for s in TRANSFORMERS if s.task is Task.CAPTION], ids=_id)
def test_captions(spec: ModelSpec, picture: np.ndarray, tmp_path: Path) -> None:
    spec = tiny_captioners.saved(spec, tmp_path)
    theirs = run(spec, picture, tmp_path, SHOWN._replace(beam=1))["caption"]
    ours = loader.build(spec, "cpu")(picture, beam=1).text  # type: ignore[operator]
    same = len(theirs) * 4 // 5  # at the limit of words the library may force an end
    assert same > 10 and ours[:same] == theirs[:same]


def test_dense_captions(picture: np.ndarray, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spec = tiny_captioners.saved(zoo.spec("florence-2-base-regions"), tmp_path)
    model: Any = loader.build(spec, "cpu")
    said = " a red dog<loc_10><loc_20><loc_500><loc_600> two cats<loc_0><loc_0><loc_300><loc_999>"
    ids = model.processor.tokenizer(said, add_special_tokens=False).input_ids
    answer = torch.tensor([[2, 0, *ids, 2]])
    monkeypatch.setattr("transformers.Florence2ForConditionalGeneration.generate", lambda *a, **k: answer)
    plain = run(spec, picture, tmp_path)
    found = model.regions(picture)
    order = [found.texts.index(text) for text in plain["captions"]]
    assert plain["captions"] == ["a red dog", "two cats"]
    np.testing.assert_allclose(found.boxes[order], plain["boxes"], atol=1)


# --- all ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("spec", [s for s in zoo.models() if can_be_written(s)], ids=_id)
def test_the_code_is_short_and_plain(spec: ModelSpec) -> None:
    code = plain_code(spec)
    assert "cvdemo" not in code
    assert max(map(len, code.splitlines())) <= 120
    assert len([line for line in code.splitlines() if line.strip()]) <= 36


def test_others_cannot_be_written() -> None:
    others = [s for s in zoo.models() if not can_be_written(s) and s.task is not Task.VIDEO]
    assert {s.source for s in others} == {Source.DRAWN, Source.PACKAGED, Source.METHOD}
