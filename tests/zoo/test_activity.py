"""Models of whole videos: what they give, how they are scored, and torchvision's by the real loading code."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
import torchvision
from torch import nn

from cvdemo import world, zoo
from cvdemo.errors import CheckpointError, CvdemoError, DataError
from cvdemo.ops.clip_flow import clip_flow
from cvdemo.train.recipes import Recipe
from cvdemo.world import ACTIVITIES
from cvdemo.zoo import fetch, torchvision_video
from cvdemo.zoo.activity import ActivityClassifier, Recognition, squares
from cvdemo.zoo.activity_entries import ACTIVITY_ENTRIES
from cvdemo.zoo.catalogue_video import VIDEO
from cvdemo.zoo.entries import entry
from cvdemo.zoo.evaluate_activity import open_activities, score_activities
from cvdemo.zoo.evaluators import open_data
from cvdemo.zoo.labels import labels
from cvdemo.zoo.spec import ModelSpec

pytestmark = pytest.mark.usefixtures("no_denormals")


@pytest.fixture(scope="module")
def frames() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (5, 60, 80, 3), dtype=np.uint8)


NETS = [one for one in ACTIVITY_ENTRIES if one.task is not None]


@pytest.mark.parametrize("key", [one.key for one in NETS])
def test_untrained_nets_say_something_after_every_frame(key: str, frames: np.ndarray) -> None:
    own = entry(key)
    model = own.model(own.build(), "cpu")
    assert isinstance(model, ActivityClassifier) and model.fps == 8
    for count in (1, 5):
        result = model.activity(frames[:count])
        assert result.probabilities.shape == (count, len(ACTIVITIES))
        np.testing.assert_allclose(result.probabilities.sum(1), 1, atol=1e-5)
        assert all(way.shape == result.probabilities.shape for way in result.ways.values())
    assert model.names()[0] == "sit down" and model.runs == 2
    assert result.top(2)[0][1] >= result.top(2)[1][1]


def test_nets_of_one_kind_have_the_same_budget_and_clips() -> None:
    """First stages; second stages; and those of one stage, which take as many steps as both together."""

    def kinds(recipes: list[Recipe]) -> int:
        plain = [replace(r, key="", task="", start="", whole=False) for r in recipes]
        return len({replace(r, data=replace(r.data, flow=False)) for r in plain})

    first = [one.recipe for one in ACTIVITY_ENTRIES if one.task is None]
    second = [one.recipe for one in NETS if one.recipe.start.endswith("-head")]
    single = [one.recipe for one in NETS if one.recipe not in second]
    assert [len(first), len(second), len(single)] == [4, 4, 5]
    assert kinds(first) == kinds(second) == kinds(single) == 1
    assert first[0].steps + second[0].steps == single[0].steps
    assert second[0].data == single[0].data


def test_what_is_no_clip_is_said(frames: np.ndarray) -> None:
    own = entry("frame-average")
    model = own.model(own.build(), "cpu")
    assert isinstance(model, ActivityClassifier)
    for wrong in (frames[0], frames[:0], frames[..., :1]):
        with pytest.raises(DataError, match="at least one frame"):
            model.activity(wrong)
    assert model.activity(np.zeros((2, 1, 9, 3), np.uint8)).probabilities.shape == (2, 15)


def test_nets_see_the_middle_square(frames: np.ndarray) -> None:
    assert np.array_equal(squares(frames, 60), frames[:, :, 10:70])
    assert squares(frames, 20).shape == squares(frames[:, :, ::-1], 20).shape == (5, 20, 20, 3)
    assert squares(frames[:, :3], 96).shape == (5, 96, 96, 3)


def test_flow_between_frames_of_a_clip_that_shifts() -> None:
    rng = np.random.default_rng(0)
    wide = np.kron(rng.integers(0, 256, (30, 40, 1)), np.ones((4, 4, 3))).astype(np.uint8)
    frames = np.stack([wide[10:106, 20 + 2 * k : 116 + 2 * k] for k in range(4)])
    flow = clip_flow(frames)
    assert flow.shape == (3, 96, 96, 2) and clip_flow(frames[:1]).shape == (0, 96, 96, 2)
    np.testing.assert_allclose(np.median(flow, axis=(1, 2)), [[-2, 0]] * 3, atol=0.2)


# --- scores ---------------------------------------------------------------------------------------


class Oracle(ActivityClassifier):
    """Knows each clip's activity from frame 4 on, but takes "catch" for "throw" and "run" for "jump"."""

    def __init__(self, clips: list[world.ActivityClip]) -> None:
        super().__init__(zoo.spec("lrcn"), device="cpu", nbytes=0)
        self.left = [clip.activity for clip in clips]

    def network(self, frames: np.ndarray) -> Recognition:
        name = {"catch": "throw", "run": "jump"}.get(true := self.left.pop(0), true)
        said = np.full((len(frames), 15), 0.01, np.float32)
        said[:4, ACTIVITIES.index("wave")] = said[4:, ACTIVITIES.index(name)] = 0.86
        return Recognition(said, {"late": said[::-1]})


