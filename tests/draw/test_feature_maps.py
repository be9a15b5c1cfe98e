"""Feature maps as colours."""

import numpy as np
import pytest
import torch

from cvdemo.draw.feature_maps import enlarged, feature_colours, maxima_shares
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


def test_maxima_are_shared_out_over_the_cells_that_the_pooling_chose() -> None:
    torch.manual_seed(0)
    x = torch.rand(1, 7, 6, 10)
    _, indices = torch.nn.functional.max_pool2d(x, 2, return_indices=True)
    ones = torch.nn.functional.max_unpool2d(torch.ones(1, 7, 3, 5), indices, 2)
    np.testing.assert_allclose(maxima_shares(indices[0].numpy()), ones[0].mean(dim=0).numpy(), rtol=1e-6)


def test_enlarged_pixels_are_squares() -> None:
    small = np.arange(12, dtype=np.uint8).reshape(2, 2, 3)
    large = enlarged(small, 8)
    assert large.shape == (8, 8, 3)
    assert (large[:4, :4] == small[0, 0]).all() and (large[4:, 4:] == small[1, 1]).all()
