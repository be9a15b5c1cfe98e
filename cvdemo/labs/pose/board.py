"""The pose page's board: skeletons, a person to drag, heat maps, both ways side by side, scores, files."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import streamlit as st

from cvdemo.data.chosen import Chosen
from cvdemo.data.pictures import fit
from cvdemo.draw.detections import draw_detections
from cvdemo.draw.skeletons import SIDE_COLOURS, side_of_limb
from cvdemo.labs.pose import experiment, results
from cvdemo.labs.pose.controls import (
    COMPONENT,
    PoseKnobs,
    choose_keypoint,
    choose_person,
    dragged,
    keep_moved,
    stamp,
)
from cvdemo.labs.pose.draw import close_region, draw_close, error_bars
from cvdemo.labs.pose.experiment import Comparison, Floats, Person, PoseTrace, compare, comparison_csv
from cvdemo.labs.pose.results import Found
from cvdemo.metrics.people import people_score
from cvdemo.ops.keypoints import COCO_SIGMAS, KEYPOINT_NAMES, LIMBS, SIDES
from cvdemo.ui.component import Parts, component, with_picture
from cvdemo.ui.downloads import coco, offer, png, table, text
from cvdemo.ui.page import texts
from cvdemo.zoo.spec import ModelSpec

LONGEST = 1280
PLAIN = {"displayModeBar": False}

_lab = component("pose/lab")


def board(chosen: Chosen, spec: ModelSpec, found: Found, knobs: PoseKnobs, place: Any) -> None:
    """All that is shown of the people of a picture; the widgets that choose one go into `place`."""
    if chosen.truth is not None:
        st.markdown(people_score(found.detections, chosen.truth).text(measure="OKS AP", objects="people"))
    if not found.people:
        dragged()  # experiments set it on any picture
        st.image(fit(chosen.picture, LONGEST), width="stretch", alt=chosen.name)
        st.info(texts("pose")["nobody"])
        return
    with place:
        number, keypoint = choose_person(found.people), choose_keypoint()
    person = found.people[number]
    trace = results.trace(chosen, spec, person)
    _draw(chosen, spec, found.people, number, keypoint, trace, knobs)
    _about(person, trace)
    _both_ways(chosen, person, trace, knobs)


def _draw(
    chosen: Chosen, spec: ModelSpec, people: list[Person], number: int, keypoint: int,
    trace: PoseTrace, knobs: PoseKnobs,
) -> None:  # fmt: skip
    person = people[number]
    of = f"{chosen.identity} {spec.key} {number}"
    moved = dragged(of)
    points = person.points.astype(np.float64)
    for k, at in moved.items():
        points[k] = at
    height, width = chosen.picture.shape[:2]
    fields = {
        "width": width,
        "height": height,
        "alt": f"{chosen.name} with the skeletons of {len(people)} people",
        "people": [_listed(p) for p in people],
        "person": number,
        "keypoint": keypoint,
        "least": knobs.least,
        "alpha": knobs.alpha,
        "limbs": [(a, b, side_of_limb(a, b)) for a, b in LIMBS],
        "names": [name.replace("_", " ") for name in KEYPOINT_NAMES],
        "sides": SIDES,
        "colours": SIDE_COLOURS,
        "sigmas": COCO_SIGMAS.tolist(),
        "start": person.points.tolist(),
        "moved": moved,
        "reference": person.reference.tolist(),
        "true": person.truth is not None,
        "area": person.area,
        "size": person.size,
        "region": close_region(person.box).tolist(),
        "heat": _heat(trace),
        "stamp": stamp(of),
        "python": _python(points, compare(points, person, knobs.alpha)),
    }
    parts: Parts = {} if trace.maps is None else {"maps": trace.maps.astype("<f4")}
    data = with_picture(fields, fit(chosen.picture, LONGEST), parts)
    _lab(data=data, key=COMPONENT, on_moved_change=partial(keep_moved, of, len(people)))


def _listed(person: Person) -> dict[str, Any]:
    """A person for the board: the box and, where found, keypoints."""
    keypoints = None if person.keypoints is None else person.keypoints.round(2).tolist()
    return {"box": person.box.tolist(), "keypoints": keypoints}


def _heat(trace: PoseTrace) -> dict[str, Any] | None:
    """Where the maps lie, their peaks and second peaks."""
    peaks = trace.peaks()
    if peaks is None or trace.maps is None or trace.area is None:
        return None
    return {
        "side": trace.maps.shape[-1],
        "area": trace.area.tolist(),
        "first": peaks.first.tolist(),
        "heights": peaks.heights.tolist(),
        "second": [None if np.isnan(at).any() else at.tolist() for at in peaks.second],
        "doubt": peaks.doubt.tolist(),
    }


def _python(points: Floats, result: Comparison) -> dict[str, Any]:
    """Python's own numbers for where the keypoints stand, None for what is not defined."""
    return {
        "points": points.tolist(),
        "similarity": [None if np.isnan(v) else float(v) for v in result.similarity],
        "oks": None if np.isnan(result.oks) else result.oks,
        "correct": int(result.correct.sum()),
    }


