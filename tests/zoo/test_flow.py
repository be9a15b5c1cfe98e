"""What every model of optical flow keeps to: sizes, padding, and one sentence for a bad pair."""

from __future__ import annotations

import numpy as np
import pytest

from cvdemo.errors import PictureError
from cvdemo.zoo.flow import Estimate, FlowEstimator
from cvdemo.zoo.spec import ModelSpec, Source, Task


class Coordinates(FlowEstimator):
    """Says of each pixel where it is, so that a test sees which pixels come back."""

    def network(self, first: np.ndarray, second: np.ndarray) -> Estimate:
        y, x = np.indices(first.shape[:2], dtype=np.float32)
        flow = np.stack([x, y], axis=-1)
        return Estimate(flow, (flow[::4, ::4], flow), "trace")


@pytest.fixture
def model() -> Coordinates:
    spec = ModelSpec("made-up", Task.FLOW, "Made up", "", Source.METHOD, "MIT", 0, "", "")
    return Coordinates(spec, device="cpu", nbytes=0)


@pytest.mark.parametrize("size", [(40, 60), (1, 50), (50, 1), (3, 7), (1, 1)])
def test_a_flow_has_the_pictures_size(model: Coordinates, size: tuple[int, int]) -> None:
    first = np.zeros((*size, 3), np.uint8)
    result = model.flow(first, first)
    y, x = np.indices(size, dtype=np.float32)
    np.testing.assert_array_equal(result.flow, np.stack([x, y], axis=-1))
    np.testing.assert_array_equal(result.iterations[1], result.flow)
    small = result.iterations[0].shape[:2]
    assert min(small) >= 1
    np.testing.assert_allclose(small, np.divide(size, 4), atol=1)
    assert result.trace == "trace" and result.milliseconds > 0 and model.runs == 1


def test_pictures_of_different_sizes_are_refused(model: Coordinates) -> None:
    with pytest.raises(PictureError, match="the first has 60 x 40 pixels, the second 60 x 41"):
        model.flow(np.zeros((40, 60, 3), np.uint8), np.zeros((41, 60, 3), np.uint8))
    assert model.runs == 0


def test_a_method_needs_no_network() -> None:
    assert ModelSpec("made-up", Task.FLOW, "Made up", "", Source.METHOD, "MIT", 0, "", "").offline
