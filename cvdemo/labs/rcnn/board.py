"""What the R-CNN page shows of the nets: rows of pictures stage by stage, detections, R-FCN's votes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np
import streamlit as st
import supervision as sv

from cvdemo.data.chosen import Chosen
from cvdemo.data.pictures import fit, to_jpeg
from cvdemo.labs.rcnn import results
from cvdemo.labs.rcnn.controls import choose_object, choose_thresholds, choose_votes, moved_region
from cvdemo.labs.rcnn.draw import vote_grid, vote_limit, vote_maps
from cvdemo.labs.rcnn.experiment import (
    FamilyRun,
    FollowedObject,
    KeptDetections,
    available,
    family,
    keep_detections,
    nearest_region,
    objects_to_follow,
)
from cvdemo.labs.rcnn.measure import cost_row, network_pixels
from cvdemo.labs.rcnn.stages import (
    WIDTH,
    Captioned,
    draw_kept,
    show_before_nms,
    show_correction,
    show_input,
    show_region,
    show_regions,
    vote_stride,
)
from cvdemo.metrics.scene import scene_score
from cvdemo.nets.rcnn import RCNN
from cvdemo.ui.downloads import coco, offer, png, table
from cvdemo.ui.page import picture_first, texts
from cvdemo.zoo.region_stages import RegionVotes, class_maps, region_votes, votes_by_maps

MAPS_WIDTH, GRID_SIDE = 720, 300  # pixels of R-FCN's maps, of the grid of votes

_CSS = """<style>
@media (max-width: 1150px) {
  [class*="st-key-rcnn"] .stHorizontalBlock:has(> .stColumn:nth-child(3)) {
    flex-wrap: wrap;
    > .stColumn { flex: 1 1 45%; min-width: 45%; width: 45%; }
  }
}
</style>"""


def columns(key: str) -> Any:
    """A container whose rows of three or four columns stand two by two on narrow screens."""
    st.html(_CSS)
    return st.container(key=key)


def _row(what: str, runs: Sequence[FamilyRun], show: Callable[[FamilyRun], Captioned]) -> None:
    """A picture of each net beside the others, with its name and a caption; `what` they all show."""
    for column, run in zip(st.columns(len(runs), gap="small"), runs, strict=True):
        picture, caption = show(run)
        column.image(to_jpeg(picture, 90), width="stretch", alt=f"{run.title}: {what}")
        column.caption(f"**{run.title}** · {caption}")


def _heading(name: str) -> None:
    """A stage's heading and its sentence from the page's texts."""
    st.markdown(f"#### {name}")
    st.markdown(texts("rcnn")[name.split(" ", 1)[1].lower()])


def name_missing(*, additions: bool) -> None:
    """One sentence about the nets of the family that have no weights."""
    titles, there = family(additions=additions), available(additions=additions)
    missing = [key for key in titles if key not in there]
    if missing:
        names = " and ".join(filter(None, [", ".join(titles[k] for k in missing[:-1]), titles[missing[-1]]]))
        commands = ", ".join(f"`cvdemo train {key}`" for key in missing)
        st.info(
            f"{names} {'has' if len(missing) == 1 else 'have'} no weights here yet: {commands} makes them."
        )


def follow(chosen: Chosen, runs: Sequence[FamilyRun]) -> FollowedObject:
    """The widget of what is followed: a true object, or one that the last net has found."""
    return choose_object(objects_to_follow(results.targets(chosen), runs))


def stage_rows(runs: Sequence[FamilyRun], followed: FollowedObject) -> None:
    """Rows of pictures from the proposals to one region."""
    with picture_first(), columns("rcnn"):
        _heading("① Proposals")
        _row("proposals", runs, lambda run: show_regions(run, followed))
    with columns("rcnn-stages"):
        _heading("② What the network is fed")
        _row("what it is fed", runs, lambda run: show_input(run, followed))
        _costs(runs)
        _heading("③ One region")
        there = [run for run in runs if nearest_region(run, followed) is not None]
        if there:
            _row("one region", there, lambda run: show_region(run, followed))
            _heading("④ Its box, corrected")
            _row("the corrected box", there, lambda run: show_correction(run, followed))
        else:
            st.caption("There is no region to follow.")


def _costs(runs: Sequence[FamilyRun]) -> None:
    """Pixels and multiply-adds of every net, and how often R-CNN has computed each pixel."""
    for run in runs:
        if isinstance(run.detector.net, RCNN):
            area, pixels = run.working.shape[0] * run.working.shape[1], network_pixels(run)
            st.markdown(
                f"R-CNN's network ran on **{pixels:,} pixels** of a picture that has {area:,}: every pixel "
                f"was computed **{pixels / area:.1f} times** on average. The others computed it once."
            )
    rows = [cost_row(run, results.multiply_adds(run.key, run.working.shape, run.prepared)) for run in runs]
    st.dataframe(rows, hide_index=True, width="stretch")


@st.fragment
def detections(chosen: Chosen, runs: Sequence[FamilyRun]) -> None:
    """Two sliders and two rows: all that runs when one of them moves."""
    with columns("rcnn-results"):
        _heading("⑤ Scores before NMS")
        score, iou = choose_thresholds()
        targets = results.targets(chosen)
        kept = {run.key: keep_detections(run.raw, targets, score=score, iou=iou) for run in runs}
        small = fit(chosen.picture, WIDTH)
        _row("boxes before NMS", runs, lambda run: show_before_nms(run, kept[run.key], small))
        _heading("⑥ Detections")
        _row("detections", runs, lambda run: _detections(run, kept[run.key], chosen, small))
        _downloads(chosen, runs, kept, targets)


def _detections(run: FamilyRun, kept: KeptDetections, chosen: Chosen, small: np.ndarray) -> Captioned:
    picture = draw_kept(small, kept, results.targets(chosen), run.size)
    total = f"**{sum(run.milliseconds.values()):.0f} ms** in all"
    if chosen.truth is None:
        return picture, f"{total} · {len(kept.after_nms)} detections"
    return picture, f"{total} · {scene_score(kept.after_nms, chosen.truth).text()}"


def _downloads(
    chosen: Chosen,
    runs: Sequence[FamilyRun],
    kept: dict[str, KeptDetections],
    targets: sv.Detections | None,
) -> None:
    """All nets' detections as one picture, as COCO results and as tables; made when asked for."""
    place = st.container(horizontal=True, gap="small")
    size = runs[0].size

    def sheet() -> np.ndarray:
        large = fit(chosen.picture, 960)
        drawn = [draw_kept(large, one, targets, size) for one in kept.values()]
        drawn += [np.full_like(large, 255)] * (len(drawn) % 2)
        return np.vstack([np.hstack(drawn[k : k + 2]) for k in range(0, len(drawn), 2)])

    offer(chosen.name, png(sheet), place=place)
    as_coco, as_table = place.popover("COCO JSON"), place.popover("CSV")
    for run in runs:
        found = partial(_after_nms, kept[run.key])
        offer(chosen.name, coco(found, run.title), part=run.key, place=as_coco)
        offer(chosen.name, table(found, f"{run.title} (CSV)"), part=run.key, place=as_table)


