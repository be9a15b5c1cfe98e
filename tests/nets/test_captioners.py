"""Captioners: any size, one word at a time or all at once, rows of states, layers against torch's own."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from cvdemo.nets.backbone import BackboneConfig
from cvdemo.nets.caption_encoder import position_code
from cvdemo.nets.caption_transformer import (
    CaptionTransformer,
    CaptionTransformerConfig,
    Layer,
    caption_transformer,
    word_code,
)
from cvdemo.nets.captioner import CaptionNet, join_rows, pick_rows
from cvdemo.nets.random_weights import hollow, parameters, random_net
from cvdemo.nets.show_and_tell import ShowAndTell, ShowAndTellConfig, show_and_tell
from cvdemo.nets.show_and_tell_paper import show_and_tell_paper
from cvdemo.nets.show_attend_tell import ShowAttendTell, ShowAttendTellConfig, show_attend_tell
from cvdemo.nets.ssd import SSD, SSDConfig
from cvdemo.ops.vocabulary import END, START

LEVELS = SSDConfig(channels=8, depth=1, backbone=BackboneConfig((8, 8, 16, 16, 16), (1, 1, 1, 1)))
WORDS = 11


def attending() -> ShowAttendTell:
    return ShowAttendTell(ShowAttendTellConfig(WORDS, 16, 8, 24, 12, dropout=0), LEVELS)


def telling() -> ShowAndTell:
    return ShowAndTell(ShowAndTellConfig(WORDS, 16, 24, 24, dropout=0), LEVELS)


def transforming() -> CaptionTransformer:
    return CaptionTransformer(CaptionTransformerConfig(WORDS, 16, 2, 4, 32, dropout=0), LEVELS)


BUILDS = {"show-attend-tell": attending, "show-and-tell": telling, "caption-transformer": transforming}


@pytest.fixture(params=BUILDS)
def net(request: pytest.FixtureRequest) -> Any:
    torch.manual_seed(0)
    return BUILDS[request.param]().eval()


def pictures(*size: int) -> Tensor:
    return torch.rand(2, 3, *size, generator=torch.Generator().manual_seed(1))


@torch.inference_mode()
@pytest.mark.parametrize("size", [(160, 192), (1, 1), (33, 70)])
def test_a_caption_of_any_picture(net: CaptionNet, size: tuple[int, int]) -> None:
    trace = net(pictures(*size), torch.full((2, 5), 4))
    assert trace.logits.shape == (2, 5, WORDS)
    assert trace.hidden.shape[:2] == (2, 5)
    assert (trace.attention is not None) == net.attends
    if trace.attention is not None:
        assert trace.attention.shape == (2, 5, *(2 * -(-side // 32) for side in size))
        assert (trace.attention >= 0).all()
        np.testing.assert_allclose(trace.attention.sum(dim=(2, 3)), 1, rtol=1e-5)


@torch.inference_mode()
def test_teacher_forcing_is_what_steps_give(net: CaptionNet) -> None:
    """Also: a picture's sentences know nothing of those of another, and no word of what comes later."""
    memory, rows = net.encode(pictures(64, 96)), torch.tensor([1, 0, 1])
    words = torch.randint(WORDS, (3, 7), generator=torch.Generator().manual_seed(2))
    trace = net.tell(memory, words, rows)
    state = net.pick(net.start(memory), rows)
    for t in range(7):
        step = net.step(state, words[:, t])
        torch.testing.assert_close(step.logits, trace.logits[:, t])
        if step.attention is not None and trace.attention is not None:
            torch.testing.assert_close(step.attention, trace.attention[:, t])
        state = step.state
    alone = net.tell(net.encode(pictures(64, 96)[1:]), words[:1])
    torch.testing.assert_close(alone.logits, trace.logits[:1])
    assert not torch.allclose(trace.logits[0, 1], trace.logits[0, 2])


@torch.inference_mode()
def test_the_picture_matters(net: CaptionNet) -> None:
    other = pictures(64, 96).roll(24, dims=3)
    words = torch.full((2, 3), 4)
    assert not torch.allclose(net(pictures(64, 96), words).logits, net(other, words).logits)


