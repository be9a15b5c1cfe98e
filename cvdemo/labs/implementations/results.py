"""Tables and sentences of By hand or ready-made."""

from __future__ import annotations

from typing import Any

from cvdemo.labs.implementations.experiment import Comparison, search_list

ROUNDING = 1e-4
"""Of the largest number: 32-bit sums in another order differ by less."""


def comparison_table(found: Comparison) -> list[dict[str, Any]]:
    """Each output of both nets: shape, largest difference, largest number."""
    return [
        {
            "output": one.name,
            "by hand": " × ".join(map(str, one.shapes[0])),
            "ready-made": " × ".join(map(str, one.shapes[1])),
            "largest difference": "other shapes" if one.largest is None else f"{one.largest:.2g}",
            "largest number": f"{one.scale:.3g}",
        }
        for one in found.differences
    ]


def verdict(found: Comparison) -> str:
    """Whether both gave the same, in a sentence or two."""
    if any(one.largest is None for one in found.differences):
        return "With the same weights they found different numbers of objects."
    if all((one.largest or 0) <= ROUNDING * max(one.scale, 1) for one in found.differences):
        return "With the same weights the answers are the same, up to rounding."
    largest = max(one.largest or 0 for one in found.differences)
    parts = [f"With the same weights the answers differ by up to {largest:.2g}."]
    parts += [f"When {one.detail}: {one.largest:.2g}." for one in found.repairs]
    return " ".join(parts)


def search_rows(method: dict[str, Any]) -> list[dict[str, Any]]:
    """What there is of a method: where, what, licence, the newest release, the file that was opened."""
    packages = search_list()["packages"]
    return [_found(one, packages.get(one["where"], {})) for one in method["found"]]


def _found(one: dict[str, str], package: dict[str, str]) -> dict[str, Any]:
    what = one.get("what") or one.get("call", "").replace(":", ".") or "–"
    release = f"{package['version']} ({package['released']})" if package else "no releases"
    return {
        "where": one["where"],
        "what": what,
        "note": one.get("note", ""),
        "licence": one.get("licence", package.get("licence", "")),
        "newest release": release,
        "opened": one.get("link") or None,
    }
