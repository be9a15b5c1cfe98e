"""Activity as a notebook: what nets of whole videos say of a clip after each frame."""

from __future__ import annotations

from cvdemo import zoo
from cvdemo.data.chosen import SPLIT
from cvdemo.labs.activity.experiment import FIRST, Changes, ways
from cvdemo.notebook import Cell, Cells, PageState, clip, code, fetched, text

ORIGINAL = Changes()


def cells(state: PageState) -> Cells:
    """The clip, every way's answers, the probabilities over time."""
    drawn = state.source in ("", "drawn")
    yield from _drawn(state) if drawn else _film(state)
    yield code("""
        from cvdemo.draw.inline import table

        table([
            {"way": one.title, "says in the end": names[one.said], "probability": float(one.probabilities[-1].max()),
             "right from frame": one.right_from(shown.label), "ms": one.milliseconds}
            for one in said
        ])
    """)
    yield OVER_TIME
    yield text("Try `order='backwards'`: averages of frames cannot tell, memory can.")


def _changes(state: PageState) -> str:
    order, keep = state.get("order", ORIGINAL.order), state.get("keep", ORIGINAL.keep)
    hidden, since = state.get("hidden", ORIGINAL.hidden), state.get("since", ORIGINAL.since)
    return f"Changes(order={order!r}, keep={keep}, hidden={hidden}, since={since})"


def _drawn(state: PageState) -> Cells:
    titles = state.get("ways", [name for name in FIRST if name in ways()])
    halves = [titles[: len(titles) // 2], titles[len(titles) // 2 :]]  # a line of code each
    yield _clip(state)
    yield code(f"""
        from cvdemo.labs.activity.experiment import Changes, answers, recognise, shown_clip, ways

        shown = shown_clip(clip, {_changes(state)})
        # Any of ways():
        titles = {halves[0]}
        titles += {halves[1]}
        keys = dict.fromkeys(ways()[title].key for title in titles)
        said = answers({{key: recognise(key, shown.frames) for key in keys}}, titles)
        names = dict(enumerate(world.ACTIVITIES))
        some = range(0, len(shown.frames), max(1, len(shown.frames) // 6))
        row({{f"{{shown.times[k]:.2f}} s": shown.frames[k] for k in some}}, width=200)
    """)


def _clip(state: PageState) -> Cell:
    return code(f"""
        from cvdemo import world
        from cvdemo.draw.inline import row

        activity = {state.get("activity", "sit down")!r}  # one of world.ACTIVITIES
        clip = world.activity_clip({state.get("seed", 7)}, split={SPLIT!r}, activity=activity)
    """)


def _film(state: PageState) -> Cells:
    key = state.get("model") or zoo.first_model(zoo.Task.VIDEO)
    order, keep = state.get("order", ORIGINAL.order), state.get("keep", ORIGINAL.keep)
    yield clip(state)
    yield code(f"""
        from cvdemo import zoo
        from cvdemo.labs.activity.experiment import Answer, Changes, recognise, shown_film

        spec = zoo.spec({key!r})
        shown = shown_film(clip, Changes(order={order!r}, keep={keep}), float(spec.options["fps"]))
        found = recognise(spec.key, shown.frames){fetched(key)}
        said = [Answer(spec.title, found.probabilities, found.milliseconds)]
        names = zoo.labels(spec.labels)
    """)


OVER_TIME = code("""
    import plotly.graph_objects as go

    figure = go.Figure()
    for one in said:
        class_id = one.said if shown.label is None else shown.label
        name = f"{one.title}: {names[class_id]}"
        figure.add_scatter(x=shown.times, y=one.probabilities[:, class_id], name=name)
    figure.update_layout(xaxis_title="seconds", yaxis_title="probability", yaxis_range=[0, 1], height=360)
""")
