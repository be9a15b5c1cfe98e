"""What is exported of clips is read back as what it was: frames, COCO with tracks, MOT Challenge's text."""

from __future__ import annotations

import configparser
import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from click.testing import CliRunner
from pycocotools import mask as coco_mask
from pycocotools.coco import COCO

from cvdemo import world
from cvdemo.cli import main
from cvdemo.errors import DataError
from cvdemo.video.read import read_video
from cvdemo.world.film.export import export_clips
from cvdemo.world.film.layers import clip_overlay, track_colour

SIZE = (160, 120)
CLIPS = [world.clip(seed, split="test", seconds=1, fps=5) for seed in (4, 7)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return export_clips(tmp_path_factory.mktemp("clips"), CLIPS, width=SIZE[0], height=SIZE[1])


def test_frames_are_the_clips_own(folder: Path) -> None:
    for clip in CLIPS:
        place = folder / "test" / f"clip-{clip.seed:06d}"
        assert len(list((place / "img1").iterdir())) == len(clip)
        picture = cv2.imread(str(place / "img1" / "000003.jpg"))[..., ::-1]
        assert np.abs(picture.astype(int) - world.clip_picture(clip, 2, *SIZE)).mean() < 4


def test_mot_text_has_every_object_of_every_frame(folder: Path) -> None:
    for clip in CLIPS:
        place = folder / "test" / f"clip-{clip.seed:06d}"
        table = np.loadtxt(place / "gt" / "gt.txt", delimiter=",")
        for k in range(len(clip)):
            truth, rows = world.clip_truth(clip, k, *SIZE), table[table[:, 0] == k + 1]
            assert rows[:, 1].tolist() == truth.tracks.tolist()
            boxes = np.concatenate([rows[:, 2:4] - 1, rows[:, 2:4] - 1 + rows[:, 4:6]], axis=1)
            assert np.array_equal(boxes, truth.boxes)
            assert rows[:, 6].tolist() == (~truth.difficult).tolist()
            assert (rows[:, 7] - 1).tolist() == truth.classes.tolist()
            assert rows[:, 8] == pytest.approx(truth.visibility, abs=1e-4)
        info = configparser.ConfigParser()
        info.read(place / "seqinfo.ini")
        assert int(info["Sequence"]["seqLength"]) == len(clip)
        assert (int(info["Sequence"]["imWidth"]), float(info["Sequence"]["frameRate"])) == (SIZE[0], clip.fps)


def test_pycocotools_reads_the_tracks_back(folder: Path) -> None:
    coco = COCO(folder / "annotations" / "instances_test.json")
    assert [video["seed"] for video in coco.dataset["videos"]] == [4, 7]
    for number, clip in enumerate(CLIPS):
        images = [i for i in coco.dataset["images"] if i["video_id"] == number + 1]
        assert [image["frame_id"] for image in images] == list(range(len(clip)))
        for k, image in enumerate(images):
            truth, entries = world.clip_truth(clip, k, *SIZE), coco.loadAnns(coco.getAnnIds([image["id"]]))
            assert (folder / image["file_name"]).is_file()
            assert [e["track_id"] % 1000 for e in entries] == truth.tracks.tolist()
            for entry, mask in zip(entries, truth.masks, strict=True):
                assert np.array_equal(coco.annToMask(entry), mask)
                assert coco_mask.area(coco.annToRLE(entry)) == entry["area"]
    people = json.loads((folder / "annotations" / "person_keypoints_test.json").read_text())
    assert people["annotations"]
    known = {entry["id"]: entry["track_id"] for entry in coco.dataset["annotations"]}
    assert all(known[person["id"]] == person["track_id"] for person in people["annotations"])


def test_clips_of_no_or_several_splits_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="0 splits"):
        export_clips(tmp_path, [])
    with pytest.raises(DataError, match="2 splits"):
        export_clips(tmp_path, [CLIPS[0], world.clip(1, split="val")])


def test_the_tracks_layer_shows_each_number_in_its_own_colour() -> None:
    picture, truth = world.draw_clip_frame(CLIPS[0], 2, 640, 480)
    shown = clip_overlay(picture, truth, ["tracks"])
    for track in truth.tracks.tolist():
        assert (shown == track_colour(track)).all(axis=2).sum() > 20
    assert len({track_colour(k) for k in range(1, 40)}) == 39


def run(*words: object) -> tuple[int, str]:
    result = CliRunner().invoke(main, [str(w) for w in words])
    return result.exit_code, result.output


def test_show_writes_a_clip_that_is_read_back(tmp_path: Path) -> None:
    words = ("world", "show", "--clip", "--split", "test", "--seed", 4, "--seconds", 1, "--fps", 10)
    code, said = run(*words, "--size", "161x121", "--out", tmp_path / "clip.mp4", "--layer", "boxes")
    assert code == 0, said
    assert "walking" in said and "10 frames" in said
    frames = list(read_video(tmp_path / "clip.mp4").frames())
    assert len(frames) == 10
    assert [round(f.time, 3) for f in frames] == [round(k / 10, 3) for k in range(10)]
    code, said = run(*words, "--size", "96x72", "--out", tmp_path / "clip.gif", "--layer", "tracks")
    assert code == 0, said
    assert (tmp_path / "clip.gif").stat().st_size > 1000


def test_show_and_export_refuse_in_one_sentence(tmp_path: Path) -> None:
    for words, expected in (
        (("show", "--clip", "--out", tmp_path / "x.png"), "clip.mp4"),
        (("show", "--clip", "--out", tmp_path / "x.mp4", "--fps", 0), "fps"),
        (("show", "--clip", "--out", tmp_path / "x.mp4", "--camera", 3), "camera"),
        (("export", "--clips", "--out", tmp_path / "e", "--seconds", -1), "seconds"),
        (("show", "--out", tmp_path / "x.png", "--layer", "tracks"), "no layer named"),
    ):
        code, said = run("world", *words)
        assert code != 0 and expected in said and "Traceback" not in said


def test_export_from_the_shell(tmp_path: Path) -> None:
    code, said = run(
        "world", "export", "--clips", "--n", 1, "--seconds", 0.4, "--fps", 5, "--size", "96x72",
        "--split", "val", "--out", tmp_path,
    )  # fmt: skip
    assert code == 0, said
    assert (tmp_path / "val" / "clip-000000" / "gt" / "gt.txt").is_file()
    assert len(json.loads((tmp_path / "annotations/instances_val.json").read_text())["images"]) == 2
