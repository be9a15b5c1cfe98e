"""The RoI lab's board: the map with the RoI to drag, the grids, what rounding costs a mask, the files."""

from __future__ import annotations

from functools import partial

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from cvdemo.data.chosen import Chosen
from cvdemo.data.pictures import fit, to_png
from cvdemo.draw.mask_shifts import shift_curves, side_by_side
from cvdemo.labs.roi import experiment, results
from cvdemo.labs.roi.controls import choose_class, choose_knobs, choose_object, keep_dropped, stamp
from cvdemo.labs.roi.draw import draw_mask_costs, draw_roi
from cvdemo.labs.roi.experiment import (
    BINS,
    COMPARED,
    Box,
    FeatureLevels,
    Floats,
    PoolingKnobs,
    PositionMaps,
    RoIGrids,
    ScoreMaps,
    bins_of,
    pool_roi,
    to_csv,
    to_json,
)
from cvdemo.labs.roi.places import MARGIN, target_boxes, target_number
from cvdemo.ops.iou import box_iou
from cvdemo.ui import mask_nets
from cvdemo.ui.component import component, with_picture
from cvdemo.ui.downloads import offer, png, text
from cvdemo.ui.mask_nets import POOLINGS
from cvdemo.ui.page import texts
from cvdemo.zoo.mask_heads import ALIGN, POOL
from cvdemo.zoo.mask_shifts import ShiftCosts, to_picture
from cvdemo.zoo.weights import has_weights

COMPONENT = "roi-lab"
SHOWN = 900  # pixels of the picture's longer side in the browser
PLAIN = {"displayModeBar": False}

_lab = component("roi/lab")


def board(chosen: Chosen, features: FeatureLevels, roi: Box, row: DeltaGenerator) -> None:
    """All that is shown of a RoI; the widgets that depend on the picture go into the `row`."""
    with row:
        choose_object(chosen, features, roi)
    knobs = choose_knobs()
    if scores := results.scores(chosen):
        with row:
            maps = experiment.maps_of_class(scores, choose_class(), roi)
    else:
        maps = experiment.stand_in_maps(features, knobs.stride)
    level = features.levels[knobs.stride][knobs.channel]
    grids = pool_roi(level, maps, roi, knobs)
    _draw(chosen, features, maps, roi, knobs, grids)
    _about(features, scores, roi, knobs)
    _masks(chosen, features, roi, knobs.stride)
    _trained_masks(chosen, features, roi)
    _downloads(chosen, level, maps, roi, knobs, grids)


def _draw(
    chosen: Chosen,
    features: FeatureLevels,
    maps: PositionMaps,
    roi: Box,
    knobs: PoolingKnobs,
    grids: RoIGrids,
) -> None:
    level = features.levels[knobs.stride][knobs.channel]
    numbers = {name: np.asarray(value).tolist() for name, value in grids._asdict().items()}
    fields = {
        **knobs._asdict(),
        "width": features.width,
        "height": features.height,
        "margin": MARGIN * max(features.width, features.height),
        "alt": f"{chosen.name} under a feature map of stride {knobs.stride}",
        "roi": roi,
        "things": target_boxes(features, chosen.truth),
        "stamp": stamp(chosen),
        "shape": level.shape,
        "votes": {
            "bins": BINS,
            "stride": maps.stride,
            "title": maps.title,
            "real": maps.real,
            "shape": maps.maps.shape,
        },
        "python": {"roi": roi, **numbers},
    }
    parts = {"map": level.astype("<f4"), "maps": maps.maps.astype("<f4")}
    data = with_picture(fields, fit(chosen.picture, SHOWN), parts)
    _lab(data=data, key=COMPONENT, on_moved_change=partial(keep_dropped, COMPONENT, chosen))


def _about(features: FeatureLevels, scores: ScoreMaps | None, roi: Box, knobs: PoolingKnobs) -> None:
    """Whose maps these are, what they cost, and R-FCN's answer for the RoI."""
    level = features.levels[knobs.stride]
    number = features.channels[knobs.stride][knobs.channel]
    text = (
        f"Channel {number} of {len(level)}, {level.shape[2]} × {level.shape[1]} cells, of {features.net}, "
        f"which sees the picture at {features.width} × {features.height} pixels; the RoI is in those pixels. "
        f"All levels took {features.milliseconds:.0f} ms, once: no RoI runs the network again. "
    )
    if scores is None:
        text += "No net here has position-sensitive maps for this picture: nine channels stand in for them."
    else:
        name, probability = experiment.classify_roi(scores, roi)
        text += (
            f"The position-sensitive maps are R-FCN+'s, which knows the drawn world only; by the votes of "
            f"all its classes this RoI is **{name}**, {100 * probability:.0f} %."
        )
    st.caption(text)


