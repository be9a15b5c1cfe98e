"""The RPN page: what the sliders leave, that no slider asks the network anew, odd pictures, no weights."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Iterator
from functools import partial
from typing import Any, cast

import numpy as np
import pytest
from PIL import Image

from cvdemo import zoo
from cvdemo.data.chosen import Chosen
from cvdemo.data.detections_json import to_coco, to_csv
from cvdemo.labs.rpn import experiment as rpn
from cvdemo.labs.rpn.board import PAPER_STAGES, QUOTED, paper_rows
from cvdemo.labs.rpn.controls import TRAINED
from cvdemo.labs.rpn.experiment import (
    KEY,
    RATIOS,
    SCALES,
    FilteredProposals,
    FunnelKnobs,
    RPNPrediction,
    filter_proposals,
    predict,
    proposals_in_picture,
    recall_of,
    target_boxes,
)
from cvdemo.ops.iou import box_iou
from cvdemo.ui.scene import SPLIT
from cvdemo.world import draw, named, scene
from cvdemo.zoo import weights
from tests.pages import driver
from tests.pages.driver import without_errors

AS_TRAINED = FunnelKnobs()


open_page = partial(driver.open_page, "rpn")


@pytest.fixture(scope="module")
def chosen() -> Chosen:
    picture, truth = draw(scene(7, split=SPLIT, difficulty=named("normal")), 640, 480)
    return Chosen("scene 7 at half size", "scene-7", picture, 0.0, truth)


@pytest.fixture(scope="module")
def found(chosen: Chosen) -> RPNPrediction:
    return predict(chosen.picture)


@pytest.fixture(scope="module")
def left(chosen: Chosen, found: RPNPrediction) -> FilteredProposals:
    return filter_proposals(found, AS_TRAINED, chosen.truth)


@pytest.fixture
def ran() -> Iterator[Counter[str]]:
    """How often the backbone and the head ran."""
    net = cast(Any, zoo.load(KEY)).net
    counts: Counter[str] = Counter()
    handles = [
        getattr(net, name).register_forward_hook(lambda *_, name=name: counts.update([name]))
        for name in ("backbone", "head")
    ]
    yield counts
    for handle in handles:
        handle.remove()


def test_the_sliders_start_as_the_network_was_trained(found: RPNPrediction) -> None:
    config = found.config
    assert tuple(s for level in config.scales for s in level) == SCALES
    assert tuple(config.ratios) == RATIOS
    assert (config.before, config.iou, config.after) == (TRAINED.before, TRAINED.iou, TRAINED.after)


def test_the_funnel_ends_where_the_detector_does(
    chosen: Chosen, found: RPNPrediction, left: FilteredProposals
) -> None:
    own = found.trace.proposals[0]
    assert left.rows.tolist() == own.anchor.tolist()
    detections = zoo.load(KEY)(chosen.picture)  # type: ignore[operator]
    assert len(detections) == len(left.detections) > 3
    scale = chosen.picture.shape[1] / found.size[1]
    np.testing.assert_allclose(left.detections.xyxy * scale, detections.xyxy, atol=0.05)
    np.testing.assert_array_equal(left.detections.class_id, detections.class_id)


def test_counts_and_fates_agree(found: RPNPrediction, left: FilteredProposals) -> None:
    counts = [len(s.boxes) for s in left.stages]
    assert counts[0] == counts[1] == len(found.boxes) == 6 * (20 * 24 + 10 * 12 + 5 * 6)
    assert counts[:5] == [int((left.last_stage >= least).sum()) for least in (1, 1, 3, 4, 5)]
    assert counts[1] > counts[2] > counts[3] > counts[4]
    assert (left.last_stage[left.rows] == 5).all()
    assert 0 < left.inside < counts[0]


def test_shares_are_of_the_things_that_are_not_too_hard(chosen: Chosen, left: FilteredProposals) -> None:
    truth = chosen.truth
    assert truth is not None
    known = target_boxes(truth, (144, 192))
    assert len(known) == (~truth.difficult).sum()
    for stage in left.stages:
        best = box_iou(stage.boxes, known).max(axis=0)
        assert stage.recall == (pytest.approx((best >= 0.5).mean()), pytest.approx((best >= 0.7).mean()))
    assert recall_of(known, known[:0]) is None
    assert recall_of(known[:0], known) == (0, 0)


def test_scales_that_are_off_take_no_part(found: RPNPrediction) -> None:
    some = filter_proposals(found, AS_TRAINED._replace(scales=(64, 96), ratios=(1.0,)), None)
    assert len(some.stages[0].boxes) == 5 * 6 * 2
    sides = some.stages[0].boxes[:, 2:] - some.stages[0].boxes[:, :2]
    assert {round(float(v)) for v in sides.ravel()} == {64, 96}
    assert (some.rows >= 6 * (20 * 24 + 10 * 12)).all()
    assert some.score is None


@pytest.mark.parametrize("change", [{"scales": ()}, {"ratios": ()}, {"after": 0}])
def test_nothing_may_be_left(chosen: Chosen, found: RPNPrediction, change: dict[str, Any]) -> None:
    none = filter_proposals(found, AS_TRAINED._replace(**change), chosen.truth)
    assert len(none.rows) == len(none.detections) == 0
    assert none.score is not None
    assert none.score.found == 0
    assert to_csv(proposals_in_picture(found, none, chosen.picture.shape[:2])).count("\n") == 1


def test_proposals_to_take_away(chosen: Chosen, found: RPNPrediction, left: FilteredProposals) -> None:
    taken = proposals_in_picture(found, left, chosen.picture.shape[:2])
    lines = list(csv.DictReader(io.StringIO(to_csv(taken))))
    assert len(lines) == len(left.rows) == len(json.loads(json.dumps(to_coco(taken, 1))))
    assert [float(line["score"]) for line in lines] == sorted(
        (float(v["score"]) for v in lines), reverse=True
    )
    scale = chosen.picture.shape[1] / found.size[1]
    np.testing.assert_allclose(taken.xyxy, left.stages[4].boxes * scale, rtol=1e-5)


def test_no_slider_runs_the_backbone(ran: Counter[str]) -> None:
    app = without_errors(open_page(seed="4711"))
    assert ran == {"backbone": 1, "head": 2}  # once with the network's own proposals, once with the page's
    app.slider(key="rpn-nms").set_value(0.3)
    without_errors(app.run())
    app.slider(key="rpn-after").set_value(20)
    without_errors(app.run())
    app.select_slider(key="rpn-before").set_value(10)
    without_errors(app.run())
    assert ran == {"backbone": 1, "head": 5}
    app.slider(key="rpn-nms").set_value(TRAINED.iou)
    app.slider(key="rpn-after").set_value(TRAINED.after)
    app.select_slider(key="rpn-before").set_value(TRAINED.before)
    without_errors(app.run())
    assert ran == {"backbone": 1, "head": 5}


def test_all_switched_off_is_one_sentence() -> None:
    app = without_errors(open_page())
    app.button_group(key="rpn-scales").set_value([]).run()
    without_errors(app)
    assert [i.value for i in app.info if i.value.startswith("No proposals")]
    assert any("0 of 6 objects found" in m.value for m in app.markdown)


def test_every_experiment_is_one_click_and_says_what_to_look_at() -> None:
    app = without_errors(open_page())
    keys = [b.key for b in app.button if (b.key or "").startswith("try-")]
    assert len(keys) == 5 and "try-back" not in keys
    for key in keys:
        without_errors(app.button(key=key).click().run())
        assert sum(m.value.startswith(":material/visibility:") for m in app.markdown) == 1


def test_a_photo_is_told_apart_from_the_drawn_world() -> None:
    app = without_errors(open_page(source="sample"))
    assert any("only seen drawings" in i.value for i in app.info)
    assert not any("objects found" in m.value for m in app.markdown)


@pytest.mark.parametrize("shape", [(1, 1), (1, 3000), (37, 53), (3000, 4000)])
def test_pictures_of_any_size(shape: tuple[int, int]) -> None:
    out = io.BytesIO()
    Image.fromarray(np.full((*shape, 3), 90, np.uint8)).save(out, "PNG")
    app = open_page(source="upload")
    app.file_uploader(key="rpn-files").set_value([("odd.png", out.getvalue(), "image/png")]).run()
    without_errors(app)
    assert any("Network" in c.value for c in app.caption)


def test_without_weights_the_page_says_what_makes_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weights, "has_weights", lambda key: False)
    monkeypatch.setattr(rpn, "predict", lambda picture: pytest.fail("no network can run"))
    app = without_errors(open_page())
    assert any("`cvdemo train faster-rcnn-plus`" in i.value for i in app.info)
    assert len(app.table) == 1


def test_the_papers_table_has_a_cell_for_every_quotation() -> None:
    from cvdemo.nets.rpn_paper import count

    counted = paper_rows(count((600, 800)))
    assert counted == ["38 × 50 = 1,900", "17,100", "5,834", "6,000", "needs scores", "at most 300"]
    assert len(counted) == len(QUOTED) == len(PAPER_STAGES)
