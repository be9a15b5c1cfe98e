"""A region of interest on a net's feature maps, pooled in every way, and what pooling costs a mask."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from cvdemo import zoo
from cvdemo.ops.iou import box_iou
from cvdemo.ops.roi import ps_roi_align, ps_roi_pool, roi_align, roi_pool
from cvdemo.ops.roi_bins import CellBins, SampleBins, align_bins, pool_bins
from cvdemo.ops.roi_masks import POOLINGS, coverage, mask_ious, recovered_mask
from cvdemo.world.vocabulary import THINGS
from cvdemo.zoo.model import Model
from cvdemo.zoo.weights import has_weights

if TYPE_CHECKING:
    from torch import Tensor, nn

Box: TypeAlias = tuple[float, ...]
Floats: TypeAlias = NDArray[np.floating[Any]]
Masks: TypeAlias = NDArray[np.bool_]
Picture: TypeAlias = NDArray[np.uint8]

STRIDES = (4, 8, 16, 32)
PHOTO_SIDE = 256  # pixels of a photo's longer side in ImageNet's net
BINS = 3  # along a side of position-sensitive maps: R-FCN+'s
LIKELIEST = "the likeliest"
CLASSES = ("background", *THINGS)  # in the order of R-FCN+'s maps
SHIFTS = 33  # that are tried on a mask, from a cell left to a cell right
COMPARED = ("RoIPool", "RoIAlign")


class FeatureLevels(NamedTuple):
    """A net's feature maps of a picture of `width` x `height` pixels, its size at the net's input.

    `levels` has a map [C, h, w] for each stride, the channels in descending standard deviation; `channels`
    are their numbers in the net. `milliseconds` is the time of all levels.
    """

    net: str
    width: int
    height: int
    levels: dict[int, Floats]
    channels: dict[int, list[int]]
    milliseconds: float


class ScoreMaps(NamedTuple):
    """R-FCN+'s score maps of a picture, [1 + classes, BINS * BINS, h, w], and their stride."""

    maps: Floats
    stride: int


class PositionMaps(NamedTuple):
    """Position-sensitive maps [BINS * BINS, h, w] of one class, row by row of bins, and their stride.

    `real` is false where other channels stand in for them, because no net has such maps of the picture.
    """

    maps: Floats
    stride: int
    title: str
    real: bool


class PoolingKnobs(NamedTuple):
    """The level's stride, the channel's place in `FeatureLevels`, bins along a side, RoIAlign's options."""

    stride: int
    channel: int
    size: int
    ratio: int
    aligned: bool


class RoIGrids(NamedTuple):
    """The pooled grids of one RoI, [S, S] each, and [BINS, BINS] of the position-sensitive maps.

    `moved` [4] is how far rounding moves the RoI's sides, in pixels; `iou` that of the rounded RoI with it.
    """

    pool: Floats
    align: Floats
    votes: Floats
    sampled_votes: Floats
    moved: Floats
    iou: float


class MaskCosts(NamedTuple):
    """IoU of an object's mask after pooling, by way, over the RoI's shifts [SHIFTS] in pixels.

    `worst` is the number of the shift where RoIPool is worst; there `masks` are the results [h, w] of the
    ways of `COMPARED`. `true` [h, w] is the object's mask and `roi` [4] its RoI, in the net's pixels.
    """

    shifts: NDArray[np.float64]
    ious: dict[str, NDArray[np.floating]]
    worst: int
    true: Masks
    masks: dict[str, Masks]
    roi: Floats


