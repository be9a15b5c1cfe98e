"""Masks and keypoints from adapter to export: two models in a row, torchvision's, the hub's and our own."""

from __future__ import annotations

import copy
import csv
import io
import tracemalloc
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import supervision as sv
import torch
import transformers as hf
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from cvdemo import zoo
from cvdemo.data.detections_json import PictureDetections, coco_file, to_coco, to_csv
from cvdemo.data.pictures import sample
from cvdemo.draw.detections import draw_detections
from cvdemo.errors import DataError
from cvdemo.ops.detections import keypoints_of, masks_of, scaled, select
from cvdemo.zoo import torchvision_heads, transformers_heads
from cvdemo.zoo.catalogue_hub import TORCHVISION, TRANSFORMERS
from cvdemo.zoo.coco_scores import ap_by_height, ap_of_height, coco_numbers
from cvdemo.zoo.entries import entry
from cvdemo.zoo.evaluate import CocoData, drawn_data, drawn_people, evaluate
from cvdemo.zoo.grabcut import GrabCut
from cvdemo.zoo.model import FLOOR, Detector, RawArrays
from cvdemo.zoo.spec import ModelSpec, Task
from cvdemo.zoo.top_down import MOST, NMS_IOU, BoxesThenMasks, PersonsThenPose
from cvdemo.zoo.torchvision_detect import build

MASKS = [s for s in TORCHVISION if s.task is Task.INSTANCES]
POSES = [s for s in TORCHVISION if s.task is Task.POSE]

pytestmark = pytest.mark.usefixtures("no_hub", "no_denormals")


class Fixed(Detector):
    """A detector that says the same of every picture."""

    def __init__(self, spec: ModelSpec, raw: RawArrays) -> None:
        super().__init__(spec, device="cpu", nbytes=10)
        self.found = raw

    def network(self, picture: np.ndarray, prompt: str) -> RawArrays:
        return self.found


class Ellipses:
    nbytes = 5

    def masks(self, picture: np.ndarray, boxes: np.ndarray) -> np.ndarray:
        y, x = (np.mgrid[:28, :28] + 0.5) / 14 - 1
        return np.repeat((x**2 + y**2 < 1).astype(np.float32)[None], len(boxes), axis=0)


class Centres:
    nbytes = 7

    def keypoints(self, picture: np.ndarray, boxes: np.ndarray) -> np.ndarray:
        centre = (boxes[:, None, :2] + boxes[:, None, 2:]) / 2
        score = np.full((len(boxes), 17, 1), 0.5)
        return np.concatenate([np.repeat(centre, 17, axis=1), score], axis=2)


def boxes(*rows: tuple[float, float, float, float, float, int]) -> RawArrays:
    table = np.array(rows, float).reshape(-1, 6)
    return RawArrays(table[:, :4], table[:, 4], table[:, 5].astype(int))


COCO_SPEC = zoo.spec("ssd-mobilenet-v2")
PERSON, DOG = 1, 18
TWO = boxes((10, 10, 50, 90, 0.9, PERSON), (12, 11, 51, 90, 0.4, PERSON), (60, 20, 90, 40, 0.6, DOG))
PICTURE = np.zeros((100, 120, 3), np.uint8)


def masked(raw: RawArrays = TWO) -> BoxesThenMasks:
    spec = replace(COCO_SPEC, task=Task.INSTANCES)
    return BoxesThenMasks(spec, Fixed(COCO_SPEC, raw), Ellipses())


def posed(raw: RawArrays = TWO) -> PersonsThenPose:
    return PersonsThenPose(replace(COCO_SPEC, task=Task.POSE), Fixed(COCO_SPEC, raw), Centres())


def test_boxes_then_masks() -> None:
    model = masked()
    found = model(PICTURE, score=0.3)
    assert model.nbytes == 15
    assert found.data["class_name"].tolist() == ["person", "dog"]  # NMS came before the masks
    masks = masks_of(found)
    assert masks is not None and masks.size == (100, 120)
    assert masks.areas().tolist() == pytest.approx([np.pi * 40 * 80 / 4, np.pi * 30 * 20 / 4], rel=0.05)


