"""Video as a notebook: a model frame by frame, and what tracking and smoothing over time cure."""

from __future__ import annotations

from cvdemo import zoo
from cvdemo.labs.video.maps import MapKnobs
from cvdemo.notebook import Cells, PageState, clip, code, fetched, is_drawn, model_key, text
from cvdemo.video.tracked import TrackingKnobs

FIRST, MAPS = TrackingKnobs(), MapKnobs()


def cells(state: PageState) -> Cells:
    """The clip; a detector's boxes and tracks, or a segmenter's maps."""
    yield clip(state)
    yield from _maps(state) if state.get("gives") == "maps of classes" else _boxes(state)


def _boxes(state: PageState) -> Cells:
    first = "ssd-plus" if is_drawn(state, "drawn") else zoo.first_model(zoo.Task.DETECT)
    key = state.get("model", first)
    spec = zoo.spec(key)
    prompt = f", {state.get('prompt', 'person, dog')!r}" if spec.prompt else ""
    iou = state.get("iou", FIRST.iou)
    yield code(f"""
        from cvdemo import zoo
        from cvdemo.video.work import Work

        work = Work(zoo.load({key!r}), clip{prompt}){fetched(key)}
        for speed in work.run():  # the network runs once on each frame
            pass
        done = work.result()
        print(f"{{len(done.raw)}} frames, {{done.raw.milliseconds:.0f}} ms a frame")
    """)
    yield code(f"""
        from cvdemo.draw.inline import film, table
        from cvdemo.labs.video.experiment import compare
        from cvdemo.video.files import overlay_mp4
        from cvdemo.video.tracked import TrackingKnobs

        knobs = TrackingKnobs(
            score={state.get("score", FIRST.score)}, iou={iou}, tracker={state.get("tracker", FIRST.tracker)!r},
            match_iou={state.get("match", FIRST.match_iou)}, buffer={state.get("buffer", FIRST.buffer)},
            low={state.get("low", FIRST.low)}, smoothing={state.get("smoothing", FIRST.smoothing)!r},
            strength={state.get("strength", FIRST.strength)}, vote={state.get("vote", FIRST.vote)}, fill={state.get("fill", FIRST.fill)},
        )
        found = compare(done, knobs)
        film(overlay_mp4(clip, done.raw, found.tracked))
    """)
    yield code("""
        rows = []
        for k, name in enumerate(("frame by frame", "tracked")):
            line = {"": name, **found.blinking[k]._asdict()}
            if found.scores is not None:
                line |= {name.upper(): getattr(found.scores[k], name) for name in ("mota", "idf1", "hota")}
            rows.append(line)
        table(rows)
    """)
    yield code("""
        import plotly.graph_objects as go

        figure = go.Figure()
        for name, series in zip(("frame by frame", "tracked"), found.series):
            figure.add_scatter(y=series.counts, name=name)
        figure.update_layout(xaxis_title="frame", yaxis_title="objects", height=300)
    """)
    yield text("Try `tracker='none'`: the count of objects jumps from frame to frame.")


def _maps(state: PageState) -> Cells:
    key = model_key(state, zoo.Task.SEGMENT, name="segmenter", first="drawn")
    yield code(f"""
        from cvdemo import zoo
        from cvdemo.draw.inline import film, table
        from cvdemo.labs.video.map_files import map_mp4
        from cvdemo.labs.video.maps import MapKnobs, compare_maps
        from cvdemo.video.work import MapWork

        work = MapWork(zoo.load({key!r}), clip){fetched(key)}
        for speed in work.run():  # the network runs once on each frame
            pass
        done = work.result()
        knobs = MapKnobs(
            {state.get("steady", MAPS.kind)!r}, memory={state.get("memory", MAPS.memory)},
            window={state.get("window", MAPS.window)},
        )
        found = compare_maps(done, knobs)
        film(map_mp4(done, found.after, {state.get("opacity", 0.6)}))
    """)
    yield code("""
        rows = []
        for k, name in enumerate(("frame by frame", "smoothed")):
            line = {"": name, "pixels that change a frame": found.series[k].flicker}
            if found.scores is not None:
                line["mIoU"] = found.scores[k].total
            rows.append(line)
        table(rows)
    """)
    yield text("Try `memory=0.9`: the map is calm, and it lags behind what moves.")
