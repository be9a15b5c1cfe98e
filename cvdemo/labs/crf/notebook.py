"""CRF as a notebook: a network's probabilities, refined by mean field iteration by iteration."""

from __future__ import annotations

from cvdemo import zoo
from cvdemo.labs.crf.experiment import CRFSettings
from cvdemo.notebook import Cells, PageState, code, domain, fetched, is_drawn, picture, text

FIRST = CRFSettings()
NAMES = dict(zip(CRFSettings._fields, ("answer", "w2", "s2", "w1", "s1", "srgb", "n"), strict=True))
"""The name of each setting among the page's values."""


def cells(state: PageState) -> Cells:
    """The picture, the network once, all iterations, and their scores where the truth is known."""
    key = state.get("network") or (
        "deeplabv1" if is_drawn(state) else zoo.first_model(zoo.Task.SEGMENT, domain(state))
    )
    settings = ", ".join(
        f"{field}={state.get(NAMES[field], first)!r}" for field, first in FIRST._asdict().items()
    )
    yield picture(state)
    yield code(f"""
        from cvdemo import zoo
        from cvdemo.draw.inline import row, table
        from cvdemo.draw.segmentation import paint_labels
        from cvdemo.labs.crf.experiment import CRFSettings, mean_field, step_scores, truth_at_size, unary_term

        key = {key!r}
        names = [name for _, name in sorted(zoo.labels(zoo.spec(key).labels).items())]
        unary = unary_term(key, picture)  # the network runs once{fetched(key)}
        settings = CRFSettings(
            {settings}
        )
        found = mean_field(unary, settings)
        labels = found.labels()  # of each iteration; the first are the network's
        row({{
            "picture": unary.picture, "the network": paint_labels(labels[0], names),
            f"after {{settings.iterations}} iterations": paint_labels(labels[-1], names),
        }})
    """)
    if is_drawn(state) and zoo.spec(key).source is zoo.Source.DRAWN:
        yield code("""
            scores = step_scores(labels, truth_at_size(truth.semantic, unary), len(names))
            table([{"iteration": k, **score._asdict()} for k, score in enumerate(scores)])
        """)
    yield code(
        "table([{'iteration': k, 'pixels that changed': step.changed} for k, step in enumerate(found.steps)])"
    )
    yield text("Try `weight=0.0`: without the appearance kernel borders do not follow the colours.")
