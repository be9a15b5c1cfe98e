"""The decoders' experiment: cards, inner maps, ablations, each run counted."""

from __future__ import annotations

import numpy as np

from cvdemo import world, zoo
from cvdemo.draw.gain_chart import gain_chart
from cvdemo.labs.decoders.experiment import (
    ablated_labels,
    drawn_segmenters,
    inner_pictures,
    possible_ablations,
    segmenter_cards,
)
from cvdemo.zoo.additions import SEGMENTERS, gains
from cvdemo.zoo.weights import has_weights


def test_cards_of_all_nets_are_read() -> None:
    cards = segmenter_cards([entry.key for entry in drawn_segmenters()])
    assert len(cards) == len(drawn_segmenters())
    assert all(0 < card.miou < 1 and card.params > 0 and card.milliseconds > 0 for card in cards)
    assert segmenter_cards(["no-such-net"]) == []


def test_an_ablation_changes_labels_and_none_leaves_the_models_own() -> None:
    picture, _ = world.draw(world.scene(36, split="test"), 320, 240)
    model = zoo.load("unet")
    before = model.runs
    whole, without = (ablated_labels("unet", picture, ablate) for ablate in ((), (2, 4)))
    assert model.runs == before + 2
    assert (whole == model(picture)).mean() > 0.999
    assert 0.001 < (whole != without).mean() < 0.5
    assert set(possible_ablations("unet").values()) >= {2, 4}
    assert len(possible_ablations("deeplabv3")) == 5
    assert possible_ablations("deeplabv1") == {}


def test_inner_maps_come_in_the_order_of_the_trace() -> None:
    picture = np.zeros((120, 160, 3), np.uint8)
    maps = inner_pictures("fcn8s", picture)
    assert maps[0].name == "encoder 1"
    assert maps[0].size.endswith("channels")
    assert all(m.colours.shape[1:] == (240, 3) for m in maps)


def test_what_an_addition_brings_is_what_both_cards_say() -> None:
    found = gains(SEGMENTERS, "mIoU")
    there = [one for one in SEGMENTERS if has_weights(one.present) and has_weights(one.absent)]
    assert len(there) > 4
    for one, (_, present, absent) in zip(found, there, strict=True):
        with_it, without = segmenter_cards([present, absent])
        assert (one.present, one.without) == (with_it.miou, without.miou)
    figure = gain_chart(found)
    without, with_it = figure.data[-2:]
    assert list(without.x) == [one.without for one in found]
    assert list(with_it.x) == [one.present for one in found]
    assert [note.text for note in figure.layout.annotations] == [
        f"{one.present - one.without:+.3f}" for one in found
    ]
