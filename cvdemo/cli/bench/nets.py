"""`cvdemo bench nets`: milliseconds of the drawn world's nets, task by task."""

from __future__ import annotations

import click
from tqdm import tqdm

from cvdemo.zoo.spec import Task


@click.command("nets")
@click.option(
    "--task", "tasks", type=click.Choice([t.value for t in Task]), multiple=True, help="All if none."
)
@click.option("--n", "items", type=click.IntRange(1), default=4, show_default=True, help="Test items each.")
@click.option("--rounds", type=click.IntRange(1), default=5, show_default=True, help="Their median counts.")
@click.option("--device", help="cpu, cuda or mps; the best there is by default.")
@click.option("--card", is_flag=True, help="Put the times on the nets' cards.")
def command(tasks: tuple[str, ...], items: int, rounds: int, device: str | None, card: bool) -> None:
    """Milliseconds of the nets of each task, called in turn as `cvdemo evaluate` does, against its first.

    Of a picture; of a pair of frames for optical flow, of a second of video for activities.
    """
    from cvdemo.bench.nets import put_on_card, run, timed
    from cvdemo.zoo.device import check_device, device_title

    place = check_device(device) if device else None
    click.echo(f"{device_title()}, {items} items, median of {rounds} rounds")
    for task in tasks or [t.value for t in Task]:
        keys = timed(Task(task))
        if not keys:
            continue
        click.echo(f"\n{task}")
        times = run(
            keys, rounds=rounds, n=items, device=place,
            bar=lambda calls: tqdm(calls, leave=False, disable=None),
        )  # fmt: skip
        for key, milliseconds in times.items():
            click.echo(f"{key:24}{milliseconds:>9.2f} ms{milliseconds / times[keys[0]]:>8.2f}")
            if card:
                put_on_card(key, milliseconds)
