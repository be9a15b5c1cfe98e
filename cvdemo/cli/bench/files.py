"""`cvdemo bench files`: mutated files through every reader."""

from __future__ import annotations

import click
from tqdm import tqdm


@click.command("files")
@click.option("--n", type=click.IntRange(1), default=2000, show_default=True, help="Files of every kind.")
@click.option("--seed", type=int, default=0, show_default=True)
def command(n: int, seed: int) -> None:
    """Read N damaged files of every kind; exit code 1 if one raises something else than one sentence."""
    from cvdemo.bench import files

    files.run(20)  # what the readers load at their first use is not growth
    before = files.peak_mib()
    rows = files.run(n, seed, progress=lambda cases: tqdm(list(cases), unit="kind", disable=None))
    click.echo(f"{'kind':18}{'files':>7}{'read':>7}{'refused':>9}{'slowest':>11}")
    for row in rows:
        click.echo(f"{row.kind:18}{row.n:7}{row.read:7}{row.refused:9}{row.slowest_ms:8.0f} ms")
        for name, example in row.failures.items():
            click.echo(f"  {name}: {example[:200]}")
    click.echo(f"peak memory grew by {files.peak_mib() - before:.0f} MiB")
    if any(row.failures for row in rows):
        raise click.exceptions.Exit(1)