def _masks(chosen: Chosen, features: FeatureLevels, roi: Box, stride: int) -> None:
    """What rounding costs the mask of the object that the RoI fits best; nothing where none is known."""
    boxes = target_boxes(features, chosen.truth)
    if chosen.truth is None or not boxes:
        return
    name = list(boxes)[int(box_iou([roi], list(boxes.values()))[0].argmax())]
    size = (features.width, features.height)
    costs = results.mask_costs(chosen.identity, name, stride, boxes[name], size, chosen.truth)
    st.markdown(f"#### What rounding costs a mask: {name}")
    chart, side = st.columns([1.1, 1], gap="medium", vertical_alignment="center")
    chart.plotly_chart(shift_curves(costs.shifts, costs.ious), config=PLAIN, key="masks", width="stretch")
    pictures = to_png(draw_mask_costs(chosen.picture, costs))
    side.image(pictures, width="stretch", alt=f"{name}: the masks of {' and '.join(COMPARED)}")
    shift = f"{costs.shifts[costs.worst]:+g}".replace("-", "−")
    pool, align = (costs.ious[way][costs.worst] for way in COMPARED)
    side.caption(
        f"Left **RoIPool**, IoU **{pool:.2f}**, right **RoIAlign**, IoU **{align:.2f}**, the RoI shifted by "
        f"{shift} px: where RoIPool is worst."
    )
    st.caption(
        f"The true mask as a map of stride {stride}: each cell holds the share that it covers. Its box, "
        "a cell wider on each side and shifted by parts of a pixel, is pooled to 14 × 14, and the grid is "
        "laid back over the box. Green is right, orange wrongly added, blue missed."
    )


def _trained_masks(chosen: Chosen, features: FeatureLevels, roi: Box) -> None:
    """The masks that trained nets make of the RoI where it stands, and of the RoI moved sideways."""
    boxes = target_boxes(features, chosen.truth)
    if chosen.truth is None or not boxes or not has_weights(ALIGN):
        return
    overlaps = box_iou([roi], list(boxes.values()))[0]
    if overlaps.max() <= 0:
        st.caption(texts("roi")["no object"])
        return
    name = list(boxes)[int(overlaps.argmax())]
    row, size = target_number(name), (features.height, features.width)
    seen = mask_nets.features(chosen).size
    box = tuple(to_picture(roi, size, seen).tolist())
    costs = mask_nets.shift_costs(chosen, chosen.truth, row, box, int(chosen.truth.classes[row]))
    st.markdown(f"#### What trained nets make of the RoI: {name}")
    chart, side = st.columns([1.1, 1], gap="medium", vertical_alignment="center")
    figure = shift_curves(costs.shifts, {POOLINGS[key]: iou for key, iou in costs.ious.items()}, whole=False)
    chart.plotly_chart(figure, config=PLAIN, key="trained-masks", width="stretch")
    true = chosen.truth.masks[row]
    around = to_picture(roi, size, (chosen.truth.height, chosen.truth.width))
    pictures = side_by_side(chosen.picture, true, list(costs.masks.values()), around)
    nets = " and ".join(POOLINGS[key] for key in costs.masks)
    side.image(to_png(pictures), width="stretch", alt=f"{name}: the masks of {nets}")
    side.caption(_say_masks(costs))
    missing = "" if POOL in costs.ious else f" {texts('roi')['one net']}"
    st.caption(texts("roi")["trained"] + missing)


def _say_masks(costs: ShiftCosts) -> str:
    """The IoU of each net's mask where the RoI stands, and how far a step of the shift can change it."""
    return "; ".join(
        f"**{POOLINGS[key]}**, IoU **{costs.here(key):.3f}**, changes by up to "
        f"{costs.largest_step(key):.3f} from step to step"
        for key in costs.ious
    ).join(("From left to right, the RoI where it stands: ", "."))


def _downloads(
    chosen: Chosen, level: Floats, maps: PositionMaps, roi: Box, knobs: PoolingKnobs, grids: RoIGrids
) -> None:
    """The grids as CSV and JSON, the bins as a picture; each made when it is asked for."""
    offer(
        chosen.name,
        text("Grids (CSV)", "csv", lambda: to_csv(grids)),
        text("Bins and grids (JSON)", "json", lambda: to_json(level, maps, roi, knobs, grids)),
        png(lambda: draw_roi(level, *bins_of(level, roi, knobs))),
    )
