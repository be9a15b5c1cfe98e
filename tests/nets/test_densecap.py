"""DenseCap: shapes on any picture, a language model that agrees with itself, losses, learning, weights."""

from __future__ import annotations

import contextlib
from dataclasses import replace

import numpy as np
import pytest
import torch

from cvdemo.nets.backbone import BackboneConfig
from cvdemo.nets.densecap import CodeConfig, DenseCap, DenseCapConfig, box_numbers, densecap_loss, few_each
from cvdemo.nets.region_words import LanguageModel, LanguageModelConfig, caption_loss
from cvdemo.nets.roi_head import RoITargets
from cvdemo.ops.decoding import greedy
from cvdemo.ops.vocabulary import END, PAD, START
from cvdemo.train.densecap import region_words
from cvdemo.train.scenes import draw_sample
from cvdemo.train.ssd import pictures_and_targets
from cvdemo.train.task import flipped
from cvdemo.world.captions.words import vocabulary
from cvdemo.zoo.weights import has_weights, load_weights

SMALL = BackboneConfig((8, 8, 16, 16, 16), (1, 1, 1, 1))
WORDS = LanguageModelConfig(vocabulary=12, embedding=8, units=16, longest=6)


@pytest.fixture(autouse=True)
def _seeded() -> None:
    torch.manual_seed(0)


def small() -> DenseCap:
    code = CodeConfig(channels=16, hidden=32, code=24, size=6, around=5, heads=2)
    return DenseCap(DenseCapConfig(channels=16, backbone=SMALL, branch=code))


@pytest.mark.parametrize("size", [(160, 192), (1, 1), (33, 70)])
def test_any_picture_has_a_sentence_for_each_region(size: tuple[int, int]) -> None:
    net = small().eval()
    net.config = replace(net.config, detect=replace(net.config.detect, score=0.0, most=20))
    trace = net(torch.rand(2, 3, *size))
    count = sum(len(d.boxes) for d in trace.detected)
    assert count and trace.regions.codes.shape == (count, 24)
    assert trace.boxes().shape[2:] == (1, 4) and trace.scores().shape[2] == 1
    assert trace.words.words.shape == trace.words.log_probabilities.shape
    assert trace.words.rivals.shape[:2] == trace.words.words.shape
    total = trace.regions.attention.sum((2, 3))
    torch.testing.assert_close(total, torch.ones(count, 2), rtol=1e-4, atol=1e-4)


def test_a_picture_without_regions() -> None:
    net = small().eval()
    net.config = replace(net.config, detect=replace(net.config.detect, score=1.0))
    trace = net(torch.rand(1, 3, 64, 64))
    assert len(trace.regions.codes) == len(trace.words.words) == 0


def test_the_words_are_those_of_greedy_decoding() -> None:
    model = LanguageModel(10, WORDS).eval()
    codes = torch.randn(9, 10) * 4
    written = model.write(codes)
    for row, code in enumerate(codes):

        def next_words(prefixes: list[tuple[int, ...]], code: torch.Tensor = code) -> np.ndarray:
            out = []
            for prefix in prefixes:
                padded = torch.tensor([[*prefix, PAD]])
                with torch.no_grad():
                    out.append(model(code[None], padded)[0, len(prefix)].numpy())
            return np.stack(out)

        best = greedy(next_words, end=END, longest=WORDS.longest)
        ids = [k for k in written.words[row].tolist() if k != PAD]
        assert tuple(k for k in ids if k != END) == tuple(k for k in best.words if k != END)
        assert float(written.log_probabilities[row].sum()) == pytest.approx(best.log_probability, abs=1e-5)
        assert written.rivals[row, 0, 0] == ids[0]


def test_the_code_goes_in_before_the_start_marker() -> None:
    model = LanguageModel(10, WORDS).eval()
    code, words = torch.randn(1, 10), torch.tensor([[5, 7]])
    state = model.start(code)
    first, state = model.step(state, torch.tensor([START]))
    second, _ = model.step(state, torch.tensor([5]))
    whole = model(code, words)
    torch.testing.assert_close(torch.stack([first[0], second[0]]), whole[0])
    torch.testing.assert_close(whole.exp().sum(2), torch.ones(1, 2))


def test_the_loss_of_words_is_their_mean_surprise() -> None:
    model = LanguageModel(10, WORDS)
    codes = torch.randn(2, 10, requires_grad=True)
    words = torch.tensor([[5, 6, END], [7, END, PAD]])
    likely = model(codes, words).detach()
    expected = (
        -(likely[0, 0, 5] + likely[0, 1, 6] + likely[0, 2, END] + likely[1, 0, 7] + likely[1, 1, END]) / 5
    )
    assert caption_loss(model, codes, words).item() == pytest.approx(float(expected), rel=1e-5)
    nobody = caption_loss(model, codes[:0], words[:0])
    assert nobody.item() == 0 and nobody.requires_grad


