"""The branches of DeepLab v3's ASPP on a picture, once its weights are there."""

from __future__ import annotations

from typing import Any, NamedTuple, cast

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cvdemo import zoo
from cvdemo.data.pictures import fit, to_jpeg
from cvdemo.draw.feature_maps import enlarged, feature_colours
from cvdemo.draw.segmentation import paint_labels
from cvdemo.ops.dilated import ConvLayer, effective_kernel
from cvdemo.ui.source import Chosen
from cvdemo.world.vocabulary import SEMANTIC
from cvdemo.zoo.drawn import TraceSegmenter
from cvdemo.zoo.weights import has_weights

KEY = "deeplabv3"
WIDTH = 360


class Branch(NamedTuple):
    """What a branch makes of a picture: its name, a remark, its map [C, h, w] as colours."""

    name: str
    remark: str
    colours: NDArray[np.uint8]


def is_trained() -> bool:
    """Whether the catalogue has DeepLab v3 and its weights are shipped."""
    return any(m.key == KEY for m in zoo.models(zoo.Task.SEGMENT)) and has_weights(KEY)


def branches(trace: Any, rates: tuple[int, ...], stride: int) -> list[Branch]:
    """ASPP's branches of a `DeepLabTrace` and what it makes of them, of the batch's first picture."""
    names = [("1 × 1", f"{stride} px of reach: its own cell only")]
    for rate in rates:
        reach = stride * effective_kernel(ConvLayer(3, 1, rate))
        names.append((f"rate {rate}", f"{reach} px from the first cell to the last"))
    names.append(("whole picture", "one average for all cells, hence one colour"))
    names.append(("together", "all five, projected by a 1 × 1 convolution"))
    maps = [*trace.branches, trace.context]
    return [
        Branch(name, remark, enlarged(feature_colours(m[0].float().cpu().numpy()), WIDTH))
        for (name, remark), m in zip(names, maps, strict=True)
    ]


@st.cache_resource(max_entries=16, show_spinner=False)
def _seen(identity: str, _picture: NDArray[np.uint8]) -> tuple[list[Branch], NDArray[np.uint8]]:
    net = cast(TraceSegmenter, zoo.load(KEY))
    trace, config = net.trace(_picture), cast(Any, net.net).config
    labels = trace.logits[0].argmax(0).to("cpu").numpy().astype(np.uint8)
    painted = enlarged(paint_labels(labels, SEMANTIC), WIDTH)
    return branches(trace, config.rates, config.backbone.output_stride), painted


def aspp(chosen: Chosen) -> None:
    """Every branch's map, what they make together, and the mask; the network runs once for each picture."""
    with st.spinner(f"DeepLab v3 runs on {zoo.default_device().upper()} …", show_time=True):
        found, painted = _seen(chosen.identity, chosen.picture)
    picture = Branch("picture", "of which the network gets 192 pixels", fit(chosen.picture, WIDTH))
    views = [picture, *found, Branch("mask", "what the head says, upsampled by 8", painted)]
    for row in (views[:4], views[4:]):
        for column, view in zip(st.columns(4), row, strict=False):
            column.image(to_jpeg(view.colours), width="stretch")
            column.markdown(f"**{view.name}**  \n{view.remark}")
    st.caption(
        "Each map's colours are its own three strongest directions: alike means that the branch sees alike."
    )