def feature_levels(picture: Picture, *, drawn: bool) -> FeatureLevels:
    """The maps of a picture [H, W, 3]: of the drawn world's net if it is `drawn`, else of ImageNet's."""
    from cvdemo.nets.blocks import pad_to_stride
    from cvdemo.zoo.drawn import LONG_SIDE, at_working_size

    name, model, backbone = _drawn_backbone() if drawn else _photo_backbone()
    x = at_working_size(picture, "cpu", LONG_SIDE if drawn else PHOTO_SIDE)  # [1, 3, H, W]
    maps, milliseconds = model.run(lambda: backbone(pad_to_stride(x, STRIDES[-1])), warm=x.shape)
    height, width = x.shape[-2:]
    levels, channels = {}, {}
    for stride, one in zip(STRIDES, maps[1:], strict=True):  # the first has stride 2
        features = _unpadded(one[0], height, width, stride)  # [C, h, w]
        order = np.argsort(-features.std(axis=(1, 2)), kind="stable")
        levels[stride], channels[stride] = features[order], order.tolist()
    return FeatureLevels(name, width, height, levels, channels, milliseconds)


def _drawn_backbone() -> tuple[str, Model, nn.Module]:
    model: Any = zoo.load("ssd-plus", "cpu")
    return "the drawn world's backbone (of SSD+)", model, model.net.backbone


def _photo_backbone() -> tuple[str, Model, nn.Module]:
    from cvdemo.nets.street import LiteEncoder

    model: Any = zoo.load("efficientnet-lite0", "cpu")
    return "EfficientNet-Lite0 (ImageNet)", model, LiteEncoder(model.net)


