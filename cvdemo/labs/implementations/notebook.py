"""By hand or ready-made as a notebook: both nets counted and run, the arguments, the list, the plain code."""

from __future__ import annotations

from cvdemo.notebook import Cells, PageState, code, text
from cvdemo.zoo.plain_code import Shown

SHOWN = Shown()


def cells(state: PageState) -> Cells:
    """What the page shows now."""
    view = state.get("view", "side by side")
    yield from {"arguments": _arguments, "search": _search, "take it home": _home}.get(view, _pair)(state)


def _pair(state: PageState) -> Cells:
    yield code(f"""
        from cvdemo.draw.inline import table
        from cvdemo.labs.implementations.experiment import architecture_rows, compare, count

        key = {state.get("architecture", "mask-rcnn")!r}
        mine, theirs = count(key)  # lines and parameters; nothing is allocated
        table([one._asdict() for one in (mine, theirs) if one is not None])
    """)
    yield code(f"""
        from cvdemo.labs.implementations.results import comparison_table, verdict

        found = compare(key, {state.get("size", "small")!r}, {state.get("seed", 0)})  # both run, with the same weights if they fit
        print(f"by hand {{found.ours:.0f}} ms, ready-made {{found.theirs or float('nan'):.0f}} ms")
        print(verdict(found) if found.differences else "There are no answers to compare.")
        table(comparison_table(found))
    """)
    yield code("table(architecture_rows())  # all pairs")
    yield text("Try `key = 'ssd'`, or another of the pairs: which details make the answers differ?")


def _arguments(_state: PageState) -> Cells:
    yield code("""
        from cvdemo.draw.inline import table
        from cvdemo.labs.implementations.experiment import argument_rows

        table(argument_rows())
    """)


def _search(state: PageState) -> Cells:
    yield code(f"""
        from cvdemo.draw.inline import table
        from cvdemo.labs.implementations.experiment import search_list
        from cvdemo.labs.implementations.results import search_rows

        listed = search_list()
        method = next(one for one in listed["methods"] if one["method"] == {state.get("method", "Mask R-CNN")!r})
        print(method["paper"], "checked", listed["checked"])
        table(search_rows(method))
    """)


def _home(state: PageState) -> Cells:
    yield code(f"""
        from cvdemo import zoo
        from cvdemo.zoo.plain_code import Shown, plain_code

        shown = Shown(
            score={state.get("score", SHOWN.score)}, iou={state.get("iou", SHOWN.iou)},
            prompt={state.get("prompt", SHOWN.prompt)!r},
        )
        print(plain_code(zoo.spec({state.get("model", "fasterrcnn-resnet50-fpn")!r}), shown=shown))
    """)
    yield text("The code above needs no `cvdemo`: copy it into a file of your own.")
