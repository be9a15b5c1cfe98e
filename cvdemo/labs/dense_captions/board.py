"""The board of the Dense captions page: boxes and sentences, what was inside, scores, files."""

from __future__ import annotations

from functools import partial
from typing import Any

import streamlit as st

from cvdemo import zoo
from cvdemo.data.chosen import Chosen
from cvdemo.data.pictures import fit
from cvdemo.draw.colours import HEX
from cvdemo.labs.dense_captions import results
from cvdemo.labs.dense_captions.controls import DenseKnobs, keep_picked, picked_region
from cvdemo.labs.dense_captions.draw import draw_regions
from cvdemo.labs.dense_captions.experiment import (
    Fits,
    as_csv,
    as_json,
    held_out,
    true_regions,
)
from cvdemo.ui import state
from cvdemo.ui.boxes import LONGEST
from cvdemo.ui.component import Parts, component, with_picture
from cvdemo.ui.downloads import data, offer, png, text
from cvdemo.ui.page import texts
from cvdemo.zoo.dense_captioner import MOST, RawRegions, select_regions

_lab = component("dense_captions/lab")


class DenseBoard:
    """One model's regions of one picture; `name` tells its board from the other one's."""

    def __init__(self, spec: zoo.ModelSpec, chosen: Chosen, name: str, knobs: DenseKnobs, query: str) -> None:
        self.spec, self.chosen, self.name, self.knobs = spec, chosen, name, knobs
        self.raw = results.regions(chosen, spec)
        self.fits = results.fits(chosen, spec, self.raw, query)
        self.verdicts = results.verdicts(chosen, spec, self.raw)
        self.place = "region" if name == "first" else f"region-{name}"
        self.of = f"{chosen.identity} {spec.key}"

    def show(self) -> None:
        """The score where the truth is known, what the search is, and the board."""
        own = results.score(self.chosen, self.spec, self.raw, self.knobs.score, self.knobs.iou)
        if own is not None:
            st.markdown(own.text())
        if self.fits is not None:
            st.caption(about_search(self.fits))
        key = f"dense-{self.name}"
        kept = partial(keep_picked, key, self.place, self.of, len(self.raw))
        picture = with_picture(self._fields(), fit(self.chosen.picture, LONGEST), self._parts())
        _lab(data=picture, key=key, on_picked_change=kept)

    def _fields(self) -> dict[str, Any]:
        height, width = self.chosen.picture.shape[:2]
        return {
            "width": width,
            "height": height,
            "alt": f"{self.chosen.name}: {len(self.raw)} regions in words by {self.spec.title}",
            "cuts": {name: cut._asdict() for name, cut in self.knobs.cuts().items()},
            "limit": MOST,
            "of": self.of,
            "stamp": f"{state.stamp()} {self.of}",
            "picked": picked_region(self.place, of=self.of, count=len(self.raw)),
            "palette": HEX,
            "regions": listed(self.raw),
            "inside": self._inside(),
            "truth": self._truth(),
            "fits": None if self.fits is None else _fit_fields(self.fits),
            "none": texts("dense_captions")["nothing"],
        }

    def _inside(self) -> dict[str, Any] | None:
        inside = self.raw.inside
        if inside is None:
            return None
        return {
            "proposals": inside.proposals.round(1).tolist(),
            "objectness": inside.objectness.round(4).tolist(),
            "squares": inside.squares.round(1).tolist(),
            "heads": inside.attention.shape[1],
            "around": inside.attention.shape[2],
        }

    def _parts(self) -> Parts:
        return {} if self.raw.inside is None else {"attention": self.raw.inside.attention.astype("<f4")}

    def _truth(self) -> dict[str, Any] | None:
        if self.chosen.truth is None or self.verdicts is None:
            return None
        return {
            "shown": self.knobs.truth,
            "regions": [{"box": r.box, "text": r.text} for r in true_regions(self.chosen.truth)],
            "verdicts": [v._asdict() for v in self.verdicts],
        }

    def downloads(self) -> None:
        """What ran, and files of what is shown when a button is pressed."""
        st.caption(
            f"**{self.spec.title}** on {zoo.default_device().upper()} · {self.raw.milliseconds:.0f} ms (once)"
        )
        knobs, raw = self.knobs, self.raw
        kept = select_regions(raw, score=knobs.score, iou=knobs.iou)
        offer(
            self.chosen.name,
            png(lambda: draw_regions(fit(self.chosen.picture, LONGEST), self.chosen.picture.shape, kept)),
            data(lambda: as_json(kept)),
            text("CSV", "csv", lambda: as_csv(kept)),
            part=self.spec.key if self.name != "first" else "",
        )


def listed(raw: RawRegions) -> dict[str, Any]:
    """Regions for the browser."""
    return {
        "boxes": raw.boxes.astype(float).round(2).tolist(),
        "scores": raw.scores.astype(float).tolist(),
        "texts": list(raw.texts),
        "logs": raw.log_probabilities.astype(float).round(4).tolist(),
        "rivals": [
            [[(r.word, round(r.log_probability, 4)) for r in step] for step in own] for own in raw.rivals
        ],
    }


def _fit_fields(fits: Fits) -> dict[str, Any]:
    return {"by": fits.by, "values": fits.values.tolist(), "shares": fits.shares.tolist()}


def about_search(fits: Fits) -> str:
    """What was looked for and how regions are scored."""
    about = texts("dense_captions")
    left = ", ".join(f"“{word}”" for word in fits.left_out)
    unknown = f" {about['unknown words']} {left}." if left else ""
    if not fits.text:
        return f"{about['nothing known']}{unknown}"
    return f"{about['by ' + fits.by].format(text=fits.text)}{unknown}"


def held_out_figures() -> None:
    """The figures of both ways on scenes that no training has seen, with their times."""
    if lines := held_out():
        st.markdown("#### On held-out scenes")
        st.dataframe(lines, hide_index=True)
        st.caption(texts("dense_captions")["held out"])
