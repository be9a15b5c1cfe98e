"""The feature maps that regions are pooled from: a net's levels by stride, and position-sensitive maps."""

from __future__ import annotations

import time
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cvdemo import zoo
from cvdemo.ops.roi import ps_roi_align
from cvdemo.ui.source import Chosen
from cvdemo.world.vocabulary import THINGS
from cvdemo.zoo.weights import has_weights

Floats: TypeAlias = NDArray[np.floating[Any]]

STRIDES = (4, 8, 16, 32)
PHOTO_SIDE = 256  # pixels of a photo's longer side when ImageNet's net sees it
BINS = 3  # along a side of position-sensitive maps: R-FCN's here
LIKELIEST = "the likeliest"
CLASSES = ("background", *THINGS)  # in the order of R-FCN's maps


class Seen(NamedTuple):
    """What a net makes of a picture of `width` x `height` pixels, its size when the net saw it.

    `levels` has a map [C, h, w] for each stride, its liveliest channels first, and `channels` their numbers
    in the net; `milliseconds` is what all levels took.
    """

    net: str
    width: int
    height: int
    levels: dict[int, Floats]
    channels: dict[int, list[int]]
    milliseconds: float


class Votes(NamedTuple):
    """Position-sensitive maps [BINS * BINS, h, w] of one class, row by row of bins, and what they are.

    `real` is false where no net has such maps and other channels stand in for them.
    """

    maps: Floats
    stride: int
    title: str
    real: bool


def seen(chosen: Chosen) -> Seen:
    """The levels for a picture, the net run once for each: the drawn world's for scenes, ImageNet's else."""
    with st.spinner("Computing the feature maps on the CPU …", show_time=True):
        return _seen(chosen.identity, chosen.truth is not None, chosen.picture)


@st.cache_resource(max_entries=12, show_spinner=False)
def _seen(identity: str, drawn: bool, _picture: NDArray[np.uint8]) -> Seen:
    import torch

    from cvdemo.zoo.drawn import LONG_SIDE, at_working_size

    name, backbone = _drawn_backbone() if drawn else _photo_backbone()
    x = at_working_size(_picture, "cpu", LONG_SIDE if drawn else PHOTO_SIDE)  # [1, 3, H, W]
    start = time.perf_counter()
    with torch.inference_mode():
        maps = backbone(_padded(x))
    milliseconds = 1000 * (time.perf_counter() - start)
    height, width = x.shape[-2:]
    levels, channels = {}, {}
    for stride, one in zip(STRIDES, maps[1:], strict=True):  # the first has stride 2
        features = _cut(one[0].float().cpu().numpy(), height, width, stride)  # [C, h, w]
        order = np.argsort(-features.std(axis=(1, 2)), kind="stable")
        levels[stride], channels[stride] = features[order], order.tolist()
    return Seen(name, width, height, levels, channels, milliseconds)


def _padded(x: Any) -> Any:
    from cvdemo.nets.blocks import pad_to_stride

    return pad_to_stride(x, STRIDES[-1])


def _cut(maps: Floats, height: int, width: int, stride: int) -> Floats:
    """Maps [C, h, w] without the cells that lie wholly on the padding."""
    return maps[:, : -(-height // stride), : -(-width // stride)]


@st.cache_resource(show_spinner=False)
def _drawn_backbone() -> tuple[str, Any]:
    model: Any = zoo.load("ssd", "cpu")
    return "the drawn world's backbone (of SSD)", model.net.backbone


@st.cache_resource(show_spinner=False)
def _photo_backbone() -> tuple[str, Any]:
    from cvdemo.nets.street import LiteEncoder

    model: Any = zoo.load("efficientnet-lite0", "cpu")
    encoder = LiteEncoder()
    state = model.net.state_dict()
    encoder.load_state_dict({name: state[name] for name in encoder.state_dict()})
    return "EfficientNet-Lite0 (ImageNet)", encoder.eval().requires_grad_(False)


def has_score_maps(chosen: Chosen) -> bool:
    """Whether a net with real position-sensitive maps knows this picture: R-FCN, for drawn scenes."""
    return chosen.truth is not None and has_weights("rfcn")


def votes(chosen: Chosen, found: Seen, stride: int, wanted: str, roi: tuple[float, ...]) -> Votes:
    """The position-sensitive maps of a class of `CLASSES`, or of the RoI's `LIKELIEST`.

    Where no net has any, the liveliest channels of the level at `stride` stand in for them.
    """
    if not has_score_maps(chosen):
        level = found.levels[stride]
        return Votes(level[np.arange(BINS**2) % len(level)], stride, "channels that stand in", False)
    maps, own_stride = _score_maps(chosen.identity, chosen.picture)  # [1 + classes, BINS * BINS, h, w]
    k = CLASSES.index(wanted) if wanted in CLASSES else _likeliest(maps, own_stride, roi)
    return Votes(maps[k], own_stride, CLASSES[k], True)


def _likeliest(maps: Floats, stride: int, roi: tuple[float, ...]) -> int:
    return int(_logits(maps, stride, roi).argmax())


def _logits(maps: Floats, stride: int, roi: tuple[float, ...]) -> Floats:
    """The votes of all classes for a RoI, [1 + classes], sampled as the net does it."""
    flat = maps.reshape(-1, *maps.shape[2:])
    bins = ps_roi_align(flat, roi, BINS, spatial_scale=1 / stride, sampling_ratio=2)
    return np.asarray(bins.mean(axis=(1, 2)))


def elected(chosen: Chosen, roi: tuple[float, ...]) -> tuple[str, float]:
    """What R-FCN takes a RoI of a drawn scene for, and how probable that is, 0..1."""
    logits = _logits(*_score_maps(chosen.identity, chosen.picture), roi)
    shares = np.exp(logits - logits.max())
    k = int(logits.argmax())
    return CLASSES[k], float(shares[k] / shares.sum())


@st.cache_resource(max_entries=12, show_spinner=False)
def _score_maps(identity: str, _picture: NDArray[np.uint8]) -> tuple[Floats, int]:
    """R-FCN's score maps of a picture, [1 + classes, BINS * BINS, h, w], and their stride."""
    import torch

    from cvdemo.zoo.drawn import at_working_size

    model: Any = zoo.load("rfcn", "cpu")
    x = at_working_size(_picture, "cpu")  # [1, 3, H, W]
    with torch.inference_mode():
        scores, _ = model.net.head.maps(model.net.features(x))  # [1, (1 + classes) * BINS * BINS, h, w]
    stride = int(model.net.head.config.stride)
    height, width = x.shape[-2:]
    maps = _cut(scores[0].cpu().numpy(), height, width, stride)
    return maps.reshape(len(CLASSES), BINS**2, *maps.shape[1:]), stride
