"""The segmenters that are trained on the drawn world, by key; a new one is one row."""

from __future__ import annotations

import importlib

from torch import nn

from cvdemo.errors import UnknownModelError

SEGMENTERS: dict[str, str] = {
    "fcn32s": "cvdemo.nets.fcn:fcn32s",
    "fcn16s": "cvdemo.nets.fcn:fcn16s",
    "fcn8s": "cvdemo.nets.fcn:fcn8s",
    "segnet": "cvdemo.nets.segnet:segnet",
    "unet": "cvdemo.nets.unet:unet",
    "unet-noskip": "cvdemo.nets.unet:unet_noskip",
    "deeplabv1": "cvdemo.nets.deeplab:deeplabv1",
    "deeplabv3": "cvdemo.nets.deeplab:deeplabv3",
    "deeplabv3plus": "cvdemo.nets.deeplab:deeplabv3plus",
    "refinenet": "cvdemo.nets.refinenet:refinenet",
    "linknet": "cvdemo.nets.linknet:linknet",
    "pspnet": "cvdemo.nets.pspnet:pspnet",
    "pspnet-noaux": "cvdemo.nets.pspnet:pspnet_noaux",
}
"""For every key the "module:function" that builds the untrained net; its trace is a `SegmenterTrace`."""


def segmenter(key: str) -> nn.Module:
    """The untrained net of a key; `UnknownModelError` where there is none."""
    if key not in SEGMENTERS:
        raise UnknownModelError(f"no segmenter is called '{key[:60]}': there are {', '.join(SEGMENTERS)}")
    module, function = SEGMENTERS[key].split(":")
    net: nn.Module = getattr(importlib.import_module(module), function)()
    return net
