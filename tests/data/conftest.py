"""The published fixtures of other data sets' formats."""

from __future__ import annotations

from pathlib import Path

import pytest

FORMATS = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "formats"


@pytest.fixture
def formats() -> Path:
    """The folder of published fixtures, beside the repository."""
    if not FORMATS.is_dir():
        where = FORMATS.relative_to(FORMATS.parents[2])
        pytest.skip(f"no {where} beside the repository: published fixtures not here")
    return FORMATS
