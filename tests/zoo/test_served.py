"""Models of another process: what they give is what they give here, whatever happens to the other process."""

from __future__ import annotations

import contextlib
import copy
import os
import pickle
import signal
import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import supervision as sv
import torch
import urllib3

from cvdemo import zoo
from cvdemo.bench.serve import server
from cvdemo.data.pictures import sample
from cvdemo.errors import DataError, ServeError
from cvdemo.zoo import served
from cvdemo.zoo.fetch import is_here
from cvdemo.zoo.loader import build
from cvdemo.zoo.model import Model
from cvdemo.zoo.served import Answer, Call
from cvdemo.zoo.serving import Job, answers, described, moved
from cvdemo.zoo.spec import ModelSpec, Task

ROOT = Path(__file__).resolve().parents[2]
RUNS: dict[Task, Callable[[Any, np.ndarray], Any]] = {
    Task.DETECT: lambda model, picture: model.raw(picture, prompt="cup" if model.spec.prompt else ""),
    Task.INSTANCES: lambda model, picture: model.raw(picture),
    Task.POSE: lambda model, picture: model.raw(picture),
    Task.CLASSIFY: lambda model, picture: model(picture)[:2],
    Task.SEGMENT: lambda model, picture: model.segmentation(picture).maps,
    Task.FRAMES: lambda model, picture: model.segmentation(np.stack([picture] * model.frames)).maps,
    Task.VIDEO: lambda model, picture: model.activity(np.stack([picture, np.roll(picture, 3, 1)]))[::2],
    Task.FLOW: lambda model, picture: model.flow(picture, np.roll(picture, 2, 1))[::2],
    Task.CAPTION: lambda model, picture: model(picture)[:3],
    Task.DENSE_CAPTION: lambda model, picture: vars(model.regions(picture)) | {"milliseconds": 0},
}


def parts(value: Any) -> list[Any]:
    """The arrays and plain values in a result, in their order."""
    if isinstance(value, sv.Detections):
        return [value.xyxy, value.confidence, value.class_id, *value.data.values()]
    if isinstance(value, torch.Tensor):
        return [value.float().numpy()]
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list | tuple):
        return [part for one in value for part in parts(one)]
    return [value]


def same(one: Any, two: Any) -> bool:
    pairs = zip(parts(one), parts(two), strict=True)
    return all(np.array_equal(np.asarray(a, dtype=object if a is None else None), b) for a, b in pairs)


def one_of_each_class() -> list[str]:
    """Keys of models that are here: of each kind of task and adapter the first."""
    first: dict[tuple[Task, str], str] = {}
    for entry in zoo.models():
        if is_here(entry) and entry.task in RUNS and entry.key != "rcnn-imagenet":  # seconds
            first.setdefault((entry.task, entry.adapter), entry.key)
    return list(first.values())


class Elsewhere:
    """Another process, in as far as all that goes there and comes back is pickled."""

    def __init__(self) -> None:
        self.models: dict[str, Model] = {}
        self.asked: list[str] = []
        self.gone = False

    def __call__(self, call: Call) -> Answer:
        if self.gone:
            raise ServeError("the models' server did not answer (Test)")
        self.asked.append(call.name)
        model = self.models.setdefault(call.key, build(zoo.spec(call.key), "cpu"))
        _, name, given, named = pickle.loads(pickle.dumps(call))
        answer = Answer(described(model), None, 0.0)
        if name:
            answer = answers([Job(model, name, given, dict(named))])[0]
        sent: Answer = pickle.loads(pickle.dumps(answer))
        return sent

    def model(self, key: str, *, here: bool = False) -> Any:
        """The model of a key; it may be loaded here only where that is said."""

        def build() -> Model:
            assert here, "it was loaded here"
            return zoo.load(key, "cpu")

        return served.Server(self).model(zoo.spec(key), build)


