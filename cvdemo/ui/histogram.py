"""A histogram of the hall's answers as HTML: a row for each choice, or columns where there are many."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from cvdemo.lecture.questions import MOST_CHOICES, Bar

BLUE, GREEN, GREY = "#0072B2", "#009E73", "#8A94A0"
ROWS = "display:grid;grid-template-columns:minmax(6rem,auto) 1fr 2.5rem;gap:.3rem .7rem;align-items:center"
COLUMNS = "display:flex;align-items:flex-end;gap:3px;font-size:.75rem;text-align:center"
EVERY = 4  # columns of which one has its number under it


def chart(bars: Sequence[Bar], *, shows_right: bool) -> str:
    """The bars; with `shows_right` the right one is green and has a check mark."""
    most = max(1, *(bar.count for bar in bars))
    in_rows = len(bars) <= MOST_CHOICES
    drawn = [
        _row(bar, most, shows_right) if in_rows else _column(bar, most, shows_right, k % EVERY == 0)
        for k, bar in enumerate(bars)
    ]
    said = ", ".join(f"{bar.label}: {bar.count}" for bar in bars if bar.count) or "no answers yet"
    style = ROWS if in_rows else COLUMNS
    return f'<div role="img" aria-label="{escape(said)}" style="{style}">{"".join(drawn)}</div>'


def _colour(bar: Bar, shows_right: bool) -> str:
    if not shows_right:
        return BLUE
    return GREEN if bar.right else GREY


def _row(bar: Bar, most: int, shows_right: bool) -> str:
    mark = "✓ " if bar.right and shows_right else ""
    fill = f"width:{100 * bar.count / most:.1f}%;min-width:2px;background:{_colour(bar, shows_right)}"
    return (
        f"<div>{mark}{escape(bar.label)}</div>"
        f'<div><div style="{fill};height:1.3em;border-radius:3px"></div></div>'
        f"<div>{bar.count}</div>"
    )


def _column(bar: Bar, most: int, shows_right: bool, labelled: bool) -> str:
    mark = "✓" if bar.right and shows_right else ""
    fill = f"height:{2 + 90 * bar.count / most:.0f}px;background:{_colour(bar, shows_right)}"
    return (
        f'<div style="flex:1;min-width:0">{mark} {bar.count or ""}'
        f'<div style="{fill};border-radius:3px 3px 0 0"></div>'
        f'<div style="height:1.2em;white-space:nowrap">{escape(bar.label) if labelled else ""}</div></div>'
    )