def test_scores_of_an_oracle() -> None:
    clips = open_activities("world-activity:val", 30)
    numbers = score_activities(Oracle(clips), clips)
    assert numbers["accuracy"] == pytest.approx(26 / 30, abs=1e-4)
    assert numbers["accuracy_pairs"] == pytest.approx(18 / 20)
    assert numbers["accuracy_alone"] == pytest.approx(8 / 10)
    assert numbers["pair_found"] == 1
    assert numbers["per_class"]["catch"] == 0 and numbers["per_class"]["throw"] == 1
    assert numbers["confusion"]["run"][ACTIVITIES.index("jump")] == 2
    assert sum(map(sum, numbers["confusion"].values())) == numbers["n"] == 30
    assert numbers["ways"]["late"]["accuracy"] == pytest.approx(2 / 30, abs=1e-4)
    # "wave" is right from the first frame on, the others that are right in the end from the fifth.
    assert numbers["decided"] == pytest.approx((24 * 5 + 2 * 1) / 26 / 16, abs=1e-3)
    assert numbers["ms_per_second"] >= 0


def test_other_data_and_other_models_are_refused() -> None:
    lrcn = zoo.spec("lrcn")
    for data, says in (("world:test", "are in clips"), ("coco:a:b", "as data for activities")):
        with pytest.raises(DataError, match=says):
            open_data(lrcn, data, 2)
    with pytest.raises(DataError, match="no split named"):
        open_data(lrcn, "world-activity:all", 2)
    own = Oracle([])
    own.spec = VIDEO[0]
    with pytest.raises(DataError, match="other activities"):
        score_activities(own, [])
    with pytest.raises(CvdemoError):
        open_data(zoo.spec("unet"), "world-activity:test", 2)


# --- torchvision ----------------------------------------------------------------------------------


def _id(spec: ModelSpec) -> str:
    return spec.key


@pytest.mark.parametrize("spec", VIDEO, ids=_id)
def test_network_and_figures_are_those_of_the_trained_weights(
    spec: ModelSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    weights = torchvision.models.get_model_weights(spec.options["name"]).DEFAULT
    assert spec.weights == weights.url and labels("kinetics") == dict(enumerate(weights.meta["categories"]))
    assert spec.published is not None
    assert spec.published.value == weights.meta["_metrics"]["Kinetics-400"]["acc@1"]
    assert spec.download_bytes == round(weights.meta["_file_size"] * 2**20)
    with torch.device("meta"):
        ours = torchvision_video.build(spec)
        state = ours.state_dict()
        monkeypatch.setattr("torchvision.models._api.WeightsEnum.get_state_dict", lambda *a, **k: state)
        theirs = torchvision.models.get_model(spec.options["name"], weights="DEFAULT")
    assert repr(ours) == repr(theirs)
    assert ours.state_dict().keys() == theirs.state_dict().keys()


class Ear(nn.Module):
    """Hears what a network is given; says that the class is the mean of the frames' red."""

    def __init__(self) -> None:
        super().__init__()
        self.heard: list[torch.Tensor] = []

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        self.heard.append(x)
        return torch.nn.functional.one_hot(torch.tensor([len(self.heard)]), 400).float() * 99


@pytest.mark.parametrize("spec", VIDEO, ids=_id)
def test_windows_are_prepared_as_torchvision_does(spec: ModelSpec, frames: np.ndarray) -> None:
    ear, window = Ear(), spec.options["window"]
    model = torchvision_video.TorchvisionVideo(spec, "cpu", ear)
    long = frames[np.arange(window + 3) % 5]
    said = model.activity(long).probabilities
    transform = torchvision.models.get_model_weights(spec.options["name"]).DEFAULT.transforms()
    expected = transform(torch.from_numpy(long[:window]).permute(0, 3, 1, 2))
    assert [x.shape for x in ear.heard] == [(1, *expected.shape)] * 3
    torch.testing.assert_close(ear.heard[1][0], expected)
    half = window // 2
    np.testing.assert_allclose(said[: half - 1], 1 / 400, rtol=1e-5)
    assert said[half - 1 : window - 1, 1].min() > 0.99
    np.testing.assert_allclose(said[window - 1 : window + 2, 1:3], 0.5, atol=1e-3)
    np.testing.assert_allclose(said[-1, 1:4], 1 / 3, atol=1e-3)


def test_a_classifier_is_downloaded_and_runs(
    home: Path, server: tuple[Path, str], monkeypatch: pytest.MonkeyPatch, frames: np.ndarray
) -> None:
    folder, url = server
    spec = next(s for s in VIDEO if s.key == "s3d")
    torch.manual_seed(0)
    torch.save(torchvision_video.build(spec).state_dict(), folder / "s3d.pth")
    spec = replace(spec, weights=f"{url}/s3d.pth", options={**spec.options, "window": 14})
    assert not fetch.is_here(spec)
    model = torchvision_video.load(spec, "cpu")
    assert fetch.is_here(spec) and (home / "s3d.pth").is_file()
    assert isinstance(model, torchvision_video.TorchvisionVideo)
    result = model.activity(frames[:3])
    assert result.probabilities.shape == (3, 400)
    np.testing.assert_allclose(result.probabilities.sum(1), 1, atol=1e-4)
    with pytest.raises(CheckpointError, match="another model"):
        torchvision_video.load(replace(VIDEO[0], weights=spec.weights), "cpu")
