"""RAFT in torchvision's two sizes, to the last parameter: its weights fit, and the answers are the same.

arXiv:2003.12039, appendix A. They are so where 8 divides a picture's sides and none is below 128 pixels.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from torch import Tensor

from cvdemo.errors import CheckpointError
from cvdemo.nets.raft import RAFT, RAFTConfig
from cvdemo.nets.raft_encoder import EncoderConfig

SMALL = RAFTConfig(
    features=EncoderConfig((32, 32, 64, 96, 128), bottleneck=True),
    context=EncoderConfig((32, 32, 64, 96, 160), norm="none", bottleneck=True),
    levels=4, radius=3, correlation=(96,), flow=(64, 32), motion=82, hidden=96, head=128, mask=0, updates=12,
)  # fmt: skip
LARGE = RAFTConfig(
    features=EncoderConfig((64, 64, 96, 128, 256)),
    context=EncoderConfig((64, 64, 96, 128, 256), norm="batch"),
    levels=4, radius=4, correlation=(256, 192), flow=(128, 64), motion=128, hidden=128,
    kernels=((1, 5), (5, 1)), head=256, mask=256, updates=12,
)  # fmt: skip

NAMES = (
    (r"^(feature|context)_encoder\.convnormrelu\.", r"\1.stem."),
    (r"^(feature|context)_encoder\.conv\.", r"\1.last."),
    (r"^(feature|context)_encoder\.layer1\.", r"\1.stages.0."),
    (r"^(feature|context)_encoder\.layer2\.", r"\1.stages.1."),
    (r"^(feature|context)_encoder\.layer3\.", r"\1.stages.2."),
    (r"^feature\.", "features."),
    (r"\.downsample\.", ".shortcut."),
    (r"\.convnormrelu1\.", ".convs.0."),
    (r"\.convnormrelu2\.", ".convs.1."),
    (r"\.convnormrelu3\.", ".convs.2."),
    (r"^update_block\.motion_encoder\.convcorr1\.", "update.motion.correlation.0."),
    (r"^update_block\.motion_encoder\.convcorr2\.", "update.motion.correlation.1."),
    (r"^update_block\.motion_encoder\.convflow1\.", "update.motion.flow.0."),
    (r"^update_block\.motion_encoder\.convflow2\.", "update.motion.flow.1."),
    (r"^update_block\.motion_encoder\.conv\.", "update.motion.both."),
    (r"^update_block\.recurrent_block\.convgru1\.", "update.grus.0."),
    (r"^update_block\.recurrent_block\.convgru2\.", "update.grus.1."),
    (r"\.convz\.", ".update."),
    (r"\.convr\.", ".reset."),
    (r"\.convq\.", ".candidate."),
    (r"^update_block\.flow_head\.conv1\.", "update.head.0."),
    (r"^update_block\.flow_head\.conv2\.", "update.head.2."),
    (r"^mask_predictor\.convrelu\.", "mask.0."),
    (r"^mask_predictor\.conv\.", "mask.1."),
)
"""How parts of torchvision's names are called here, one replacement after the other."""


def raft_small_paper() -> RAFT:
    """torchvision's `raft_small`: 990,162 parameters."""
    return RAFT(SMALL)


def raft_large_paper() -> RAFT:
    """torchvision's `raft_large`: 5,257,536 parameters."""
    return RAFT(LARGE)


def torchvision_names(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The state of torchvision's `raft_small` or `raft_large` with the names of the nets here."""
    found = {}
    for theirs, value in state.items():
        if not theirs.startswith(
            ("feature_encoder.", "context_encoder.", "update_block.", "mask_predictor.")
        ):
            raise CheckpointError(f"'{theirs}' is not among RAFT's weights: they are another model's")
        ours = theirs
        for pattern, name in NAMES:
            ours = re.sub(pattern, name, ours)
        found[ours] = value
    return found
