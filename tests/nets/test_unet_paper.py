"""The published U-Net: the sizes of its figure 1, and its count."""

from __future__ import annotations

from itertools import pairwise

import torch

from cvdemo.nets.unet_paper import UNetPaper, cut


def test_the_sizes_of_figure_1() -> None:
    with torch.device("meta"):
        trace = UNetPaper()(torch.rand(1, 1, 388, 388))
    assert [m.shape[1:3] for m in trace.encoder] == [(64, 568), (128, 280), (256, 136), (512, 64), (1024, 28)]
    assert [m.shape[1:3] for m in trace.decoder] == [(512, 52), (256, 100), (128, 196), (64, 388)]
    assert trace.logits.shape == (1, 2, 388, 388)


def test_it_counts_31_million_and_takes_any_size() -> None:
    net = UNetPaper(classes=3, inputs=3).eval()
    widths = (64, 128, 256, 512, 1024)

    def conv(kernel: int, a: int, b: int) -> int:
        return kernel * kernel * a * b + b

    down = sum(conv(3, a, b) + conv(3, b, b) for a, b in pairwise((3, *widths)))
    up = sum(conv(2, 2 * c, c) + conv(3, 2 * c, c) + conv(3, c, c) for c in widths[:-1])
    count = sum(p.numel() for p in net.parameters())
    assert count == down + up + conv(1, 64, 3)
    assert round(count / 1e6, 1) == 31.0
    with torch.inference_mode():
        assert net(torch.rand(1, 3, 9, 22)).logits.shape == (1, 3, 9, 22)


def test_a_cut_is_the_middle() -> None:
    x = torch.arange(36).view(1, 1, 6, 6)
    assert cut(x, torch.zeros(1, 1, 2, 4)).flatten().tolist() == [13, 14, 15, 16, 19, 20, 21, 22]
