"""Optical flow as a notebook: where every pixel goes, by hand-made methods and by nets; one closer look."""

from __future__ import annotations

from cvdemo import zoo
from cvdemo.labs.flow.draw import Display
from cvdemo.labs.flow.experiment import LONGEST, SIZE, MethodKnobs
from cvdemo.notebook import Cell, Cells, PageState, clip, code, fetched, text

FIRST, LOOK = MethodKnobs(), Display()
KNOBS = {
    "levels": "levels", "window": "window", "alpha": "alpha", "smooth_levels": "smooth", "iterations": "iterations",
}  # fmt: skip
PHOTOS = ("motorcycle",)  # studies that are photos


def cells(state: PageState) -> Cells:
    """Two frames, every method's flow with its errors, and the page's closer look."""
    yield from _frames(state)
    methods = state.get("methods") or list(
        dict.fromkeys([zoo.first_model(zoo.Task.FLOW, _domain(state)), "lucas-kanade"])
    )
    knobs = ", ".join(f"{field}={state.get(name, getattr(FIRST, field))!r}" for field, name in KNOBS.items())
    look = ", ".join(f"{field}={state.get(field, first)!r}" for field, first in LOOK._asdict().items())
    remarks = "".join(dict.fromkeys(filter(None, map(fetched, methods))))
    yield code(f"""
        from cvdemo.draw.inline import row, table
        from cvdemo.labs.flow.draw import Display, panels
        from cvdemo.labs.flow.experiment import MethodKnobs, contradiction, numbers, run_method

        knobs = MethodKnobs({knobs})
        methods = {methods}{remarks}
        runs = [run_method(key, pair.first, pair.second, knobs) for key in methods]
        table([{{"method": run.title, "ms": run.milliseconds, **numbers(run.flow, pair)}} for run in runs])
    """)
    yield code(f"""
        display, checks = Display({look}), []
        if display.view == "there and back":
            back = [run_method(key, pair.second, pair.first, knobs) for key in methods]
            checks = [contradiction(run.flow, other.flow, pair) for run, other in zip(runs, back)]
        row({{panel.title: panel.picture for panel in panels(pair, runs, checks, display)}}, width=520)
    """)
    yield _part(state)
    yield text("Try `levels=1`: without a pyramid Lucas and Kanade lose what moves far.")


def _domain(state: PageState) -> zoo.Domain:
    if state.source == "study":
        return zoo.Domain.PHOTOS if state.get("study") in PHOTOS else zoo.Domain.DRAWINGS
    return zoo.Domain.DRAWINGS if state.source in ("", "drawn") else zoo.Domain.PHOTOS


def _frames(state: PageState) -> Cells:
    if state.source == "study":
        made = f"study_frames({state.get('study', 'motorcycle')!r})"
    elif state.source == "two photos":
        yield code(f"""
            # Put your two photos beside this notebook as the files below; until then two sample photos stand in.
            from pathlib import Path

            from cvdemo.data.pictures import fit, read_picture
            from cvdemo.labs.flow.frames import photo_frames, study_frames

            files = [Path(name) for name in {list(state.own or ("first.jpg", "second.jpg"))}]
        """)
        made = (
            f"photo_frames('own', files[0].name, [fit(read_picture(f), {LONGEST}) for f in files]) "
            "if all(f.is_file() for f in files) else study_frames('motorcycle')"
        )
    else:
        yield clip(state, size=SIZE)
        made = "clip_frames(clip)"
    yield code(f"""
        from cvdemo.labs.flow.experiment import Choice
        from cvdemo.labs.flow.frames import clip_frames, study_frames

        frames = {made}
        gap = min({state.get("gap", 1)}, frames.count - 1)  # frames apart
        first = min({state.get("frame", 24)}, frames.count - 1 - gap)
        pair = Choice(frames, first, gap).pair()  # two pictures, and the true motion where it is known
    """)


def _part(state: PageState) -> Cell:
    part = state.get("part", "step by step")
    if part == "aperture":
        angle, u, v, pattern = state.get("stripe", [30.0, 30.0, -10.0, "stripe"])
        return code(f"""
            from cvdemo.labs.flow.experiment import aperture

            aperture(angle={angle}, motion=({u}, {v}), pattern={pattern!r})  # what a small window says of it
        """)
    if part == "what to trust":
        return code("""
            from cvdemo.labs.flow.draw import draw_points, draw_texture
            from cvdemo.labs.flow.experiment import texture

            found = texture(pair, knobs)
            row({"smaller eigenvalue": draw_texture(found), "there and back": draw_points(pair.first, found)})
        """)
    if part == "one pixel":
        point = state.get("point")
        return code(f"""
            from itertools import pairwise

            from cvdemo.labs.flow.experiment import liveliest, pixels_way

            places = list(range(first, min(frames.count, first + 8 * gap + 1), gap))
            pictures = frames.pictures(places)
            flows = [run_method(methods[0], one, two, knobs).flow for one, two in pairwise(pictures)]
            motion = frames.motion
            known = None if motion is None else [motion(first, there) for there in places[1:]]
            way = pixels_way(flows, {"liveliest(pair)" if point is None else tuple(point)}, known)
            print("found", way.found.round(1).tolist())
            print("truth", None if way.truth is None else way.truth.round(1).tolist())
        """)
    played, first = state.get("played"), "next((run.key for run in runs if run.steps), 'lucas-kanade')"
    return code(f"""
        from cvdemo.labs.flow.draw import longest, step_pictures
        from cvdemo.labs.flow.experiment import step_errors

        key = {first if played is None else repr(played)}
        run = run_method(key, pair.first, pair.second, knobs)
        label, unit, errors = step_errors(run, pair)
        full = longest(pair, [run])
        shown = [(name, step_pictures(pair, flow, full)[0]) for name, flow in zip(run.names, run.steps)]
        row({{f"{{k}}: {{n}}, {{label}} {{errors[k]:.2f}} {{unit}}": p for k, (n, p) in enumerate(shown)}}, width=240)
    """)
