"""What the flow page computes, against truth, brute force and OpenCV."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from cvdemo import world
from cvdemo.data.domain import Domain
from cvdemo.data.stereo import motorcycle
from cvdemo.errors import DataError
from cvdemo.labs.flow import experiment as lab
from cvdemo.labs.flow.draw import Display, coarse, panels
from cvdemo.metrics.flow import end_point_error
from cvdemo.ops.flow import warp
from cvdemo.world.studies import STUDIES, study_motion, study_picture

KNOBS = lab.MethodKnobs()
SIZE = (160, 120)


def study(name: str, first: int = 2, second: int = 3) -> lab.Pair:
    pictures = [study_picture(name, k, *SIZE) for k in (first, second)]
    return lab.Pair(name, name, *pictures, study_motion(name, first, second, *SIZE), Domain.DRAWINGS)


def error(
    key: str, pair: lab.Pair, knobs: lab.MethodKnobs = KNOBS, inside: np.ndarray | None = None
) -> float:
    assert pair.motion is not None
    run = lab.run_method(key, pair.first, pair.second, knobs)
    off = end_point_error(run.flow, pair.motion.flow)
    return float(off[inside].mean() if inside is not None else off.mean())


@pytest.mark.parametrize("name", [name for name in STUDIES if name != "shadow"])
def test_a_studys_motion_brings_the_second_picture_back(name: str) -> None:
    pair = study(name)
    assert pair.motion is not None
    seen = ~pair.motion.occluded & (np.hypot(*np.moveaxis(pair.motion.flow, -1, 0)) > 0)
    back = np.abs(warp(pair.second, pair.motion.flow) - pair.first)[seen].mean()
    assert back < 6 and back < 0.6 * np.abs(pair.second.astype(float) - pair.first)[seen].mean() + 1


def test_studies_show_what_they_are_to_show() -> None:
    """Each says of its own claim by how much; the page's texts repeat them."""
    ball, wall, shade, wheel = (
        study(name) for name in ("fast ball", "plain wall", "shadow", "spinning wheel")
    )
    assert ball.motion and wall.motion and shade.motion and wheel.motion
    on_ball = ball.motion.flow[..., 0] != 0
    length = float(np.hypot(*ball.motion.flow[on_ball][0]))
    one, three = (error("lucas-kanade", ball, KNOBS._replace(levels=n), on_ball) for n in (1, 3))
    assert one > 0.7 * length and three < 0.6 * one
    middle = np.zeros(wall.first.shape[:2], bool)
    middle[55:75, 55:85] = True
    eigenvalues = lab.texture(wall, KNOBS).eigenvalues
    assert eigenvalues[middle].max() < 1e-3 < np.median(eigenvalues)
    assert np.abs(shade.motion.flow).max() == 0 and error("lucas-kanade", shade) > 0.1
    spins = [
        curl(flow)
        for flow in (wheel.motion.flow, lab.run_method("dis", wheel.first, wheel.second, KNOBS).flow)
    ]
    assert spins[0] > 0 > spins[1]


def curl(flow: np.ndarray) -> float:
    """Which way a flow turns round the picture's middle."""
    y, x = np.indices(flow.shape[:2])
    y, x = y - flow.shape[0] / 2, x - flow.shape[1] / 2
    return float((x * flow[..., 1] - y * flow[..., 0])[np.hypot(x, y) < 35].mean())


def test_there_is_no_other_study() -> None:
    with pytest.raises(DataError, match="choose fast ball, plain wall, shadow, spinning wheel"):
        study_picture("slow ball", 0)


def test_the_motorcycles_flow_brings_the_right_eyes_photo_onto_the_left_one() -> None:
    eyes = motorcycle(384)
    known = np.isfinite(eyes.flow).all(axis=-1)
    back = np.abs(warp(eyes.second, np.nan_to_num(eyes.flow)) - eyes.first)[known].mean()
    assert back < 0.3 * np.abs(eyes.second.astype(float) - eyes.first)[known].mean()
    assert known.mean() > 0.9 and np.nanmax(eyes.flow[..., 0]) < 0


def test_what_makes_flow_pointless_is_noticed() -> None:
    pair = study("plain wall")
    black = np.zeros_like(pair.first)
    scenes = [world.render(world.scene(seed, split="test"), *SIZE) for seed in (7, 12)]
    cases = [
        (pair.first, pair.second, []), (pair.first, pair.first, ["same"]), (black, black + 3, ["plain"]),
        (*scenes, ["cut"]),
    ]  # fmt: skip
    for one, two, expected in cases:
        assert lab.warnings(lab.Pair("", "", one, two, None, Domain.PHOTOS)) == expected


def test_pairs_of_clips_are_not_taken_for_cuts() -> None:
    for seed in (0, 1, 2, 3, 4, 19):
        pair = world.flow_pair(seed, split="test")
        assert lab.warnings(lab.Pair("", "", pair.first, pair.second, None, Domain.DRAWINGS)) == []


