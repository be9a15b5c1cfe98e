"""The loop: schedules, averages, checkpoints that survive anything, runs that go on as if never stopped."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from cvdemo.errors import CheckpointError, CvdemoError, DataError, UnknownModelError
from cvdemo.train import loop
from cvdemo.train.loop import Run, begin_with, one_cycle, resume, save, start, train
from cvdemo.train.recipes import Recipe, Scenes, recipe, recipes
from cvdemo.train.scenes import Sample, draw_sample
from cvdemo.train.stream import DataWorkers, Stream
from cvdemo.train.task import flipped, task_of

TINY = Recipe(
    "tiny", "tests:Tiny", steps=12, batch=2, warmup=0.2, data=Scenes(pool=6, fresh=2, objects=(2, 3))
)


class Tiny:
    """The mean colour of a scene, from the mean of a convolution: seconds suffice for a test."""

    metric = "error"

    def build(self) -> nn.Module:
        return nn.Sequential(
            nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 3)
        )

    def loss(
        self, net: nn.Module, batch: list[Sample], rng: np.random.Generator, device: torch.device
    ) -> Tensor:
        pictures = (
            torch.from_numpy(np.stack([s.picture[::4, ::4] for s in batch])).permute(0, 3, 1, 2).float() / 255
        )
        noise = torch.from_numpy(rng.normal(0, 0.01, pictures.shape)).float()
        return (net(pictures + noise) - pictures.mean((2, 3))).square().mean()

    def measure(self, net: nn.Module, *, split: str, n: int, device: str, progress=iter) -> dict[str, float]:
        return {"error": 0.0}


def run_to(steps: int, **changes: object) -> Run:
    run = start(replace(TINY, **changes), Tiny())
    train(run, workers=0, after_step=lambda r, loss: setattr(r, "stop", r.step >= steps))
    run.stop = False
    return run


def weights(net: nn.Module) -> list[Tensor]:
    return list(net.state_dict().values())


def same(a: nn.Module, b: nn.Module) -> bool:
    return all(torch.equal(x, y) for x, y in zip(weights(a), weights(b), strict=True))


@pytest.mark.parametrize("stopped", [1, 5, 11])
def test_a_resumed_run_gives_the_same_weights(tmp_path: Path, stopped: int) -> None:
    straight, broken = run_to(99), run_to(stopped)
    save(broken, tmp_path / "run.pt")
    again = start(TINY, Tiny())
    assert resume(again, tmp_path / "run.pt")
    assert again.step == stopped
    train(again, workers=0)
    assert again.step == straight.step == 12
    assert same(again.net, straight.net)
    assert same(again.average, straight.average)
    assert not same(again.average, again.net)


def test_another_seed_gives_other_weights() -> None:
    assert not same(run_to(3).net, run_to(3, seed=1).net)


CHILD = """
import sys, time
sys.path.insert(0, {folder!r})
from pathlib import Path
from test_loop import TINY, Tiny
from cvdemo.train.loop import resume, save, start, train
run = start(TINY, Tiny())
print("from", run.step if not resume(run, Path({file!r})) else run.step, flush=True)
train(run, checkpoint=Path({file!r}), every=0, workers=1,
      after_step=lambda r, loss: (print(r.step, flush=True), time.sleep({pause})))
