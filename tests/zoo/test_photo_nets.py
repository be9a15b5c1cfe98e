"""Nets for photos in the zoo: cut-outs and masks by brute force, any box, loading, scores with true boxes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import torch

from cvdemo import zoo
from cvdemo.data.pictures import sample
from cvdemo.errors import CheckpointError, DataError, ModelNotAvailableError
from cvdemo.ops.detections import masks_of
from cvdemo.ops.masks import PastedMasks, paste_mask
from cvdemo.train.finetune import write_small
from cvdemo.zoo.box_masks import CELLS, MARGIN, SIDE, box_frame, cut_out, over_box
from cvdemo.zoo.eight_bits import from_eight_bits, to_eight_bits
from cvdemo.zoo.evaluate_masks import BoxedObjects, score_masks, true_objects
from cvdemo.zoo.photo_entries import (
    MSRC_BATCH,
    MSRC_CROP,
    MSRC_STEPS,
    PHOTO_ENTRIES,
)
from cvdemo.zoo.photo_masks import AT_ONCE, PhotoMasks
from cvdemo.zoo.photo_nets import load_shipped, photo_segmenter, shipped
from cvdemo.zoo.weights import has_weights, read_card, weights_folder

SEGMENTERS = [key for key, entry in PHOTO_ENTRIES.items() if entry.labels == "msrc"]
MASKS = "photo-masks"
ODD_BOXES = [[0, 0, 300, 200], [5, 5, 6, 6], [-50, -50, 20, 400], [10, 10, 10, 10], [400, 300, 500, 400]]


def plane(height: int, width: int) -> np.ndarray:
    """A picture whose red is its x and whose green its y, in continuous coordinates over 4."""
    y, x = np.mgrid[:height, :width] + 0.5
    return np.stack([x / 4, y / 4, 0 * x], axis=-1).round().astype(np.uint8)


@pytest.mark.parametrize(
    "box", [[200, 150, 264, 230], [40, 30, 900, 700], [300.3, 200.7, 330.1, 215.2], [10, 10, 1000, 60]]
)
def test_a_cut_out_shows_the_box_and_its_margin(box: list[float]) -> None:
    corners = np.array(box, np.float32)
    cut = cut_out(plane(760, 1020), box_frame(corners)).astype(float)
    middle, sides = (corners[:2] + corners[2:]) / 2, corners[2:] - corners[:2]
    cells = (np.arange(SIDE) + 0.5) / SIDE - 0.5
    for axis, size in ((0, 1020), (1, 760)):
        expected = middle[axis] + cells * sides[axis] * MARGIN
        inside = (expected > 5) & (expected < size - 5)
        found = cut[SIDE // 2, :, 0] if axis == 0 else cut[:, SIDE // 2, 1]
        np.testing.assert_allclose(found[inside], expected[inside] / 4, atol=1.1)


def test_a_part_of_a_large_picture_is_cut_as_from_the_whole() -> None:
    rng = np.random.default_rng(0)
    small = rng.integers(0, 256, (90, 120, 3), np.uint8)
    large = np.zeros((2000, 3000, 3), np.uint8)
    large[500:590, 700:820] = small
    box = np.array([20, 15, 100, 80], np.float32)
    moved = box + np.tile(np.array([700, 500], np.float32), 2)
    np.testing.assert_allclose(
        cut_out(large, box_frame(moved)).astype(int), cut_out(small, box_frame(box)).astype(int), atol=2
    )


@pytest.mark.parametrize("box", ODD_BOXES)
def test_odd_boxes_have_a_cut_out(box: list[float]) -> None:
    picture = np.full((200, 300, 3), 200, np.uint8)
    cut = cut_out(picture, box_frame(np.array(box, np.float32)))
    assert cut.shape == (SIDE, SIDE, 3)
    if box[0] >= 400:
        assert not cut.any()  # it is black beyond the picture


def test_a_mask_goes_into_the_cut_out_and_back() -> None:
    y, x = np.mgrid[:300, :400] + 0.5
    ellipse = ((x - 210) / 90) ** 2 + ((y - 140) / 60) ** 2 < 1
    box = np.array([120, 80, 300, 200], np.float32)
    cut = cut_out(np.repeat(ellipse[..., None] * np.uint8(255), 3, axis=2), box_frame(box))
    mask = over_box(cut[..., 0].astype(np.float32) / 255)
    assert mask.shape == (CELLS, CELLS)
    back = paste_mask(mask, box, (300, 400)) >= 0.5
    assert (back & ellipse).sum() / (back | ellipse).sum() > 0.97


def test_the_mask_over_a_box_by_brute_force() -> None:
    mask = np.random.default_rng(0).random((SIDE, SIDE)).astype(np.float32)
    mask = cv2.GaussianBlur(mask, (0, 0), 3)
    found = over_box(mask)
    for row, column in ((0, 0), (10, 50), (63, 63), (31, 32)):
        x, y = (
            SIDE / 2 + ((k + 0.5) / CELLS - 0.5) * SIDE / MARGIN - 0.5 for k in (column, row)
        )  # between pixels
        left, top = int(x), int(y)
        u, v = x - left, y - top
        square = mask[top : top + 2, left : left + 2]
        expected = np.array([1 - v, v]) @ square @ np.array([1 - u, u])
        assert found[row, column] == pytest.approx(expected, abs=2e-3)


@pytest.fixture(scope="module")
def model() -> PhotoMasks:
    torch.manual_seed(0)
    return PhotoMasks("cpu", PHOTO_ENTRIES[MASKS].build())


def test_many_boxes_give_what_each_gives_alone(model: PhotoMasks) -> None:
    picture = sample("cat")
    boxes = np.array([[10 * k, 5 * k, 10 * k + 90, 5 * k + 70] for k in range(AT_ONCE + 3)], np.float32)
    together = model.masks(picture, boxes)
    assert together.shape == (AT_ONCE + 3, CELLS, CELLS)
    for k in (0, AT_ONCE - 1, AT_ONCE, AT_ONCE + 2):
        np.testing.assert_allclose(together[k], model.masks(picture, boxes[k : k + 1])[0], atol=1e-4)


def test_odd_boxes_have_masks(model: PhotoMasks) -> None:
    picture = np.random.default_rng(0).integers(0, 256, (200, 300, 3)).astype(np.uint8)
    masks = model.masks(picture, np.array(ODD_BOXES, float))
    assert masks.shape == (len(ODD_BOXES), CELLS, CELLS)
    assert (masks >= 0).all() and (masks <= 1).all()
    assert len(model.masks(picture, np.zeros((0, 4)))) == 0


# --- loading and running ------------------------------------------------------------------------------------


def test_weights_that_are_not_there_or_another_net_s(tmp_path: Path) -> None:
    net = PHOTO_ENTRIES["photo-unet"].build()
    path = tmp_path / "photo-unet.safetensors"
    with pytest.raises(
        ModelNotAvailableError, match=r"`python -m cvdemo.train.msrc photo-unet DIR` makes it"
    ):
        load_shipped(net, path)
    write_small(torch.nn.Linear(2, 2), "photo-unet", path)
    with pytest.raises(CheckpointError, match="another model"):
        load_shipped(net, path)
    write_small(net, "photo-unet", path)
    other = PHOTO_ENTRIES["photo-unet"].build()
    load_shipped(other, path)
    largest = float(net.classify.weight.detach().abs().max())
    torch.testing.assert_close(other.classify.weight, net.classify.weight, rtol=0, atol=largest / 250)
    assert path.stat().st_size < 1.1 * sum(p.numel() for p in net.parameters())


def test_eight_bits_keep_every_channel_within_half_a_step() -> None:
    generator = torch.Generator().manual_seed(0)
    state = {
        "conv.weight": torch.randn(5, 3, 2, 2, generator=generator)
        * torch.logspace(-3, 3, 5).view(-1, 1, 1, 1),
        "dead.weight": torch.zeros(2, 3),
        "norm.weight": torch.randn(7, generator=generator),
        "norm.num_batches_tracked": torch.tensor(12),
    }
    small = to_eight_bits(state)
    assert small["conv.weight"].dtype == torch.int8
    back = from_eight_bits(small)
    assert list(back) == list(state)
    step = state["conv.weight"].flatten(1).abs().amax(1) / 127
    error = (back["conv.weight"] - state["conv.weight"]).flatten(1).abs().amax(1)
    assert (error <= 0.51 * step).all()
    assert not back["dead.weight"].any()
    torch.testing.assert_close(back["norm.weight"].float(), state["norm.weight"], rtol=1e-3, atol=1e-4)
    assert back["norm.num_batches_tracked"] == 12
    assert from_eight_bits(state) == state


@pytest.mark.parametrize("shape", [(1, 1), (700, 20), (213, 320)])
def test_any_picture_has_labels(shape: tuple[int, int]) -> None:
    torch.manual_seed(0)
    net = PHOTO_ENTRIES["photo-deeplabv3plus"].build()
    picture = np.random.default_rng(0).integers(0, 256, (*shape, 3), np.uint8)
    found = photo_segmenter(zoo.spec("photo-deeplabv3plus"), "cpu", net).segmentation(picture)
    assert found.probabilities.shape == (23, *shape)
    np.testing.assert_allclose(found.maps.sum(0), 1, atol=1e-4)


@pytest.mark.parametrize("key", [*SEGMENTERS, MASKS])
def test_shipped_weights_and_their_card(key: str) -> None:
    if not has_weights(key):
        pytest.skip(f"the weights of {key} are not here")
    card, entry = read_card(key), PHOTO_ENTRIES[key]
    assert card is not None
    assert card["size"] == (weights_folder() / f"{key}.safetensors").stat().st_size < 5e6
    assert tuple(card["differences"]) == entry.differences
    assert card["command"] == entry.command
    assert card["scored_on"].startswith(f"{entry.data}, ")
    if key != MASKS:
        width, height = MSRC_CROP
        steps = MSRC_STEPS[key]
        said = f"pieces of {width} x {height} pixels of 374 photos, for {steps:,} steps of {MSRC_BATCH}."
        assert f"It is trained on {said}" in entry.differences and card["steps"] == steps
    assert "no licence stated" in card["data_licence"]
    published = zoo.spec(key).published
    assert published is not None
    assert published.value == round(100 * card["metrics"][card["metric"]], 1)
    assert sum(p.numel() for p in shipped(key).parameters()) == card["params"]


@pytest.mark.skipif(not has_weights("photo-deeplabv3plus"), reason="its weights are not here")
def test_a_cat_is_a_cat() -> None:
    model: Any = zoo.load("photo-deeplabv3plus", "cpu")
    labels, names = model(sample("cat")), model.names()
    assert names[int(np.bincount(labels.ravel()).argmax())] == "cat"


@pytest.mark.skipif(not has_weights(MASKS), reason="its weights are not here")
def test_the_cat_has_a_mask() -> None:
    found = zoo.load(MASKS, "cpu")(sample("cat"), score=0.5)  # type: ignore[operator]
    assert found.data["class_name"].tolist() == ["cat"]
    masks = masks_of(found)
    assert masks is not None
    (x1, y1, x2, y2) = found.xyxy[0]
    assert 0.4 < masks.areas()[0] / ((x2 - x1) * (y2 - y1)) < 0.95


# --- scores with true boxes ---------------------------------------------------------------------------------


class Exactly:
    """A model that knows the truth, or half of it."""

    nbytes = 0

    def __init__(self, masks: np.ndarray) -> None:
        self.found = masks

    def masks(self, picture: np.ndarray, boxes: np.ndarray) -> np.ndarray:
        return self.found[: len(boxes)]


def test_scores_of_masks_by_hand() -> None:
    truth = np.zeros((1, 100, 120), bool)
    truth[0, 20:60, 30:90] = True  # 40 x 60
    boxes = np.array([[30, 20, 90, 60]], np.float32)
    half = np.ones((1, 40, 60), np.float32)
    half[0, :, 30:] = 0
    picture = np.zeros((100, 120, 3), np.uint8)
    found = score_masks(Exactly(half), [BoxedObjects(picture, boxes, truth)])
    assert found["mask_IoU"] == pytest.approx(0.5, abs=0.02)
    assert found["bare_box_IoU"] == pytest.approx(1, abs=0.02)
    assert found["objects"] == 1
    ious = [
        float((m & t).sum() / (m | t).sum())
        for m, t in zip(PastedMasks(half, boxes, (100, 120)).each(), truth, strict=True)
    ]
    assert found["mask_IoU"] == pytest.approx(np.mean(ious))
    with pytest.raises(DataError, match="no object of 32 x 32 pixels"):
        score_masks(Exactly(half), [])


def test_small_objects_and_crowds_are_left_out() -> None:
    def row(image: int, width: float, **more: Any) -> dict[str, Any]:
        outline = [[10, 10, 10 + width, 10, 10 + width, 60, 10, 60]]
        return {"image_id": image, "bbox": [10, 10, width, 50], "segmentation": outline, **more}

    truth = {"annotations": [row(1, 40), row(1, 31), row(1, 40, iscrowd=1), row(2, 20)]}
    read = [(k, lambda: np.zeros((80, 90, 3), np.uint8)) for k in (1, 2, 3)]
    (one,) = true_objects(truth, read)
    np.testing.assert_allclose(one.boxes, [[10, 10, 50, 60]])
    assert one.masks[0].sum() == pytest.approx(40 * 50, rel=0.05)
    bad = {"annotations": [{**row(1, 40), "segmentation": [[1, 2]]}]}
    with pytest.raises(DataError, match="a mask of the truth"):
        list(true_objects(bad, read))
