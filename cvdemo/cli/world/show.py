"""`cvdemo world show`: one scene as a picture, or one clip as a video, with what is known of it."""

from __future__ import annotations

from pathlib import Path

import click

from cvdemo import world
from cvdemo.cli.world._options import (
    clip_options,
    difficulty_options,
    parse_difficulty,
    parse_size,
    save_picture,
)
from cvdemo.errors import DataError
from cvdemo.video.write import Mp4Writer, write_gif
from cvdemo.world.film.layers import CLIP_LAYERS, shown_frames
from cvdemo.world.layers import overlay


@click.command("show")
@click.option("--seed", default=0, show_default=True, help="Which scene: a whole number from 0 up.")
@click.option("--split", default="train", show_default=True, help=f"One of {', '.join(world.SPLITS)}.")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    required=True,
    help="Picture file to write, such as scene.png; with --clip an MP4 or GIF, such as clip.mp4.",
)
@click.option(
    "--size", default="1280x960", show_default=True, metavar="WxH", help="Size of the picture in pixels."
)
@click.option(
    "--layer",
    "layers",
    multiple=True,
    metavar="NAME",
    help=f"Lay truth over it, as often as you like: {', '.join(CLIP_LAYERS)} (the last for clips alone).",
)
@click.option("--clip", "moving", is_flag=True, help="Let the scene's objects move.")
@clip_options
@difficulty_options
def command(
    seed: int,
    split: str,
    out: Path,
    size: str,
    layers: tuple[str, ...],
    moving: bool,
    seconds: float,
    fps: float,
    camera: float,
    preset: str,
    knobs: tuple[str, ...],
) -> None:
    """Draw one scene or clip and say what is in it."""
    difficulty = parse_difficulty(preset, knobs)
    if moving:
        clip = world.clip(seed, split=split, difficulty=difficulty, seconds=seconds, fps=fps, camera=camera)
        _write_clip(clip, out, parse_size(size), layers)
        return
    scene = world.scene(seed, split=split, difficulty=difficulty)
    picture, truth = world.draw(scene, *parse_size(size))
    save_picture(overlay(picture, truth, layers), out)
    click.echo(world.write_captions(truth)[0])
    for region in world.describe_regions(truth):
        click.echo(f"  {region.text}")


def _write_clip(clip: world.Clip, out: Path, size: tuple[int, int], layers: tuple[str, ...]) -> None:
    """Write a clip in the format of the file name's suffix, and say who is in it."""
    if out.suffix.lower() not in (".mp4", ".gif"):
        raise DataError(
            f"cannot write a clip as {out.suffix or out.name!r}: give a name such as clip.mp4 or clip.gif"
        )
    frames = shown_frames(clip, *size, layers)
    with click.progressbar(frames, length=len(clip), label="drawing") as shown:
        if out.suffix.lower() == ".gif":
            write_gif(list(shown), out, clip.fps)
        else:
            with Mp4Writer(out, clip.fps) as writer:
                for picture in shown:
                    writer.add(picture)
    click.echo(f"{out}: {len(clip)} frames, camera: {clip.camera.kind}")
    for track, moving in zip(clip.tracks(), clip.objects, strict=True):
        click.echo(f"  {track}: {moving.thing.colour} {moving.thing.kind}, {moving.thing.action}")
