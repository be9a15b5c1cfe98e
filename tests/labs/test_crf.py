"""The CRF's experiment: degraded probabilities, mean field on a network's output, entropy."""

from __future__ import annotations

import numpy as np
import pytest

from cvdemo import world, zoo
from cvdemo.labs.crf.experiment import (
    DEGRADATIONS,
    CRFSettings,
    degraded,
    entropy,
    gain_rows,
    mean_field,
    msrc_rows,
    step_scores,
    truth_at_size,
    unary_term,
)
from cvdemo.ops.crf import dense_crf_steps
from cvdemo.world.vocabulary import SEMANTIC
from cvdemo.zoo.weights import WITH_CRF, WITH_KNOBS


def test_mean_field_repairs_noise() -> None:
    picture, truth = world.draw(world.scene(7, split="test"), 320, 240)
    unary = unary_term("deeplabv1", picture)
    assert unary.probabilities.shape == (len(SEMANTIC), 180, 240)
    found = mean_field(unary, CRFSettings(degradation="noisy"))
    labels = found.labels()
    assert len(labels) == len(found.steps) == 11
    scores = step_scores(labels, truth_at_size(truth.semantic, unary), len(SEMANTIC))
    assert scores[1].miou > scores[0].miou + 0.1
    energies = [step.free_energy for step in found.steps]
    assert energies[-1] < energies[0]


@pytest.mark.parametrize("degradation", DEGRADATIONS)
def test_degraded_probabilities_are_probabilities(degradation: str) -> None:
    rng = np.random.default_rng(0)
    labels = np.kron(rng.integers(0, 4, (3, 4)), np.ones((20, 20), int))
    sure = np.stack([labels == k for k in range(4)]).astype(np.float32)
    worse = degraded(sure, degradation)
    assert worse.shape == sure.shape
    np.testing.assert_allclose(worse.sum(axis=0), 1, atol=1e-4)
    same = (worse.argmax(axis=0) == labels).mean()
    assert same == 1 if degradation == "as it is" else 0.5 < same < 1
    assert degraded(sure[:, :1, :1], degradation).shape == (4, 1, 1)


def test_entropy_is_zero_where_sure_and_full_at_a_coins_throw() -> None:
    q = np.zeros((3, 1, 3), np.float32)
    q[:, 0, 0], q[:, 0, 1], q[:, 0, 2] = (1, 0, 0), (0.5, 0.5, 0), (1 / 3, 1 / 3, 1 / 3)
    assert entropy(q).tolist() == [[0, 255, 255]]
    assert next(dense_crf_steps(q, [])).q.shape == q.shape


def test_gains_come_from_cards(monkeypatch: pytest.MonkeyPatch) -> None:
    metrics = {"mIoU": 0.7, "boundary_F1": 0.6}
    both = {"metrics": metrics, WITH_CRF: {"mIoU": 0.75, "boundary_F1": 0.65}}
    noisy = {"metrics": metrics, WITH_CRF: {"mIoU": 0.69, "boundary_F1": 0.6}}
    cards = {"unet": {**both, WITH_KNOBS: {"noise=12": noisy, "weather=1": {"metrics": metrics}}}}
    monkeypatch.setattr("cvdemo.labs.crf.experiment.read_card", cards.get)
    row, other = gain_rows()
    assert list(row.values()) == ["as it is", "U-Net", 0.7, 0.75, "+0.050", 0.6, 0.65]
    assert list(other.values()) == ["much noise", "U-Net", 0.7, 0.69, "-0.010", 0.6, 0.6]


def test_figures_on_msrc_come_from_cards(monkeypatch: pytest.MonkeyPatch) -> None:
    metrics = {"pixel_accuracy": 0.9, "class_accuracy": 0.8, "mIoU": 0.7}
    card = {"metrics": metrics, WITH_CRF: {**metrics, "mIoU": 0.72}}
    bare = [row for row in msrc_rows() if row["by"] != "measured here"]
    assert [row["global"] for row in bare] == [84.0, 86.0]
    monkeypatch.setattr("cvdemo.labs.crf.experiment.read_card", lambda key: card)
    monkeypatch.setattr(
        "cvdemo.labs.crf.experiment.zoo.models", lambda task: [zoo.spec("photo-unet"), zoo.spec("unet")]
    )
    ours = [row for row in msrc_rows() if row["by"] == "measured here"]
    assert [row["method"] for row in ours] == ["U-Net (photos, MSRC)", "U-Net (photos, MSRC) + CRF"]
    assert [(row["global"], row["average"], row["mIoU"]) for row in ours] == [(90, 80, 70), (90, 80, 72)]
