"""How the Captions page's sentence was chosen: the beam as a tree, or what was drawn."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import streamlit as st

from cvdemo.data.chosen import Chosen
from cvdemo.labs.captions import experiment
from cvdemo.labs.captions.board import Answer
from cvdemo.labs.captions.experiment import Written
from cvdemo.labs.captions.judged import judge
from cvdemo.ops.decoding import BeamStep, Candidate, Fate
from cvdemo.ui.component import component, packed
from cvdemo.ui.page import texts
from cvdemo.zoo.captioner import Captioner

PRUNED = 3  # candidates of a step that are shown beyond the beam

_tree = component("captions/tree")


def tree(shown: Answer) -> None:
    """The search as a tree, with what was pruned and why."""
    written = shown.written
    if not written.steps:
        st.info(texts("captions")["no search"])
        return
    pairs = zip((None, *written.steps), written.steps, strict=False)
    fields = {
        "steps": [_step(shown.model, step, before) for before, step in pairs],
        "path": _path(written),
        "begin": shown.model.text(written.begin.words),
        "vocabulary": len(shown.model.words),
        "found": [
            {"text": shown.model.text(h.words), "logp": h.log_probability, "score": h.score,
             "finished": h.finished}
            for h in written.found
        ],
    }  # fmt: skip
    _tree(data=packed(fields, {}), key="captions-tree")


def _shown(step: BeamStep) -> list[Candidate]:
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
    """What was drawn, with its probability and, on a scene, its share of true statements."""
    said = [shown.model.text(one.words) for one in shown.written.found]
    st.markdown(f"{len(said)} draws, **{len(set(said))}** of them different. The first is the caption above.")
    st.caption(texts("captions")["sampled"])
    head = "| caption | log p(S given I) |" + ("" if chosen.truth is None else " true statements |")
    lines = [head, "|---|--:|" + ("" if chosen.truth is None else "--:|")]
    for text, one in zip(said, shown.written.found, strict=True):
        line = f"| {_cell(text)} | {one.log_probability:.2f} |"
        if chosen.truth is not None:
            line += f" {100 * judge(text, chosen.truth).truthful.share:.0f} % |"
        lines.append(line)
    st.markdown("\n".join(lines))


def _cell(text: str) -> str:
    """A text as a cell of a Markdown table."""
    return re.sub(r"([\\|*_`~$<\[])", r"\\\1", text) or "(no word)"
