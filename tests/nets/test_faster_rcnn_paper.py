"""Faster R-CNN as published: counts, and the same answers as torchvision's with the same weights."""

from __future__ import annotations

import pytest
import supervision as sv
import torch
from torch import Tensor, nn
from torchvision.models.detection import FasterRCNN_ResNet50_FPN_Weights, fasterrcnn_resnet50_fpn
from torchvision.models.detection.image_list import ImageList
from torchvision.ops import clip_boxes_to_image

from cvdemo.errors import CheckpointError
from cvdemo.nets.encoders import IMAGENET
from cvdemo.nets.faster_rcnn import FasterRCNN, TwoStageTrace
from cvdemo.nets.faster_rcnn_paper import (
    faster_rcnn_fpn_paper,
    faster_rcnn_vgg16_paper,
    torchvision_names,
)
from cvdemo.nets.random_weights import hollow, parameters, random_net
from cvdemo.nets.rpn import RPN
from cvdemo.nets.rpn_paper import PAPER
from cvdemo.ops.detections import select
from cvdemo.zoo.torchvision_detect import _freeze_norms

SIZE = (64, 96)


def torchvisions() -> nn.Module:
    """torchvision's net for pictures of `SIZE`, which its transform leaves as they are."""
    return fasterrcnn_resnet50_fpn(
        weights=None, weights_backbone=None, min_size=min(SIZE), max_size=max(SIZE)
    )


def ours(theirs: nn.Module, eps: float = 1e-5) -> FasterRCNN:
    net = hollow(lambda: faster_rcnn_fpn_paper(eps=eps))
    net.load_state_dict(torchvision_names(theirs.state_dict()), assign=True)
    return net.eval()


@pytest.fixture(scope="module")
def theirs() -> nn.Module:
    net = random_net(torchvisions)
    net.rpn.head.cls_logits.weight.data *= 0.1  # no two anchors are as good as certain
    return net


@pytest.fixture(scope="module")
def picture() -> Tensor:
    torch.manual_seed(1)
    return torch.rand(1, 3, *SIZE)


@pytest.fixture(scope="module")
def trace(theirs: nn.Module, picture: Tensor) -> TwoStageTrace:
    with torch.inference_mode():
        return ours(theirs)(picture)


@torch.inference_mode()
def test_the_proposals_are_torchvisions(theirs: nn.Module, picture: Tensor, trace: TwoStageTrace) -> None:
    images = ImageList(IMAGENET(picture), [SIZE])
    features = theirs.backbone(images.tensors)
    for mine, map_ in zip(trace.features.values(), features.values(), strict=True):
        torch.testing.assert_close(mine, map_, rtol=1e-4, atol=1e-5)
    objectness, offsets = theirs.rpn.head(list(features.values()))
    flat = [m.permute(0, 2, 3, 1).flatten() for m in objectness]
    torch.testing.assert_close(torch.cat(trace.rpn.objectness, 1)[0], torch.cat(flat), rtol=1e-4, atol=1e-5)
    flat = [m.permute(0, 2, 3, 1).reshape(-1, 4) for m in offsets]
    torch.testing.assert_close(torch.cat(trace.rpn.offsets, 1)[0], torch.cat(flat), rtol=1e-4, atol=1e-5)
    (anchors,) = theirs.rpn.anchor_generator(images, list(features.values()))
    torch.testing.assert_close(torch.cat(trace.rpn.anchors), anchors, rtol=0, atol=0)
    (boxes,), _ = theirs.rpn(images, features)
    torch.testing.assert_close(trace.proposals[0].boxes, boxes, rtol=1e-4, atol=1e-3)


