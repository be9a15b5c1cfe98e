"""Masks of the Mask R-CNN page, kept for all visitors."""

from __future__ import annotations

from cvdemo.data.chosen import Chosen
from cvdemo.labs.mask_rcnn.experiment import Box
from cvdemo.ui.cache import cached
from cvdemo.zoo.mask_heads import MaskFeatures, RoIMasks, masks_of_boxes


def masks(chosen: Chosen, found: MaskFeatures, box: Box) -> RoIMasks:
    """The masks of one box; only the mask head runs, once for each box."""
    return _masks(chosen.identity, box, found)


@cached
def _masks(identity: str, box: Box, _found: MaskFeatures) -> RoIMasks:
    return masks_of_boxes(_found, [box])