def test_what_is_seen_through_a_hole_is_the_shortest_motion_that_fits() -> None:
    rng = np.random.default_rng(0)
    for _ in range(20):
        angle, motion = rng.uniform(0, 180), tuple(rng.uniform(-50, 50, 2))
        found = lab.aperture(angle, motion, "stripe")
        (normal,), (speed,) = found.normals, found.speeds
        along = np.array([-normal[1], normal[0]])
        fitting = [np.multiply(speed, normal) + t * along for t in np.linspace(-60, 60, 2401)]
        shortest = min(fitting, key=lambda m: float(np.hypot(*m)))
        np.testing.assert_allclose(found.seen, shortest, atol=1e-6)
        np.testing.assert_allclose(found.eigenvalues, (0, 1), atol=1e-9)
        corner = lab.aperture(angle, motion, "corner")
        np.testing.assert_allclose(corner.seen, motion, atol=1e-9)
        np.testing.assert_allclose(corner.eigenvalues, (0.5, 0.5), atol=1e-9)


def test_the_check_is_scored_against_true_occlusion() -> None:
    pair = study("plain wall")
    assert pair.motion is not None
    back = study_motion("plain wall", 3, 2, *SIZE)
    found = lab.contradiction(pair.motion.flow, back.flow, pair)
    assert found.recall is not None and found.recall > 0.7
    assert found.precision is not None and found.precision > 0.5
    alone = lab.contradiction(
        pair.motion.flow, back.flow, lab.Pair("", "", pair.first, pair.second, None, pair.domain)
    )
    assert alone.recall is alone.precision is None


def test_points_that_come_back_are_nearer_to_the_truth() -> None:
    pair = world.flow_pair(12, split="test", size=(320, 240))
    motion = world.Motion(pair.flow, pair.occluded)
    found = lab.texture(lab.Pair("", "", pair.first, pair.second, motion, Domain.DRAWINGS), KNOBS)
    good = found.missed <= 1
    assert good.sum() > 20 and np.median(found.off[good]) < 0.5
    assert (found.eigenvalues[tuple(found.points[:, ::-1].astype(int).T)] >= 0.1).all()


def test_a_pixels_way_is_the_truths_with_true_flows() -> None:
    name, point = "fast ball", (40.0, 66.0)
    flows = [study_motion(name, t, t + 1, *SIZE).flow for t in range(4)]
    truth = [study_motion(name, 0, t, *SIZE) for t in range(1, 5)]
    way = lab.pixels_way(flows, point, truth)
    assert way.truth is not None and way.hidden is not None
    np.testing.assert_allclose(way.found, way.truth, atol=0.2)
    assert not way.hidden.any() and way.truth[-1, 0] - point[0] > 40


def test_steps_have_names_and_errors_that_end_with_the_answers() -> None:
    pair = study("fast ball")
    for key, name in (
        ("lucas-kanade", "level 0, iteration 3"),
        ("horn-schunck", "level 0, warp 2, iteration 20"),
    ):
        run = lab.run_method(key, pair.first, pair.second, KNOBS._replace(iterations=20))
        label, unit, errors = lab.step_errors(run, pair)
        assert (label, unit, run.names[-1]) == ("EPE", "px", name)
        assert pair.motion is not None
        assert errors[-1] == pytest.approx(float(end_point_error(run.flow, pair.motion.flow).mean()))
        assert lab.step_errors(run, replace(pair, motion=None))[:2] == ("PSNR", "dB")
    assert lab.run_method("dis", pair.first, pair.second, KNOBS).steps == ()


@pytest.mark.parametrize("view", ["arrows", "colours", "warped", "error", "there and back"])
def test_every_view_has_a_panel_for_the_truth_and_each_method(view: str) -> None:
    pair = study("plain wall")
    runs = [lab.run_method(key, pair.first, pair.second, KNOBS) for key in ("dis", "lucas-kanade")]
    back = [lab.run_method(key, pair.second, pair.first, KNOBS) for key in ("dis", "lucas-kanade")]
    checks = [lab.contradiction(a.flow, b.flow, pair) for a, b in zip(runs, back, strict=True)]
    display = Display(view, 16, 1.0, 0.0, 5.0)
    found = panels(pair, runs, checks if view == "there and back" else [], display)
    titles = ["Lucas-Kanade" if key == "lucas-kanade" else "DIS" for key in ("dis", "lucas-kanade")]
    assert [panel.title for panel in found] == (titles if view == "error" else ["Truth", *titles])
    assert all((panel.under is not None) == (view == "warped") for panel in found)
    np.testing.assert_array_equal(coarse(found[-1].flow)[3, 5], (runs[1].flow[12, 20] * 16).round())


def test_held_out_figures_are_sorted_and_measured() -> None:
    rows = lab.held_out()
    assert {"DIS", "Farnebäck", "Lucas-Kanade", "Horn-Schunck"} <= {row["method"] for row in rows}
    assert [row["EPE"] for row in rows] == sorted(row["EPE"] for row in rows)
