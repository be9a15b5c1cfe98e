"""Segmenters of real photos: the lecture's decoders on EfficientNet-Lite0, pretrained on ImageNet.

The same classes as the drawn world's nets, with another backbone and more channels, so that a page shows of
a photo all that it shows of a drawing.
"""

from __future__ import annotations

from cvdemo.nets.deeplab import DeepLab, DeepLabConfig
from cvdemo.nets.fcn import FCN, FCNConfig
from cvdemo.nets.lite_backbone import LiteBackbone
from cvdemo.nets.pspnet import PSPNet, PSPNetConfig
from cvdemo.nets.street import StreetConfig, StreetNet
from cvdemo.nets.unet import UNet, UNetConfig

CLASSES = 23
"""MSRC's, without void."""


def photo_deeplabv3plus() -> DeepLab:
    """DeepLab v3+ at output stride 16 (arXiv:1802.02611, sec. 3), ASPP of 96 channels."""
    config = DeepLabConfig(CLASSES, width=96, rates=(3, 6, 9), low_level=24)
    return DeepLab(config, LiteBackbone(16))


def photo_fcn8s() -> FCN:
    """FCN-8s (arXiv:1411.4038, sec. 4.2), trained in one go and not by way of FCN-32s and 16s."""
    return FCN(FCNConfig(CLASSES, finest=8), LiteBackbone(normalised=True))


def photo_unet() -> UNet:
    """U-Net's decoder with a skip at every stride (arXiv:1505.04597)."""
    return UNet(UNetConfig(CLASSES, decoder=(128, 96, 64, 32)), LiteBackbone(normalised=True))


def photo_pspnet() -> PSPNet:
    """PSPNet at output stride 16 with bilinear upsampling, as published (arXiv:1612.01105, fig. 3)."""
    config = PSPNetConfig(CLASSES, width=128, auxiliary=32, sharpen=())
    return PSPNet(config, LiteBackbone(16))


def photo_masks() -> StreetNet:
    """The mask of whatever fills a box, [N, 1, S, S] logits of a cut-out of S x S pixels.

    In the spirit of DeepMask (arXiv:1506.06204): one class-agnostic mask for a cut-out, whatever its class.
    """
    return StreetNet(StreetConfig(classes=1))
