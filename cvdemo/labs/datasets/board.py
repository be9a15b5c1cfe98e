"""Pictures of a data set: the grid with annotations, one image large, charts, what is odd, the cards."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np
import streamlit as st

from cvdemo.data.oddities import Oddity
from cvdemo.data.pictures import to_jpeg
from cvdemo.draw.matches import draw_errors  # noqa: F401
from cvdemo.errors import CvdemoError
from cvdemo.labs.datasets import charts
from cvdemo.labs.datasets.cards import CARDS, Card, fact_text
from cvdemo.labs.datasets.controls import close_image, show_image, step
from cvdemo.labs.datasets.draw import annotated
from cvdemo.labs.datasets.experiment import Opened, object_rows, texts_of_image
from cvdemo.labs.datasets.sources import escaped
from cvdemo.ui import state, widgets
from cvdemo.ui.cache import cached
from cvdemo.ui.downloads import data, offer, png
from cvdemo.ui.page import sentence, texts

PER_PAGE = 12
THUMB, LARGE = 400, 1280  # pixels of the longer side
ACROSS = 4  # pictures of the grid side by side, on a wide screen
LISTED = 24  # places of an oddity that are offered
PLOT: Any = {"displaylogo": False, "modeBarButtons": [["toImage"]]}


@cached
def _jpeg(identity: str, image: int, layers: tuple[str, ...], side: int, _opened: Opened) -> bytes:
    return to_jpeg(annotated(_opened.dataset, _opened.texts, image, layers, side))


def show_grid(opened: Opened, images: Sequence[int], layers: Sequence[str], row: Any) -> None:
    """A page of pictures with their annotations, its number in `row`; a button shows one large."""
    if not len(images):
        st.info("No image satisfies the filters.")
        return
    pages = -(-len(images) // PER_PAGE)
    page = 1
    if pages > 1:
        page = widgets.number_input("page", f"Page of {pages}", 1, pages, 1, width=130, place=row)
    some = list(images[(page - 1) * PER_PAGE : page * PER_PAGE])
    grid(opened, some, partial(_jpeg, opened.identity, layers=tuple(layers), side=THUMB, _opened=opened))


def grid(
    opened: Opened,
    images: Sequence[int],
    jpeg: Callable[[int], bytes],
    captions: Sequence[str] | None = None,
) -> None:
    """Pictures side by side, each with its name as a button that shows it large."""
    columns: list[Any] = []
    for k, image in enumerate(images):
        columns = columns or list(st.columns(ACROSS, gap="small"))
        cell = columns.pop(0).container(gap=None)
        try:
            cell.image(jpeg(image), width="stretch", alt=f"{opened.dataset.names[image]}, annotated")
        except CvdemoError as error:
            cell.warning(sentence(error), icon=":material/warning:")
        name = opened.dataset.names[image]
        short = name if len(name) <= 24 else f"…{name[-23:]}"
        cell.button(
            f":material/zoom_in: {escaped(short)}", key=f"image-{k}-{image}",
            on_click=show_image, args=(image,), type="tertiary",
        )  # fmt: skip
        cell.caption(captions[k] if captions else _about(opened, image))


def _about(opened: Opened, image: int) -> str:
    """Number of objects, and the first caption or labels."""
    count = int(opened.found.on_image[image])
    said = texts_of_image(opened, image)
    words = said["captions"][0] if said["captions"] else ", ".join(said["labels"][:3])
    objects = "1 object" if count == 1 else f"{count} objects"
    return f"{objects} · {escaped(words[:90])}" if words else objects


def show_large(opened: Opened, image: int, images: Sequence[int], layers: Sequence[str]) -> None:
    """One image with everything that is said of it, and buttons to the one before and after."""
    dataset = opened.dataset
    row = st.container(horizontal=True, gap="small", vertical_alignment="center")
    row.button(":material/apps: All", on_click=close_image, key="all")
    if len(images):
        row.button(
            ":material/chevron_left:",
            on_click=show_image,
            args=(step(images, image, -1),),
            key="before",
            help="Before",
        )
        row.button(
            ":material/chevron_right:",
            on_click=show_image,
            args=(step(images, image, 1),),
            key="after",
            help="Next",
        )
    width, height = dataset.size(image)
    split = f" · {dataset.splits[image]}" if dataset.splits[image] else ""
    row.markdown(f"**{escaped(dataset.names[image])}** · {width} × {height}{escaped(split)}")
    left, right = st.columns([1.6, 1], gap="medium")
    try:
        drawn = _jpeg(opened.identity, image, tuple(layers), LARGE, opened)
        left.image(drawn, width="stretch", alt=f"{dataset.names[image]}, annotated")
    except CvdemoError as error:
        left.warning(sentence(error), icon=":material/warning:")
    with right:
        table = object_rows(dataset, opened.found, image)
        for title, lines in texts_of_image(opened, image).items():
            if lines:
                st.markdown(
                    "\n".join([f"**{title.capitalize()}**", *(f"- {escaped(t)}" for t in lines[:12])])
                )
    if table:
        st.dataframe(table, hide_index=True)
    offer(
        dataset.names[image],
        png(lambda: annotated(dataset, opened.texts, image, layers, LARGE)),
        data(lambda: table),
        part="image",
    )


def show_charts(opened: Opened) -> None:
    """Six charts; a click on a class's bar shows its pictures."""
    dataset, found = opened.dataset, opened.found
    key = state.key("classes-chart")
    st.markdown("**Classes**: click a bar to see its pictures")
    st.plotly_chart(
        charts.class_chart(dataset, found), key=key, config=PLOT, selection_mode="points",
        on_select=partial(_take_class, key),
    )  # fmt: skip
    boxes = bool(len(dataset.objects)) and not np.isnan(found.area).all()
    figures: dict[str, Any] = {"Objects on an image": charts.count_chart(found)}
    if boxes:
        figures |= {
            "Sizes: small up to 32 × 32 pixels, large from 96 × 96": charts.size_chart(dataset, found),
            "Shapes of boxes": charts.aspect_chart(found),
            "Where the centres of boxes lie": charts.place_chart(found),
        }
    if (found.images_of > 0).sum() > 1:
        figures["Of the images with a class, how many have another too"] = charts.pair_chart(dataset, found)
    columns = st.columns(2, gap="medium")
    for k, (title, figure) in enumerate(figures.items()):
        with columns[k % 2]:
            st.markdown(f"**{title}**")
            st.plotly_chart(figure, key=f"chart-{k}", config=PLOT)


