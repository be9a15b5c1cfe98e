"""Dilated convolutions: the figures of a stack, one filter in two ways, ASPP's branches on a picture."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any, NamedTuple, TypeAlias, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from cvdemo import zoo
from cvdemo.data.pictures import fit
from cvdemo.ops.dilated import (
    ConvLayer,
    dilated_response,
    edge_kernel,
    effective_kernel,
    measured_counts,
    multiply_adds,
    parameters,
    path_counts,
    pooled_instead,
    receptive_field,
    seen_share,
    shared_with_neighbour,
    shrunk_response,
    total_stride,
    without_dilation,
)

Floats: TypeAlias = NDArray[np.float32]

WORKING = 192, 144  # width and height of the input of the drawn world's nets
CHANNELS = 64
ASPP_KEY = "deeplabv3"


class StackFigures(NamedTuple):
    """What a stack of convolutions gives.

    Its receptive field in pixels a side, by formula and as measured by torch's gradient; the share of the
    field's pixels that an output depends on, and of a row's pixels that its right neighbour depends on too;
    width and height of the output for an input of `WORKING` pixels.
    """

    field: int
    measured: int
    seen: float
    shared: float
    output: tuple[int, int]


class StackCost(NamedTuple):
    """A stack by name: its layers, field in pixels, share of it that is seen, output size, weights and
    multiply-adds with `CHANNELS` channels for an input of `WORKING` pixels."""

    name: str
    layers: Sequence[ConvLayer]
    field: int
    seen: float
    output: tuple[int, int]
    weights: int
    multiply_adds: int


class FilterResponses(NamedTuple):
    """An edge filter's responses to a shrunk picture [h, w] and, dilated, to the whole one [H, W].

    `difference` is the largest one where both have a number, away from the border.
    """

    shrunk: Floats
    dilated: Floats
    difference: float


class ASPPBranch(NamedTuple):
    """A branch of ASPP: its name, a remark on its reach, its map [C, h, w] of a picture."""

    name: str
    remark: str
    features: Floats


class ASPPTrace(NamedTuple):
    """All branches and what they give together, the label map [h, w], milliseconds of the network."""

    branches: list[ASPPBranch]
    labels: NDArray[np.uint8]
    milliseconds: float


def measured_field(layers: Sequence[ConvLayer]) -> int:
    """Pixels along an axis between the first and the last that torch's gradient reaches, both included."""
    reached = np.flatnonzero(measured_counts(layers))
    return int(reached[-1] - reached[0] + 1)


def stack_figures(layers: Sequence[ConvLayer]) -> StackFigures:
    """The figures of a stack. Raises `DataError` for a field that is too wide to measure."""
    counts = path_counts(layers)
    return StackFigures(
        receptive_field(layers),
        measured_field(layers),
        seen_share(counts),
        shared_with_neighbour(counts, total_stride(layers)),
        output_size(layers),
    )


def output_size(layers: Sequence[ConvLayer]) -> tuple[int, int]:
    """Width and height of the output for a padded input of `WORKING` pixels."""
    stride, (width, height) = total_stride(layers), WORKING
    return -(-width // stride), -(-height // stride)


def formula(layers: Sequence[ConvLayer]) -> str:
    """The receptive field's sum with its numbers, as LaTeX."""
    terms, jump = ["1"], 1
    for layer in layers:
        reach = effective_kernel(layer) - 1
        terms.append(str(reach) if jump == 1 else rf"{reach} \cdot {jump}")
        jump *= layer.stride
    return " + ".join(terms) + f" = {receptive_field(layers)}"


def counts_csv(layers: Sequence[ConvLayer]) -> bytes:
    """The counts of the whole field as a table of numbers."""
    counts = path_counts(layers)
    out = io.StringIO()
    np.savetxt(out, np.outer(counts, counts), fmt="%d", delimiter=",")
    return out.getvalue().encode()


def stack_costs(layers: list[ConvLayer]) -> list[StackCost]:
    """Three ways to a large field: the stack, the same without dilation, with poolings instead."""
    stacks = {
        "your stack": layers,
        "without dilation": without_dilation(layers),
        "pooling instead": pooled_instead(layers),
    }
    width, height = WORKING
    return [
        StackCost(
            name,
            stack,
            receptive_field(stack),
            seen_share(path_counts(stack)),
            output_size(stack),
            parameters(stack, CHANNELS),
            multiply_adds(stack, CHANNELS, (height, width)),
        )
        for name, stack in stacks.items()
    ]


def filter_responses(picture: NDArray[np.uint8], rate: int, *, longest: int = 640) -> FilterResponses:
    """The upright-edge filter on the grey picture [H, W, 3], its taps `rate` pixels apart in both ways."""
    grey = cv2.cvtColor(fit(picture, longest), cv2.COLOR_RGB2GRAY).astype(np.float32) / 255
    kernel = edge_kernel()
    dense, small = dilated_response(grey, kernel, rate), shrunk_response(grey, kernel, rate)
    apart = np.abs(dense[::rate, ::rate] - small)[3:-3, 3:-3]
    return FilterResponses(small, dense, float(apart.max()) if apart.size else 0.0)


def aspp_trace(picture: NDArray[np.uint8]) -> ASPPTrace:
    """Run DeepLab v3 on a picture [H, W, 3] uint8 RGB."""
    from cvdemo.zoo.drawn import TraceSegmenter

    model = cast(TraceSegmenter, zoo.load(ASPP_KEY))
    trace, milliseconds = model.run(lambda: model.trace(picture), warm=picture.shape)
    config = cast(Any, model.net).config
    labels = trace.logits[0].argmax(0).cpu().numpy().astype(np.uint8)  # [h, w]
    found = branches(trace, config.rates, config.backbone.output_stride)
    return ASPPTrace(found, labels, milliseconds)


def branches(trace: Any, rates: Sequence[int], stride: int) -> list[ASPPBranch]:
    """ASPP's branches of a `DeepLabTrace` and what they give together, of the batch's first picture."""
    names = [("1 × 1", f"{stride} px of reach: one cell only")]
    for rate in rates:
        reach = stride * effective_kernel(ConvLayer(3, 1, rate))
        names.append((f"rate {rate}", f"{reach} px from the first cell to the last"))
    names.append(("whole picture", "one average for all cells, hence one colour"))
    names.append(("together", "all five, projected by a 1 × 1 convolution"))
    maps = [*trace.branches, trace.context]
    return [
        ASPPBranch(name, remark, m[0].float().cpu().numpy())
        for (name, remark), m in zip(names, maps, strict=True)
    ]