def _about(person: Person, trace: PoseTrace) -> None:
    """What the numbers compare with, and what the doubt is."""
    about = texts("pose")
    lines = [about["with truth" if person.truth is not None else "without truth"]]
    if person.keypoints is None:
        lines.append(about["missed"])
    if trace.maps is not None:
        lines.append(about["maps"])
    st.caption(" ".join(lines))
    if trace.maps is None:
        missing = experiment.missing_nets()
        st.info(about["no maps"] + (f" Not trained yet: {', '.join(missing)}." if missing else ""))


def _both_ways(chosen: Chosen, person: Person, trace: PoseTrace, knobs: PoseKnobs) -> None:
    """Heat maps and regression on the same person: two close views, the errors as bars."""
    ways = {trace.title: trace.keypoints, trace.regression: _scored(trace.regressed)}
    shown = {title: points for title, points in ways.items() if points is not None}
    if len(shown) < 2:
        return
    st.markdown("#### Heat maps or regression")
    st.markdown(texts("pose")["both ways"])
    errors = {}
    for column, (title, points) in zip(st.columns(2), shown.items(), strict=True):
        result = compare(points[:, :2], person, knobs.alpha)
        close = draw_close(chosen.picture, person.box, points, person.truth)
        column.image(close, width="stretch", alt=f"{chosen.name}: keypoints by {title}")
        column.markdown(f"**{title}**" + ("" if person.truth is None else f": {_figures(person, result)}"))
        errors[title] = result.errors
    if person.truth is None:
        first, second = shown.values()
        errors = {"distance between the two": np.hypot(*(first[:, :2] - second[:, :2]).T)}
    st.plotly_chart(error_bars(errors), config=PLAIN, key="errors", width="stretch")
    csv = text("Errors as CSV", "csv", lambda: comparison_csv(person, trace, knobs.alpha))
    offer(chosen.name, csv, part="errors")


def _scored(points: Floats | None) -> Floats | None:
    """Keypoints [17, 3] of points [17, 2] that have no score: all are drawn."""
    return None if points is None else np.concatenate([points, np.ones((len(points), 1))], axis=1)


def _figures(person: Person, result: Comparison) -> str:
    labelled = int((person.reference[:, 2] > 0).sum())
    if not labelled:
        return "no keypoint is in the picture"
    mean = float(np.nanmean(result.errors))
    return (
        f"OKS {result.oks:.3f} · PCK {result.correct.sum()} of {labelled} · {mean:.1f} pixels off on average"
    )


def downloads(chosen: Chosen, found: Found) -> None:
    """The picture with skeletons, and keypoints as COCO's results and as CSV."""
    offer(
        chosen.name,
        png(lambda: draw_detections(chosen.picture, found.detections)),
        coco(lambda: found.detections),
        table(lambda: found.detections),
    )


def held_out_figures() -> None:
    """The figures of the drawn world's pose nets on scenes that no training has seen."""
    if lines := experiment.held_out():
        st.markdown("#### On held-out scenes")
        st.dataframe(lines, hide_index=True)
        st.caption(texts("pose")["held out"])
