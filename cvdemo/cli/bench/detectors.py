"""`cvdemo bench detectors`: speed against accuracy of the drawn world's detectors."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click
from tqdm import tqdm


@click.command("detectors")
@click.argument("keys", nargs=-1)
@click.option("--n", "count", type=click.IntRange(1), default=50, show_default=True, help="Test scenes.")
@click.option(
    "--size", "sizes", type=click.IntRange(96, 1280), multiple=True, help="Longer sides; 96 to 384 if none."
)
@click.option(
    "--proposals", "counts", type=click.IntRange(1), multiple=True, help="Of regions; 10 to 1000 if none."
)
@click.option("--device", help="cpu, cuda or mps; the best there is by default.")
@click.option("--again", is_flag=True, help="Measure also what the file has already.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Write the figures, net by net.")
def command(
    keys: tuple[str, ...],
    count: int,
    sizes: tuple[int, ...],
    counts: tuple[int, ...],
    device: str | None,
    again: bool,
    out: Path | None,
) -> None:
    """AP and milliseconds of detectors (KEYS, or all) at sizes of the picture and numbers of proposals.

    All are timed in turn on one scene, too, against SSD+. Nets that the file of --out has from the same
    weights, machine and scenes are kept as they are, so that a run can be broken off and goes on later.
    """
    from cvdemo.bench.detectors import run
    from cvdemo.data.atomic import write_whole
    from cvdemo.zoo.device import check_device
    from cvdemo.zoo.tradeoffs import VALUES

    said = f"cvdemo bench detectors --n {count}" + (f" --out {out}" if out else "")

    def keep(figures: dict[str, Any]) -> None:
        figures["command"] = said
        if out is not None:
            write_whole(out, _text(figures).encode())

    figures = run(
        keys,
        n=count,
        before=None if out is None else _before(out),
        again=again,
        values={"size": sizes or VALUES["size"], "proposals": counts or VALUES["proposals"]},
        device=check_device(device) if device else None,
        keep=keep,
        bar=lambda items, title: tqdm(items, title, disable=None, leave=False),
    )
    click.echo(
        json.dumps({name: figures[name] for name in ("machine", "n", "peer", "ms", "ratio")}, indent=2)
    )


def _before(out: Path) -> dict[str, Any] | None:
    """The figures of an earlier run; None where there are none that can be read."""
    try:
        said = json.loads(out.read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return said if isinstance(said, dict) and isinstance(said.get("nets"), dict) else None


def _text(figures: dict[str, Any]) -> str:
    """JSON with a line for each net."""
    head = ",\n".join(f" {json.dumps(k)}: {json.dumps(v)}" for k, v in figures.items() if k != "nets")
    nets = ",\n".join(f"  {json.dumps(k)}: {json.dumps(v)}" for k, v in figures["nets"].items())
    return f'{{\n{head},\n "nets": {{\n{nets}\n }}\n}}\n'
