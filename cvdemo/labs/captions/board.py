"""The Captions page's board: picture and words, what is true of them, files, the peer by rules."""

from __future__ import annotations

import html
import time
from functools import partial
from typing import Any, NamedTuple

import numpy as np
import streamlit as st

from cvdemo.data.chosen import Chosen
from cvdemo.data.pictures import fit
from cvdemo.labs.captions import experiment, results
from cvdemo.labs.captions.controls import COMPONENT, keep_choice, stamp
from cvdemo.labs.captions.draw import attention_sheet, growing_frames
from cvdemo.labs.captions.experiment import Begin, Decoding, Method, Written
from cvdemo.labs.captions.judged import Judged, held_out, judge, nouns_found
from cvdemo.ui.component import Parts, component, with_picture
from cvdemo.ui.downloads import data, gif, offer, png
from cvdemo.ui.models import about
from cvdemo.ui.page import texts
from cvdemo.world.truth import Truth
from cvdemo.zoo.captioner import Captioner, Encoded
from cvdemo.zoo.spec import ModelSpec, Source

LONGEST = 1280

_lab = component("captions/lab")


class Answer(NamedTuple):
    """A model, the picture as its decoder sees it, what it writes, and the milliseconds of writing."""

    spec: ModelSpec
    model: Captioner
    encoded: Encoded
    written: Written
    milliseconds: float


def answer(spec: ModelSpec, model: Captioner, encoded: Encoded, decoding: Decoding, begin: Begin) -> Answer:
    """What a model writes about an encoded picture; only its decoder runs."""
    start = time.perf_counter()
    written = experiment.write(model, encoded, decoding, begin)
    return Answer(spec, model, encoded, written, 1000 * (time.perf_counter() - start))


def board(chosen: Chosen, shown: Answer, decoding: Decoding, *, part: str) -> None:
    """The picture with a model's caption: words, attention, rivals, and on a scene what is true of it."""
    maps = experiment.attention_maps(shown.written.caption)
    of = stamp(chosen, shown.spec.key)
    height, width = chosen.picture.shape[:2]
    fields = {
        "width": width,
        "height": height,
        "alt": f"{chosen.name}: {shown.written.caption.text}",
        "model": _times(shown),
        "words": _words(shown, chosen.truth),
        "grid": None if maps is None else maps.shape[1:],
        "covers": [shown.encoded.padded[1] / width, shown.encoded.padded[0] / height],
        "blind": texts("captions")["no attention" if shown.spec.source is Source.DRAWN else "no maps"],
        "drawn": decoding.method is Method.SAMPLE,
        "limit": decoding.longest,
        "yours": bool(shown.written.begin.words or shown.written.begin.ended),
        "stamp": of,
        **_against_truth(shown.written.caption.text, chosen.truth),
    }
    parts: Parts = {} if maps is None else {"attention": maps.astype("<f4")}
    key = f"{COMPONENT}-{part}"
    keep = partial(keep_choice, key, of, shown.model, shown.written)
    _lab(data=with_picture(fields, fit(chosen.picture, LONGEST), parts), key=key, on_chosen_change=keep)
    if maps is not None:
        st.caption(texts("captions")["attention"])
    about(shown.spec)
    _files(chosen, shown, decoding, part)


def _times(shown: Answer) -> str:
    return (
        f"<b>{html.escape(shown.spec.title)}</b> · CNN {shown.encoded.milliseconds:.0f} ms, once · "
        f"words {shown.milliseconds:.0f} ms"
    )


def _words(shown: Answer, truth: Truth | None) -> list[dict[str, Any]]:
    caption = shown.written.caption
    found = {} if truth is None else nouns_found(shown.model, shown.encoded, caption, truth)
    return [{**_word(place), "inside": found.get(k)} for k, place in enumerate(caption.places)]


def _word(place: experiment.Place) -> dict[str, Any]:
    return {
        "text": place.text,
        "p": round(float(np.exp(place.log_probability)), 6),
        "chance": round(place.chance, 6),
        "given": place.given,
        "cut": place.word is None,
        "perplexity": round(place.perplexity, 2),
        "rivals": [
            {"word": r.word, "text": r.text, "p": round(r.probability, 6), "chance": round(r.chance, 6)}
            for r in place.rivals
        ],
    }


def _against_truth(text: str, truth: Truth | None) -> dict[str, Any]:
    """What is true of a caption, statement by statement with the boxes of the objects, and its scores."""
    if truth is None:
        return {"statements": [], "scores": "", "references": []}
    judged = judge(text, truth)
    statements = [
        {"text": s.words, "kind": s.kind, "true": s.true, "boxes": truth.boxes[list(s.rows)].tolist()}
        for s in judged.truthful.statements
    ]
    return {"statements": statements, "scores": _scores(judged), "references": judged.references}


def _scores(judged: Judged) -> str:
    statements = judged.truthful.statements
    exact = " · word for word one of the references" if judged.exact else ""
    return (
        f"<b>{sum(s.true for s in statements)} of {len(statements)}</b> statements are true · "
        f"BLEU-1 <b>{judged.bleu[0]:.2f}</b> · BLEU-4 <b>{judged.bleu[3]:.2f}</b> · "
        f"CIDEr-D <b>{judged.cider:.2f}</b>{exact}<br>"
        "References, written by the world's grammar from the truth:"
    )


def _files(chosen: Chosen, shown: Answer, decoding: Decoding, part: str) -> None:
    caption, picture = shown.written.caption, chosen.picture
    offer(
        chosen.name,
        png(lambda: attention_sheet(picture, caption, shown.encoded), "Attention (PNG)"),
        gif(lambda: growing_frames(picture, caption, shown.encoded), "Growing (GIF)"),
        data(lambda: experiment.caption_as_json(shown.written, shown.model, decoding), "Caption (JSON)"),
        part=shown.spec.key if part == "0" else f"{shown.spec.key}-second",
    )


def peer(chosen: Chosen) -> None:
    """The sentence that rules make of detected boxes, beside what the nets write."""
    said, *nets = results.by_rules(chosen)
    st.markdown(f"**By rules, without a net that writes:** {said}")
    st.caption(f"{' and '.join(nets)}, then a small grammar of counts, classes and places.")


def held_out_figures() -> None:
    """The figures of the drawn world's captioners on scenes that no training has seen."""
    if lines := held_out():
        st.markdown("#### On held-out scenes")
        st.dataframe(lines, hide_index=True)
        st.caption(texts("captions")["held out"])
