"""`cvdemo serve`: models for other processes and machines, by Ray Serve."""

from __future__ import annotations

import logging
import os
import secrets
import signal
import socket
import threading
from typing import Any

import click


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to serve on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--cluster", default="", help="A running Ray cluster, such as 10.0.0.1:6379; else one's own.")
@click.option("--replicas", default=1, show_default=True, type=click.IntRange(1), help="At least.")
@click.option("--most-replicas", default=1, type=click.IntRange(1), help="At most, by load.")
@click.option("--cpus", default=1.0, show_default=True, type=click.FloatRange(0), help="Of each replica.")
@click.option(
    "--gpus", default=0.0, show_default=True, type=click.FloatRange(0), help="Of each replica; .5 is a half."
)
@click.option("--models", default=16, show_default=True, type=click.IntRange(1), help="Kept by a replica.")
@click.option("--batch", default=8, show_default=True, type=click.IntRange(1), help="Pictures in a run.")
def command(
    host: str, port: int, cluster: str, replicas: int, most_replicas: int, cpus: float, gpus: float,
    models: int, batch: int,
) -> None:  # fmt: skip
    """Serve models until Ctrl-C; apps that have CVDEMO_SERVE and CVDEMO_SERVE_KEY as printed use them."""
    from cvdemo.errors import ServeError

    os.environ.pop("CVDEMO_SERVE", None)
    if not cluster:  # before Ray is imported
        os.environ.setdefault("RAY_AUTH_MODE", "token")
    try:
        import ray
    except ImportError as error:
        raise ServeError("this needs Ray: `pip install 'cvdemo[serve]'`") from error
    from cvdemo.zoo.serving import Serving, deploy, remove

    key = os.environ.get("CVDEMO_SERVE_KEY") or secrets.token_hex(16)
    where: dict[str, Any] = {"address": cluster} if cluster else {"include_dashboard": False}
    ray.init(**where, log_to_driver=False, logging_level=logging.ERROR)
    try:
        deploy(Serving(key, replicas, max(replicas, most_replicas), cpus, gpus, models, batch), host, port)
        named = socket.gethostname() if host in ("0.0.0.0", "::") else host
        click.echo(f"CVDEMO_SERVE=http://{named}:{port}")
        click.echo(f"CVDEMO_SERVE_KEY={key}")
        done = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: done.set())
        done.wait()
        remove()  # on a cluster that goes on, replicas would too
    finally:
        ray.shutdown()
