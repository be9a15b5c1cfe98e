"""What the page of decoders shows: every net's labels in a gallery, one net from inside, costs."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cvdemo import zoo
from cvdemo.data.chosen import Chosen
from cvdemo.data.pictures import fit, to_jpeg
from cvdemo.draw.cost_chart import CHOSEN, OTHER, Disc, cost_chart
from cvdemo.draw.segmentation import error_map, overlay_labels
from cvdemo.labs.decoders.experiment import (
    InnerMap,
    SegmenterCard,
    ablated_labels,
    inner_pictures,
    possible_ablations,
    segmenter_cards,
    short_title,
)
from cvdemo.metrics.segmentation import SegmentationScores
from cvdemo.ui import widgets
from cvdemo.ui.cache import cached
from cvdemo.ui.component import component, packed
from cvdemo.ui.page import chart_width, longer_training, texts
from cvdemo.ui.segmentation import Segmented, known, scored
from cvdemo.world.vocabulary import SEMANTIC
from cvdemo.zoo.convergence import Longer
from cvdemo.zoo.weights import figures_without

PICTURE = 480  # pixels of a small picture's width
COLUMNS, INNER_COLUMNS = 4, 6
SHOW = ("mask", "labels", "errors")
LENGTHS = ("as above", "longer")
STRIDES, ORDER, SWIPED = ("fcn32s", "fcn16s", "fcn8s"), ("first", "second", "third"), 760

_swipe = component("decoders/swipe")


@cached
def _inner_pictures(key: str, identity: str, _picture: NDArray[np.uint8]) -> list[InnerMap]:
    return inner_pictures(key, _picture)


@cached
def _ablated_labels(
    key: str, identity: str, ablate: tuple[int, ...], _picture: NDArray[np.uint8]
) -> NDArray[np.uint8]:
    return ablated_labels(key, _picture, ablate)


def choose_net(found: Sequence[Segmented]) -> Segmented:
    """A box of the nets that ran; the chosen one's key stands in the address."""
    nets = {one.entry.key: one for one in found}
    first = next((key for key in ("unet", "photo-unet") if key in nets), None)
    key = widgets.selectbox("net", "Net", nets, first, format_func=lambda net: short_title(nets[net].entry))
    return nets[key]


def gallery(chosen: Chosen, found: Sequence[Segmented], show: str) -> None:
    """The picture, its truth and every net's labels, in rows; `show` is one of `SHOW`."""
    cells = [("**Picture**", fit(chosen.picture, PICTURE), chosen.name)]
    if chosen.truth is not None:
        true = draw_labels(chosen, chosen.truth.semantic, SEMANTIC, "labels")
        cells.append(("**Truth**", true, f"{chosen.name}: the truth"))
    for one in found:
        drawn = draw_labels(chosen, one.answer.labels, one.names, show)
        cells.append((_caption(one), drawn, f"{chosen.name} by {one.entry.title}"))
    for row in _rows(len(cells), COLUMNS):
        for column, k in zip(st.columns(COLUMNS, gap="small"), row, strict=False):
            text, picture, alt = cells[k]
            column.image(picture, width="stretch", alt=alt)
            column.caption(text)


def draw_labels(
    chosen: Chosen, labels: NDArray[np.uint8], names: Sequence[str], show: str, width: int = PICTURE
) -> NDArray[np.uint8]:
    """A picture of at most `width` under a label map [H, W] of classes, or with the map's errors marked."""
    truth = known(chosen, names)
    if show == "errors" and truth is not None:
        return fit(error_map(chosen.picture, labels, truth), width)
    opacity = 1.0 if show == "labels" else 0.7
    return fit(overlay_labels(chosen.picture, labels, names, opacity=opacity), width)


def strides(chosen: Chosen, found: Sequence[Segmented], show: str) -> None:
    """FCN-32s, 16s and 8s on one picture, parted by two lines; nothing where they are not all there."""
    nets = [one for key in STRIDES for one in found if one.entry.key == key]
    if len(nets) < len(STRIDES):
        return
    st.subheader("Stride 32, 16, 8", anchor=False)
    st.markdown(texts("decoders")["swipe"])
    fields = {
        "identity": f"{chosen.identity} {show}",
        "names": [short_title(one.entry) for one in nets],
        "alts": [f"{chosen.name} by {one.entry.title}" for one in nets],
    }
    drawn = (draw_labels(chosen, one.answer.labels, one.names, show, SWIPED) for one in nets)
    _swipe(
        data=packed(fields, {name: to_jpeg(p) for name, p in zip(ORDER, drawn, strict=True)}), key="strides"
    )


def _caption(one: Segmented) -> str:
    title = f"**{short_title(one.entry)}**"
    return title if one.score is None else f"{title} · {_score_text(one.score)}"


