"""The stages of the R-CNN family as rows of pictures: the regions, and what each net is fed with."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, cast

import numpy as np
import streamlit as st

from cvdemo.data.pictures import fit, to_jpeg
from cvdemo.draw.feature_maps import FeaturePalette, feature_palette
from cvdemo.draw.heat import overlay_heat
from cvdemo.draw.regions import contact_sheet, draw_cells, draw_regions, sheet_shape, vote_maps
from cvdemo.labs.rcnn.follow import Target, nearest
from cvdemo.labs.rcnn.lab import Passed, costs
from cvdemo.nets.rcnn import RCNN
from cvdemo.nets.rfcn import VotingHead
from cvdemo.ops.warp import warp_regions
from cvdemo.ui.page import texts
from cvdemo.zoo.region_stages import class_maps, objectness

WIDTH = 400  # pixels of a picture in a column
STRIDE = 8  # of the feature map that is shown
SHEET = 12  # cut-outs beside each other, at most

_CSS = """<style>
@media (min-width: 640px) and (max-width: 1150px) {
  [class*="st-key-rcnn"] .stHorizontalBlock:has(> .stColumn:nth-child(3)) {
    flex-wrap: wrap;
    > .stColumn { flex: 1 1 45%; min-width: 45%; }
  }
}
</style>"""


def columns(key: str) -> Any:
    """A container whose rows of three or four columns stand two by two on narrow screens."""
    st.html(_CSS)
    return st.container(key=key)


def row(found: Sequence[Passed], show: Callable[[Passed], tuple[np.ndarray, str]]) -> None:
    """A picture of each net beside the others, with its name and a caption."""
    for column, one in zip(st.columns(len(found), gap="small"), found, strict=True):
        picture, caption = show(one)
        column.image(to_jpeg(picture, 90), width="stretch")
        column.caption(f"**{one.title}** · {caption}")


def heading(name: str) -> None:
    """A stage's heading and its sentence from the page's texts."""
    st.markdown(f"#### {name}")
    st.markdown(texts("rcnn")[name.split(" ", 1)[1].lower()])


def regions(one: Passed, target: Target) -> tuple[np.ndarray, str]:
    """The regions over the picture, the most trusted on top, the followed one in white."""
    small = fit(one.begun.picture, WIDTH)
    boxes = one.staged.regions / one.scale * (small.shape[1] / one.begun.picture.shape[1])
    ranked, count = one.begun.ranked, len(one.staged.regions)
    source = "of the net's own" if ranked is None else f"of {len(ranked):,} from Selective Search"
    text = f"**{one.milliseconds['proposals']:.1f} ms** · {count:,} {source}"
    return draw_regions(small, boxes, chosen=nearest(one, target)), text


def fed(one: Passed, target: Target) -> tuple[np.ndarray, str]:
    """What goes into the net: cut-outs, features with regions, objectness, maps of a class."""
    shows = {"rcnn": _cut_outs, "fast-rcnn": _features, "faster-rcnn": _objectness, "rfcn": _class_maps}
    return shows[one.key](one, target)


def _cut_outs(one: Passed, target: Target) -> tuple[np.ndarray, str]:
    config = cast(RCNN, one.detector.net).config
    rows, columns = sheet_shape(len(one.staged.regions), one.working.shape, most=SHEET)
    numbers, followed = list(range(len(one.staged.regions)))[: rows * columns], nearest(one, target)
    if followed is not None and followed not in numbers:
        numbers[-1] = followed
    some = one.staged.regions[numbers]
    warped = warp_regions(one.working, some, size=config.size, context=config.context)
    place = None if followed is None else numbers.index(followed)
    drawn = contact_sheet(warped, shape=(rows, columns), width=WIDTH, chosen=place)
    ms = one.milliseconds
    size = f"{config.size} × {config.size}"
    return drawn, (
        f"**{ms['warp']:.1f} ms** to warp to {size}, **{ms['features']:.1f} ms** for the features of each"
    )


def _features(one: Passed, target: Target) -> tuple[np.ndarray, str]:
    features = on_picture(one.staged.trace.features[STRIDE][0].float().cpu().numpy(), one)
    colours = feature_palette(features).colours(features)
    drawn = draw_cells(colours, one.staged.regions / STRIDE, width=WIDTH, chosen=nearest(one, target))
    size = f"{colours.shape[1]} × {colours.shape[0]} cells"
    return (
        drawn,
        f"**{one.milliseconds['features']:.1f} ms** for all features, once; here {size} at stride {STRIDE}",
    )


def _objectness(one: Passed, target: Target) -> tuple[np.ndarray, str]:
    small = fit(one.begun.picture, WIDTH)
    heat = enlarged_heat(objectness(one.detector, one.begun), (small.shape[1], small.shape[0]))
    number = nearest(one, target)
    drawn = overlay_heat(small, heat, opacity=0.75)
    if number is not None:
        box = one.staged.regions[number] / one.scale * (small.shape[1] / one.begun.picture.shape[1])
        drawn = draw_regions(drawn, box, chosen=0)
    text = f"**{one.milliseconds['features']:.1f} ms** for all features, once; bright where a thing may be"
    return drawn, text


def enlarged_heat(heat: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """A map [h, w] at a size (width, height), its cells seen as squares."""
    rows = np.arange(size[1]) * heat.shape[0] // size[1]
    columns = np.arange(size[0]) * heat.shape[1] // size[0]
    return np.asarray(heat[np.ix_(rows, columns)])


def _class_maps(one: Passed, target: Target) -> tuple[np.ndarray, str]:
    maps, number = class_maps(one.staged, target.class_id), nearest(one, target)
    box = None if number is None else one.staged.regions[number]
    stride = cast(VotingHead, one.detector.net.head).config.stride
    drawn = vote_maps(maps, one.working, box, scale=1 / stride, width=WIDTH)
    kind = f"{len(maps)} × {len(maps)} maps for every class, here *{one.detector.names()[target.class_id]}*"
    return drawn, f"**{one.milliseconds['features']:.1f} ms** for all features, once; {kind}"


def palette(features: np.ndarray, one: Passed) -> FeaturePalette:
    """The palette of a map [C, h, w] by what lies on the picture, without the padding."""
    return feature_palette(on_picture(features, one))


def on_picture(features: np.ndarray, one: Passed) -> np.ndarray:
    """The cells of a map [C, h, w] of the padded picture that lie on the picture."""
    height, width = one.working.shape[:2]
    padded = -(-width // 32) * 32
    stride = padded // features.shape[2]
    return features[:, : -(-height // stride), : -(-width // stride)]


def recomputed(found: Sequence[Passed]) -> None:
    """Pixels and multiply-adds of every net, and how often R-CNN has computed each pixel."""
    rows = []
    for one in found:
        count = len(one.staged.regions)
        cost = costs(one.key, one.working.shape, one.begun)
        pixels = one.working.shape[0] * one.working.shape[1]
        if isinstance(one.detector.net, RCNN):
            pixels = count * one.detector.net.config.size**2
        rows.append(
            {
                "": one.title,
                "pixels through the network": f"{pixels:,}",
                "multiply-adds once": f"{cost.once / 1e6:,.0f} M" if cost.once else "none",
                "for each region": f"{cost.each / 1e6:,.2f} M" if cost.each else "none, only means",
                "regions": f"{count:,}",
                "with all of them": f"{cost.of(count) / 1e6:,.0f} M",
            }
        )
    for one in found:
        if isinstance(one.detector.net, RCNN):
            area = one.working.shape[0] * one.working.shape[1]
            cut = len(one.staged.regions) * one.detector.net.config.size**2
            st.markdown(
                f"R-CNN's network saw **{cut:,} pixels** of a picture that has {area:,}: every pixel was "
                f"computed **{cut / area:.1f} times** on average. The others saw it once."
            )
    st.dataframe(rows, hide_index=True, width="stretch")
