"""The Mask R-CNN page's board: the RoI with its masks, the score against the truth, the charts, the files."""

from __future__ import annotations

from functools import partial

import numpy as np
import streamlit as st

from cvdemo.data.chosen import Chosen
from cvdemo.data.pictures import fit
from cvdemo.draw.colours import colour
from cvdemo.draw.feature_maps import feature_colours
from cvdemo.draw.mask_shifts import shift_curves
from cvdemo.labs.mask_rcnn import experiment, results
from cvdemo.labs.mask_rcnn.controls import RoIChoice, current, keep, stamp
from cvdemo.labs.mask_rcnn.experiment import Target
from cvdemo.labs.mask_rcnn.results import Found
from cvdemo.ui import mask_nets
from cvdemo.ui.component import component, with_picture
from cvdemo.ui.downloads import data, offer, png
from cvdemo.ui.mask_nets import POOLINGS
from cvdemo.ui.page import texts
from cvdemo.zoo.box_masks import MARGIN
from cvdemo.zoo.mask_crops import MaskCrops
from cvdemo.zoo.mask_heads import ALIGN, POOL, RoIMasks, trained_mask_nets
from cvdemo.zoo.mask_shifts import pasted

COMPONENT = "mask-rcnn-lab"
SHOWN = 1280

_lab = component("mask_rcnn/lab")


def board(chosen: Chosen, key: str) -> None:
    """The RoI, its masks by the net of a key, and all that is known of them."""
    found = results.boxes(chosen, key)
    choice = current(chosen, found)
    masks = results.masks(chosen, found, choice.box)
    target = experiment.target_of(choice.box, found.size, chosen.truth)
    _draw(chosen, found, choice, masks)
    _score(chosen, found, choice, masks, target)
    _about(found, masks)
    _files(chosen, found, choice, masks)
    if key != ALIGN:
        return
    if target is not None:
        _shifts(chosen, choice, target)
    _ablations()


def _draw(chosen: Chosen, found: Found, choice: RoIChoice, masks: RoIMasks) -> None:
    height, width = found.size
    pooled = feature_colours(masks.pooled[0])
    fields = {
        "width": width,
        "height": height,
        "scale": chosen.picture.shape[1] / width,
        "boxes": [
            {"box": box, "name": name, "colour": colour(name)}
            for box, name in zip(found.boxes.tolist(), found.titles, strict=True)
        ],
        "box": choice.box,
        "mask": choice.class_id,
        "detected": choice.detected,
        "threshold": choice.threshold,
        "names": found.names,
        "captions": captions(found, masks),
        "side": masks.masks.shape[-1],
        "pooled": pooled.shape[0],
        "says": _whence(found, choice),
        "stamp": stamp(chosen, found),
        "alt": f"{chosen.name} with {len(found.boxes)} detected objects and the RoI of one",
    }
    parts = {"masks": masks.masks[0].astype("<f4"), "pooled": np.ascontiguousarray(pooled)}
    sent = with_picture(fields, fit(chosen.picture, SHOWN), parts)
    _lab(data=sent, key=COMPONENT, on_changed_change=partial(keep, COMPONENT, chosen, found))


def _whence(found: Found, choice: RoIChoice) -> str:
    """Where the RoI comes from."""
    if choice.number < 0:
        return "Nothing was detected: the RoI stands in the middle."
    return "Placed by hand." if choice.moved else f"Detected: {found.titles[choice.number]}."


def captions(found: Found, masks: RoIMasks) -> list[str]:
    """What stands over the three steps: the features, the mask, the masks of all classes."""
    pooled, side = masks.pooled.shape[-1], masks.masks.shape[-1]
    if isinstance(found, MaskCrops):
        return [
            f"{pooled} × {pooled} features of a cut-out, {MARGIN:g} times as large as the box",
            f"{side} × {side} mask over the box, of an",
            "one mask, whatever the class",
        ]
    return [
        f"RoIAlign: {pooled} × {pooled} features",
        f"{side} × {side} mask of",
        "a mask of every class, each by its own sigmoid",
    ]


def _pasted(chosen: Chosen, found: Found, choice: RoIChoice, masks: RoIMasks) -> np.ndarray:
    height, width = chosen.picture.shape[:2]
    mask = masks.masks[0, choice.class_id]
    return pasted(mask, choice.box, found.size, (height, width), choice.threshold)


def _score(chosen: Chosen, found: Found, choice: RoIChoice, masks: RoIMasks, target: Target | None) -> None:
    if chosen.truth is None:
        return
    if target is None:
        st.markdown("The RoI meets no object of the scene: there is no true mask to compare with.")
        return
    score = experiment.score_mask(_pasted(chosen, found, choice, masks), choice.box, found.size, target)
    st.markdown(
        f"Against the true **{target.name}**: mask IoU **{score.iou:.3f}**, the bare box alone "
        f"{score.bare_box_iou:.3f}. The RoI's IoU with the true box is {target.box_iou:.3f}; the mask has "
        f"{score.pixels:,} pixels, the truth {score.target_pixels:,}."
    )


def _about(found: Found, masks: RoIMasks) -> None:
    height, width = found.size
    first, second = "Backbone, proposals and boxes", "mask head"
    if isinstance(found, MaskCrops):
        first, second = "Detector", "mask net"
    st.caption(
        f"{first} {found.milliseconds:.0f} ms, once for each picture, boxes in {width} × {height} px · "
        f"{second} {masks.milliseconds:.1f} ms for a RoI · pixels are those of the whole picture."
    )


def _files(chosen: Chosen, found: Found, choice: RoIChoice, masks: RoIMasks) -> None:
    def cut_out() -> np.ndarray:
        mask = _pasted(chosen, found, choice, masks)
        picture: np.ndarray = np.where(mask[..., None], chosen.picture, 255).astype(np.uint8)
        return picture

    def numbers() -> dict[str, object]:
        return {
            "box": choice.box, "size": found.size, "class": found.names[choice.class_id],
            "threshold": choice.threshold, "mask": masks.masks[0, choice.class_id].round(4).tolist(),
        }  # fmt: skip

    offer(chosen.name, png(cut_out, "Object (PNG)"), data(numbers, "RoI and mask (JSON)"))


def _shifts(chosen: Chosen, choice: RoIChoice, target: Target) -> None:
    assert chosen.truth is not None
    st.markdown(f"#### A RoI that moves by parts of a pixel: {target.name}")
    costs = mask_nets.shift_costs(chosen, chosen.truth, target.row, choice.box, choice.class_id)
    curves = {POOLINGS[key]: iou for key, iou in costs.ious.items()}
    figure = shift_curves(costs.shifts, curves, whole=False)
    st.plotly_chart(figure, config={"displayModeBar": False}, key="mask-rcnn-shifts")
    missing = "" if POOL in costs.ious else f" {texts('mask_rcnn')['one net']}"
    st.caption(texts("mask_rcnn")["shifts"] + missing)


def _ablations() -> None:
    rows = experiment.held_out(trained_mask_nets())
    if rows:
        st.markdown("#### Held-out scenes: what each choice is worth")
        st.dataframe(rows, hide_index=True, key="mask-rcnn-ablations")
        st.caption(texts("mask_rcnn")["ablations"])
