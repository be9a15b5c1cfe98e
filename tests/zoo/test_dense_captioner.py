"""Models of regions in words: what they have in common, DenseCap, the plain crossing, and their scores."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from torchvision.ops import nms

from cvdemo import world, zoo
from cvdemo.errors import DataError
from cvdemo.nets.backbone import BackboneConfig
from cvdemo.nets.densecap import CodeConfig, DenseCap, DenseCapConfig
from cvdemo.ops.vocabulary import START
from cvdemo.world.reading import Truth
from cvdemo.zoo.captioner import Caption, Captioner
from cvdemo.zoo.dense_captioner import DenseCaptioner, RawRegions, select_regions
from cvdemo.zoo.detect_then_caption import DetectThenCaption, cut_out
from cvdemo.zoo.drawn_dense import DrawnDenseCaptioner
from cvdemo.zoo.evaluate_dense import drawn_dense, evaluate_dense
from cvdemo.zoo.evaluators import open_data
from cvdemo.zoo.model import Detector, RawArrays

SPEC = zoo.spec("densecap")
PICTURE = np.full((60, 80, 3), 128, np.uint8)


def said(boxes: Any, scores: Any, texts: list[str]) -> RawRegions:
    own = np.asarray(boxes, np.float32).reshape(-1, 4)
    logs = np.full(len(texts), -1, np.float32)
    return RawRegions(own, np.asarray(scores, np.float32), [(4,)] * len(texts), texts, logs, 0.0)


class Fixed(DenseCaptioner):
    """A model that says the same of every picture."""

    def __init__(self, found: RawRegions) -> None:
        super().__init__(SPEC, device="cpu", nbytes=0)
        self.found = found

    def network(self, picture: np.ndarray) -> RawRegions:
        return self.found


def test_regions_are_clipped_and_ordered_and_those_without_area_left_out() -> None:
    boxes = [[-5, -5, 30, 40], [70, 50, 99, 99], [20, 20, 20, 40], [90, 10, 95, 20]]
    found = Fixed(said(boxes, [0.3, 0.9, 0.8, 0.7], ["a", "b", "c", "d"])).regions(PICTURE)
    assert found.texts == ["b", "a"]
    np.testing.assert_array_equal(found.boxes, [[70, 50, 80, 60], [0, 0, 30, 40]])
    assert found.milliseconds > 0


@pytest.mark.parametrize("seed", range(3))
def test_thresholds_are_those_of_torchvision_whatever_the_regions_are_of(seed: int) -> None:
    rng = np.random.default_rng(seed)
    low = rng.uniform(0, 50, (40, 2))
    boxes = np.concatenate([low, low + rng.uniform(5, 30, (40, 2))], axis=1).astype(np.float32)
    scores = rng.permutation(np.linspace(0.1, 0.9, 40)).astype(np.float32)
    found = said(boxes, scores, [f"{k}" for k in range(40)])
    kept = select_regions(found, score=0.3, iou=0.4, most=7)
    likely = np.flatnonzero(scores >= np.float32(0.3))
    expected = likely[nms(torch.from_numpy(boxes[likely]), torch.from_numpy(scores[likely]), 0.4).numpy()]
    assert kept.texts == [f"{k}" for k in expected[:7]]


def test_a_picture_with_nothing_in_it() -> None:
    model = Fixed(said([], [], []))
    assert len(model(PICTURE)) == 0 and len(model.regions(PICTURE).take(np.zeros(0, np.int64))) == 0


@pytest.fixture(scope="module")
def small() -> DrawnDenseCaptioner:
    torch.manual_seed(0)
    code = CodeConfig(channels=16, hidden=32, code=24, size=6, around=5, heads=2)
    backbone = BackboneConfig((8, 8, 16, 16, 16), (1, 1, 1, 1))
    return DrawnDenseCaptioner(
        SPEC, "cpu", DenseCap(DenseCapConfig(channels=16, backbone=backbone, branch=code))
    )


@pytest.mark.parametrize("shape", [(60, 80), (1, 1), (300, 20)])
def test_densecap_describes_pictures_of_any_shape(small: DrawnDenseCaptioner, shape: tuple[int, int]) -> None:
    found = small.regions(np.full((*shape, 3), 90, np.uint8))
    height, width = shape
    assert (found.boxes <= [width, height, width, height]).all() and (np.diff(found.scores) <= 0).all()
    assert found.inside is not None and found.inside.attention.shape[:2] == (len(found), 2)
    for text, words, rivals in zip(found.texts, found.words, found.rivals, strict=True):
        assert len(text.split()) == len(words) <= len(rivals) <= len(words) + 1
        assert [r[0].word for r in rivals[: len(words)]] == text.split()
    logs = [sum(r[0].log_probability for r in own) for own in found.rivals]
    np.testing.assert_allclose(found.log_probabilities, logs, rtol=1e-4)


def test_a_search_runs_the_language_model_alone(
    small: DrawnDenseCaptioner, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = small.regions(PICTURE)

    def never(*_: Any) -> None:
        raise AssertionError("the convolutions run again")

    monkeypatch.setattr(small.net, "features", never)
    text = "a red car"
    own = small.log_probability_of(f"{text} with", found)
    assert small.unknown_words(f"{text} with") == ["with"]
    assert found.codes is not None
    with torch.no_grad():
        state = small.net.language.start(torch.from_numpy(found.codes))
        total, before = np.zeros(len(found)), START
        for word in small.vocabulary.encode(text):
            likely, state = small.net.language.step(state, torch.full((len(found),), before))
            total += likely[:, word].numpy()
            before = word
    np.testing.assert_allclose(own, total, rtol=1e-4)
    assert (small.log_probability_of("nothing known", found) == 0).all()


class Two(Detector):
    """A detector that finds the same two objects in every picture."""

    def network(self, picture: np.ndarray, prompt: str) -> RawArrays:
        boxes = np.array([[10, 10, 30, 20], [50, 40, 79, 59]], float)
        return RawArrays(boxes, np.array([0.4, 0.8]), np.array([1, 2]))


class Sizes(Captioner):
    """A captioner that says how large a picture is."""

    def encode(self, picture: np.ndarray) -> Any: ...
    def decode(self, encoded: Any, prefixes: Any) -> Any: ...
    def text(self, ids: Any) -> str:
        return ""

    def __call__(self, picture: np.ndarray, *, beam: int = 3, **options: Any) -> Caption:
        assert beam == 1
        return Caption("{1} x {0}".format(*picture.shape), (5, 6), -2.0, True, 1.0)


def test_the_plain_crossing_describes_each_cut_out() -> None:
    model = DetectThenCaption(SPEC, Two(SPEC, device="cpu", nbytes=3), Sizes(SPEC, device="cpu", nbytes=4))
    found = model(PICTURE, score=0.1)
    assert found.texts == ["45 x 30", "40 x 20"] and model.nbytes == 7
    np.testing.assert_allclose(found.scores, [0.8, 0.4])
    assert found.codes is None and not model.whole_sentences


@pytest.mark.parametrize("box", [[0, 0, 80, 60], [79.5, 59.5, 80, 60], [3, 3, 3.1, 3.1], [0, 10, 0.5, 60]])
def test_a_cut_out_is_a_part_of_the_picture_with_its_box(box: list[float]) -> None:
    picture = np.arange(60 * 80 * 3, dtype=np.uint32).reshape(60, 80, 3).astype(np.uint8)
    part = cut_out(picture, np.array(box, np.float32))
    assert part.shape[0] >= box[3] - box[1] and part.shape[1] >= box[2] - box[0] and part.size


class Knowing(DenseCaptioner):
    """A model that has the truth of every picture; `shift` gives each region the sentence of another."""

    def __init__(self, truths: dict[bytes, Truth], shift: int) -> None:
        super().__init__(SPEC, device="cpu", nbytes=0)
        self.truths, self.shift = truths, shift

    def network(self, picture: np.ndarray) -> RawRegions:
        known = world.describe_regions(self.truths[picture.tobytes()])
        texts = [known[(k + self.shift) % len(known)].text for k in range(len(known))]
        return said([r.box for r in known], np.linspace(1, 0.9, len(known)), texts)


def test_true_regions_with_true_sentences_have_the_best_score_and_others_less() -> None:
    data = drawn_dense("test", 6)
    truths = {scene.picture().tobytes(): scene.truth for scene in data}
    right = evaluate_dense(Knowing(truths, 0), data)
    for name in ("mAP", "AP_boxes", "METEOR", "exact", "truthful"):
        assert right[name] == pytest.approx(1), name
    assert right["n"] == 6 and set(right["per_kind"]) >= {"object", "place", "relation"}
    wrong = evaluate_dense(Knowing(truths, 1), data)
    assert wrong["AP_boxes"] == pytest.approx(1)
    assert wrong["mAP"] < 0.95 and wrong["exact"] < 0.2 and wrong["truthful"] < 0.7
    nothing = evaluate_dense(Fixed(said([], [], [])), data)
    assert nothing["mAP"] == nothing["METEOR"] == nothing["regions_per_image"] == 0


def test_what_cannot_be_scored_is_one_sentence() -> None:
    with pytest.raises(DataError, match="use world:SPLIT"):
        open_data(SPEC, "coco:a.json:b", 3)
    with pytest.raises(DataError, match="no scenes"):
        evaluate_dense(Fixed(said([], [], [])), [])


def test_the_crossing_is_listed_where_both_its_nets_are(monkeypatch: pytest.MonkeyPatch) -> None:
    from cvdemo.zoo import catalogue

    keys = {"faster-rcnn-plus", "show-attend-tell"}
    monkeypatch.setattr(catalogue, "has_weights", lambda key: key in keys)
    assert [m.key for m in zoo.models(zoo.Task.DENSE_CAPTION) if m.source is zoo.Source.DRAWN] == [
        "detect-then-caption"
    ]
    keys.remove("faster-rcnn-plus")
    assert not [m for m in zoo.models(zoo.Task.DENSE_CAPTION) if m.source is zoo.Source.DRAWN]


def test_regions_are_taken_with_all_that_belongs_to_them(small: DrawnDenseCaptioner) -> None:
    found = small.regions(PICTURE)
    assert len(found) > 2 and found.codes is not None and found.inside is not None
    two = found.take(np.array([2, 0]))
    np.testing.assert_array_equal(two.codes, found.codes[[2, 0]])
    assert two.inside is not None
    np.testing.assert_array_equal(two.inside.squares, found.inside.squares[[2, 0]])
    assert two.texts == [found.texts[2], found.texts[0]] and two.rivals[1] == found.rivals[0]
    assert replace(found, rivals=()).take(np.array([1])).rivals == ()
