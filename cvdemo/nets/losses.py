"""Losses of the nets that give a class to every pixel."""

from __future__ import annotations

from typing import Protocol

from torch import Tensor, nn

AUXILIARY = 0.4
"""Weight of an auxiliary head's loss (arXiv:1612.01105, sec. 4.1)."""


class SegmenterTrace(Protocol):
    """What every segmenter's trace has: `logits` [N, K, H, W] at the picture's size.

    It may have `aux` too, the logits [N, K, h, w] of each auxiliary head, empty unless the net is training.
    """

    @property
    def logits(self) -> Tensor: ...


def trace_loss(trace: SegmenterTrace, labels: Tensor, *, dice: bool = True) -> Tensor:
    """The segmentation loss of a trace's logits, and of its auxiliary heads' with less weight."""
    total = segmentation_loss(trace.logits.float(), labels, dice=dice)
    heads: tuple[Tensor, ...] = getattr(trace, "aux", ())
    for logits in heads:
        whole = nn.functional.interpolate(logits.float(), size=labels.shape[-2:], mode="bilinear")
        total = total + AUXILIARY * segmentation_loss(whole, labels, dice=dice)
    return total


def segmentation_loss(logits: Tensor, labels: Tensor, *, dice: bool = True) -> Tensor:
    """Cross entropy plus one minus the Dice overlap, averaged over the classes that the batch holds.

    `logits` [N, K, H, W], `labels` [N, H, W] class ids, 255 where ignored. Without `dice` it is cross entropy
    alone, as in most of the papers. Dice weighs a small
    class as a large one, as the mean IoU does (arXiv:1606.04797, sec. 3).
    """
    likely = logits.log_softmax(dim=1)  # [N, K, H, W]
    valid = labels != 255
    index = labels.where(valid, 0)
    right = likely.gather(1, index[:, None])[:, 0]  # [N, H, W]
    cross_entropy = -(right * valid).sum() / valid.sum().clamp(min=1)
    if not dice:
        return cross_entropy
    zeros, ids = logits.new_zeros(logits.shape[1]), index.flatten()
    overlap = zeros.index_add(0, ids, (right.exp() * valid).flatten())  # [K]
    truth = zeros.index_add(0, ids, valid.flatten().to(logits.dtype))  # [K]
    total = (likely.exp() * valid[:, None]).sum((0, 2, 3)) + truth  # [K]
    there = truth > 0
    return cross_entropy + (1 - 2 * overlap[there] / total[there]).sum() / there.sum().clamp(min=1)
