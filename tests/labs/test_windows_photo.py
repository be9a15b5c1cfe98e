"""Windows of a photo with ImageNet's classes: the pyramid against the classifier, boxes, detections."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from cvdemo import zoo
from cvdemo.data.pictures import sample
from cvdemo.errors import DataError
from cvdemo.labs.windows.photo import LONGEST, photo_pyramid, raw_photo_windows
from cvdemo.ops.detections import confidence
from cvdemo.zoo import imagenet_windows


def test_a_window_that_is_a_whole_level_is_what_the_classifier_says() -> None:
    picture = np.ascontiguousarray(sample("coffee")[:400, 100:500])
    found = photo_pyramid(picture, LONGEST, 1)  # one window, as large as the photo
    assert [p.shape for p in found.probabilities] == [(1000, 1, 1)]
    x = torch.from_numpy(picture).permute(2, 0, 1)[None].float() / 255
    with torch.inference_mode():
        small = torch.nn.functional.interpolate(x, (224, 224), mode="bilinear", antialias=True)
        direct = imagenet_windows.model().classifier(small).logits[0].softmax(0)
    best = zoo.labels("imagenet")[found.common(1)[0]]
    assert best == zoo.labels("imagenet")[int(direct.argmax())] == "espresso"
    raw = raw_photo_windows(found, picture)
    np.testing.assert_allclose(raw.xyxy[0], [0, 0, 400, 400], atol=1)


def test_windows_lie_in_the_photo_and_come_best_first() -> None:
    found = photo_pyramid(sample("coffee"), 192, 2)
    assert found.windows == sum(p[0].size for p in found.probabilities)
    raw = raw_photo_windows(found, sample("coffee"))
    assert (np.diff(confidence(raw)) <= 0).all() and len(raw) <= 3 * found.windows
    assert (raw.xyxy >= -1).all() and (raw.xyxy[:, 2:] <= [601, 401]).all()
    assert {"espresso", "cup", "coffee mug"} & set(raw.data["class_name"][:5])


def test_no_window_fits() -> None:
    with pytest.raises(DataError, match="no window of 256 pixels or more fits"):
        photo_pyramid(np.zeros((40, 400, 3), np.uint8), 256, 3)
