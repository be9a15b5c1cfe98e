"""Mask R-CNN and Keypoint R-CNN as published: counts, and torchvision's answers with the same weights."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torchvision.models.detection import (
    KeypointRCNN_ResNet50_FPN_Weights,
    MaskRCNN_ResNet50_FPN_Weights,
    keypointrcnn_resnet50_fpn,
    maskrcnn_resnet50_fpn,
)

from cvdemo.errors import CheckpointError
from cvdemo.nets import keypoint_rcnn_paper, mask_rcnn_paper
from cvdemo.nets.keypoint_rcnn import KeypointRCNNTrace
from cvdemo.nets.mask_rcnn import MaskRCNNTrace
from cvdemo.nets.random_weights import hollow, parameters, random_net
from cvdemo.ops.masks import PastedMasks, snap_boxes

SIZE = (64, 96)


def torchvisions(build: Callable[..., nn.Module]) -> nn.Module:
    """torchvision's net for pictures of `SIZE`, which its transform leaves as they are."""
    return build(weights=None, weights_backbone=None, min_size=min(SIZE), max_size=max(SIZE))


def answers(theirs: nn.Module, build: Callable[..., nn.Module], names: Callable, picture: Tensor) -> tuple:
    """What torchvision's net finds, and the trace of ours with its weights."""
    net = hollow(build)
    net.load_state_dict(names(theirs.state_dict()), assign=True)
    with torch.inference_mode():
        (found,) = theirs(list(picture))
        return found, net.eval()(picture)


def picture() -> Tensor:
    torch.manual_seed(1)
    return torch.rand(1, 3, *SIZE)


def random_torchvision(build: Callable[..., nn.Module]) -> nn.Module:
    net = random_net(lambda: torchvisions(build))
    net.rpn.head.cls_logits.weight.data *= 0.1  # no two anchors are as good as certain
    return net


@pytest.fixture(scope="module")
def masks() -> tuple[dict[str, Tensor], MaskRCNNTrace]:
    theirs = random_torchvision(maskrcnn_resnet50_fpn)
    return answers(theirs, mask_rcnn_paper.mask_rcnn_fpn_paper, mask_rcnn_paper.torchvision_names, picture())


@pytest.fixture(scope="module")
def poses() -> tuple[dict[str, Tensor], KeypointRCNNTrace]:
    theirs = random_torchvision(keypointrcnn_resnet50_fpn)
    return answers(
        theirs, keypoint_rcnn_paper.keypoint_rcnn_fpn_paper, keypoint_rcnn_paper.torchvision_names, picture()
    )


def test_masks_are_torchvisions(masks: tuple[dict[str, Tensor], MaskRCNNTrace]) -> None:
    wanted, trace = masks
    found = trace.detected[0]
    assert len(found.boxes) > 20
    torch.testing.assert_close(found.classes + 1, wanted["labels"])
    torch.testing.assert_close(found.scores, wanted["scores"], rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(found.boxes, wanted["boxes"], rtol=1e-4, atol=1e-3)
    own = trace.masks.logits.sigmoid()[torch.arange(len(found.boxes)), found.classes + 1].numpy()
    pasted = PastedMasks(own, snap_boxes(wanted["boxes"].numpy(), 28), SIZE)
    full = np.stack([pasted.probability(row) for row in range(len(pasted))])
    np.testing.assert_allclose(full, wanted["masks"][:, 0], atol=1e-4)


def test_keypoints_are_torchvisions(poses: tuple[dict[str, Tensor], KeypointRCNNTrace]) -> None:
    wanted, trace = poses
    found = trace.detected[0]
    assert len(found.boxes) > 5
    torch.testing.assert_close(found.scores, wanted["scores"], rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(found.boxes, wanted["boxes"], rtol=1e-4, atol=1e-3)
    places, heights = trace.keypoints.keypoints()
    assert places.shape == (len(found.boxes), 17, 2)
    torch.testing.assert_close(heights, wanted["keypoints_scores"], rtol=1e-3, atol=1e-4)
    torch.testing.assert_close(places, wanted["keypoints"][..., :2], rtol=1e-4, atol=1e-2)


@pytest.mark.parametrize(
    ("build", "theirs", "weights", "count"),
    [
        (
            mask_rcnn_paper.mask_rcnn_fpn_paper,
            maskrcnn_resnet50_fpn,
            MaskRCNN_ResNet50_FPN_Weights.COCO_V1,
            44_401_393,
        ),
        (
            keypoint_rcnn_paper.keypoint_rcnn_fpn_paper,
            keypointrcnn_resnet50_fpn,
            KeypointRCNN_ResNet50_FPN_Weights.COCO_V1,
            59_137_258,
        ),
    ],
)
def test_torchvision_counts_the_same(build, theirs, weights, count: int) -> None:
    """Its published count leaves out the frozen batch normalisation's scale and shift."""
    net = hollow(build)
    norms = sum(parameters(m) for m in net.modules() if isinstance(m, nn.BatchNorm2d))
    assert parameters(net) - norms == weights.meta["num_params"] == count
    assert parameters(net) == parameters(hollow(lambda: torchvisions(theirs)))


def test_the_published_files_names_are_known() -> None:
    """They are those of torchvision's first version: the mask head's layers by name."""
    state = hollow(lambda: torchvisions(maskrcnn_resnet50_fpn)).state_dict()
    former = {}
    for name, value in state.items():
        for k in range(4):
            name = name.replace(f"mask_head.{k}.0.", f"mask_head.mask_fcn{k + 1}.")
        former[name] = value
    assert "roi_heads.mask_head.mask_fcn4.bias" in former
    names = mask_rcnn_paper.torchvision_names(former)
    assert names.keys() == mask_rcnn_paper.torchvision_names(state).keys()
    assert names.keys() == hollow(mask_rcnn_paper.mask_rcnn_fpn_paper).state_dict().keys()


def test_another_models_weights_are_refused() -> None:
    with pytest.raises(CheckpointError, match="keypoint_head"):
        mask_rcnn_paper.torchvision_names({"roi_heads.keypoint_head.0.weight": torch.zeros(1)})
    with pytest.raises(CheckpointError, match="mask_head"):
        keypoint_rcnn_paper.torchvision_names({"roi_heads.mask_head.0.0.weight": torch.zeros(1)})