def test_of_each_object_only_a_few_rois_are_described() -> None:
    rows = torch.tensor([2, 0, 2, 2, 0, 1])
    boxes = torch.arange(32.0).view(8, 4)
    rois = RoITargets([boxes], torch.ones(8), boxes[:6], (rows,))
    few = few_each(rois, 2)
    assert few.matched[0].tolist() == [2, 0, 2, 0, 1]
    assert few.boxes[0][:, 0].tolist() == [0, 4, 8, 16, 20]


def test_the_boxes_numbers_are_shares_of_the_picture() -> None:
    numbers = box_numbers(torch.tensor([[0.0, 0, 200, 100], [50, 25, 150, 75]]), (100, 200))
    torch.testing.assert_close(numbers[0], torch.tensor([-1.0, -1, 1, 1, 0, 0, 1, 1]))
    torch.testing.assert_close(numbers[1], torch.tensor([-0.5, -0.5, 0.5, 0.5, 0, 0, 0, 0]))


def test_it_learns_the_sentences_of_a_scene() -> None:
    sample = draw_sample(3, captions=True)
    pictures, truth = pictures_and_targets([sample], torch.device("cpu"))
    words = region_words(sample, vocabulary())
    net = small()
    optimizer = torch.optim.AdamW(net.parameters(), lr=3e-3)
    with torch.backends.mkldnn.flags(enabled=False):  # oneDNN's gradients abort on so few channels
        densecap_loss(net, pictures, truth, [words], contextlib.nullcontext()).backward()
        idle = [name for name, p in net.named_parameters() if p.grad is None or not p.grad.any()]
        assert not idle, idle
        for _ in range(60):
            codes = net.encode(net.features(pictures), [truth[0].boxes], pictures.shape[-2:]).codes
            optimizer.zero_grad()
            caption_loss(net.language, codes, words).backward()
            optimizer.step()
    net.eval()
    own = [region.row for region in sample.regions]
    codes = net.encode(net.features(pictures), [truth[0].boxes[own]], pictures.shape[-2:]).codes
    said = [vocabulary().decode(row) for row in net.language.write(codes).words.tolist()]
    right = sum(a == r.text for a, r in zip(said, sample.regions, strict=True))
    assert right >= len(said) - 1, said


def test_a_mirrored_scene_has_mirrored_sentences() -> None:
    sample = draw_sample(3, captions=True)
    mirror = flipped(sample)
    assert any("left of" in r.text for r in sample.regions)
    for a, b in zip(sample.regions, mirror.regions, strict=True):
        assert a.row == b.row
        assert b.text == a.text.replace("left", "#").replace("right", "left").replace("#", "right")


def test_an_object_without_a_sentence_has_no_words() -> None:
    sample = draw_sample(3, captions=True)
    silent, *others = sample.regions
    ids = region_words(sample._replace(regions=tuple(others)), vocabulary())
    assert (ids[silent.row] == PAD).all()
    for region in others:
        assert vocabulary().decode(ids[region.row].tolist()) == region.text
    assert (region_words(sample._replace(regions=()), vocabulary()) == PAD).all()


def test_the_whole_net_begins_as_faster_rcnn_does() -> None:
    from cvdemo.zoo.entries import build_net

    ours, theirs = build_net("densecap").state_dict(), build_net("faster-rcnn-plus").state_dict()
    differ = {name for name, value in theirs.items() if name not in ours or ours[name].shape != value.shape}
    assert differ == {"head.classify.weight", "head.classify.bias", "head.locate.weight", "head.locate.bias"}


@pytest.mark.skipif(not has_weights("densecap"), reason="the weights are not there")
def test_the_shipped_weights_describe_true_boxes() -> None:
    from cvdemo.zoo.entries import build_net

    net = build_net("densecap").eval()
    load_weights(net, "densecap")
    said = right = 0
    for seed in range(12):
        sample = draw_sample(seed, split="test", captions=True)
        pictures, truth = pictures_and_targets([sample], torch.device("cpu"))
        own = [region.row for region in sample.regions]
        if not own:
            continue
        with torch.no_grad():
            codes = net.encode(net.features(pictures), [truth[0].boxes[own]], pictures.shape[-2:]).codes
        texts = [vocabulary().decode(row) for row in net.language.write(codes).words.tolist()]
        said += len(texts)
        right += sum(a.split()[:3] == r.text.split()[:3] for a, r in zip(texts, sample.regions, strict=True))
    assert right / said > 0.85