"""


def test_kill_and_go_on(tmp_path: Path) -> None:
    file = tmp_path / "run.pt"

    def child(pause: float) -> subprocess.Popen:
        code = CHILD.format(folder=str(Path(__file__).parent), file=str(file), pause=pause)
        script = tmp_path / "child.py"
        script.write_text(
            "if __name__ == '__main__':\n" + "".join(f"    {line}\n" for line in code.splitlines())
        )
        return subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, text=True)

    first = child(0.2)
    assert first.stdout is not None
    for line in first.stdout:
        if line.strip() == "4":
            break
    first.send_signal(signal.SIGKILL if os.name == "posix" else signal.SIGTERM)
    first.wait()
    killed = start(TINY, Tiny())
    assert resume(killed, file)
    assert killed.step >= 4  # one more where the machine was too busy to kill it at once
    out, _ = child(0).communicate()
    assert out.splitlines()[0] == f"from {killed.step}"
    done = start(TINY, Tiny())
    resume(done, file)
    assert done.step == 12
    assert same(done.net, run_to(99).net)
    assert [p.name for p in tmp_path.iterdir() if p.suffix == ".part"] == []


def test_a_full_disk_keeps_the_checkpoint_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file, run = tmp_path / "run.pt", run_to(3)
    save(run, file)
    before = file.read_bytes()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("cvdemo.data.atomic.os.fsync", full)
    with pytest.raises(DataError, match=r"cannot write 'run.pt' \(no space left on device\): what was saved"):
        train(run, checkpoint=file, every=0, workers=0)
    assert file.read_bytes() == before
    assert list(tmp_path.iterdir()) == [file]


def test_bad_checkpoints(tmp_path: Path) -> None:
    file = tmp_path / "run.pt"
    assert not resume(start(TINY, Tiny()), file)
    file.write_bytes(b"nothing")
    with pytest.raises(CheckpointError, match="damaged: delete it"):
        resume(start(TINY, Tiny()), file)
    save(run_to(2), file)
    with pytest.raises(CheckpointError, match="another recipe"):
        resume(start(replace(TINY, rate=1e-4), Tiny()), file)


def test_minutes_anneal_in_full(monkeypatch: pytest.MonkeyPatch) -> None:
    run = start(TINY, Tiny(), minutes=1 / 60)
    rates: list[float] = []
    train(run, workers=0, after_step=lambda r, loss: rates.append(r.optimizer.param_groups[0]["lr"]))
    assert run.share == 1
    assert max(rates) <= TINY.rate
    assert rates[-1] < 0.3 * max(rates)


def test_one_cycle() -> None:
    assert one_cycle(0, 0.1) == pytest.approx(0.01)
    assert one_cycle(0.1, 0.1) == pytest.approx(1)
    assert one_cycle(1, 0.1) == pytest.approx(0.01)
    falling = [one_cycle(s, 0.1) for s in np.linspace(0.1, 1, 20)]
    assert falling == sorted(falling, reverse=True)


def test_a_loss_that_is_not_finite_is_said() -> None:
    run = start(TINY, Tiny())
    run.net[4].weight.data.fill_(float("inf"))
    with pytest.raises(CvdemoError, match="the loss of step 0"):
        train(run, workers=0)


def test_batches_depend_on_the_step_alone() -> None:
    scenes = Scenes(pool=6, fresh=2, objects=(2, 4))

    def pictures(first: int, count: int) -> list[bytes]:
        batches = Stream(scenes, batch=2, seed=3, workers=DataWorkers(0)).batches(first)
        return [b"".join(s.picture.tobytes() for s in next(batches)) for _ in range(count)]

    whole = pictures(0, 8)
    assert pictures(5, 3) == whole[5:]
    assert len(set(whole)) == 8
    stream = Stream(scenes, batch=2, seed=3, workers=DataWorkers(0))
    assert [stream.distinct(n) for n in (0, 1, 3, 4, 7)] == [0, 6, 6, 8, 10]


def test_processes_draw_what_the_loop_would() -> None:
    workers = DataWorkers(1)
    workers.request(Scenes(objects=(4, 3)), [5, 6])
    drawn = dict(workers.collect())
    workers.close()
    assert list(drawn) == [5, 6]
    np.testing.assert_array_equal(drawn[6].picture, draw_sample(6, objects=4).picture)


def test_a_process_that_ends_is_said() -> None:
    workers = DataWorkers(1)
    workers.request(Scenes(objects=(3,)), [5])
    assert len(list(workers.collect())) == 1
    for process in multiprocessing.active_children():
        process.kill()
        process.join()
    with pytest.raises(CvdemoError, match="a process that draws samples has ended"):
        workers.request(Scenes(objects=(3,)), [6])
        list(workers.collect())
    workers.close()


def test_a_mirrored_scene_keeps_its_truth() -> None:
    sample = draw_sample(3, objects=6)
    mirrored = flipped(sample)
    back = flipped(mirrored)
    np.testing.assert_array_equal(back.picture, sample.picture)
    np.testing.assert_allclose(back.boxes, sample.boxes, atol=1e-4)
    for (x1, y1, x2, y2), class_id in zip(mirrored.boxes.astype(int), mirrored.classes, strict=True):
        assert (mirrored.semantic[y1:y2, x1:x2] == 6 + class_id).any()


def test_every_recipe_can_be_built_and_starts_from_one_before() -> None:
    drawn = {one.data: [one.data.draw(k) for k in range(2)] for one in recipes().values()}
    for place, (key, one) in enumerate(recipes().items()):
        assert one.key == key
        assert not one.start or one.start in list(recipes())[:place]
        net = task_of(one).build()
        assert sum(p.numel() for p in net.parameters()) < 3e6
        loss = task_of(one).loss(net, drawn[one.data], np.random.default_rng(0), torch.device("cpu"))
        assert torch.isfinite(loss)


def test_a_net_begins_with_anothers_backbone_or_with_all_that_fits() -> None:
    coarse, fine = recipe("fcn32s"), recipe("fcn16s")
    assert fine.trained_like(coarse)
    assert not coarse.trained_like(recipe("ssd-plus"))
    state = {n: torch.full_like(v, 0.5) for n, v in task_of(coarse).build().state_dict().items()}
    state["score.16.bias"] = torch.ones(3)  # of another size: left alone
    for whole in (True, False):
        run = start(fine, task_of(fine))
        before = {n: v.clone() for n, v in run.net.state_dict().items()}
        begin_with(run, state, whole=whole)
        for net in (run.net, run.average):
            for name, value in net.state_dict().items():
                taken = name in state and (whole or name.startswith("backbone."))
                fits = taken and name != "score.16.bias"
                torch.testing.assert_close(value, state[name] if fits else before[name])
    state.pop("backbone.stem.0.0.weight")
    with pytest.raises(CheckpointError, match=r"fcn32s's weights do not fit fcn16s's: backbone\.stem"):
        begin_with(run, state, whole=True)


def test_fingerprints_tell_runs_apart() -> None:
    prints = {TINY.fingerprint(None), TINY.fingerprint(2), replace(TINY, seed=1).fingerprint(None)}
    assert len(prints) == 3


def test_unknown_recipe() -> None:
    with pytest.raises(UnknownModelError, match="did you mean unet"):
        recipe("unett")


def test_clock_of_the_loop_leaves_out_what_is_measured() -> None:
    run = start(TINY, Tiny())
    begin = time.perf_counter()
    train(run, workers=0, after_step=lambda r, loss: time.sleep(0.05))
    assert run.seconds < time.perf_counter() - begin - 12 * 0.05 + 0.01
    assert loop.CLIP > 0