def _after_nms(kept: KeptDetections) -> sv.Detections:
    return kept.after_nms


@st.fragment
def votes_corner(chosen: Chosen, runs: Sequence[FamilyRun]) -> None:
    """Class, region and shift on the left; maps, votes and their mean on the right."""
    run = next((run for run in runs if votes_by_maps(run.detector)), None)
    if run is None:
        return
    st.subheader("R-FCN: the region votes", anchor=False)
    st.markdown(texts("rcnn")["votes"])
    controls, maps, result = st.columns([1, 2.2, 1.2], gap="medium")
    names = run.detector.names()
    with controls:
        followed, class_id = choose_votes(objects_to_follow(results.targets(chosen), runs), names)
        box = moved_region(run, followed)
    own = class_maps(run.staged, class_id)
    drawn = vote_maps(own, run.working, box, scale=1 / vote_stride(run), width=MAPS_WIDTH)
    maps.image(to_jpeg(drawn, 90), width="stretch", alt=f"{own.shape[0] ** 2} maps of {names[class_id]}")
    maps.caption(
        f"The {own.shape[0] ** 2} maps of *{names[class_id]}*, {own.shape[2]} × {own.shape[3]} cells each: "
        "orange votes for it, blue against it. Every map shows the region and the one bin that reads it."
    )
    with result:
        _votes(run, region_votes(run.detector, run.staged, box), class_id, vote_limit(own))


def _votes(run: FamilyRun, votes: RegionVotes, class_id: int, limit: float) -> None:
    """The bins' means, their mean, and the most probable of all classes."""
    grid = vote_grid(votes.bins[1 + class_id], limit=limit, side=GRID_SIDE)
    st.image(to_jpeg(grid, 90), width="stretch", alt="The means of the bins")
    st.markdown(f"Mean of the bins: **{votes.logits[1 + class_id]:+.2f}**")
    probabilities = votes.probabilities()
    names = ["nothing", *run.detector.names().values()]
    order = np.argsort(-probabilities)[:4].tolist()
    st.markdown("Of all classes: " + " · ".join(f"{names[k]} **{probabilities[k]:.2f}**" for k in order))