def _unpadded(maps: Tensor, height: int, width: int, stride: int) -> Floats:
    """Maps [C, h, w] without the cells that lie wholly on the padding."""
    return cast(Floats, maps.float().cpu().numpy())[:, : -(-height // stride), : -(-width // stride)]


def has_score_maps(*, drawn: bool) -> bool:
    """Whether a net here has real position-sensitive maps of a picture: R-FCN+, of drawn scenes."""
    return drawn and has_weights("rfcn-plus")


def score_maps(picture: Picture) -> ScoreMaps:
    """R-FCN+'s score maps of a drawn scene [H, W, 3]."""
    from cvdemo.zoo.drawn import at_working_size

    model: Any = zoo.load("rfcn-plus", "cpu")
    x = at_working_size(picture, "cpu")  # [1, 3, H, W]
    scores, _ = model.run(lambda: model.net.head.maps(model.net.features(x))).value
    stride = int(model.net.head.config.stride)
    height, width = x.shape[-2:]
    maps = _unpadded(scores[0], height, width, stride)  # [(1 + classes) * BINS * BINS, h, w]
    return ScoreMaps(maps.reshape(len(CLASSES), BINS**2, *maps.shape[1:]), stride)


def maps_of_class(scores: ScoreMaps, name: str, roi: Box) -> PositionMaps:
    """The position-sensitive maps of a class of `CLASSES`, or of the RoI's `LIKELIEST`."""
    k = CLASSES.index(name) if name in CLASSES else int(_logits(scores, roi).argmax())
    return PositionMaps(scores.maps[k], scores.stride, CLASSES[k], True)


def stand_in_maps(features: FeatureLevels, stride: int) -> PositionMaps:
    """The first channels of a level in the place of position-sensitive maps, where no net has any."""
    level = features.levels[stride]
    return PositionMaps(level[np.arange(BINS**2) % len(level)], stride, "channels that stand in", False)


def classify_roi(scores: ScoreMaps, roi: Box) -> tuple[str, float]:
    """R-FCN+'s most probable class of a RoI of a drawn scene, and its probability in 0..1."""
    logits = _logits(scores, roi)
    powers = np.exp(logits - logits.max())
    k = int(logits.argmax())
    return CLASSES[k], float(powers[k] / powers.sum())


def _logits(scores: ScoreMaps, roi: Box) -> Floats:
    """The votes of all classes for a RoI, [1 + classes], sampled as the net does it."""
    flat = scores.maps.reshape(-1, *scores.maps.shape[2:])
    bins = ps_roi_align(flat, roi, BINS, spatial_scale=1 / scores.stride, sampling_ratio=2)
    return np.asarray(bins.mean(axis=(1, 2)))


def pool_roi(features: Floats, maps: PositionMaps, roi: Box, knobs: PoolingKnobs) -> RoIGrids:
    """The pooled grids of a map [h, w] and of position-sensitive maps, by `cvdemo.ops.roi`."""
    x, scores = features.astype(np.float64), maps.maps.astype(np.float64)
    scale = 1 / knobs.stride
    bins = pool_bins(roi, knobs.size, x.shape, spatial_scale=scale)
    return RoIGrids(
        roi_pool(x, roi, knobs.size, spatial_scale=scale),
        roi_align(x, roi, knobs.size, spatial_scale=scale, sampling_ratio=knobs.ratio, aligned=knobs.aligned),
        ps_roi_pool(scores, roi, BINS, spatial_scale=1 / maps.stride)[0],
        ps_roi_align(scores, roi, BINS, spatial_scale=1 / maps.stride, sampling_ratio=2)[0],
        bins.rounding_error() * knobs.stride,
        float(box_iou([bins.exact], [bins.rounded.astype(np.float64)])[0, 0]),
    )


def mask_costs(mask: Masks, box: Box, size: tuple[int, int], stride: int) -> MaskCosts:
    """What rounding costs an object's mask [H, W] on maps of a `stride` (arXiv:1703.06870, sec. 3).

    `box` [4] is the object's in pixels of the net's picture, whose `size` is (width, height); the RoI is a
    cell wider on each side.
    """
    share = cv2.resize(mask.astype(np.float32), size, interpolation=cv2.INTER_AREA)
    roi = np.add(box, (-stride, -stride, stride, stride))
    shifts = np.linspace(-stride, stride, SHIFTS)
    ious = mask_ious(share, roi, shifts, stride=stride)
    worst = int(ious["RoIPool"].argmin())
    shifted = roi + np.multiply(shifts[worst], (1, 0, 1, 0))
    true = share >= 0.5
    cells = coverage(true, stride)
    masks = {way: recovered_mask(cells, shifted, true.shape, POOLINGS[way], stride) for way in COMPARED}
    return MaskCosts(shifts, ious, worst, true, masks, roi)


def to_csv(grids: RoIGrids) -> str:
    """A line for each bin of each pooling: way, row, column, value."""
    ways = {"roi_pool": grids.pool, "roi_align": grids.align, "ps_roi_pool": grids.votes}
    lines = [
        f"{way},{i},{j},{value:.8g}" for way, grid in ways.items() for (i, j), value in np.ndenumerate(grid)
    ]
    return "\n".join(["way,row,column,value", *lines, ""])


def bins_of(features: Floats, roi: Box, knobs: PoolingKnobs) -> tuple[CellBins, SampleBins]:
    """Where RoI pooling and RoIAlign read a map [h, w]."""
    shape = (features.shape[0], features.shape[1])
    scale = 1 / knobs.stride
    align = align_bins(
        roi, knobs.size, shape=shape, spatial_scale=scale, sampling_ratio=knobs.ratio, aligned=knobs.aligned
    )
    return pool_bins(roi, knobs.size, shape, spatial_scale=scale), align


def to_json(features: Floats, maps: PositionMaps, roi: Box, knobs: PoolingKnobs, grids: RoIGrids) -> str:
    """The RoI, the knobs, RoI pooling's cells, RoIAlign's samples and all grids."""
    pool, align = bins_of(features, roi, knobs)
    content: dict[str, Any] = {
        "roi": roi,
        **knobs._asdict(),
        "map": list(features.shape),
        "roi_pool": {
            "cells": pool.rounded.tolist(),
            "rows": pool.rows.tolist(),
            "columns": pool.columns.tolist(),
            "values": grids.pool.tolist(),
        },
        "roi_align": {
            "rows": align.rows.places.tolist(),
            "columns": align.columns.places.tolist(),
            "values": grids.align.tolist(),
        },
        "ps_roi_pool": {"maps": maps.title, "stride": maps.stride, "values": grids.votes.tolist()},
        "moved_by_pixels": grids.moved.tolist(),
        "iou_after_rounding": grids.iou,
    }
    return json.dumps(content, indent=1)
