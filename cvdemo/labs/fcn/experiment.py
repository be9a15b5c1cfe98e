"""From sliding window to FCN: the scores of a patch classifier in both ways, their cost, the folded layer."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NamedTuple, TypeAlias, cast

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from cvdemo import zoo
from cvdemo.nets.patch_classifier import MAP, STRIDE, WINDOW, EveryPatch, PatchClassifier, multiply_adds
from cvdemo.ops.windows import DenseScores, window_counts
from cvdemo.zoo.checkpoint import module_bytes
from cvdemo.zoo.entries import entry
from cvdemo.zoo.model import Model, Timed
from cvdemo.zoo.spec import Task
from cvdemo.zoo.weights import load_weights
from cvdemo.zoo.windowed import TwoWays, check_window_count, run_both_ways

Floats: TypeAlias = NDArray[np.floating[Any]]

KEY = "patches"
STRIDES = (32, 16, 8, 4, 2, 1)

SPEC = replace(entry(KEY), task=Task.SEGMENT, labels="drawn-semantic").spec()
"""Not in the catalogue: a classifier of windows, no segmenter of whole pictures."""


class PatchModel(Model):
    """The patch classifier with its shipped weights, and the same weights as convolutions, on the CPU."""

    def __init__(self) -> None:
        self.classifier = PatchClassifier()
        load_weights(self.classifier, KEY)
        self.classifier.eval().requires_grad_(False)
        self.convolutions = EveryPatch(self.classifier).eval().requires_grad_(False)
        super().__init__(SPEC, device="cpu", nbytes=module_bytes(self.classifier))


class ScoreCost(NamedTuple):
    """What scores of every stride-th window cost: calls of the network and multiply-adds, by formula."""

    calls: int
    multiply_adds: int


class PatchScores(NamedTuple):
    """A picture [H, W, 3] and the logits of its windows, window by window and as convolutions, timed.

    `apart` is the largest difference of any two logits of both ways.
    """

    picture: NDArray[np.uint8]
    stride: int
    slid: Timed[DenseScores]
    convolved: Timed[DenseScores]
    apart: float


class FoldedLayer(NamedTuple):
    """The weights of the first fully connected layer, and the kernel that they are folded into.

    `matrix` [hidden, C * 25], `kernel` [hidden, C, 5, 5]. `apart` is the largest difference between the
    matrix applied at every place of a picture's feature map and the sliding kernel, before ReLU; `values`
    how many were compared.
    """

    matrix: torch.Tensor
    kernel: torch.Tensor
    apart: float
    values: int


def model() -> PatchModel:
    """The patch classifier, loaded once for all."""
    return cast(PatchModel, zoo.CACHE.get((KEY, "cpu"), PatchModel))


def at_size(picture: NDArray[np.uint8], longest: int) -> NDArray[np.uint8]:
    """The picture with its longer side at so many pixels, smaller or larger than it is."""
    height, width = picture.shape[:2]
    scale = longest / max(height, width)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(picture, size, interpolation=method), np.uint8)


def both_ways(picture: NDArray[np.uint8], stride: int) -> PatchScores:
    """Run the classifier on every stride-th window, and its convolutions on the whole picture [H, W, 3].

    A `DataError` where not even one window fits, or more than `MOST_WINDOWS` do.
    """
    rows, columns = window_counts((picture.shape[0], picture.shape[1]), WINDOW, stride)
    check_window_count(rows * columns, "make the stride coarser or the picture smaller")
    x = np.ascontiguousarray(picture.transpose(2, 0, 1), dtype=np.float32) / 255  # [3, H, W]
    patches = model()
    ways = TwoWays(patches.classifier, patches.convolutions, WINDOW, STRIDE)
    slid, convolved = found = run_both_ways(patches, ways, [x], stride)
    return PatchScores(
        picture,
        stride,
        Timed(slid.value[0], slid.milliseconds),
        Timed(convolved.value[0], convolved.milliseconds),
        found.apart,
    )


def window_cost(height: int, width: int, stride: int) -> ScoreCost:
    """The sliding window's cost: a whole classification for every window."""
    rows, columns = window_counts((height, width), WINDOW, stride)
    net = model().classifier
    once = multiply_adds([*net.features, *net.fc], WINDOW, WINDOW)
    return ScoreCost(rows * columns, rows * columns * once)


def convolved_cost(height: int, width: int, stride: int) -> ScoreCost:
    """The convolutions' cost: one run over the picture, and for a stride below 4 one for each shift."""
    rows, columns = window_counts((height, width), WINDOW, stride)
    net = model().convolutions
    layers, every = [*net.features, *net.fc], max(STRIDE // stride, 1)
    shifts = [(r * stride, c * stride) for r in range(min(every, rows)) for c in range(min(every, columns))]
    total = sum(multiply_adds(layers, height - down, width - right) for down, right in shifts)
    return ScoreCost(len(shifts), total)


def centre_classes(truth: NDArray[np.uint8], size: tuple[int, int], stride: int) -> NDArray[np.uint8]:
    """The true classes of the windows' centre pixels [rows, columns], for a picture scaled to (H, W)."""
    height, width = size
    small = cv2.resize(truth, (width, height), interpolation=cv2.INTER_NEAREST)
    rows, columns = window_counts(size, WINDOW, stride)
    at = WINDOW // 2
    return np.asarray(small[at::stride, at::stride][:rows, :columns], np.uint8)


def pixel_accuracy(found: PatchScores, truth: NDArray[np.uint8]) -> float:
    """The share of windows whose class is that of their centre pixel in the label map [H, W] of the truth."""
    size = (found.picture.shape[0], found.picture.shape[1])
    return float(np.mean(found.slid.value.scores.argmax(0) == centre_classes(truth, size, found.stride)))


def folded_layer(picture: NDArray[np.uint8]) -> FoldedLayer:
    """The fully connected layer as matrix and as kernel, compared on the feature map of a picture."""
    patches = model()
    linear, convolution = patches.classifier.fc[1], patches.convolutions.fc[0]
    x = torch.from_numpy(np.ascontiguousarray(picture)).permute(2, 0, 1)[None].float() / 255

    def difference() -> tuple[float, int]:
        features = patches.convolutions(x).features  # [1, C, h, w]
        slid = convolution(features)[0]  # [hidden, h - 4, w - 4]
        places = torch.nn.functional.unfold(features, MAP)[0].T  # [places, C * 25]
        multiplied = linear(places).T.reshape(slid.shape)
        return float((slid - multiplied).abs().max()), slid.numel()

    (apart, values), _ = patches.run(difference)
    return FoldedLayer(
        cast(torch.Tensor, linear.weight), cast(torch.Tensor, convolution.weight), apart, values
    )