def test_persons_then_pose() -> None:
    found = posed()(PICTURE, score=0.1)
    assert found.data["class_name"].tolist() == ["person"]  # dogs have no pose here
    assert found.confidence == pytest.approx([0.45])  # the box's score times the keypoints' mean
    points = keypoints_of(found)
    assert points is not None
    np.testing.assert_allclose(points[0, :, :2], np.tile([30.0, 50.0], (17, 1)))


@pytest.mark.parametrize("make", [masked, posed])
def test_nothing_found(make: Any) -> None:
    found = make(boxes())(PICTURE)
    assert len(found) == 0
    assert to_coco(found, 1) == []
    assert len(to_csv(found).splitlines()) == 1
    np.testing.assert_array_equal(draw_detections(PICTURE, found), PICTURE)


def test_thresholds_and_sizes_carry_masks_and_keypoints() -> None:
    raw = masked().raw(PICTURE)
    one = select(raw, score=0.5, iou=0.5, classes=[DOG])
    assert one.data["masks"].shape == (1, 28, 28)
    np.testing.assert_allclose(one.data["mask_boxes"][0], [60, 20, 90, 40])
    half = scaled(one, (100, 120), (50, 60))
    masks = masks_of(half)
    assert masks is not None and masks.size == (50, 60)
    assert masks.areas()[0] == pytest.approx(np.pi * 15 * 10 / 4, rel=0.1)
    pose = scaled(posed().raw(PICTURE), (100, 120), (50, 60))
    np.testing.assert_allclose(pose.data["keypoints"][0, 0], [15, 25, 0.5])


def test_export_of_masks_and_keypoints() -> None:
    from pycocotools.mask import decode

    found = masked()(PICTURE)
    masks = masks_of(found)
    assert masks is not None
    rows = to_coco(found, 3)
    for row, mask in zip(rows, masks.each(), strict=True):
        np.testing.assert_array_equal(decode(row["segmentation"]), mask)
    file = coco_file([PictureDetections("a.jpg", (120, 100), found)], {1: "person", 18: "dog"})
    assert [a["area"] for a in file["annotations"]] == masks.areas().tolist()
    table = list(csv.DictReader(io.StringIO(to_csv(found))))
    assert [int(row["area"]) for row in table] == masks.areas().tolist()
    person = next(csv.DictReader(io.StringIO(to_csv(posed().raw(PICTURE)))))
    assert (person["nose_x"], person["left_ankle_y"], person["nose_score"]) == ("30.00", "50.00", "0.50")
    assert to_coco(posed().raw(PICTURE), 1)[0]["keypoints"] == [30.0, 50.0, 0.5] * 17


def test_drawing() -> None:
    drawn = draw_detections(PICTURE, masked()(PICTURE), labels=False)
    assert drawn[50, 30].any() and not drawn[12, 12].any()  # inside the ellipse, and in the box's corner
    skeleton = draw_detections(PICTURE + 99, posed().raw(PICTURE), labels=False)
    plain = draw_detections(PICTURE + 99, Fixed(COCO_SPEC, TWO).raw(PICTURE), labels=False)
    around = np.s_[44:56, 24:36]  # all keypoints are at the person's centre
    assert (skeleton[around] != plain[around]).any()


def test_fifty_masks_on_twelve_megapixels_stay_small() -> None:
    corners = np.random.default_rng(0).uniform(0, 2000, (50, 2))
    table = np.concatenate([corners, corners + np.array([1500, 900])], axis=1)
    raw = RawArrays(table, np.linspace(0.5, 0.9, 50), np.arange(1, 51) % 9 + 1)
    picture = np.zeros((3000, 4000, 3), np.uint8)
    model = masked(raw)
    tracemalloc.start()
    found = model.raw(picture)
    kept = tracemalloc.get_traced_memory()[0]
    rows = to_coco(found, 1)
    draw_detections(picture, found)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(rows) > 20
    assert kept < 5e6
    assert peak < 3e8  # a few pictures, where all masks together would take 600 MB


# --- evaluation -----------------------------------------------------------------------------------


class TrueMasks(Detector):
    """Boxes and masks of the truth itself, found by the picture's bytes."""

    def __init__(self, spec: ModelSpec, answers: dict[bytes, RawArrays]) -> None:
        super().__init__(spec, device="cpu", nbytes=0)
        self.answers = answers

    def network(self, picture: np.ndarray, prompt: str) -> RawArrays:
        return self.answers[picture.tobytes()]


