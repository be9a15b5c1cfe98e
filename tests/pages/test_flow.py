"""The flow page: what it opens with, experiments, display sliders that run nothing, and pairs that are no use."""

from __future__ import annotations

import io
from functools import partial
from typing import Any

import numpy as np
from PIL import Image
from streamlit.testing.v1 import AppTest

from cvdemo import zoo
from tests.pages import driver
from tests.pages.driver import without_errors

open_page = partial(driver.open_page, "flow")


def test_the_page_opens() -> None:
    app = open_page()
    for e in app.exception: print(e.value, e.stack_trace)
    for e in app.error: print(e.value)
    without_errors(app)