def _take_class(chart: str) -> None:
    """Show the pictures of the class whose bar was clicked, in the callback of the chart."""
    points = st.session_state[chart]["selection"]["points"]
    if points and "customdata" in points[0]:
        close_image()
        state.put({"classes": [points[0]["customdata"][0]], "show": "pictures"})


def show_oddities(opened: Opened) -> None:
    """Each kind of oddity with buttons to its images."""
    if not opened.odd:
        st.success(
            "Nothing odd: no box outside its image, empty or twice, every class used, every image annotated."
        )
    if opened.unknown:
        st.caption(f"The size of {opened.unknown} images is not known: boxes outside cannot be found there.")
    for oddity in opened.odd:
        with st.expander(f"**{len(oddity)}** {oddity.title}", expanded=len(oddity) <= LISTED):
            _show_places(opened, oddity)


def _show_places(opened: Opened, oddity: Oddity) -> None:
    if oddity.images[0] < 0:
        st.markdown(", ".join(escaped(name) for name in oddity.names[:200]))
        return
    with st.container(horizontal=True, gap="small"):
        shown = list(dict.fromkeys(oddity.images.tolist()))[:LISTED]
        for image in shown:
            name = opened.dataset.names[image]
            st.button(
                escaped(name[-28:]), key=f"odd-{oddity.kind}-{image}", on_click=show_image, args=(image,)
            )  # fmt: skip
    rest = len(set(oddity.images.tolist())) - len(shown)
    if rest:
        st.caption(f"… and {rest} more images")


def show_cards(dataset_titles: Callable[[str], str]) -> None:
    """The lecture's data sets, a card each."""
    st.markdown(texts("datasets")["the seven"])
    columns = st.columns(2, gap="medium")
    for k, card in enumerate(CARDS):
        with columns[k % 2].container(border=True):
            _card(card, dataset_titles(card.format))


def _card(card: Card, format_title: str) -> None:
    st.markdown(f"#### [{card.title}]({card.home}) · {card.year}")
    st.markdown(card.purpose)
    lines = [f"- {fact_text(fact)}" for fact in card.facts]
    st.markdown(
        "\n".join([*lines, f"- Annotations: {card.annotations}", f"- Licence: {fact_text(card.licence)}"])
    )
    st.markdown(f"**How to get it**: {card.get} Read here as *{format_title}*. [Paper]({card.paper})")