@pytest.mark.parametrize("key", one_of_each_class())
def test_a_model_elsewhere_says_what_it_says_here(key: str) -> None:
    elsewhere, picture = Elsewhere(), sample("coffee")[::2, ::2].copy()
    here = zoo.load(key, "cpu")
    there = elsewhere.model(key, here=here.spec.task == Task.FRAMES)  # whose number of frames is the net's
    run = RUNS[here.spec.task]
    assert isinstance(there, type(here)) and there.spec == here.spec
    assert same(run(there, picture), run(here, picture))
    assert len(elsewhere.asked) > 1 and there.device == "cpu"


def test_traces_stages_and_numbers_come_from_elsewhere_too() -> None:
    elsewhere, picture = Elsewhere(), sample("cat")
    segmenter = elsewhere.model("unet")
    trace = segmenter.trace(picture)
    assert torch.equal(trace.logits, zoo.load("unet", "cpu").trace(picture).logits)  # type: ignore[attr-defined]
    regions: Any = elsewhere.model("faster-rcnn-plus")
    run, own = (
        regions.run_stages(picture, most=20),
        zoo.load("faster-rcnn-plus", "cpu").run_stages(picture, most=20),
    )  # type: ignore[attr-defined]
    assert same(tuple(run.raw)[:3], tuple(own.raw)[:3])
    timed = segmenter.run(lambda: segmenter.network(picture))
    assert timed.milliseconds > 0 and segmenter.runs == 1
    nothing = segmenter.run(lambda: 3)
    assert nothing.value == 3 and nothing.milliseconds < timed.milliseconds


def test_the_network_itself_is_loaded_here_when_it_is_asked_for() -> None:
    there = Elsewhere().model("ssd-plus", here=True)
    assert there.net is zoo.load("ssd-plus", "cpu").net  # type: ignore[attr-defined]
    with pytest.raises(AttributeError):
        _ = there.nothing_of_this_name


@pytest.mark.parametrize("copied", [False, True])
def test_a_model_that_is_changed_runs_here_and_no_other_one_changes(copied: bool) -> None:
    elsewhere, picture = Elsewhere(), sample("cat")
    key = "faster-rcnn-plus"
    there = elsewhere.model(key, here=True)
    changed = copy.copy(there) if copied else there
    many = len(changed.raw(picture))
    changed.proposals = 5
    assert len(changed.raw(picture)) < many
    shared: Any = zoo.load(key, "cpu")
    assert shared.proposals is None and elsewhere.models[key].proposals is None  # type: ignore[attr-defined]
    if copied:
        assert len(there.raw(picture)) == many


def test_pages_that_use_a_part_of_the_net_can(monkeypatch: pytest.MonkeyPatch) -> None:
    from cvdemo.labs.rpn import experiment as rpn
    from cvdemo.labs.stacked import experiment as stacked

    elsewhere = Elsewhere()
    there = served.Server(elsewhere)

    def load(key: str, device: str | None = None) -> Model:
        return build(zoo.spec(key), "cpu") if device else there.model(zoo.spec(key), lambda: load(key, "cpu"))

    monkeypatch.setattr(zoo, "load", load)
    clip = np.stack([sample("cat")[:96, :96]] * 3)
    assert stacked.responses(clip) is not None
    predicted = rpn.predict(sample("cat")[::2, ::2].copy())
    assert rpn.filter_proposals(predicted) is not None


def test_what_is_wrong_is_said_as_here() -> None:
    there: Any = Elsewhere().model("lrcn-gru")
    with pytest.raises(DataError, match="an activity needs a clip"):
        there.activity(np.zeros((0, 4, 4, 3), np.uint8))
    there = Elsewhere().model("show-and-tell")
    with pytest.raises(DataError, match="there is no word"):
        there.next_words(there.encoded(sample("cat")), [(10**6,)])


def test_where_nobody_answers_any_more_models_run_here(caplog: pytest.LogCaptureFixture) -> None:
    elsewhere, picture = Elsewhere(), sample("cat")
    there = elsewhere.model("ssd-plus", here=True)
    elsewhere.gone = True
    for _ in range(3):
        assert same(there.raw(picture), zoo.load("ssd-plus", "cpu").raw(picture))  # type: ignore[attr-defined]
    said = [record.getMessage() for record in caplog.records]
    assert said == ["the models' server did not answer (Test): models run here"]
    assert elsewhere.asked == [""]


