"""Speed against accuracy as a notebook: detectors timed here, the curves of a knob, the conclusions."""

from __future__ import annotations

from cvdemo.notebook import Cells, PageState, code, is_drawn, picture, text

KNOBS = {"a bigger picture": "size", "fewer proposals": "proposals"}


def cells(state: PageState) -> Cells:
    """What the page shows now: points, curves, or what follows from them."""
    show = state.get("show", "nets")
    if show in KNOBS:
        yield from _knob(state, KNOBS[show])
    elif show == "nets":
        yield from _points(state)
    else:
        yield from _finally(state)


def _points(state: PageState) -> Cells:
    world = state.get("world", "drawn" if is_drawn(state) else "photos")
    points = "drawn_points(read_curves())" if world == "drawn" else "photo_points()[0]"
    yield picture(state)
    yield code(f"""
        from cvdemo.labs.tradeoffs.experiment import (
            drawn_points, photo_points, point_rows, time_detectors, with_times,
        )
        from cvdemo.zoo.tradeoffs import read_curves

        points = {points}  # detectors with their accuracy: those of the drawn world, or of photos
        timing = time_detectors([point.key for point in points], picture)  # in turn, on this machine
        points = with_times(points, timing.ms)
    """)
    kinds = state.get("kinds")
    some = "points" if kinds is None else f"[point for point in points if point.kind in {kinds}]"
    yield code(f"""
        from cvdemo.labs.tradeoffs.draw import scatter

        shown = {some}
        scatter(shown, {state.get("metric", "AP")!r}, {state.get("net", "")!r}, {world!r})
    """)
    yield code(f"""
        from cvdemo.draw.inline import table

        table(point_rows(shown, {world!r}))
    """)
    yield text("Try `'APs'` instead of `'AP'`: which detectors find small objects?")


def _knob(state: PageState, knob: str) -> Cells:
    net = state.get("net", "")
    yield code(f"""
        from cvdemo.labs.tradeoffs.draw import knob_charts
        from cvdemo.labs.tradeoffs.experiment import drawn_points, knob_lines
        from cvdemo.zoo.tradeoffs import read_curves

        knob, curves = {knob!r}, read_curves()
        keys = [
            point.key for point in drawn_points(curves) if knob == "size" or point.kind == "two stages"
        ]
        lines = knob_lines(curves, knob, keys, lambda key, value: None)
        charts = knob_charts(lines, knob, {state.get("metric", "AP")!r}, {net!r})
        print(curves.machine, curves.command)
        charts["quality"]
    """)
    yield code('charts["time"]')
    yield code('charts["plane"]')
    yield text(
        "Measure a point on this machine: `from cvdemo.labs.tradeoffs.experiment import measure_point`, then "
        "`measure_point('ssd-plus', 'size', 192, 10)`."
    )


def _finally(state: PageState) -> Cells:
    yield code(f"""
        from cvdemo.draw.inline import table
        from cvdemo.labs.tradeoffs.conclusions import (
            best_within, detectors, extractor_rows, measured_rows, on_both_extractors, segmenters,
        )
        from cvdemo.zoo.tradeoffs import read_curves

        rate = {state.get("fps", 1)}  # frames a second that are needed
        for task, nets in (("detection", detectors(read_curves())), ("segmentation", segmenters())):
            print(task, best_within(nets, 1000 / rate))
        table(measured_rows(on_both_extractors(read_curves())))  # a light extractor and a heavy one
        table(extractor_rows())  # the same as published on COCO
    """)
    yield text("Try `rate = 150`: which net is left?")