def test_true_masks_and_keypoints_score_one() -> None:
    from cvdemo import world

    masks, poses = {}, {}
    for seed in range(6):
        scene = world.scene(seed, split="test")
        picture, truth = world.draw(scene, 192, 160)
        ids = truth.classes.astype(int)
        own = (truth.instances == truth.ids[:, None, None] + 1).astype(np.float32)
        whole = np.tile([0.0, 0, 192, 160], (len(ids), 1))
        scores = np.linspace(0.9, 0.5, len(ids))
        masks[picture.tobytes()] = RawArrays(truth.boxes, scores, ids, masks=own, mask_boxes=whole)
        people = ids == 0
        poses[picture.tobytes()] = RawArrays(
            truth.boxes[people], scores[people], ids[people], keypoints=truth.keypoints[people]
        )
    spec = replace(zoo.spec("faster-rcnn-plus"), task=Task.INSTANCES)
    numbers = evaluate(TrueMasks(spec, masks), drawn_data("test", 6))
    assert numbers["mask_AP"] == pytest.approx(1, abs=0.02)
    assert numbers["AP"] == pytest.approx(1, abs=0.02)
    numbers = evaluate(TrueMasks(replace(spec, task=Task.POSE), poses), drawn_people("test", 6))
    assert numbers["keypoint_AP"] == pytest.approx(1, abs=0.02)


def test_numbers_are_pycocotools_own() -> None:
    truth = drawn_people("test", 8).truth
    rng = np.random.default_rng(0)
    rows = []
    for k, row in enumerate(truth["annotations"]):
        points = np.array(row["keypoints"], float).reshape(-1, 3)
        points[:, :2] += rng.normal(0, 2, (17, 2))
        points[:, 2] = 1
        rows.append(
            {"image_id": row["image_id"], "category_id": row["category_id"], "bbox": row["bbox"],
             "score": 1 - 0.01 * k, "keypoints": points.ravel().tolist()}
        )  # fmt: skip
    ours = coco_numbers(truth, rows, "keypoints")
    known = COCO()
    known.dataset = truth
    known.createIndex()
    theirs = COCOeval(
        known, known.loadRes([{k: v for k, v in r.items() if k != "bbox"} for r in rows]), "keypoints"
    )
    theirs.evaluate()
    theirs.accumulate()
    theirs.summarize()
    assert list(ours.values()) == pytest.approx(theirs.stats.tolist(), abs=1e-9)
    assert 0 < ours["keypoint_AP"] < 1


def test_ap_of_a_range_of_heights_is_of_these_people_alone() -> None:
    truth = drawn_people("val", 8, size=(288, 240)).truth
    middle = float(np.median([row["bbox"][3] / 240 for row in truth["annotations"]]))
    rows = [{**row, "score": 0.9} for row in truth["annotations"]]
    for row in rows:
        del row["area"]
        if row["bbox"][3] >= 240 * middle:  # tall people are found in the wrong place
            row["keypoints"] = [float(v) + 50 for v in row["keypoints"]]
    assert ap_of_height(truth, rows, 0, middle) == pytest.approx(1)
    assert ap_of_height(truth, rows, middle, 99) == 0
    assert ap_of_height(truth, rows, 98, 99) == -1
    assert ap_by_height({**truth, "images": [{"id": row["image_id"]} for row in rows]}, rows) == {}


@pytest.mark.parametrize("first", [0, 1])
def test_a_category_may_have_the_id_0(first: int) -> None:
    truth = {
        "images": [{"id": 1, "width": 120, "height": 100}],
        "categories": [{"id": first, "name": "person"}, {"id": first + 1, "name": "dog"}],
        "annotations": [
            {
                "id": 1,
                "image_id": 1,
                "category_id": first,
                "bbox": [10, 10, 40, 80],
                "area": 3200,
                "iscrowd": 0,
            },
            {
                "id": 2,
                "image_id": 1,
                "category_id": first + 1,
                "bbox": [60, 20, 30, 20],
                "area": 600,
                "iscrowd": 0,
            },
        ],
    }
    data = CocoData(truth, {1: lambda: PICTURE}, {"person": first, "dog": first + 1})
    assert evaluate(Fixed(COCO_SPEC, TWO), data)["AP"] == pytest.approx(1)


