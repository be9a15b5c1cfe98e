"""Captions as a notebook: a picture in words, with what each word looked at and what it beat."""

from __future__ import annotations

from cvdemo import zoo
from cvdemo.labs.captions.experiment import Decoding, Method
from cvdemo.notebook import Cells, PageState, code, fetched, is_drawn, model_key, picture, text

FIRST = Decoding()


def cells(state: PageState) -> Cells:
    """The picture, and one model's caption or two's."""
    yield picture(state)
    for name in ("model", "model2")[: 2 if state.get("compare") else 1]:
        yield from _caption(state, model_key(state, zoo.Task.CAPTION, name=name))
    yield text("Try `read_begin('a car', model)`: the net goes on from a false start.")


def _caption(state: PageState, key: str) -> Cells:
    yield code(f"""
        from cvdemo import zoo
        from cvdemo.labs.captions.draw import attention_sheet
        from cvdemo.labs.captions.experiment import Decoding, Method, read_begin, write

        model = zoo.load({key!r}){fetched(key)}
        encoded = model.encoded(picture)  # the CNN runs once; all words are decoded from this
        decoding = {_decoding(state)}
        written = write(model, encoded, decoding, read_begin({state.get("begin", "")!r}, model))
        print(written.caption.text)
        for found in written.found:
            print(f"{{found.log_probability:8.2f}}  {{model.text(found.words)}}")
    """)
    yield code("""
        from PIL import Image

        Image.fromarray(attention_sheet(picture, written.caption, encoded))
    """)
    yield code("""
        from cvdemo.draw.inline import table

        table([
            {"word": place.text, "perplexity": place.perplexity,
             "rivals": ", ".join(f"{rival.text} {rival.probability:.3f}" for rival in place.rivals)}
            for place in written.caption.places
        ])
    """)
    if is_drawn(state):
        yield code("""
            from cvdemo.labs.captions.judged import judge

            judged = judge(written.caption.text, truth)
            for statement in judged.truthful.statements:
                print("true " if statement.true else "FALSE", statement.words)
            print(f"BLEU-4 {judged.bleu[3]:.2f}, CIDEr-D {judged.cider:.2f}")
        """)


def _decoding(state: PageState) -> str:
    """The call that says how words are chosen."""
    longest = state.get("longest", "min(model.longest, 40)")
    if state.get("method", Method.BEAM.value) == Method.BEAM.value:
        width, penalty = state.get("width", FIRST.width), state.get("penalty", "model.length_penalty")
        return f"Decoding(Method.BEAM, longest={longest}, width={width}, penalty={penalty})"
    numbers = (
        f"temperature={state.get('temperature', FIRST.temperature)}, top_k={state.get('topk', 0) or None}, "
        f"top_p={state.get('topp', 1.0)}, draw={state.get('draw', 0)}"
    )
    return f"Decoding(Method.SAMPLE, longest={longest}, {numbers})"
