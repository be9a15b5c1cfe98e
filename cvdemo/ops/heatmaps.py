"""Keypoint coordinates from heat maps."""

from __future__ import annotations

import torch
from torch import Tensor, nn


def heatmaps_to_keypoints(maps: Tensor, boxes: Tensor) -> tuple[Tensor, Tensor]:
    """The position of each map's maximum in the picture, [R, K, 2] x y in pixels, and its value [R, K].

    `maps` [R, K, M, M] are logits over `boxes` [R, 4] in pixels. Each map is resized bicubically to its box,
    with sides rounded up to at least 1 pixel, and the centre of the maximum pixel is taken, as in
    torchvision's function of the same name (arXiv:1703.06870, sec. 5).
    """
    places, heights = maps.new_zeros(*maps.shape[:2], 2), maps.new_zeros(maps.shape[:2])
    sides = (boxes[:, 2:] - boxes[:, :2]).clamp(min=1)  # [R, 2]
    for k, (own, (width, height)) in enumerate(zip(maps, sides.ceil().int().tolist(), strict=True)):
        full = nn.functional.interpolate(own[:, None], size=(height, width), mode="bicubic")[:, 0]
        heights[k], place = full.flatten(1).max(dim=1)
        cell = torch.stack([place % width, place // width], dim=1) + 0.5  # [K, 2]
        places[k] = boxes[k, :2] + cell * sides[k] / sides[k].ceil()
    return places, heights
