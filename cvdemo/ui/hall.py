"""The app for a lecture hall: `make hall`, one process under uvicorn, the default models loaded at start."""

from __future__ import annotations

import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import streamlit as st

from cvdemo import zoo
from cvdemo.assets import asset


@asynccontextmanager
async def _lifespan(_app: st.App) -> AsyncIterator[None]:
    for key in zoo.first_models():
        zoo.load(key)
    gc.freeze()  # what is loaded now stays: later collections need not look at it
    yield


app = st.App(asset().parent / "app.py", lifespan=_lifespan)
