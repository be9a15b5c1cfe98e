"""What stands under the player: classes and thresholds, errors, tools beside each other, files to take."""

from __future__ import annotations

import streamlit as st

from cvdemo.labs.map import draw as charts
from cvdemo.labs.map.draw import curve_svg
from cvdemo.labs.map.experiment import curve_csv, mean_ap, scores_json
from cvdemo.metrics.coco import Scores
from cvdemo.metrics.confusion import confusion
from cvdemo.metrics.convention_scores import ConventionScore, ap_by_convention, ap_by_tool
from cvdemo.metrics.curve import Curve, unique_names
from cvdemo.metrics.eligible_pairs import EligiblePairs
from cvdemo.metrics.tide import tide
from cvdemo.metrics.what_if import above
from cvdemo.ui import state
from cvdemo.ui.downloads import offer, text

TABS = ("Classes and thresholds", "Operating point and errors", "Why two tools disagree", "Take it with you")


def tabs(scores: Scores, curves: dict[int, Curve], curve: Curve, score: float) -> None:
    """The tables and charts of the open tab; `score` is the score threshold of the operating point."""
    classes, errors, disagree, take = st.tabs(TABS, key=state.key("tab"), on_change="rerun")
    if classes.open:
        with classes:
            classes_and_thresholds(scores, curves, curve)
    if errors.open:
        with errors:
            operating_point(curve, score)
    if disagree.open:
        with disagree:
            compare_tools(curve)
    if take.open:
        with take:
            downloads(scores, curve)


def classes_and_thresholds(scores: Scores, curves: dict[int, Curve], curve: Curve) -> None:
    """AP per class and mean, along the IoU thresholds, and the table of both."""
    names = unique_names(curve.eligible)
    aps = {names[k]: c.ap("101-point") for k, c in curves.items()}
    mean = mean_ap(curves)
    left, right = st.columns(2, gap="medium")
    with left:
        st.markdown(f"**AP of each class at IoU {curve.iou_threshold:.2f}** (101-point): mAP {mean:.3f}")
        figure = charts.class_bars(aps, mean, names[curve.category])
        st.plotly_chart(figure, key="map-bars", alt=f"Bars of AP of {len(aps)} classes, mean {mean:.3f}")
    with right:
        average = scores.mean_ap()
        st.markdown(f"**AP against IoU threshold**: the average from .5 to .95 is COCO's AP, {average:.3f}")
        figure = charts.threshold_curve(scores, names[curve.category], names, curve.iou_threshold)
        st.plotly_chart(
            figure, key="map-thresholds", alt=f"AP falling with IoU threshold, mean {average:.3f}"
        )
    st.markdown("**AP per class and IoU threshold**")
    table = charts.threshold_table(scores, names)
    st.plotly_chart(table, key="map-table", alt="Table of AP by class and IoU threshold")


def operating_point(curve: Curve, score: float) -> None:
    """Confusion matrix and TIDE of the detections above the score threshold."""
    eligible, iou = curve.eligible, curve.iou_threshold
    kept = EligiblePairs(above(eligible.data, score), eligible.conventions)
    left, right = st.columns([1.25, 1], gap="medium")
    with left:
        st.markdown(f"**Confusion matrix** (scores ≥ {score:.2f}, IoU ≥ {iou:.2f}, all classes)")
        matrix = confusion(eligible, iou, score)
        st.plotly_chart(charts.confusion_map(matrix), key="map-confusion", alt="Confusion matrix")
    with right:
        costs = tide(kept, iou)
        st.markdown(f"**What each kind of error costs** (TIDE; mAP of what is kept {100 * costs.ap:.1f})")
        worst = max(costs.cost, key=lambda kind: costs.cost[kind])
        alt = f"Bars of six kinds of error; the most expensive is {charts.ERRORS[worst]}"
        st.plotly_chart(charts.tide_bars(costs), key="map-tide", alt=alt)


def compare_tools(curve: Curve) -> None:
    """AP of the same files by each tool's rules, and with one rule changed at a time."""
    eligible, iou = curve.eligible, curve.iou_threshold
    st.markdown(
        f"The **same files**, IoU {iou:.2f}, averaged over the classes. Each tool decides a few things for "
        "itself; the right table changes one decision at a time, starting from the rules above."
    )
    left, right = st.columns([1.3, 1], gap="medium")
    if eligible.data.iou_type == "keypoints":
        left.info("Keypoints have one set of rules only, COCO's: no two tools to compare.")
    else:
        left.dataframe(_tools_table(ap_by_tool(eligible.data, iou)), hide_index=True, key="map-tools")
    readings = ap_by_convention(eligible.data, eligible.conventions, iou)
    rows = [
        {"one decision changed": r.name, "mAP": r.ap, "difference": r.ap - readings[0].ap} for r in readings
    ]
    right.dataframe(
        rows,
        hide_index=True,
        key="map-one-by-one",
        height=35 * (len(rows) + 1) + 3,
        column_config={
            "mAP": st.column_config.NumberColumn(format="%.4f"),
            "difference": st.column_config.NumberColumn(format="%+.4f"),
        },
    )


def _tools_table(readings: list[ConventionScore]) -> list[dict[str, str]]:
    """One column per tool, one row per decision."""
    rows = [{"": "mAP"} | {r.name: f"{r.ap:.4f}" for r in readings}]
    for label, setting in (
        ("box is as wide as", "pixel"),
        ("matching", "matching"),
        ("area", "interpolation"),
        ("crowds", "crowd"),
        ("difficult objects", "difficult"),
        ("most detections", "max_detections"),
    ):
        values = {r.name: getattr(r.conventions, setting) for r in readings}
        words = {"continuous": "x2 - x1", "plus-one": "x2 - x1 + 1", None: "all"}
        rows.append({"": label} | {name: str(words.get(v, v)) for name, v in values.items()})
    return rows


def downloads(scores: Scores, curve: Curve) -> None:
    """The curve as CSV and SVG, all scores as JSON."""
    iou = curve.iou_threshold
    st.markdown(f"The curve of *{curve.name}* at IoU {iou:.2f}, and every score of the set.")
    offer(
        curve.name,
        text("Curve (CSV)", "csv", lambda: curve_csv(curve)),
        text("Curve (SVG)", "svg", lambda: curve_svg(curve)),
        text("Scores (JSON)", "json", lambda: scores_json(curve.eligible, scores, iou)),
    )
    st.image(curve_svg(curve), width=420, alt=f"Precision-recall curve of {curve.name}")
