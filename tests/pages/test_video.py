"""The Video page: a drawn clip, an upload of any kind, sliders without a network, work that is stopped."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from cvdemo import zoo
from cvdemo.labs.video import controls
from cvdemo.ui import clip_work, clips
from cvdemo.ui.cache import RESULTS
from cvdemo.video.write import as_mp4
from tests.pages import driver
from tests.pages.driver import without_errors
from tests.video.made import ColourDetector, ColourSegmenter, moving

open_page = partial(driver.open_page, "video")


@pytest.fixture(autouse=True)
def detector(monkeypatch: pytest.MonkeyPatch) -> ColourDetector:
    """Every model finds two squares, by boxes or by a map; a sample is the clip that they move in."""
    found = ColourDetector(miss=7, flip=5)
    maps = ColourSegmenter(flip=6)
    segmenters = {m.key for m in zoo.models(zoo.Task.SEGMENT)}
    monkeypatch.setattr(zoo, "load", lambda key, progress=None: maps if key in segmenters else found)
    monkeypatch.setattr(clips, "_sample", lambda name: moving(name=name))
    RESULTS.clear()
    return found


def text(app: AppTest) -> str:
    return " ".join(e.value for e in (*app.markdown, *app.caption, *app.info, *app.warning))


def upload(data: bytes, name: str = "a.mp4", **query: str) -> AppTest:
    app = open_page(source="upload", **query)
    return app.file_uploader(key="video-file").set_value([(name, data, "video/mp4")]).run()


def film(frames: int = 12) -> bytes:
    return as_mp4([frame.picture for frame in moving(frames).frames()], 12)


def test_a_sample_clip_is_compared_frame_by_frame_and_tracked(detector: ColourDetector) -> None:
    app = without_errors(open_page(source="sample"))
    table = app.table[0].value
    assert table["class flips"].tolist()[1] == "0" and table["class flips"].tolist()[0] != "0"
    assert "24 frames" in text(app) and detector.runs == 24
    assert any(button.key == "stop" for button in app.button) is False


def test_sliders_run_no_network_again(detector: ColourDetector) -> None:
    app = without_errors(open_page(source="sample"))
    for name, value in (("score", 0.95), ("iou", 0.2), ("strength", 1.0), ("buffer", 3)):
        without_errors(app.slider(key=f"video-{name}").set_value(value).run())
    for tracker in ("none", "sort"):
        without_errors(app.selectbox(key="video-tracker").select(tracker).run())
    for smoothing in ("none", "exponential", "one euro"):
        without_errors(app.selectbox(key="video-smoothing").select(smoothing).run())
    without_errors(app.toggle(key="video-fill").set_value(False).run())
    assert detector.runs == 24


def test_a_second_visitor_gets_the_finished_work(detector: ColourDetector) -> None:
    without_errors(open_page(source="sample"))
    without_errors(open_page(source="sample"))
    assert detector.runs == 24


def test_an_upload_is_kept_for_this_visit_alone(detector: ColourDetector) -> None:
    app = without_errors(upload(film()))
    assert "12 frames" in text(app) and detector.runs == 12
    assert len(RESULTS) == 0
    without_errors(app.slider(key="video-score").set_value(0.3).run())
    assert detector.runs == 12


@pytest.mark.parametrize("data", [b"", b"no video", film()[:300]])
def test_what_is_no_video_is_one_sentence(data: bytes) -> None:
    app = upload(data)
    assert not app.exception and len(app.error) == 1 and "annot read 'a.mp4'" in app.error[0].value


def test_one_frame_and_nothing_found() -> None:
    without_errors(upload(film(1)))
    app = without_errors(upload(as_mp4([np.zeros((40, 50, 3), np.uint8)] * 3, 5)))
    assert app.table[0].value["jitter"].tolist() == ["–", "–"]


def test_a_file_cut_short_plays_what_is_there(tmp_path: Path) -> None:
    from cvdemo.video.write import write_mp4

    noise = np.random.default_rng(0).integers(0, 255, (30, 64, 64, 3), np.uint8)
    write_mp4(list(noise), tmp_path / "a.mp4", 10)
    whole = (tmp_path / "a.mp4").read_bytes()
    app = without_errors(upload(whole[: len(whole) // 2]))
    assert "cut short" in text(app)


def test_stopped_work_is_kept_and_goes_on(detector: ColourDetector, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop_after(work: Any) -> Any:
        run = type(work).run

        def limited() -> Any:
            frames = run(work)
            for speed in frames:
                yield speed
                if speed.done == 5 and not work.stopped:
                    work.stopped = True
                    frames.close()
                    return

        work.run = limited
        return work

    make = clip_work.Work
    monkeypatch.setattr(clip_work, "Work", lambda *given: stop_after(make(*given)))
    app = without_errors(open_page(source="sample"))
    assert "Stopped after 5 of about 24" in text(app) and "5 frames" in text(app) and detector.runs == 5
    del app.session_state["video-work"][1].run
    without_errors(app.button(key="go-on").click().run())
    assert "24 frames" in text(app) and detector.runs == 24


def test_every_experiment_is_one_click_and_says_what_to_look_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clips, "_drawn", lambda *given: moving(name=str(given)))
    app = without_errors(open_page())
    for name in controls.EXPERIMENTS:
        without_errors(app.button(key=f"try-{name}").click().run())
        assert sum(m.value.startswith(":material/visibility:") for m in app.markdown) == 1, name


def test_a_drawn_clip_has_scores() -> None:
    app = without_errors(open_page(seconds="1"))
    assert {"MOTA", "IDF1", "HOTA"} <= set(app.table[0].value.columns)
    without_errors(app.toggle(key="video-truth").set_value(True).run())


MAPS = {"gives": "maps of classes"}


def test_a_segmenter_has_maps_and_no_tracks(detector: ColourDetector) -> None:
    app = without_errors(open_page(source="sample", memory="0.7", **MAPS))
    assert app.selectbox(key="video-segmenter").value == "photo-deeplabv3plus"
    flicker = app.table[0].value["pixels that change a frame"].tolist()
    assert float(flicker[1].split()[0]) < float(flicker[0].split()[0]) and detector.runs == 0
    assert "24 frames" in text(app) and "mIoU" not in app.table[0].value
    keys = {one.key for one in (*app.selectbox, *app.slider, *app.toggle)}
    assert not keys & {"video-tracker", "video-score", "video-vote", "video-fill", "video-truth"}


def test_smoothing_runs_no_network_again() -> None:
    app = without_errors(open_page(source="sample", **MAPS))
    ran = zoo.load("unet").runs
    without_errors(app.slider(key="video-memory").set_value(0.9).run())
    without_errors(app.selectbox(key="video-steady").select("vote over frames").run())
    without_errors(app.slider(key="video-window").set_value(9).run())
    without_errors(app.segmented_control(key="video-view").set_value("swipe").run())
    app = without_errors(app.selectbox(key="video-steady").select("none").run())
    assert app.table[0].value.iloc[:, 0].tolist() == ["frame by frame"]
    assert zoo.load("unet").runs == ran == 24


def test_a_drawn_clip_opens_with_a_net_of_the_drawn_world_and_has_scores() -> None:
    app = without_errors(open_page(seconds="1", **MAPS))
    assert app.selectbox(key="video-segmenter").value == "unet"
    assert {"where the truth does not", "mIoU", "mIoU, worst frame"} <= set(app.table[0].value.columns)
    without_errors(app.toggle(key="video-truth").set_value(True).run())


def test_maps_of_an_upload_are_kept_for_this_visit_alone() -> None:
    app = without_errors(upload(film(), **MAPS))
    assert "12 frames" in text(app) and len(RESULTS) == 0
    without_errors(upload(film(1), **MAPS))
