"""Feature maps as colours."""

import numpy as np
import pytest
import torch

from cvdemo.draw.feature_maps import CORNERS, chosen_corners, corner_colours, enlarged, feature_colours
from cvdemo.errors import DataError


def test_cells_that_look_alike_have_one_colour_and_others_another() -> None:
    rng = np.random.default_rng(0)
    vectors = rng.normal(size=(4, 16))
    region = rng.integers(0, 4, (12, 10))
    colours = feature_colours(vectors[region].transpose(2, 0, 1))
    seen = {k: np.unique(colours[region == k].reshape(-1, 3), axis=0) for k in range(4)}
    assert all(len(c) == 1 for c in seen.values())
    assert len({tuple(c[0]) for c in seen.values()}) == 4


def test_the_first_colour_is_the_direction_of_most_spread() -> None:
    ramp = np.linspace(0, 9, 50).reshape(1, 5, 10)
    features = np.concatenate([ramp, 0.1 * np.random.default_rng(1).normal(size=(5, 5, 10))])
    red = feature_colours(features)[..., 0].astype(float).ravel()
    assert np.corrcoef(red, ramp.ravel())[0, 1] > 0.99


@pytest.mark.parametrize("channels", [1, 2, 3, 40])
def test_flat_maps_and_few_channels_are_grey_where_nothing_is(channels: int) -> None:
    assert (feature_colours(np.ones((channels, 3, 4))) == 128).all()


def test_what_is_not_a_number_is_said() -> None:
    with pytest.raises(DataError, match="not numbers"):
        feature_colours(np.full((2, 2, 2), np.nan))


def test_a_block_has_the_colour_of_the_cell_that_its_maximum_came_from() -> None:
    torch.manual_seed(0)
    x = torch.rand(1, 7, 6, 10)
    x[0, 3, :4] = 0  # a channel with equal cells in most blocks
    _, indices = torch.nn.functional.max_pool2d(x, 2, return_indices=True)
    corners = chosen_corners(indices[0].numpy())
    for c, i, j in np.ndindex(corners.shape):
        block = x[0, c, 2 * i : 2 * i + 2, 2 * j : 2 * j + 2]
        assert corners[c, i, j] == block.flatten().argmax()
    np.testing.assert_array_equal(corner_colours(indices[0].numpy()), np.array(CORNERS)[corners[3]])


def test_enlarged_pixels_are_squares() -> None:
    small = np.arange(12, dtype=np.uint8).reshape(2, 2, 3)
    large = enlarged(small, 8)
    assert large.shape == (8, 8, 3)
    assert (large[:4, :4] == small[0, 0]).all() and (large[4:, 4:] == small[1, 1]).all()
