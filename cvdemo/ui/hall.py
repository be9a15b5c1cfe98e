"""The app for a hall: `cvdemo app --hall`, one uvicorn process, the default models loaded at start."""

from __future__ import annotations

import asyncio
import gc
import importlib
import logging
import pkgutil
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import streamlit as st

from cvdemo import labs, zoo
from cvdemo.assets import app_file
from cvdemo.ui.internals import always_through_app, settings_beside
from cvdemo.ui.live.route import camera_routes
from cvdemo.ui.live.tickets import frame_path
from cvdemo.ui.memory import few_arenas, give_back_now_and_then

SWITCH = 0.001  # seconds that a run may keep Python to itself while others wait


class _WithoutFrames(logging.Filter):
    """Leaves the camera's frames out of uvicorn's log: a visitor sends up to thirty a second."""

    def filter(self, record: logging.LogRecord) -> bool:
        return frame_path() not in record.getMessage()


@asynccontextmanager
async def _lifespan(_app: st.App) -> AsyncIterator[None]:
    few_arenas()
    always_through_app()
    sys.setswitchinterval(SWITCH)
    for module in pkgutil.walk_packages(labs.__path__, f"{labs.__name__}."):
        importlib.import_module(module.name)  # here, and not in the runs of a hundred visitors at once
    for key in zoo.first_models():
        zoo.load(key)
    logging.getLogger("uvicorn.access").addFilter(_WithoutFrames())
    gc.freeze()  # what is loaded now stays: later collections need not look at it
    keeper = asyncio.create_task(give_back_now_and_then())
    yield
    keeper.cancel()


settings_beside(app_file())
app = st.App(app_file(), lifespan=_lifespan, routes=camera_routes())
