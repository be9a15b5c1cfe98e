"""The server of models: one deployment of Ray Serve, whose replicas load what they are asked for.

A replica keeps `models` of them, the least recently used dropped first; requests for one go to a replica
that has it ("multiplexing"). Where a model can see several pictures at once, those that come within a few
milliseconds are one batch. `cvdemo.zoo.served` is the other side.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from pickle import dumps, loads
from typing import Any, NamedTuple

import numpy as np
import torch

from cvdemo.errors import ServeError
from cvdemo.zoo.catalogue import spec
from cvdemo.zoo.device import default_device
from cvdemo.zoo.loader import build
from cvdemo.zoo.model import Model
from cvdemo.zoo.served import REFUSED, Answer, Call, Description, checked, is_plain, signed

APP = "cvdemo"
WAIT = 0.004  # seconds for which a picture waits for others


@dataclass(frozen=True)
class Serving:
    """How models are served: `replicas` at least and `most_replicas` at most, by load.

    Each has `cpus` and `gpus` of the cluster, a share if below one, keeps `models` and puts up to `batch`
    pictures into one run. Only what is signed with the `key` is answered.
    """

    key: str
    replicas: int = 1
    most_replicas: int = 1
    cpus: float = 1.0
    gpus: float = 0.0
    models: int = 16
    batch: int = 8


class Job(NamedTuple):
    """One call of a model's method `name`."""

    model: Model
    name: str
    given: tuple[Any, ...]
    named: dict[str, Any]


def deploy(serving: Serving, host: str, port: int) -> None:
    """Serve models at an address, on the cluster that this process is connected to."""
    from ray import serve
    from starlette.requests import Request
    from starlette.responses import Response

    class Models:
        """A replica: models by key."""

        @serve.multiplexed(max_num_models_per_replica=serving.models)
        async def model(self, key: str) -> Model:
            return await asyncio.to_thread(lambda: build(spec(key), default_device()))

        @serve.batch(max_batch_size=serving.batch, batch_wait_timeout_s=WAIT)
        async def together(self, jobs: list[Job]) -> list[Answer]:
            return await asyncio.to_thread(answers, jobs)

        async def __call__(self, request: Request) -> Response:
            try:
                call = loads(checked(serving.key, await request.body()))
            except ServeError as error:
                return Response(str(error), REFUSED)
            answer = await self.answer(call)
            data = await asyncio.to_thread(lambda: _packed(answer))
            return Response(signed(serving.key, data), media_type="application/octet-stream")

        async def answer(self, call: Call) -> Answer:
            """What a model's method gives, or what the model is, where no method is named."""
            try:
                model = await self.model(call.key)
            except Exception as error:  # for who has asked
                return Answer(None, error, 0.0)
            if not call.name:
                return Answer(described(model), None, 0.0)
            job = Job(model, call.name, call.given, dict(call.named))
            if _may_share(job):
                return await self.together(job)
            return await asyncio.to_thread(lambda: answers([job])[0])

    load: dict[str, Any] = (
        {"num_replicas": serving.replicas}
        if serving.most_replicas <= serving.replicas
        else {
            "autoscaling_config": {
                "min_replicas": serving.replicas,
                "max_replicas": serving.most_replicas,
                "target_ongoing_requests": 2,
            }
        }
    )
    deployment: Any = serve.deployment(  # type: ignore[call-overload, unused-ignore]
        Models,
        max_ongoing_requests=64,
        ray_actor_options={
            "num_cpus": serving.cpus,
            "num_gpus": serving.gpus,
            "runtime_env": {"env_vars": {"CVDEMO_SERVE": ""}},
        },
        logging_config={"log_level": "WARNING", "enable_access_log": False},
        **load,
    )
    serve.start(http_options={"host": host, "port": port, "location": "HeadOnly"})
    serve.run(deployment.bind(), name=APP, route_prefix="/")


def remove() -> None:
    """Serve models no more."""
    from ray import serve

    serve.delete(APP)


def _packed(answer: Answer) -> bytes:
    try:
        return dumps(answer, protocol=5)
    except Exception as error:
        reason = ServeError(f"what it gives cannot be sent ({type(error).__name__})")
        return dumps(Answer(None, reason, answer.milliseconds))


def described(model: Model) -> Description:
    """What a stand-in on the other side has to know of a model."""
    values = {name: value for name, value in vars(model).items() if name[0] != "_" and is_plain(value)}
    for own in ("device", "nbytes", "runs"):
        values.pop(own, None)
    return Description(type(model), values)


def answers(jobs: Sequence[Job]) -> list[Answer]:
    """What calls give, those of `network` that may be together in one run of each model."""
    found: dict[int, Answer] = {}
    for group in _groups(jobs):
        first = jobs[group[0]]
        if len(group) == 1:
            found[group[0]] = _alone(first)
        else:
            found |= zip(group, _together(first.model, [jobs[k] for k in group]), strict=True)
    return [found[k] for k in range(len(jobs))]


def _groups(jobs: Sequence[Job]) -> list[list[int]]:
    """Numbers of jobs that are one run: of the same model, whose pictures have the same size."""
    groups: dict[Any, list[int]] = {}
    for k, job in enumerate(jobs):
        key = (id(job.model), job.given[0].shape, job.given[1:]) if _may_share(job) else k
        groups.setdefault(key, []).append(k)
    return list(groups.values())


def _may_share(job: Job) -> bool:
    """Whether this is a picture that others of its size may go through the net with."""
    has_picture = bool(job.given) and isinstance(job.given[0], np.ndarray) and not job.named
    return has_picture and job.name == "network" and job.model.batches


def _alone(job: Job) -> Answer:
    start = time.perf_counter()
    try:
        given, named = moved((job.given, job.named), job.model.device)
        done = job.model.run(lambda: _listed(getattr(job.model, job.name)(*given, **named)))
        return Answer(moved(done.value, "cpu"), None, done.milliseconds)
    except Exception as error:  # for who has asked
        return Answer(None, error, 1000 * (time.perf_counter() - start))


def _together(model: Model, jobs: Sequence[Job]) -> list[Answer]:
    try:
        found, milliseconds = model.run(lambda: model.networks([job.given[0] for job in jobs]))
        return [Answer(moved(one, "cpu"), None, milliseconds) for one in found]
    except Exception:
        return [_alone(job) for job in jobs]  # one of them may be what is wrong


def _listed(value: Any) -> Any:
    return list(value) if isinstance(value, Iterator) else value


def moved(value: Any, device: str) -> Any:
    """The same with all tensors in it on a device; tuples, lists, dicts and data classes are looked into."""
    if isinstance(value, torch.Tensor):
        return value.to(device)
    if isinstance(value, tuple):
        parts = [moved(part, device) for part in value]
        if all(new is old for new, old in zip(parts, value, strict=True)):
            return value
        return type(value)(*parts) if hasattr(value, "_fields") else tuple(parts)
    if isinstance(value, list):
        return [moved(part, device) for part in value]
    if isinstance(value, dict):
        there = {key: moved(part, device) for key, part in value.items()}
        return value if all(there[key] is part for key, part in value.items()) else type(value)(there)
    if is_dataclass(value) and not isinstance(value, type):
        own = {f.name: getattr(value, f.name) for f in fields(value) if f.init}
        there = {name: moved(part, device) for name, part in own.items()}
        return value if all(there[name] is part for name, part in own.items()) else replace(value, **there)
    return value