def batchable() -> list[ModelSpec]:
    drawn = [entry for entry in zoo.models() if is_here(entry) and entry.domain == zoo.Domain.DRAWINGS]
    return [entry for entry in drawn if zoo.load(entry.key, "cpu").batches]


def test_a_batch_says_of_each_picture_what_it_says_of_it_alone() -> None:
    pictures = [np.roll(sample("coffee")[::2, ::2], 40 * k, 1) for k in range(3)]
    entries = batchable()
    assert {"ssd-plus", "yolo", "unet", "pspnet"} <= {entry.key for entry in entries}
    for entry in entries:
        model: Any = zoo.load(entry.key, "cpu")
        alone = [model.network(p, "") if entry.task == Task.DETECT else model.network(p) for p in pictures]
        for one, many in zip(alone, model.networks(pictures), strict=True):
            a, b = (
                np.concatenate(
                    [
                        np.sort(np.ravel(x).astype(float))
                        for x in parts(tuple(v) if isinstance(v, tuple) else v)
                        if x is not None
                    ]
                )
                for v in (one, many)
            )
            if a.shape == b.shape:
                np.testing.assert_allclose(a, b, atol=2e-3, err_msg=entry.key)
            else:  # one at the floor of the scores
                assert abs(len(a) - len(b)) <= 60, entry.key


def test_only_pictures_of_one_model_and_size_are_a_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    ssd, yolo, rcnn = (zoo.load(key, "cpu") for key in ("ssd-plus", "yolo", "faster-rcnn-plus"))
    large, small = sample("cat"), sample("cat")[:200, :200].copy()
    sizes: list[int] = []
    networks = type(ssd).networks
    monkeypatch.setattr(
        type(ssd), "networks", lambda self, given: (sizes.append(len(given)), networks(self, given))[1]
    )
    asked = [
        (ssd, large),
        (yolo, large),
        (ssd, small),
        (ssd, large),
        (rcnn, large),
        (ssd, large),
        (rcnn, large),
    ]
    found = answers([Job(model, "network", (picture, ""), {}) for model, picture in asked])
    assert sizes == [3] and not any(answer.error for answer in found)
    for (model, picture), answer in zip(asked, found, strict=True):
        alone = model.network(picture, "")  # type: ignore[attr-defined]
        assert abs(len(alone.scores) - len(answer.value.scores)) <= 3


def test_one_bad_picture_of_a_batch_does_not_spoil_the_others() -> None:
    ssd, good = zoo.load("ssd-plus", "cpu"), sample("cat")
    bad = np.full(good.shape, None, dtype=object)
    found = answers([Job(ssd, "network", (picture, ""), {}) for picture in (good, bad, good)])
    assert [answer.error is None for answer in found] == [True, False, True]
    odd = [Job(ssd, "network", (good, ""), {}), Job(ssd, "network", (), {}), Job(ssd, "network", ("no",), {})]
    assert [answer.error is None for answer in answers(odd)] == [True, False, False]


def test_tensors_are_moved_wherever_they_are() -> None:
    caption: Any = zoo.load("show-and-tell", "cpu")
    encoded = caption.encoded(sample("cat"))
    caption.next_words(encoded, [()])
    there = moved({"deep": [(encoded, 1, "text")]}, "meta")
    seen = there["deep"][0][0]
    assert {t.device.type for t in _tensors(seen)} == {"meta"}
    same_ = moved((encoded, 2), "cpu")
    assert same_[0] is encoded


def _tensors(value: Any) -> Iterator[torch.Tensor]:
    if isinstance(value, torch.Tensor):
        yield value
    elif isinstance(value, dict):
        yield from _tensors(list(value.values()))
    elif isinstance(value, list | tuple):
        for part in value:
            yield from _tensors(part)
    elif hasattr(value, "__dataclass_fields__"):
        yield from _tensors([getattr(value, name) for name in value.__dataclass_fields__])


