"""SSD300 as published: its count, its default boxes, and the same answers as torchvision's."""

from __future__ import annotations

from functools import partial

import pytest
import supervision as sv
import torch
from torch import Tensor, nn
from torchvision.models.detection import SSD300_VGG16_Weights, ssd300_vgg16
from torchvision.models.detection.image_list import ImageList
from torchvision.ops import clip_boxes_to_image

from cvdemo.errors import CheckpointError, DataError
from cvdemo.nets.encoders import CAFFE
from cvdemo.nets.random_weights import hollow, parameters, random_net
from cvdemo.nets.ssd import SSDTrace
from cvdemo.nets.ssd_paper import PaperSSDConfig, ssd_paper, torchvision_names
from cvdemo.ops.detections import select


def torchvisions() -> nn.Module:
    return ssd300_vgg16(weights=None, weights_backbone=None)


@pytest.fixture(scope="module")
def theirs() -> nn.Module:
    net = random_net(torchvisions)
    net.backbone.scale_weight.data.uniform_(10, 30)
    for conv in net.head.classification_head.module_list:
        conv.weight.data *= 3  # classes differ, and no score is 1
    return net


@pytest.fixture(scope="module")
def picture() -> Tensor:
    torch.manual_seed(1)
    return torch.rand(1, 3, 300, 300)


@pytest.fixture(scope="module")
def trace(theirs: nn.Module, picture: Tensor) -> SSDTrace:
    net = hollow(lambda: ssd_paper("coco"))
    net.load_state_dict(torchvision_names(theirs.state_dict()), assign=True)
    with torch.inference_mode():
        return net.eval()(picture)


@torch.inference_mode()
def test_default_boxes_logits_and_offsets_are_torchvisions(
    theirs: nn.Module, picture: Tensor, trace: SSDTrace
) -> None:
    images = ImageList(CAFFE(picture), [(300, 300)])
    maps = list(theirs.backbone(images.tensors).values())
    for mine, map_ in zip(trace.features, maps, strict=True):
        torch.testing.assert_close(mine, map_, rtol=1e-4, atol=1e-5)
    head = theirs.head(maps)
    torch.testing.assert_close(torch.cat(trace.logits, 1), head["cls_logits"], rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(torch.cat(trace.offsets, 1), head["bbox_regression"], rtol=1e-4, atol=1e-5)
    (defaults,) = theirs.anchor_generator(images, maps)
    torch.testing.assert_close(torch.cat(trace.defaults), defaults, rtol=1e-5, atol=1e-4)
    boxes = theirs.box_coder.decode_single(head["bbox_regression"][0], defaults)
    torch.testing.assert_close(trace.boxes()[0], boxes, rtol=1e-4, atol=1e-3)


def detections(trace: SSDTrace) -> sv.Detections:
    """What a trace has found, with torchvision's thresholds: of each class the 400 best go into NMS."""
    boxes, scores = clip_boxes_to_image(trace.boxes()[0], (300, 300)), trace.scores()[0]
    best, rows = scores.topk(400, dim=0)
    column = torch.arange(scores.shape[1]).expand_as(rows).flatten()
    xyxy, likely = boxes[rows.flatten()].numpy(), best.flatten().numpy()
    raw = sv.Detections(xyxy, None, likely, column.numpy() + 1)
    return select(raw, score=0.01, iou=0.45, max_detections=200)


@torch.inference_mode()
def test_the_detections_are_torchvisions(theirs: nn.Module, picture: Tensor, trace: SSDTrace) -> None:
    (wanted,) = theirs(list(picture))
    found = detections(trace)
    assert len(found) > 20
    torch.testing.assert_close(torch.from_numpy(found.class_id), wanted["labels"])
    torch.testing.assert_close(torch.from_numpy(found.confidence), wanted["scores"], rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(torch.from_numpy(found.xyxy), wanted["boxes"], rtol=1e-4, atol=1e-3)


def test_the_papers_levels_and_default_boxes() -> None:
    """arXiv:1512.02325, fig. 2: 8732 boxes, of 38, 19, 10, 5, 3 and 1 cells a side and 4 or 6 shapes."""
    with torch.device("meta"):
        trace = ssd_paper()(torch.rand(1, 3, 300, 300))
    assert [m.shape[1:] for m in trace.features] == [
        (512, 38, 38), (1024, 19, 19), (512, 10, 10), (256, 5, 5), (256, 3, 3), (256, 1, 1),
    ]  # fmt: skip
    assert [len(d) for d in trace.defaults] == [38**2 * 4, 19**2 * 6, 10**2 * 6, 5**2 * 6, 3**2 * 4, 4]
    assert sum(len(d) for d in trace.defaults) == 8732
    assert max(float(s.max()) for s in PaperSSDConfig().sizes) == 300


def test_default_boxes_are_those_of_the_data_set() -> None:
    """Sec. 3.1 and 3.4: the smallest square is a tenth of VOC's pictures, 21 pixels on COCO's."""
    for data, first, second in (("voc", 30, 0.2), ("coco", 21, 0.15)):
        config = hollow(partial(ssd_paper, data)).config
        assert config.sizes[0][0].tolist() == [first, first]
        wanted = [second + (0.9 - second) * k / 4 for k in range(5)]  # eq. 4, without the code's rounding
        assert [s / 300 for s in config.scales[1:6]] == pytest.approx(wanted, abs=0.031)
    assert PaperSSDConfig().scales == hollow(ssd_paper).config.scales


def test_torchvision_counts_the_same() -> None:
    net = hollow(lambda: ssd_paper("coco"))
    assert parameters(net) == parameters(hollow(torchvisions))
    assert parameters(net) == SSD300_VGG16_Weights.COCO_V1.meta["num_params"] == 35_641_826


def test_other_sizes_and_other_models_are_refused() -> None:
    with pytest.raises(DataError, match="320 x 240"):
        hollow(ssd_paper)(torch.zeros(1, 3, 240, 320, device="meta"))
    with pytest.raises(CheckpointError, match=r"backbone\.body"):
        torchvision_names({"backbone.body.conv1.weight": torch.zeros(1)})