@torch.inference_mode()
def test_rows_of_states_are_picked_and_joined(net: CaptionNet) -> None:
    state = net.step(net.start(net.encode(pictures(64, 96))), torch.tensor([START, 5])).state
    first, second = (net.pick(state, torch.tensor([k])) for k in (0, 1))
    words = torch.tensor([7, 8, 9])
    together = net.step(net.join([second, first, second]), words)
    picked = net.step(net.pick(state, torch.tensor([1, 0, 1])), words)
    torch.testing.assert_close(together.logits, picked.logits)
    torch.testing.assert_close(net.step(first, words[1:2]).logits, picked.logits[1:2])
    assert not torch.allclose(picked.logits[0], picked.logits[2])  # the same beginning, another word


@torch.inference_mode()
def test_the_picture_is_seen_once(net: CaptionNet) -> None:
    runs: list[int] = []
    assert isinstance(net, nn.Module)
    net.backbone.register_forward_hook(lambda *_: runs.append(1))
    state = net.start(net.encode(pictures(64, 96)))
    for word in (START, 5, 6):
        state = net.pick(net.step(state, torch.tensor([word, word])).state, torch.tensor([1, 0]))
    assert len(runs) == 1


def test_what_rows_share_is_not_copied() -> None:
    states = [attending().start(attending().encode(pictures(32, 32)))] * 2
    assert pick_rows(states[0], torch.tensor([0, 0, 1])).cells is states[0].cells
    assert join_rows(states).cells is states[0].cells


@pytest.mark.parametrize("build", BUILDS.values(), ids=BUILDS)
def test_captions_by_heart(build: Any) -> None:
    """Three pictures of three colours; greedy decoding gives each its sentence."""
    torch.manual_seed(0)
    net, seen = build(), torch.zeros(3, 3, 64, 64)
    seen[0, 0, :32, :32], seen[1, 1, :32, :], seen[2, 2] = 1, 1, 1
    said = torch.tensor([[4, 5, 6, 7, END], [5, 5, 6, 8, END], [4, 9, 6, 10, END]])
    words = torch.cat([torch.full((3, 1), START), said[:, :-1]], dim=1)
    optimizer = torch.optim.AdamW(net.parameters(), lr=1e-2)
    for _ in range(60):
        loss = nn.functional.cross_entropy(net(seen, words).logits.flatten(0, 1), said.flatten())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert loss < 0.2
    with torch.inference_mode():
        state, word = net.eval().start(net.encode(seen)), torch.full((3,), START)
        for t in range(5):
            step = net.step(state, word)
            state, word = step.state, step.logits.argmax(dim=1)
            assert word.tolist() == said[:, t].tolist()


# --- layers against others ------------------------------------------------------------------------


@torch.inference_mode()
def test_attention_is_that_of_the_paper_cell_by_cell() -> None:
    """arXiv:1502.03044, eq. 4 to 6 and the gate, for one sentence in plain loops."""
    torch.manual_seed(0)
    net = attending().eval()
    state = net.start(net.encode(pictures(64, 96)))
    step = net.step(state, torch.tensor([START, 5]))
    hidden, word = state.hidden[1], net.embed.weight[5]
    query = net.query(torch.cat([hidden, word]))
    energies = [float(net.energy((key + query).tanh())) for key in state.cells.keys[1]]
    weights = np.exp(energies) / np.exp(energies).sum()
    assert step.attention is not None
    np.testing.assert_allclose(step.attention[1].flatten(), weights, rtol=1e-4)
    context = sum(float(w) * value for w, value in zip(weights, state.cells.values[1], strict=True))
    context = context * torch.sigmoid(net.gate(hidden))
    after, _ = net.lstm(torch.cat([word, context]), (hidden, state.cell[1]))
    torch.testing.assert_close(step.state.hidden[1], after)
    output = net.classify(word + net.from_hidden(after) + net.from_context(context))
    torch.testing.assert_close(step.logits[1], output)


@torch.inference_mode()
def test_show_and_tell_is_torchs_lstm_with_the_picture_before_the_words() -> None:
    torch.manual_seed(0)
    net = telling().eval()
    lstm = nn.LSTM(24, 24, batch_first=True)
    lstm.load_state_dict({f"{name}_l0": value for name, value in net.lstm.state_dict().items()})
    memory, words = net.encode(pictures(64, 96)), torch.tensor([[START, 5, 6], [START, 8, 9]])
    hidden, _ = lstm(torch.cat([memory.vector[:, None], net.embed(words)], dim=1))
    torch.testing.assert_close(net.tell(memory, words).logits, net.classify(hidden[:, 1:]))


