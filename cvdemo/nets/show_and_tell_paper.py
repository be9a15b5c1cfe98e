"""Show and tell as it was published: GoogLeNet with batch normalisation, an LSTM of 512 (arXiv:1411.4555).

The picture's 1024 values become a vector of 512, as long as a word's (sec. 4.3.1). GoogLeNet is
torchvision's, for pictures of 224 x 224 pixels.
"""

from __future__ import annotations

from torch import Tensor, nn
from torchvision.models import googlenet

from cvdemo.nets.encoders import IMAGENET
from cvdemo.nets.show_and_tell import ShowAndTell, ShowAndTellConfig

POOLED = 1024
"""Values of a picture behind GoogLeNet's last pooling."""


class PaperShowAndTell(ShowAndTell):
    """Pictures [N, 3, H, W], RGB in 0..1, and the words said so far, to logits of the next word."""

    def build_encoder(self, words: int, channels: int) -> None:
        self.backbone = googlenet(weights=None, aux_logits=False, init_weights=False)
        self.backbone.fc = nn.Identity()

    def build_norm(self, size: int) -> nn.Module:
        return nn.Identity()

    def grid(self, pictures: Tensor) -> Tensor:
        pooled: Tensor = self.backbone(IMAGENET(pictures))
        return pooled[:, :, None, None]  # [N, 1024, 1, 1]: a single cell


def show_and_tell_paper(words: int = 10_000) -> PaperShowAndTell:
    """Show and tell for so many words; the paper keeps those that are five times in the training captions."""
    return PaperShowAndTell(ShowAndTellConfig(words, POOLED, embedding=512, hidden=512, dropout=0.3))
