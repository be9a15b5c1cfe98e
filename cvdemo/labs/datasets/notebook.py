"""Data sets as a notebook: open one, look, count, find what is odd, score a model, convert."""

from __future__ import annotations

from cvdemo.labs.datasets.experiment import VARIABLE
from cvdemo.notebook import Cells, PageState, code, fetched, text

NOTES = "what is odd", "charts", "a model on it", "convert", "the lecture's seven"


def cells(state: PageState) -> Cells:
    """The data set, and what the page shows of it now."""
    show = state.get("show", "pictures")
    odd, charts, model, convert, lecture = NOTES
    if show == lecture:
        yield from _lecture()
        return
    yield from _opened(state)
    if show == charts:
        yield from _charts()
    elif show == odd:
        yield code('table([{"oddity": one.title, "how many": len(one)} for one in found.odd])')
    else:
        yield from _filtered(state)
        yield from {model: _model, convert: _convert}.get(show, _pictures)(state)
    yield text("Try your own folder or ZIP: `read_dataset('FOLDER')` guesses its format.")


def _opened(state: PageState) -> Cells:
    source, key = state.get("data", "example"), state.get("format", "") or None
    head, made = "", "drawn_dataset(24)  # scenes of the drawn world"
    if source != "example":
        folder = source == "folder"
        name = state.get("folder", "dataset") if folder else (state.own or ("dataset",))[0]
        root = f'Path(os.environ.get({VARIABLE!r}, "."))' if folder else 'Path(".")'
        head = f"path = {root} / {name!r}  # a folder or a ZIP file; until it is there a drawn data set stands in"
        made = f"read_dataset(path, {key!r}) if path.exists() else drawn_dataset(24)"
    yield code(f"""
        import os
        from pathlib import Path

        from cvdemo.data.formats import read_dataset
        from cvdemo.draw.inline import row, table
        from cvdemo.labs.datasets.experiment import Filters, matching_images, opened
        from cvdemo.world.as_dataset import drawn_dataset

        {head}
        dataset = {made}
        found = opened("notebook", dataset.format, dataset)  # with all counts
        print(f"{{len(dataset)}} images, {{len(dataset.objects)}} objects of {{len(dataset.categories)}} classes")
        print("\\n".join(dataset.problems[:8]))
    """)


def _filtered(state: PageState) -> Cells:
    given = {
        "classes": tuple(state.get("classes", ())), "size": state.get("size", ""), "least": state.get("least", 0),
        "split": state.get("split", ""), "text": state.get("text", ""),
    }  # fmt: skip
    filters = ", ".join(f"{name}={value!r}" for name, value in given.items() if value)
    most = state.get("most")
    limit = "" if most is None else f"{', ' if filters else ''}most={most}"
    yield code(f"""
        filters = Filters({filters}{limit})
        images = matching_images(dataset, found.found, filters).tolist()
        print(f"{{len(images)}} of {{len(dataset)}} images satisfy the filters")
    """)


def _pictures(state: PageState) -> Cells:
    layers, image = state.get("layers", ["masks", "boxes", "names"]), state.get("image")
    page = state.get("page", 1) - 1
    some = f"images[{12 * page}:{12 * page + 12}]" if image is None else f"[{image}]"
    yield code(f"""
        from cvdemo.labs.datasets.draw import annotated
        from cvdemo.labs.datasets.experiment import object_rows

        layers, some = {layers}, {some}
        row({{dataset.names[k]: annotated(dataset, found.texts, k, layers, {400 if image is None else 1280}) for k in some}}, width={300 if image is None else 900})
    """)
    yield code("table(object_rows(dataset, found.found, some[0]) if some else [])")


def _charts() -> Cells:
    yield code("""
        from cvdemo.labs.datasets import charts

        charts.class_chart(dataset, found.found)
    """)
    yield code("charts.count_chart(found.found)")
    yield code("charts.size_chart(dataset, found.found)")
    yield code("charts.place_chart(found.found)")


def _model(state: PageState) -> Cells:
    key = state.get("model", "ssd-plus")
    yield code(f"""
        from cvdemo import zoo
        from cvdemo.labs.datasets.scoring import detect_one, score_images

        model = zoo.load({key!r}){fetched(key)}
        some = [k for k in images if dataset.files[k]][:{state.get("scored", 24)}]
        rows = [line for k in some for line in detect_one(model, dataset, k)]
        scored = score_images(model, dataset, some, rows, least={state.get("score", 0.5)})
        print({{name: round(value, 3) for name, value in scored.numbers.items()}})
        table([
            {{"image": dataset.names[one.image], "right": one.right, "false": one.wrong, "missed": one.missed}}
            for one in scored.images[:12]  # the worst first
        ])
    """)


def _convert(state: PageState) -> Cells:
    key = state.get("to", "coco")
    yield code(f"""
        from cvdemo.data.convert import zip_of
        from cvdemo.data.formats import cannot_hold
        from cvdemo.data.subset import subset

        part = dataset if len(images) == len(dataset) else subset(dataset, images)
        print("lost:", cannot_hold(part, {key!r}) or "nothing")
        Path({f"{key}.zip"!r}).write_bytes(zip_of(part, {key!r}))
    """)


def _lecture() -> Cells:
    yield code("""
        from cvdemo.draw.inline import table
        from cvdemo.labs.datasets.cards import CARDS

        table([
            {"data set": card.title, "year": card.year, "annotations": card.annotations, "home": card.home}
            for card in CARDS
        ])
    """)