def test_truth_without_masks_or_keypoints() -> None:
    data = drawn_data("test", 2)
    pose = posed()
    with pytest.raises(DataError, match="the truth has no keypoints"):
        evaluate(pose, data)


# --- GrabCut and MoveNet --------------------------------------------------------------------------


def test_grabcut_cuts_an_ellipse() -> None:
    rng = np.random.default_rng(0)
    picture = rng.integers(60, 90, (200, 300, 3)).astype(np.uint8)
    y, x = np.mgrid[:200, :300]
    inside = ((x - 150) / 60) ** 2 + ((y - 100) / 40) ** 2 < 1
    picture[inside] = rng.integers(180, 220, (inside.sum(), 3))
    mask = GrabCut().masks(picture, np.array([[90.0, 60, 210, 140]]))[0]
    y, x = (np.mgrid[:56, :56] + 0.5) / 28 - 1
    true = x**2 + y**2 < 1
    assert ((mask > 0.5) & true).sum() / ((mask > 0.5) | true).sum() > 0.9


@pytest.mark.parametrize("box", [[0, 0, 300, 200], [5, 5, 6, 6], [-50, -50, 20, 400], [10.0, 10, 10, 10]])
def test_grabcut_of_odd_boxes(box: list[float]) -> None:
    picture = np.random.default_rng(0).integers(0, 256, (200, 300, 3)).astype(np.uint8)
    mask = GrabCut().masks(picture, np.array([box], float))
    assert mask.shape == (1, 56, 56) and np.isfinite(mask).all()


def test_movenet_finds_the_astronaut() -> None:
    model: Any = zoo.load("movenet-lightning", "cpu")
    found = model(sample("astronaut"), score=0.1)
    points = keypoints_of(found)
    assert points is not None and found.data["class_name"].tolist() == ["person"]
    nose, left, right = points[0, 0], points[0, 5], points[0, 6]
    assert np.hypot(*(nose[:2] - [224, 128])) < 20  # where the nose is in the photo
    assert nose[2] > 0.4
    assert right[0] < nose[0] < left[0]  # the person's own left is on the right
    assert right[1] > nose[1] + 40 < left[1]


def test_offline_instances_find_the_cat() -> None:
    found = zoo.load("grabcut-ssd-mobilenet-v2", "cpu")(sample("cat"), score=0.5)  # type: ignore[operator]
    assert "cat" in found.data["class_name"].tolist()
    masks = masks_of(found)
    assert masks is not None and (masks.areas() > 0).all()


# --- torchvision ----------------------------------------------------------------------------------


def bare(spec: ModelSpec, picture: np.ndarray) -> tuple[torch.nn.Module, dict[str, Any]]:
    """The network of a spec with random weights, and what torchvision's own `forward` gives of a picture."""
    torch.manual_seed(0)
    net: Any = build(
        replace(spec, options={**spec.options, "build": {"min_size": 64, "max_size": 96}})
    ).eval()
    other: Any = copy.deepcopy(net)
    heads = other.roi_heads
    heads.score_thresh, heads.nms_thresh, heads.detections_per_img = FLOOR, NMS_IOU, MOST
    x = torch.from_numpy(picture).permute(2, 0, 1).float() / 255
    with torch.inference_mode():
        return net, other([x])[0]


@pytest.mark.parametrize("spec", [*MASKS, *POSES], ids=lambda s: s.key)
def test_torchvision_heads_give_the_bare_models_answers(spec: ModelSpec, picture: np.ndarray) -> None:
    net, theirs = bare(spec, picture)
    model = torchvision_heads.TorchvisionHeads(spec, "cpu", net)
    raw = model.raw(picture)
    kept = np.isin(theirs["labels"].numpy(), model.known)
    assert len(raw) == kept.sum() > 0
    np.testing.assert_allclose(raw.confidence, theirs["scores"][kept], atol=1e-5)
    np.testing.assert_allclose(raw.xyxy, theirs["boxes"][kept], atol=1e-3)
    if spec.task is Task.INSTANCES:
        masks = masks_of(raw)
        assert masks is not None and masks.masks.shape[1:] == (28, 28)
        for row, whole in enumerate(theirs["masks"][kept][:20, 0].numpy()):
            np.testing.assert_allclose(masks.probability(row), whole, atol=1e-4)
    else:
        points = keypoints_of(raw)
        assert points is not None
        np.testing.assert_allclose(points[..., :2], theirs["keypoints"][kept][..., :2], atol=1e-3)
        np.testing.assert_allclose(points[..., 2], theirs["keypoints_scores"][kept].sigmoid(), atol=1e-5)


