"""Options shared by the commands of the world."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click
import numpy as np

from cvdemo.errors import DataError
from cvdemo.world.difficulty import KNOBS, PRESETS, Difficulty, named
from cvdemo.world.film.camera import CAMERA

F = TypeVar("F", bound=Callable[..., Any])


def parse_size(text: str) -> tuple[int, int]:
    """`640x480` as (640, 480); DataError for other text."""
    match = re.fullmatch(r"(\d{1,5})x(\d{1,5})", text.strip())
    if match is None:
        raise DataError(f"cannot read the size {text!r}: give WIDTHxHEIGHT, such as 640x480")
    return int(match[1]), int(match[2])


def parse_difficulty(preset: str, knobs: tuple[str, ...]) -> Difficulty:
    """A preset with `name=value` knobs changed; DataError for unknown or invalid ones."""
    values: dict[str, float] = {}
    for text in knobs:
        name, _, value = text.partition("=")
        try:
            values[name] = int(value) if name == "objects" else float(value)
        except ValueError:
            raise DataError(f"cannot read the knob {text!r}: give NAME=NUMBER, such as noise=4") from None
    return named(preset, **values)


def difficulty_options(function: F) -> F:
    """Adds --difficulty and --knob."""
    meanings = "; ".join(f"{name} {knob.low:g} to {knob.high:g}" for name, knob in KNOBS.items())
    knob = click.option(
        "--knob",
        "knobs",
        multiple=True,
        metavar="NAME=VALUE",
        help=f"Change one knob, as often as you like: {meanings}.",
    )
    preset = click.option(
        "--difficulty", "preset", default="normal", show_default=True, help=f"One of {', '.join(PRESETS)}."
    )
    return preset(knob(function))


def clip_options(function: F) -> F:
    """Adds --seconds, --fps and --camera."""
    seconds = click.option("--seconds", default=4.0, show_default=True, help="Length of a clip.")
    fps = click.option("--fps", default=25.0, show_default=True, help="Frames a second of a clip.")
    camera = click.option(
        "--camera", default=CAMERA.default, show_default=True, help=f"0 to 1: {CAMERA.meaning}, in a clip."
    )
    return seconds(fps(camera(function)))


def save_picture(picture: np.ndarray, out: Path) -> None:
    """Write a picture in the format of the file name's suffix; DataError if it cannot be written."""
    from PIL import Image

    try:
        Image.fromarray(picture).save(out)
    except (OSError, ValueError) as error:
        raise DataError(f"cannot write {str(out)!r}: {error}") from error
