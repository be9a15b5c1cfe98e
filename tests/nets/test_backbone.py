"""The backbone at other output strides."""

from __future__ import annotations

import pytest
import torch

from cvdemo.nets.backbone import STRIDES, Backbone, BackboneConfig


@pytest.mark.parametrize("output_stride", [4, 8, 16])
def test_dilated_backbone_gives_the_strided_ones_values_and_those_between(output_stride: int) -> None:
    """With the same weights, every so many cells of the larger map are the smaller map."""
    torch.manual_seed(0)
    strided = Backbone().double().eval()
    dilated = Backbone(BackboneConfig(output_stride=output_stride)).double().eval()
    dilated.load_state_dict(strided.state_dict())
    picture = torch.rand(1, 3, 96, 160, dtype=torch.double)
    for fine, coarse, stride, own in zip(
        dilated(picture), strided(picture), STRIDES, dilated.config.strides, strict=True
    ):
        assert own == min(stride, output_stride)
        assert fine.shape[-2:] == (96 // own, 160 // own)
        step = stride // own
        torch.testing.assert_close(fine[..., ::step, ::step], coarse)