# --- transformers ---------------------------------------------------------------------------------


def tiny_vitpose() -> Any:
    backbone = hf.VitPoseBackboneConfig(
        image_size=[64, 48], patch_size=[16, 16], hidden_size=32, num_hidden_layers=2, num_attention_heads=2,
        out_features=["stage2"],
    )  # fmt: skip
    config = hf.VitPoseConfig(
        backbone_config=backbone, num_labels=17, scale_factor=4, use_simple_decoder=True
    )
    return hf.VitPoseForPoseEstimation(config), hf.VitPoseImageProcessor(size={"height": 64, "width": 48})


def test_vitpose_in_a_detectors_people(picture: np.ndarray, tmp_path: Path) -> None:
    torch.manual_seed(0)
    spec = next(s for s in TRANSFORMERS if s.task is Task.POSE)
    net, processor = tiny_vitpose()
    net.save_pretrained(tmp_path)
    processor.save_pretrained(tmp_path)
    loaded = transformers_heads.load_pose(replace(spec, weights=str(tmp_path)), "cpu")
    assert isinstance(loaded, PersonsThenPose)
    own = [[[10.0, 10.0, 30.0, 50.0], [40.0, 5.0, 20.0, 60.0]]]
    corners = np.array(own[0]) + np.array([[0, 0, 10, 10], [0, 0, 40, 5]])
    points = loaded.model.keypoints(picture, corners)
    net.eval()
    with torch.inference_mode():
        inputs = processor(images=picture, boxes=own, return_tensors="pt")
        theirs = processor.post_process_pose_estimation(net(**inputs), boxes=own)[0]
    for ours, one in zip(points, theirs, strict=True):
        np.testing.assert_allclose(ours[:, :2], one["keypoints"], atol=1e-3)
        np.testing.assert_allclose(ours[:, 2], one["scores"], atol=1e-5)


def test_query_instances(picture: np.ndarray, tmp_path: Path) -> None:
    from tests.zoo.test_segment_hub import tiny_mask2former

    torch.manual_seed(0)
    spec = next(s for s in TRANSFORMERS if s.task is Task.INSTANCES)
    net, processor = tiny_mask2former(80)
    net.config.id2label = dict(enumerate(zoo.labels("coco").values()))
    net.save_pretrained(tmp_path)
    processor.save_pretrained(tmp_path)
    model = transformers_heads.load_instances(replace(spec, weights=str(tmp_path)), "cpu")
    raw = model.raw(picture)
    masks = masks_of(raw)
    assert masks is not None and masks.size == picture.shape[:2]
    with torch.inference_mode():
        answer = net.eval()(**processor(images=picture, return_tensors="pt"))
    theirs = answer.masks_queries_logits[0].sigmoid().numpy()
    for own in masks.masks:
        assert np.abs(theirs - own).max((1, 2)).min() < 1e-4  # each is a query's, unchanged


# --- our own --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("key", "kind"), [("mask-rcnn", "masks"), ("pose-regression", "keypoints")])
def test_our_own_heads(key: str, kind: str, picture: np.ndarray) -> None:
    torch.manual_seed(0)
    own = entry(key)
    net: Any = own.build()
    net.head.classify.bias.data[1] = 2.0  # people are found among random detections
    model: Any = own.model(net, "cpu")
    raw: sv.Detections = model.raw(picture)
    assert len(raw) > 0 and kind in raw.data
    if kind == "keypoints":
        assert set(raw.class_id.tolist()) <= {0}  # type: ignore[union-attr]
        assert model.long_side == 288
    else:
        assert raw.data["masks"].shape == (len(raw), 28, 28)