# --- a server ---


@pytest.fixture(scope="module")
def cluster() -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """`cvdemo serve` with two replicas, and this process as who uses it."""
    pytest.importorskip("ray")
    with server(2) as there:
        yield there


@pytest.mark.parametrize("key", ["ssd-plus", "unet", "efficientnet-lite0", "show-attend-tell"])
def test_served_models_give_the_same_to_the_last_digit(
    cluster: tuple[str, Any], key: str, caplog: pytest.LogCaptureFixture
) -> None:
    there, here = zoo.load(key), zoo.load(key, "cpu")
    assert type(there) is not type(here) and isinstance(there, type(here))
    run, picture = RUNS[here.spec.task], sample("coffee")[::2, ::2].copy()
    assert same(run(there, picture), run(here, picture))
    assert not caplog.records  # nothing ran here


def test_a_replica_that_is_killed_loses_no_request(
    cluster: tuple[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    there, here = zoo.load("ssd-plus"), zoo.load("ssd-plus", "cpu")
    picture = sample("cat")
    want = len(here.raw(picture))  # type: ignore[attr-defined]
    replicas = replicas_of(cluster[1].pid)
    assert len(replicas) == 2

    def ask(k: int) -> int:
        if k == 12:
            os.kill(replicas[0], signal.SIGKILL)
        return len(there.raw(picture))  # type: ignore[attr-defined]

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(ask, range(48)))
    assert "models run here" not in caplog.text
    assert all(abs(count - want) <= 3 for count in found), found  # in a batch the last digits may differ


def replicas_of(process: int) -> list[int]:
    """The process ids of the replicas of a server."""
    parents, found = {}, []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            with contextlib.suppress(OSError):
                parents[int(folder.name)] = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
                if (folder / "cmdline").read_text().startswith("ray::ServeReplica:cvdemo"):
                    found.append(int(folder.name))

    def is_own(child: int) -> bool:
        return child == process or (child in parents and is_own(parents[child]))

    return sorted(filter(is_own, found))


def test_only_who_has_the_key_is_answered(cluster: tuple[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    harmful = pickle.dumps(Call("ssd-plus"))
    for body in (harmful, served.signed("guessed", harmful), b"", b"short"):
        assert urllib3.request("POST", cluster[0], body=body).status == served.REFUSED
    monkeypatch.setenv("CVDEMO_SERVE_KEY", "guessed")
    served.forget()
    with pytest.raises(ServeError, match="CVDEMO_SERVE_KEY is not the key of http"):
        there = served.server()
        assert there is not None
        there.model(zoo.spec("ssd-plus"), lambda: zoo.load("ssd-plus", "cpu"))
    monkeypatch.undo()
    served.forget()


def test_what_the_server_says_is_wrong_is_said(
    cluster: tuple[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    there: Any = zoo.load("ssd-plus")
    with pytest.raises(AttributeError):
        there.network(None, "")
    with pytest.raises(TypeError):
        there.network()
    assert len(there.raw(sample("cat"))) and not caplog.records  # it was the server that said so


def test_a_server_that_ends_is_not_missed(
    cluster: tuple[str, subprocess.Popen[str]], caplog: pytest.LogCaptureFixture
) -> None:
    there: Any = zoo.load("yolo")
    cluster[1].send_signal(signal.SIGTERM)
    cluster[1].wait(30)
    assert same(there.raw(sample("cat")), zoo.load("yolo", "cpu").raw(sample("cat")))  # type: ignore[attr-defined]
    assert "no models are served at http" in caplog.text


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("http://127.0.0.1:9", "no models are served at http://127.0.0.1:9"),
        ("here", "no models are served at here"),
    ],
)
def test_a_server_that_is_not_there_is_said_once(
    wrong: str, said: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("CVDEMO_SERVE", wrong)
    served.forget()
    for _ in range(3):
        assert zoo.load("ssd-plus") is zoo.load("ssd-plus", "cpu")
    assert [said in record.getMessage() for record in caplog.records] == [True]
    served.forget()
