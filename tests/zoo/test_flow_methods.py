"""The methods without weights as models, and their scores on drawn pairs and on a folder of pairs."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from cvdemo import world, zoo
from cvdemo.data.flo import to_flo
from cvdemo.data.pictures import to_png
from cvdemo.errors import CvdemoError, DataError
from cvdemo.metrics.flow import end_point_error
from cvdemo.ops.flow import to_grey
from cvdemo.ops.flow_opencv import dis, farneback
from cvdemo.ops.horn_schunck import horn_schunck
from cvdemo.ops.lucas_kanade import dense_flow
from cvdemo.zoo.catalogue_methods import METHODS
from cvdemo.zoo.evaluate_flow import TruePair, evaluate_flow
from cvdemo.zoo.evaluators import open_data, score
from cvdemo.zoo.flow import Estimate, FlowEstimator

CHAIRS = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "flow" / "chairs"
FUNCTIONS = {"lucas-kanade": dense_flow, "horn-schunck": horn_schunck, "farneback": farneback, "dis": dis}
KEYS = [spec.key for spec in METHODS]


def load(key: str) -> FlowEstimator:
    model = zoo.load(key)
    assert isinstance(model, FlowEstimator)
    return model


@pytest.mark.parametrize("key", KEYS)
def test_a_method_gives_what_its_function_gives(key: str) -> None:
    pair = world.flow_pair(8, split="test")
    result = load(key).flow(pair.first, pair.second)
    expected = FUNCTIONS[key](to_grey(pair.first), to_grey(pair.second))  # type: ignore[operator]
    np.testing.assert_array_equal(result.flow, expected)
    if result.iterations:
        np.testing.assert_array_equal(result.iterations[-1], result.flow)
        sizes = [flow.shape[0] for flow in result.iterations]
        assert sizes == sorted(sizes) and sizes[0] < sizes[-1] == 160
        coarse = [flow for flow in result.iterations if flow.shape[0] == sizes[0]][-1]
        assert np.hypot(*coarse.reshape(-1, 2).T).max() < 60  # in the picture's pixels


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("size", [(1, 60), (60, 1), (1, 1), (5, 7)])
def test_thin_pictures_have_a_flow(key: str, size: tuple[int, int]) -> None:
    rng = np.random.default_rng(0)
    first, second = rng.integers(0, 255, (2, *size, 3)).astype(np.uint8)
    flow = load(key).flow(first, second).flow
    assert flow.shape == (*size, 2) and np.isfinite(flow).all()


def test_methods_are_offered_without_a_network() -> None:
    assert zoo.first_model(zoo.Task.FLOW) == "dis"
    assert {spec.key for spec in zoo.models(zoo.Task.FLOW)} >= set(KEYS)


class Truth(FlowEstimator):
    """Says of each pair in turn a flow that it was given."""

    def __init__(self, flows: list[np.ndarray]) -> None:
        super().__init__(zoo.spec("dis"), device="cpu", nbytes=0)
        self.flows = flows

    def network(self, first: np.ndarray, second: np.ndarray) -> Estimate:
        return Estimate(self.flows.pop(0))


def test_drawn_pairs_are_scored_over_all_their_pixels() -> None:
    data = open_data(zoo.spec("dis"), "world-flow:test", 3)
    pairs = [read() for read in data]
    flows = [pair.flow + np.float32([0.5 * k, 0]) for k, pair in enumerate(pairs)]
    numbers = score(Truth(list(flows)), data)
    hidden = [pair.occluded.sum() for pair in pairs]
    assert numbers["EPE"] == pytest.approx(0.5, abs=1e-5) and numbers["n"] == 3
    expected = sum(0.5 * k * count for k, count in enumerate(hidden)) / sum(hidden)
    assert numbers["EPE_occluded"] == pytest.approx(expected, abs=1e-5)
    assert numbers["Fl_all"] == 0 and numbers["ms"] >= 0
    still = score(Truth([np.zeros_like(pair.flow) for pair in pairs]), data)
    lengths = [end_point_error(0 * pair.flow, pair.flow).mean() for pair in pairs]
    assert still["EPE"] == pytest.approx(np.mean(lengths), rel=1e-4)


def test_two_hundred_pairs_are_scored_where_nothing_else_is_said() -> None:
    assert len(open_data(zoo.spec("dis"), "world-flow:test", None)) == 200


def test_what_is_no_data_for_flow_is_one_sentence(tmp_path: Path) -> None:
    entry = zoo.spec("dis")
    for data, message in [
        ("world:test", "write it as world-flow:SPLIT or flow:DIR"),
        ("flow:", "write it as world-flow:SPLIT or flow:DIR"),
        (f"flow:{tmp_path}", "has no .flo files"),
        (f"flow:{tmp_path}/none", "has no .flo files"),
        ("world-flow:holiday", "holiday"),
    ]:
        with pytest.raises(CvdemoError, match=message):
            open_data(entry, data, 2)
    (tmp_path / "7.flo").write_bytes(to_flo(np.zeros((4, 5, 2), np.float32)))
    with pytest.raises(DataError, match=r"lacks '7-0\.png'"):
        open_data(entry, f"flow:{tmp_path}", None)
    for k, width in enumerate((5, 6)):
        (tmp_path / f"7-{k}.png").write_bytes(to_png(np.zeros((4, width, 3), np.uint8)))
    with pytest.raises(DataError, match="pair '7' has pictures and a flow of different sizes"):
        open_data(entry, f"flow:{tmp_path}", None)[0]()


def test_where_nothing_is_known_of_occlusion_its_number_is_left_out() -> None:
    pair = TruePair(*(np.zeros((4, 5, 3), np.uint8),) * 2, np.ones((4, 5, 2), np.float32))
    numbers = evaluate_flow(Truth([pair.flow]), [lambda: pair])
    assert set(numbers) == {"EPE", "Fl_all", "n", "ms"} and numbers["EPE"] == 0


@pytest.mark.skipif(not CHAIRS.is_dir(), reason="needs ../shared/data/flow/chairs")
def test_opencvs_methods_have_the_known_errors_on_rendered_chairs() -> None:
    """Figures of ../shared/data/README.md."""
    known = {"farneback": (2.75, 2.31, 8.39), "dis": (1.59, 1.32, 2.67)}
    for key, errors in known.items():
        data = open_data(zoo.spec(key), f"flow:{CHAIRS}", None)
        found = [score(load(key), [read])["EPE"] for read in data]
        assert found == pytest.approx(errors, abs=0.01)
