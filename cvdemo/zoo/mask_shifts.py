"""What moving a RoI costs the mask that a trained net makes of it (arXiv:1703.06870, sec. 3)."""

from __future__ import annotations

from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from cvdemo.ops.iou import mask_iou
from cvdemo.ops.masks import paste_patch
from cvdemo.zoo.mask_heads import MaskFeatures, masks_of_boxes

Mask: TypeAlias = NDArray[np.bool_]

SHIFTS = np.linspace(-4, 4, 33)  # pixels of the net's picture that the RoI is moved sideways
THRESHOLD = 0.5


class ShiftCosts(NamedTuple):
    """IoU of the mask with the object's for each of the `shifts` [N] in pixels, by the net's key.

    `masks` [H, W] are those of the RoI where it stands.
    """

    shifts: NDArray[np.float64]
    ious: dict[str, NDArray[np.float64]]
    masks: dict[str, Mask]

    def here(self, key: str) -> float:
        """The IoU of a net's mask where the RoI stands."""
        return float(self.ious[key][np.abs(self.shifts).argmin()])

    def largest_step(self, key: str) -> float:
        """The most that a net's IoU changes from one shift to the next."""
        return float(np.abs(np.diff(self.ious[key])).max())


def shift_costs(nets: dict[str, MaskFeatures], box: Any, class_id: int, true: Mask) -> ShiftCosts:
    """The masks of a RoI that is moved sideways by parts of a pixel, from trained nets, all in one run each.

    `box` [4] is in pixels of the nets' picture, `true` [H, W] the object's mask. Every mask is pasted where
    its RoI stands, as a detector would: a net that knows exactly where its RoI lies still meets the object,
    one that pools whole cells does not.
    """
    boxes = np.asarray(box, np.float64)[None] + SHIFTS[:, None] * np.array([1.0, 0, 1, 0])
    size = true.shape[0], true.shape[1]
    ious, masks = {}, {}
    for key, features in nets.items():
        made = masks_of_boxes(features, boxes).masks[:, class_id]
        found = [pasted(m, b, features.size, size, THRESHOLD) for m, b in zip(made, boxes, strict=True)]
        ious[key] = mask_iou(found, [true])[:, 0]
        masks[key] = found[int(np.abs(SHIFTS).argmin())]
    return ShiftCosts(SHIFTS, ious, masks)


def to_picture(box: Any, size: tuple[int, int], picture: tuple[int, int]) -> NDArray[np.float64]:
    """A box in pixels of the net's `size` (height, width) in pixels of the picture's."""
    return np.asarray(box, float) * np.array([picture[1] / size[1], picture[0] / size[0]] * 2)


def pasted(mask: Any, box: Any, size: tuple[int, int], picture: tuple[int, int], threshold: float) -> Mask:
    """A mask [M, M] of a box in the net's pixels, pasted into the picture (height, width), [H, W]."""
    patch = paste_patch(mask, to_picture(box, size, picture), picture)
    whole = np.zeros(picture, bool)
    whole[patch.within] = patch.values >= threshold
    return whole