@torch.inference_mode()
def test_regions_are_judged_as_torchvision_does(theirs: nn.Module, trace: TwoStageTrace) -> None:
    heads, boxes = theirs.roi_heads, [p.boxes for p in trace.proposals]
    features = dict(zip(("0", "1", "2", "3", "pool"), trace.features.values(), strict=True))
    pooled = heads.box_roi_pool(features, boxes, [SIZE])
    torch.testing.assert_close(trace.head.pooled, pooled, rtol=1e-4, atol=1e-5)
    logits, offsets = heads.box_predictor(heads.box_head(pooled))
    torch.testing.assert_close(trace.head.logits, logits, rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(trace.head.offsets.flatten(1), offsets, rtol=1e-4, atol=1e-5)


def detections(trace: TwoStageTrace) -> sv.Detections:
    """What a trace has found, with torchvision's thresholds."""
    boxes, scores = clip_boxes_to_image(trace.boxes()[0], SIZE), trace.scores()[0]
    row, column = (scores > 0.05).nonzero(as_tuple=True)
    raw = sv.Detections(boxes[row, column].numpy(), None, scores[row, column].numpy(), column.numpy() + 1)
    solid = ((raw.xyxy[:, 2:] - raw.xyxy[:, :2]) >= 0.01).all(axis=1)
    return select(raw[solid], score=0.05, iou=0.5, max_detections=100)


@torch.inference_mode()
def test_the_detections_are_torchvisions(theirs: nn.Module, picture: Tensor, trace: TwoStageTrace) -> None:
    (wanted,) = theirs(list(picture))
    found = detections(trace)
    assert len(found) > 20
    torch.testing.assert_close(torch.from_numpy(found.class_id), wanted["labels"])
    torch.testing.assert_close(torch.from_numpy(found.confidence), wanted["scores"], rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(torch.from_numpy(found.xyxy), wanted["boxes"], rtol=1e-4, atol=1e-3)


@torch.inference_mode()
def test_frozen_batch_normalisation_without_epsilon(theirs: nn.Module, picture: Tensor) -> None:
    """torchvision's published weights come from such a net, and under the names of its first version."""
    frozen = hollow(torchvisions)
    _freeze_norms(frozen.backbone, 0.0)
    frozen.load_state_dict(theirs.state_dict(), assign=True)
    state = frozen.eval().state_dict()
    assert not any(name.endswith("num_batches_tracked") for name in state)
    former = {
        name.replace("conv.0.0.", "conv.").replace(".0.weight", ".weight").replace(".0.bias", ".bias")
        if name.startswith(("rpn.", "backbone.fpn"))
        else name: value
        for name, value in state.items()
    }
    assert "rpn.head.conv.weight" in former and "backbone.fpn.layer_blocks.3.bias" in former
    net = hollow(lambda: faster_rcnn_fpn_paper(eps=0.0))
    net.load_state_dict(torchvision_names(former), assign=True)
    mine, wanted = net.eval().features(picture), frozen.backbone(IMAGENET(picture))
    for map_, other in zip(mine.values(), wanted.values(), strict=True):
        torch.testing.assert_close(map_, other, rtol=1e-4, atol=1e-4)


def test_another_models_weights_are_refused() -> None:
    with pytest.raises(CheckpointError, match="mask_head"):
        torchvision_names({"roi_heads.mask_head.0.weight": torch.zeros(1)})


def test_torchvision_counts_the_same() -> None:
    """Its published count leaves out the frozen batch normalisation's scale and shift."""
    net = hollow(faster_rcnn_fpn_paper)
    norms = sum(parameters(m) for m in net.modules() if isinstance(m, nn.BatchNorm2d))
    published = FasterRCNN_ResNet50_FPN_Weights.COCO_V1.meta["num_params"]
    assert parameters(net) - norms == published == 41_755_286
    assert parameters(net) == parameters(hollow(torchvisions))


def test_vgg16_counts_as_the_layers_say() -> None:
    """VGG-16's convolutions; 3 x 3 x 512, nine anchors of 1 + 4; 7 x 7 x 512 to 4096, twice; 21 classes."""
    convolutions = 14_714_688  # torchvision's vgg16().features
    rpn = (9 * 512 * 512 + 512) + 9 * 5 * (512 + 1)
    head = (7 * 7 * 512 * 4096 + 4096) + (4096 * 4096 + 4096) + 21 * 5 * (4096 + 1)
    assert parameters(hollow(faster_rcnn_vgg16_paper)) == convolutions + rpn + head == 137_073_622


def test_the_rpns_parameters_are_the_papers_2_4_million() -> None:
    """arXiv:1506.01497, sec. 3.1.1, where an anchor has two scores."""
    count = parameters(hollow(lambda: RPN(512, PAPER)))
    assert f"{count / 1e6:.1f}" == f"{(9 * 512 * 512 + 512 * 6 * 9) / 1e6:.1f}" == "2.4"


@torch.inference_mode()
def test_vgg16_looks_at_a_picture() -> None:
    trace = random_net(faster_rcnn_vgg16_paper)(torch.rand(1, 3, 90, 120))
    assert {s: m.shape for s, m in trace.features.items()} == {16: (1, 512, 6, 8)}
    assert [len(a) for a in trace.rpn.anchors] == [6 * 8 * 9]
    count = len(trace.proposals[0].boxes)
    assert 0 < count <= 300
    assert trace.head.pooled.shape == (count, 512, 7, 7)
    assert trace.boxes().shape == (1, count, 20, 4)
    assert trace.scores().sum(dim=2).max() < 1
