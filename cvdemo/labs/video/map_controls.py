"""The Video page's controls for label maps: smoothing over time, and how maps are laid over the frames."""

from __future__ import annotations

from typing import Any, NamedTuple

from cvdemo.labs.video.maps import SMOOTHINGS, MapKnobs
from cvdemo.ui import widgets
from cvdemo.ui.boxes import Cut

FIRST = MapKnobs()
VIEWS = ("side by side", "swipe")
OPACITY = Cut("Opacity of the maps", 0.6)  # its label, and where it stands at first


class MapView(NamedTuple):
    """How maps are shown: one of `VIEWS`, their opacity 0..1, whether the truth is shown too."""

    view: str
    opacity: float
    truth: bool

    def fields(self) -> dict[str, Any]:
        """For the player, which follows the opacity's slider by itself."""
        cut = Cut(OPACITY.label, self.opacity)
        return {"swipe": self.view == "swipe", "truth": self.truth, "cuts": {"opacity": cut._asdict()}}


def choose_smoothing() -> MapKnobs:
    """Draws the smoothing and the slider that belongs to it."""
    kind = widgets.selectbox("steady", "Temporal smoothing", SMOOTHINGS, FIRST.kind)
    memory, window = FIRST.memory, FIRST.window
    if kind == SMOOTHINGS[1]:
        memory = widgets.slider("memory", "Share of the average that is kept", 0.0, 0.95, memory, 0.05)
    elif kind == SMOOTHINGS[2]:
        window = widgets.slider("window", "Frames that vote", 1, 25, window, 2)
    return MapKnobs(kind, memory, window)


def choose_view(*, truth: bool) -> MapView:
    """Draws what concerns the picture; `truth` says whether it is known."""
    view = widgets.segmented_control("view", "Pictures", VIEWS, VIEWS[0], wrap=True)
    opacity = widgets.slider("opacity", OPACITY.label, 0.0, 1.0, OPACITY.value, 0.05)
    return MapView(view, opacity, truth and widgets.toggle("truth", "Show the truth"))