def _score_text(score: SegmentationScores | None) -> str:
    if score is None:
        return "no truth is known"
    return f"mIoU {score.mean_iou():.3f} · boundary F1 {score.mean_boundary_f1():.3f}"


def _rows(count: int, columns: int) -> Collection[range]:
    """The numbers 0 to count - 1, `columns` at a time."""
    return [range(k, min(k + columns, count)) for k in range(0, count, columns)]


def inside(chosen: Chosen, one: Segmented) -> None:
    """The inner maps of one net, small ones in rows, and what it gives with parts left out."""
    with st.spinner(f"{one.entry.title} runs on {zoo.default_device().upper()} …", show_time=True):
        maps = _inner_pictures(one.entry.key, chosen.identity, chosen.picture)
    for row in _rows(len(maps), INNER_COLUMNS):
        for column, k in zip(st.columns(INNER_COLUMNS, gap="small"), row, strict=False):
            column.image(maps[k].colours, width="stretch", alt=f"{one.entry.title}: {maps[k].name}")
            column.caption(f"{maps[k].name} · {maps[k].size}")
    for text in longer_training(one.entry.key):
        st.caption(text)
    _ablate(chosen, one)


def _ablate(chosen: Chosen, one: Segmented) -> None:
    """Leave out parts of a net that allows it, and see what is lost."""
    key, labels = one.entry.key, one.answer.labels
    parts = possible_ablations(key)
    if not parts:
        st.caption(texts("decoders")["no ablation"])
        return
    names = widgets.pills(f"ablate-{key}", "Leave out", parts)
    if not names:
        return
    ablate = tuple(parts[name] for name in names)
    left_out = _ablated_labels(key, chosen.identity, ablate, chosen.picture)
    truth = known(chosen, one.names)
    score = None
    if truth is not None:
        score = scored(f"{key} without {ablate}", chosen.identity, len(one.names), left_out, truth)
    before, after, difference = st.columns(3, gap="small")
    whole = draw_labels(chosen, labels, one.names, "labels")
    before.image(whole, width="stretch", alt=f"{chosen.name} by {one.entry.title}")
    before.caption(f"whole · {_score_text(one.score)}")
    ablated = draw_labels(chosen, left_out, one.names, "labels")
    after.image(
        ablated, width="stretch", alt=f"{chosen.name} by {one.entry.title} without {', '.join(names)}"
    )
    after.caption(f"without {', '.join(names)} · {_score_text(score)}")
    if len(names) == 1 and names[0] in (figures := figures_without(key)):
        st.caption(_held_out(names[0], *figures[names[0]]))
    changed = fit(error_map(chosen.picture, left_out, labels), PICTURE)
    difference.image(changed, width="stretch", alt=f"{chosen.name}: the pixels that change their class")
    share = np.mean(left_out != labels)
    difference.caption(f"{100 * share:.1f} % of the pixels have another class now")


def _held_out(name: str, whole: float, without: float) -> str:
    return f"On 500 held-out scenes the mIoU is {whole:.3f}, without {name} {without:.3f}."


def costs(found: Sequence[Segmented], chosen_key: str) -> None:
    """mIoU on held-out pictures against milliseconds a picture; discs by the number of parameters.

    Nets are compared after their own trainings, or after longer ones.
    """
    cards = segmenter_cards([one.entry.key for one in found])
    if not cards:
        return
    length = LENGTHS[0]
    if any(card.more for card in cards):
        length = widgets.segmented_control("trained", "Training", LENGTHS, LENGTHS[0])
    discs = []
    for card in cards:
        colour = CHOSEN if card.key == chosen_key else OTHER
        if length == LENGTHS[0]:
            discs.append(_disc(card, colour))
        elif card.more:
            discs += [_before(card, colour), _after(card, card.more, colour)]
    figure = cost_chart(discs, f"mIoU, {cards[0].data}", width=chart_width())
    st.plotly_chart(figure, key="figures", config={"displayModeBar": False})


def _disc(card: SegmenterCard, colour: str) -> Disc:
    text = (
        f"mIoU {card.miou:.3f} · boundary F1 {card.boundary_f1:.3f} after {card.steps:,} steps<br>"
        f"{card.milliseconds:.1f} ms · {card.params / 1e6:.2f} M parameters"
    )
    return Disc(card.key, card.title, card.milliseconds, card.miou, card.params, text, colour)


def _before(card: SegmenterCard, colour: str) -> Disc:
    """Where a net stood before its longer training: hollow, its title only when it is pointed at."""
    return _disc(card, colour)._replace(symbol="circle-open", titled=False)


def _after(card: SegmenterCard, more: Longer, colour: str) -> Disc:
    """A net's disc after its longer training."""
    figures = {"miou": more.figure, "boundary_f1": more.metrics["boundary_F1"], "steps": more.steps}
    return _disc(card._replace(**figures), colour)
