"""Where files beside the package lie: next to it in a checkout, inside it once installed."""

from functools import cache
from pathlib import Path


def asset(*parts: str) -> Path:
    """Path of a file in `assets/`, such as `asset("texts", "en", "detect.md")`."""
    return _folder().joinpath(*parts)


@cache
def _folder() -> Path:
    inside = Path(__file__).parent / "assets"
    return inside if inside.is_dir() else Path(__file__).parents[1] / "assets"


def app_file() -> Path:
    """`app.py`, which Streamlit runs; `pages/` and `.streamlit/config.toml` lie beside it."""
    inside = Path(__file__).parent / "app" / "app.py"
    return inside if inside.is_file() else Path(__file__).parents[1] / "app.py"
