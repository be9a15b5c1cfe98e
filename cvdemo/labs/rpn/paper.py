"""The paper's funnel at its full size beside this picture's, in a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from cvdemo.labs.rpn.experiment import true_boxes
from cvdemo.ui.page import texts
from cvdemo.ui.source import Chosen
from cvdemo.world.truth import Truth

if TYPE_CHECKING:
    from cvdemo.nets.rpn_paper import Counted

EXAMPLE = (600, 1000)  # height and width of the paper's typical picture
QUOTED = (
    "about 2,400 (sec. 3.1)",
    "roughly 20,000 (sec. 3.3)",
    "about 6,000 (sec. 3.3)",
    "6,000 (the authors' code)",
    "about 2,000, in training (sec. 3.3)",
    "300 (abstract)",
)


@st.cache_resource(max_entries=32, show_spinner=False)
def _counted(identity: str, size: tuple[int, int], _truth: Truth | None) -> Counted:
    from cvdemo.nets.rpn_paper import count

    return count(size, None if _truth is None else true_boxes(_truth, size))


def rows(counted: Counted) -> list[str]:
    """The counts of one size of pictures as text, in the order of `QUOTED`."""
    left = [counted.anchors, counted.inside, counted.before]
    return [
        f"{counted.rows} × {counted.columns} = {counted.rows * counted.columns:,}",
        *(f"{n:,}" for n in left),
        "needs scores" if counted.after_nms is None else f"{counted.after_nms:,}",
        "at most 300" if counted.proposed is None else f"{counted.proposed:,}",
    ]


def full_size(chosen: Chosen) -> None:
    """The table, with a sentence on what is counted and what is quoted."""
    from cvdemo.nets.rpn_paper import at_paper_size

    height, width = chosen.picture.shape[:2]
    size = at_paper_size(height, width)
    st.markdown("#### The paper's funnel at full size")
    st.markdown(texts("rpn")["paper"])
    stages = ["Cells of the map", "Anchors, 9 for each", "Wholly inside, for training",
              "Best, before NMS", "Left by NMS at IoU .7", "Proposals"]  # fmt: skip
    table = {
        "": stages,
        "1000 × 600, counted": rows(_counted("", EXAMPLE, None)),
        f"this picture at {size[1]} × {size[0]}, counted": rows(
            _counted(chosen.identity, size, chosen.truth)
        ),
        "arXiv:1506.01497 says": list(QUOTED),
    }
    st.table(table, hide_index=True)
    st.caption(texts("rpn")["paper note"])
