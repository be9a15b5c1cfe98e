"""The world's page: a scene with its truth, and a clip that is drawn and offered."""

from __future__ import annotations

import zlib

import numpy as np

from cvdemo import world
from cvdemo.labs.world.experiment import COARSE, film, track_map
from tests.pages.driver import open_page, query, without_errors

CLIP = {"show": "clip", "seed": "4", "seconds": "1"}


def test_a_clip_is_drawn_and_its_settings_stand_in_the_address() -> None:
    app = without_errors(open_page("world", **CLIP, camera="0.6", over="boxes"))
    assert not app.get("progress"), "the bar goes when all is drawn"
    found = query(app)
    assert found["camera"] == ["0.6"] and found["over"] == ["boxes"]
    labels = [button.label for button in app.get("download_button")]
    assert labels == ["MP4", "MOT text", "Notebook (.ipynb)"]


def test_scene_and_clip_of_one_seed() -> None:
    app = without_errors(open_page("world", seed="4"))
    assert [b.label for b in app.get("download_button")] == ["PNG", "Notebook (.ipynb)"]
    app.session_state["world-show"] = "clip"
    app.session_state["world-seconds"] = 1.0
    labels = [b.label for b in without_errors(app.run()).get("download_button")]
    assert labels == ["MP4", "MOT text", "Notebook (.ipynb)"]


def test_every_experiment_of_a_clip_runs() -> None:
    app = open_page("world", **CLIP)
    for name in ("Who is who?", "A hand that shakes", "Bones that move"):
        without_errors(app.button(key=f"try-{name}").click().run())
        assert query(app)["show"] == ["clip"]


def test_a_film_holds_what_is_known_of_every_frame() -> None:
    clip = world.clip(4, split="test", seconds=0.4, fps=10)
    done: list[int] = []
    made = film(clip, (160, 120), done.append)
    assert done == [1, 2, 3, 4]
    shape = (len(clip), 120 // COARSE, 160 // COARSE)
    masks = np.frombuffer(zlib.decompress(made.masks), np.uint8).reshape(shape)
    semantic = np.frombuffer(zlib.decompress(made.semantic), np.uint8).reshape(shape)
    for k in range(len(clip)):
        truth, rows = world.clip_truth(clip, k, 160, 120), made.rows(k)
        assert made.tracks[rows].tolist() == truth.tracks.tolist()
        assert np.array_equal(made.boxes[rows], truth.boxes)
        assert np.array_equal(made.keypoints[rows], truth.keypoints)
        assert np.array_equal(masks[k], track_map(truth)[1::2, 1::2])
        assert np.array_equal(semantic[k], truth.semantic[1::2, 1::2])
        for row, track in enumerate(truth.tracks):
            assert ((track_map(truth) == track) == truth.masks[row]).all()
    assert len(made.mot.splitlines()) == len(made.tracks)
    nobody = world.clip(4, difficulty=world.named("normal", objects=0), seconds=0.2, fps=10)
    assert len(film(nobody, (160, 120)).tracks) == 0


def test_live_camera_on_every_page_that_has_it() -> None:
    for page, label in (("detect", "Score threshold"), ("instances", "Mask threshold"),
                        ("pose", "Keypoints: minimum score"), ("segment", "Opacity of masks"),
                        ("video", "Frames that a lost track is kept")):  # fmt: skip
        app = without_errors(open_page(page, source="live camera"))
        assert label in [slider.label for slider in app.slider]
        assert "Width of frames" in [slider.label for slider in app.select_slider]
