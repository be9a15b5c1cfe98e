"""Home: the lecture's pages as a path of cards, the visitor's own photo, what runs on this machine."""

from __future__ import annotations

from html import escape

import streamlit as st

from cvdemo import zoo
from cvdemo.assets import asset
from cvdemo.data.pictures import fit, to_jpeg
from cvdemo.data.suffixes import SUFFIXES
from cvdemo.errors import CvdemoError
from cvdemo.ui import carry
from cvdemo.ui.component import text
from cvdemo.ui.internals import picture_address
from cvdemo.ui.language import translate
from cvdemo.ui.page import sentence
from cvdemo.ui.pages import CHAPTERS, PAGES, Page, by_chapter
from cvdemo.ui.source import OWN, readable_files

MINE = 640  # pixels of the longer side of the visitor's photo as Home shows it


def path() -> None:
    """The chapters in the lecture's order, each with the cards of its pages."""
    st.html(f"<style>{text('home', '.css')}</style>")
    for number, (chapter, pages) in enumerate(by_chapter(), 1):
        st.html(
            f'<div class="home-chapter"><b aria-hidden="true">{number}</b>'
            f"<h2>{escape(translate(chapter))}</h2>"
            f"<span>{_systems(chapter)}</span></div>"
        )
        with st.container(key=f"path-{number}"):
            for page in pages:
                _card(page)


def _card(page: Page) -> None:
    """A page's picture, title, question and the systems of the lecture that it shows."""
    picture = asset("thumbnails", f"{page.key}.webp").read_bytes()
    source = picture_address(picture, f"home-{page.key}", "image/webp")
    with st.container(key=f"card-{page.key}"):
        st.html(
            f'<div class="home-picture"><img src="{source}" alt="" width="480" height="300" loading="lazy">'
            f'<b aria-hidden="true">{PAGES.index(page) + 1}</b></div>'
        )
        st.page_link(page.file, label=page.title)
        shown = " · ".join(f"L{row} {translate(title)}" for row, title in page.rows.items())
        st.html(
            f'<div class="home-text"><p>{escape(translate(page.question))}</p>'
            + (f"<small>{escape(shown)}</small>" if shown else "")
            + "</div>"
        )


def _systems(chapter: str) -> str:
    """Which of the lecture's systems belong to a chapter."""
    rows = CHAPTERS[chapter]
    return translate(f"L{rows[0]} to L{rows[-1]}") if rows else ""


def own_photo() -> None:
    """A place to drop a photo, with which every page then opens."""
    file = st.file_uploader(
        "Start with your own photo", list(SUFFIXES), key="home-photo",
        help="It stays in the memory of this machine for as long as this page is open.",
    )  # fmt: skip
    photo = carry.photo()
    if file is not None and (photo is None or photo.file_id != file.file_id):
        for upload, _ in readable_files([file]):
            carry.keep_photo(upload)
            carry.take_along(OWN)
        photo = carry.photo()
    for _, chosen in readable_files([photo] if photo else []):
        source = picture_address(to_jpeg(fit(chosen.picture, MINE)), "home-mine")
        st.html(f'<div class="home-mine"><img src="{source}" alt="{escape(chosen.name)}"></div>')
        carry.switch()


def machine() -> None:
    """The device, and how many models work now, folded away."""
    with st.expander("What runs here"):
        try:
            st.markdown(f"**Device:** {zoo.device_title()}")
        except CvdemoError as error:
            st.error(sentence(error), icon=":material/warning:")
        every = zoo.models()
        for task in zoo.Task:
            entries = [m for m in every if m.task == task]
            ready = [m.title for m in entries if m.offline]
            fetched = [m.title for m in entries if not m.offline]
            if entries:
                st.markdown(
                    f"**{task.value.capitalize()}:** {', '.join(ready) or 'none without a network'}"
                    + (f"  \nto fetch: {', '.join(fetched)}" if fetched else "")
                )
