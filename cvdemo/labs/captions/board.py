"""The Captions page's board: picture and words, the tree of the beam, draws, scores, files."""

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
from cvdemo.labs.captions.experiment import Begin, Decoding, Judged, Method, Written
from cvdemo.ops.decoding import BeamStep, Fate
from cvdemo.ui.component import Parts, component, packed, with_picture
from cvdemo.ui.downloads import data, gif, offer, png
from cvdemo.ui.models import about
from cvdemo.ui.page import texts
from cvdemo.zoo.captioner import Captioner, Encoded
from cvdemo.zoo.spec import ModelSpec

LONGEST = 1280
PRUNED = 3  # candidates of a step that are shown beyond the beam

_lab = component("captions/lab")
_tree = component("captions/tree")


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
    judged = None if chosen.truth is None else experiment.judge(shown.written.caption.text, chosen.truth)
    maps = experiment.attention_maps(shown.written.caption)
    of = stamp(chosen, shown.spec.key)
    height, width = chosen.picture.shape[:2]
    fields = {
        "width": width,
        "height": height,
        "alt": f"{chosen.name}: {shown.written.caption.text}",
        "model": _times(shown),
        "words": [_word(place) for place in shown.written.caption.places],
        "grid": None if maps is None else maps.shape[1:],
        "blind": texts("captions")["no attention"],
        "drawn": decoding.method is Method.SAMPLE,
        "limit": decoding.longest,
        "yours": bool(shown.written.begin.words or shown.written.begin.ended),
        "statements": [] if judged is None else _statements(judged, chosen),
        "scores": "" if judged is None else _scores(judged),
        "references": [] if judged is None else judged.references,
        "stamp": of,
    }
    parts: Parts = {} if maps is None else {"attention": maps.astype("<f4")}
    key = f"{COMPONENT}-{part}"
    keep = partial(keep_choice, key, of, shown.model, shown.written)
    _lab(data=with_picture(fields, fit(chosen.picture, LONGEST), parts), key=key, on_chosen_change=keep)
    about(shown.spec)
    _files(chosen, shown, decoding, part)


def _times(shown: Answer) -> str:
    return (
        f"<b>{html.escape(shown.spec.title)}</b> · CNN {shown.encoded.milliseconds:.0f} ms, once · "
        f"words {shown.milliseconds:.0f} ms"
    )


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


def _statements(judged: Judged, chosen: Chosen) -> list[dict[str, Any]]:
    """The statements of a caption, each with the boxes of the objects that it speaks of."""
    assert chosen.truth is not None
    return [
        {
            "text": s.words,
            "kind": str(getattr(s, "kind", "x")),
            "true": s.true,
            "boxes": chosen.truth.boxes[list(getattr(s, "rows", (0,)))].tolist(),
        }
        for s in judged.statements
    ]


def _scores(judged: Judged) -> str:
    true = sum(s.true for s in judged.statements)
    exact = " · exactly one of the references" if judged.exact else ""
    return (
        f"<b>{true} of {len(judged.statements)}</b> statements are true · BLEU-1 <b>{judged.bleu[0]:.2f}</b> · "
        f"BLEU-4 <b>{judged.bleu[3]:.2f}</b> · CIDEr-D <b>{judged.cider:.2f}</b>{exact}<br>"
        "References, written by the world's grammar from the truth:"
    )


def tree(shown: Answer, decoding: Decoding) -> None:
    """The search as a tree, with what was pruned and why."""
    written = shown.written
    if not written.steps:
        st.info(texts("captions")["no search"])
        return
    fields = {
        "steps": [_step(shown.model, step, before) for step, before in zip(
            written.steps, (None, *written.steps), strict=False)],
        "path": _path(written),
        "begin": shown.model.text(written.begin.words),
        "vocabulary": len(shown.model.words),
        "found": [
            {"text": shown.model.text(h.words), "logp": h.log_probability, "score": h.score, "finished": h.finished}
            for h in written.found
        ],
    }  # fmt: skip
    _tree(data=packed(fields, {}), key="captions-tree")


def _shown(step: BeamStep) -> list[Any]:
    return step.candidates(len(step.chosen) + PRUNED)


def _step(model: Captioner, step: BeamStep, before: BeamStep | None) -> dict[str, Any]:
    """A step's best candidates; a parent is the number of its node in the step before."""
    parents = [0] if before is None else [k for k, c in enumerate(_shown(before)) if c.fate is Fate.KEPT]
    nodes = [
        {"parent": parents[c.parent], "text": experiment.piece(model, c.word), "logp": c.log_probability,
         "score": c.score, "fate": str(c.fate), "rank": c.rank}
        for c in _shown(step) if c.fate is not Fate.IMPOSSIBLE
    ]  # fmt: skip
    return {
        "nodes": nodes,
        "live": len(step.live),
        "width": len(step.chosen),
        "more": int(np.isfinite(step.scores).sum()) - len(nodes),
    }


def _path(written: Written) -> list[int]:
    """The node of each step on the way to the best sentence."""
    best = written.found[0]
    length = len(best.words) - len(written.begin.words)
    said = best.words[len(written.begin.words) :]
    path, row = [], 0
    for k, step in enumerate(written.steps[: length + best.finished]):
        candidates = _shown(step)
        at = next(
            n for n, c in enumerate(candidates)
            if c.parent == row and (c.word == said[k] if k < length else c.fate is Fate.FINISHED)
        )  # fmt: skip
        path.append(at)
        row = sum(c.fate is Fate.KEPT for c in candidates[:at])
    return path


def draws(chosen: Chosen, shown: Answer) -> None:
    """What was drawn, each once, with its probability and, on a scene, its share of true statements."""
    rows = []
    for one in shown.written.found:
        text = shown.model.text(one.words)
        row: dict[str, Any] = {"caption": text, "log p(S | I)": round(one.log_probability, 2)}
        if chosen.truth is not None:
            row["true"] = round(experiment.judge(text, chosen.truth).truthful, 2)
        rows.append(row)
    different = len({row["caption"] for row in rows})
    st.markdown(f"{len(rows)} draws, **{different}** of them different. The first is the caption above.")
    wide = {"caption": st.column_config.TextColumn(width="large")}
    st.dataframe(rows, hide_index=True, width="stretch", key="captions-draws", column_config=wide)


def _files(chosen: Chosen, shown: Answer, decoding: Decoding, part: str) -> None:
    caption, picture = shown.written.caption, chosen.picture
    offer(
        chosen.name,
        png(lambda: attention_sheet(picture, caption), "Attention (PNG)"),
        gif(lambda: growing_frames(picture, caption), "Growing (GIF)"),
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
    if lines := experiment.held_out():
        st.markdown("#### On held-out scenes")
        st.dataframe(lines, hide_index=True)
        st.caption(texts("captions")["held out"])
