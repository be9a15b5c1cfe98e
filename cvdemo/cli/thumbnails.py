"""`cvdemo thumbnails`: the small pictures of Home, made anew by the pages' own functions."""

from __future__ import annotations

from pathlib import Path

import click

from cvdemo.assets import asset


@click.command("thumbnails")
@click.option("--out", type=click.Path(path_type=Path), help="A folder other than the app's own.")
@click.argument("pages", nargs=-1)
def command(pages: tuple[str, ...], out: Path | None) -> None:
    """Make the small pictures that Home shows of PAGES (all where none is named), as WebP files."""
    from cvdemo.labs.home.thumbnails import THUMBNAILS, as_webp  # late: torch

    unknown = [page for page in pages if page not in THUMBNAILS]
    if unknown:
        raise click.BadParameter(f"no page is called {unknown[0]!r}: there are {', '.join(THUMBNAILS)}")
    folder = asset("thumbnails") if out is None else out
    folder.mkdir(parents=True, exist_ok=True)
    for page in pages or THUMBNAILS:
        data = as_webp(THUMBNAILS[page]())
        (folder / f"{page}.webp").write_bytes(data)
        click.echo(f"{page}.webp  {len(data) / 1000:.0f} kB")