@torch.inference_mode()
def test_a_layer_is_torchs_decoder_layer() -> None:
    torch.manual_seed(0)
    own = Layer(CaptionTransformerConfig(WORDS, 16, 1, 4, 32)).eval()
    torchs = nn.TransformerDecoderLayer(
        16, 4, 32, activation="gelu", batch_first=True, norm_first=True
    ).eval()  # fmt: skip
    names = {
        "self_attn.in_proj_": own.words, "self_attn.out_proj.": own.outputs[0],
        "multihead_attn.out_proj.": own.outputs[1], "linear1.": own.feed[0], "linear2.": own.feed[2],
        **{f"norm{k + 1}.": norm for k, norm in enumerate(own.norms)},
    }  # fmt: skip
    state = {
        f"{name}{kind}": getattr(layer, kind) for name, layer in names.items() for kind in ("weight", "bias")
    }
    for kind in ("weight", "bias"):
        state[f"multihead_attn.in_proj_{kind}"] = torch.cat(
            [getattr(own.query, kind), getattr(own.cells, kind)]
        )
    torchs.load_state_dict(state)
    words, cells = torch.randn(2, 5, 16), torch.randn(2, 7, 16)
    mask = nn.Transformer.generate_square_subsequent_mask(5)
    pairs = torch.stack(own.of_cells(cells), dim=1)
    found, past, attention = own(words, torch.zeros(2, 2, 0, 16), pairs)
    torch.testing.assert_close(found, torchs(words, cells, mask, tgt_is_causal=True))
    assert past.shape == (2, 2, 5, 16)
    np.testing.assert_allclose(attention.sum(dim=2), 1, rtol=1e-5)


def test_codes_of_places() -> None:
    code = position_code(3, 4)
    flat = code.flatten(1).T
    assert code.shape == (16, 3, 4)
    assert (torch.cdist(flat, flat) + torch.eye(12) > 0.1).all()  # no two cells have the same
    torch.testing.assert_close(code.flip(2)[8:12], -code[8:12])  # left and right differ in sign
    torch.testing.assert_close(code.flip(1)[:4], -code[:4])
    words = word_code(9, 6, torch.device("cpu"))
    assert words[5, 2] == pytest.approx(math.sin(5 / 10000 ** (2 / 6)), abs=1e-5)
    assert words[5, 3] == pytest.approx(math.cos(5 / 10000 ** (2 / 6)), abs=1e-5)


# --- what they begin with, and as published -------------------------------------------------------


@pytest.mark.parametrize("build", [show_attend_tell, show_and_tell, caption_transformer])
def test_the_encoder_has_ssds_names(build: Any) -> None:
    """Training begins with SSD's backbone and levels."""
    own, ssd = hollow(build).state_dict(), hollow(SSD).state_dict()
    shared = {n for n in ssd if n.split(".")[0] in ("backbone", "lateral", "smooth")}
    assert shared and all(own[name].shape == ssd[name].shape for name in shared)
    new = {name.split(".")[0] for name in own.keys() - shared}
    assert not new & {"backbone", "lateral", "smooth"}


def test_show_and_tell_as_published_counts_as_the_layers_say() -> None:
    """GoogLeNet without its classifier; 1024 values to 512; words and LSTM of 512, two biases."""
    from torchvision.models import googlenet

    words = 10_000
    net = hollow(show_and_tell_paper)
    body = parameters(hollow(lambda: googlenet(weights=None, aux_logits=False, init_weights=False)))
    body -= 1000 * (1024 + 1)
    lstm = 4 * 512 * (512 + 512 + 1 + 1)
    assert parameters(net) == body + 512 * (1024 + 1) + words * 512 + lstm + words * (512 + 1) == 18_475_952


@torch.inference_mode()
def test_show_and_tell_as_published_runs() -> None:
    net = random_net(lambda: show_and_tell_paper(50))
    trace = net(torch.rand(1, 3, 224, 224), torch.tensor([[START, 5, 6]]))
    assert trace.logits.shape == (1, 3, 50) and trace.hidden.shape == (1, 3, 512)
    assert trace.attention is None and torch.isfinite(trace.logits).all()
