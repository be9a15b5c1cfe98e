"""Where the files of `assets/` lie: beside the package in a checkout, inside it once installed."""

from pathlib import Path


def asset(*parts: str) -> Path:
    """Path of a file in `assets/`, such as `asset("texts", "en", "detect.md")`."""
    inside = Path(__file__).parent / "assets"
    return (inside if inside.is_dir() else Path(__file__).parents[1] / "assets").joinpath(*parts)
