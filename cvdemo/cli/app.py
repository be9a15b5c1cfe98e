"""`cvdemo app`: the whole lab in the browser, from a checkout or from an installation."""

from __future__ import annotations

import os
import runpy
import sys
from typing import Any

import click

from cvdemo.assets import app_file


@click.command()
@click.option(
    "--port", default=8501, show_default=True, type=click.IntRange(1, 65535), help="Port to serve on."
)
@click.option("--host", default="", help="Address to serve on; a hall is open to all, a laptop to itself.")
@click.option(
    "--hall", is_flag=True, help="For a lecture hall: many visitors, default models loaded at start."
)
@click.option(
    "--workers",
    default=1,
    show_default=True,
    type=click.IntRange(1, 64),
    help="Processes of a hall; several of them need nginx.",
)
@click.option("--socket", default="", help="A hall at this Unix socket, for a proxy of one's own.")
def command(port: int, host: str, hall: bool, workers: int, socket: str) -> None:
    """Open the lab: http://localhost:8501 in a browser."""
    if not hall and (workers > 1 or socket):
        raise click.UsageError("--workers and --socket are for a --hall")
    if workers > 1:
        if socket:
            raise click.UsageError("one --socket is for one worker")
        from cvdemo.ui.workers import serve

        serve(workers, host or "0.0.0.0", port)
        return
    if hall:
        _hall({"uds": socket} if socket else {"host": host or "0.0.0.0", "port": port})
        return
    options = {"--server.port": str(port), "--server.address": host or "localhost"}
    sys.argv = ["streamlit", "run", str(app_file()), *(text for pair in options.items() for text in pair)]
    runpy.run_module("streamlit", run_name="__main__", alter_sys=True)


def _hall(where: dict[str, Any]) -> None:
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # read by torch: many small runs beside one another
    import uvicorn

    from cvdemo.ui.reports import begin

    begin()
    # Compressing what many visitors are sent costs more than sending it.
    uvicorn.run("cvdemo.ui.hall:app", ws_per_message_deflate=False, **where)
