"""`cvdemo bench hall`: visitors of a page, or a room that follows a lecturer, without browsers."""

from __future__ import annotations

import json

import click


@click.command("hall")
@click.option("--visitors", type=click.IntRange(1, 500), default=30, show_default=True)
@click.option("--page", default="detect", show_default=True, help="A page's key, as in its address.")
@click.option("--moves", type=click.IntRange(1, 200), default=10, show_default=True, help="Of each slider.")
@click.option("--slider", default="Score threshold", show_default=True, help="The label of the slider.")
@click.option("--query", default="", help="Parameters of the address; {i} is the visitor's number.")
@click.option("--gap", type=click.FloatRange(0, 60), default=0.5, show_default=True, help="Seconds of pause.")
@click.option("--room", is_flag=True, help="One lecturer, whom all the others follow.")
@click.option("--soak", default=0.0, type=click.FloatRange(0, 60), help="Minutes on all pages instead.")
@click.option("--rounds", default=1, type=click.IntRange(1, 20), show_default=True, help="Of the soak.")
@click.option("--workers", type=click.IntRange(1, 64), default=1, show_default=True, help="Of the server.")
@click.option("--address", default="", help="Of a server that runs on this machine, instead of one's own.")
def command(
    visitors: int,
    page: str,
    moves: int,
    slider: str,
    query: str,
    gap: float,
    room: bool,
    soak: float,
    rounds: int,
    workers: int,
    address: str,
) -> None:
    """Seconds to a page and of a slider's move, and with --room until followers see it.

    With --soak visitors do all that one can do, and the server's memory is measured before and after, with
    --rounds each time that all have gone.
    """
    if soak:
        from cvdemo.bench.soak import run as run_soak

        click.echo(json.dumps(run_soak(visitors, soak, rounds=rounds, workers=workers), indent=2))
        return
    from cvdemo.bench.hall import run

    figures = run(
        visitors, page, moves=moves, slider=slider, query=query, gap=gap, room=room, workers=workers,
        address=address,
    )  # fmt: skip
    click.echo(json.dumps(figures, indent=2))
