"""The RoI lab as a notebook: one region of a feature map, pooled in every way, and what rounding costs."""

from __future__ import annotations

from cvdemo.labs.roi.experiment import LIKELIEST
from cvdemo.notebook import Cells, PageState, code, is_drawn, picture, text


def cells(state: PageState) -> Cells:
    """The picture, the maps, the RoI with its grids, and on a drawn scene what rounding costs a mask."""
    drawn = is_drawn(state)
    roi = state.get("roi")
    yield picture(state)
    yield code(f"""
        from cvdemo.labs.roi.experiment import feature_levels
        from cvdemo.labs.roi.places import first_roi, target_boxes

        features = feature_levels(picture, drawn={drawn})
        roi = {"first_roi(features, truth)" if roi is None else tuple(roi)}  # x1 y1 x2 y2 in the net's pixels
        print(features.net, features.width, "x", features.height, roi, target_boxes(features, truth))
    """)
    maps = (
        f"maps_of_class(score_maps(picture), {state.get('class', LIKELIEST)!r}, roi)"
        if drawn
        else "stand_in_maps(features, knobs.stride)"
    )
    ratio = state.get("ratio", "2")
    yield code(f"""
        from cvdemo.draw.inline import row, table
        from cvdemo.labs.roi.draw import draw_roi
        from cvdemo.labs.roi.experiment import (
            PoolingKnobs, bins_of, maps_of_class, pool_roi, score_maps, stand_in_maps,
        )

        knobs = PoolingKnobs(
            stride={state.get("stride", 8)}, channel={state.get("channel", 1) - 1}, size={state.get("size", 3)},
            ratio={int(ratio) if ratio.isdigit() else -1}, aligned={bool(state.get("aligned", True))},
        )
        level = features.levels[knobs.stride][knobs.channel]  # [h, w]
        maps = {maps}
        grids = pool_roi(level, maps, roi, knobs)
        print("RoIPool\\n", grids.pool.round(3), "\\nRoIAlign\\n", grids.align.round(3))
        print("rounding moves the sides by", grids.moved, "pixels, IoU", round(grids.iou, 3))
        row({{"what both read of the map": draw_roi(level, *bins_of(level, roi, knobs))}}, width=640)
    """)
    if drawn:
        yield from _masks()
    yield text("Try `stride=16, size=7`, or move the RoI by half a pixel: which grid does not change?")


def _masks() -> Cells:
    yield code("""
        from cvdemo.labs.roi.draw import draw_mask_costs
        from cvdemo.labs.roi.experiment import mask_costs
        from cvdemo.labs.roi.places import target_number
        from cvdemo.ops.iou import box_iou

        boxes, shown, costs = target_boxes(features, truth), {}, None
        if boxes:  # the object that the RoI fits best
            name = list(boxes)[int(box_iou([roi], list(boxes.values()))[0].argmax())]
            mask, size = truth.masks[target_number(name)], (features.width, features.height)
            costs = mask_costs(mask, boxes[name], size, knobs.stride)
            shown[f"{name}: RoIPool left, RoIAlign right"] = draw_mask_costs(picture, costs)
        row(shown, width=640)
    """)
    yield code("""
        from cvdemo.draw.mask_shifts import shift_curves

        costs and shift_curves(costs.shifts, costs.ious)
    """)
