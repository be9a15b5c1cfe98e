"""ImageNet's classifier as an FCN: against the classifier itself, and against averages of its maps."""

from __future__ import annotations

from typing import cast

import numpy as np
import pytest
import torch
from torch import nn

from cvdemo import zoo
from cvdemo.data.pictures import sample
from cvdemo.errors import DataError
from cvdemo.labs.fcn.photo import class_maps, run_windows
from cvdemo.zoo import imagenet_windows
from cvdemo.zoo.model import Classifier


def test_a_photo_of_one_window_is_what_the_classifier_says() -> None:
    picture = np.ascontiguousarray(sample("cat")[:224, :224])
    found = class_maps(picture, 224, 7)
    assert found.probabilities.shape == (1000, 1, 1)
    model = cast(Classifier, zoo.load("efficientnet-lite0", "cpu"))
    np.testing.assert_allclose(found.probabilities[:, 0, 0], model(picture).probabilities, atol=1e-4)


def test_a_score_is_the_linear_layer_on_an_average_of_cells() -> None:
    picture = np.random.default_rng(0).integers(0, 256, (160, 256, 3)).astype(np.uint8)
    found = class_maps(picture, 256, 3)
    net = imagenet_windows.model().classifier
    x = torch.from_numpy(picture).permute(2, 0, 1)[None].float() / 255
    with torch.inference_mode():
        features = imagenet_windows.model().convolutions.map(x)[0]  # [1280, 5, 8]
        linear = cast(nn.Linear, net.head[-1])
        for r, c in ((0, 0), (2, 5), (1, 3)):
            mean = features[:, r : r + 3, c : c + 3].mean((1, 2))
            np.testing.assert_allclose(
                found.probabilities[:, r, c], linear(mean).softmax(0).numpy(), atol=1e-5
            )
    assert found.probabilities.shape == (1000, 3, 6)
    np.testing.assert_allclose(found.probabilities.sum(0), 1, atol=1e-4)


def test_the_cat_is_where_it_is() -> None:
    found = class_maps(sample("cat"), 448, 3)
    names = zoo.labels("imagenet")
    best = [names[k] for k, _ in found.best(3)]
    assert {"Egyptian cat", "tabby", "tiger cat"} & set(best)
    assert found.best(1)[0][1] == pytest.approx(found.probabilities.max())


def test_both_ways_on_windows_and_their_costs() -> None:
    run = run_windows(sample("astronaut"), 256)  # 2 x 2 windows
    assert run.calls == (4, 1)
    assert run.multiply_adds[0] == 4 * imagenet_windows.multiply_adds(224, 224)
    assert run.multiply_adds[1] == pytest.approx(run.multiply_adds[0] / 4 * (256 / 224) ** 2, rel=0.01)
    assert 0 <= run.agree <= 1
    with pytest.raises(DataError, match="does not fit"):
        run_windows(sample("coffee"), 320)  # 192 of its rows are whole cells


def test_multiply_adds_are_those_of_the_paper() -> None:
    # About 0.4 billion: efficientnet/lite/README.md of tensorflow/tpu gives 407 million for Lite0.
    assert imagenet_windows.multiply_adds(224, 224) == pytest.approx(385e6, rel=0.06)


def test_too_small_a_photo_is_one_sentence() -> None:
    with pytest.raises(DataError, match="7 x 7 cells do not fit"):
        class_maps(sample("cat"), 256, 7)
