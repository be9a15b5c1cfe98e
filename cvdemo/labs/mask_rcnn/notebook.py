"""Mask R-CNN as a notebook: a RoI's features, its masks, the paste, and what trained poolings make of it."""

from __future__ import annotations

from cvdemo.notebook import Cells, PageState, code, is_drawn, picture, text
from cvdemo.zoo import mask_crops
from cvdemo.zoo.mask_heads import ALIGN


def cells(state: PageState) -> Cells:
    """The picture, the net's boxes, one RoI with its masks, the score where the truth is known."""
    key = state.get("net", ALIGN if is_drawn(state) else mask_crops.KEY)
    crops = key == mask_crops.KEY
    module, find, masks = (
        ("mask_crops", "mask_crops", "masks_of_crops")
        if crops
        else ("mask_heads", "mask_features", "masks_of_boxes")
    )
    number, box = state.get("object"), state.get("box")
    yield picture(state)
    yield code(f"""
        from cvdemo.labs.mask_rcnn.experiment import largest_object, roi_of, score_mask, target_of
        from cvdemo.zoo.{module} import {find}, {masks}

        found = {find}({key!r}, picture)
        print(dict(enumerate(found.titles)), "in", found.size[1], "x", found.size[0], "pixels")
        number = {"largest_object(found)" if number is None else number}  # of the objects above; -1 for none
        box, class_id = roi_of(found, number)
        {"" if box is None else f"box = {tuple(box)}"}
        masks = {masks}(found, [box])
    """)
    mask = state.get("mask")
    yield code(f"""
        import numpy as np

        from cvdemo.draw.feature_maps import feature_colours
        from cvdemo.draw.inline import row
        from cvdemo.zoo.mask_shifts import pasted

        threshold = {state.get("threshold", 0.5)}
        class_id = {"class_id" if mask is None else f"list(found.names).index({mask!r})"}
        mask = masks.masks[0, class_id]  # [M, M] in 0..1
        whole = pasted(mask, box, found.size, picture.shape[:2], threshold)
        grey = np.repeat((255 * mask).round().astype(np.uint8)[..., None], 3, axis=2)
        cut = np.where(whole[..., None], picture, 255).astype(np.uint8)
        row({{"features": feature_colours(masks.pooled[0]), "mask": grey, "pasted": cut}})
    """)
    if is_drawn(state):
        yield code("""
            target = target_of(box, found.size, truth)
            print("no object here" if target is None else (target.name, score_mask(whole, box, found.size, target)))
        """)
    if is_drawn(state) and not crops:
        yield SHIFTS
    yield text("Try a box that is too small: can the mask leave it?")


SHIFTS = code("""
    from cvdemo.draw.mask_shifts import shift_curves
    from cvdemo.zoo.mask_heads import ALIGN, POOL
    from cvdemo.zoo.mask_shifts import shift_costs

    nets = {key: mask_features(key, picture) for key in (ALIGN, POOL)}  # trained with RoIAlign, with RoIPool
    costs = None if target is None else shift_costs(nets, box, class_id, target.mask)
    costs and shift_curves(costs.shifts, costs.ious, whole=False)
""")
