"""The nets for photos: the backbone is ImageNet's, every net gives a class for every pixel of any picture."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from cvdemo.nets.efficientnet_lite import EfficientNetLite0
from cvdemo.nets.encoders import IMAGENET
from cvdemo.nets.inside import ablations, inner_maps
from cvdemo.nets.lite_backbone import LiteBackbone
from cvdemo.nets.photo import CLASSES
from cvdemo.zoo.photo_entries import PHOTO_ENTRIES
from cvdemo.zoo.photo_nets import imagenet_state

SEGMENTERS = [key for key, entry in PHOTO_ENTRIES.items() if entry.labels == "msrc"]


def test_the_backbone_gives_the_maps_of_imagenet_s_net() -> None:
    whole, backbone = EfficientNetLite0().eval(), LiteBackbone().eval()
    whole.load_state_dict(imagenet_state())
    backbone.load_imagenet(imagenet_state())
    x = torch.rand(1, 3, 64, 96, generator=torch.Generator().manual_seed(0))
    with torch.inference_mode():
        y = nn.functional.relu6(whole._bn0(whole._conv_stem(IMAGENET(x))))
        last = {}  # by its width, what the last block of that width gives
        for block in whole._blocks:
            y = block(y)
            last[y.shape[-1]] = y
        for own, other, channels in zip(backbone(x), last.values(), LiteBackbone.channels, strict=True):
            assert own.shape[1] == channels
            torch.testing.assert_close(own, other, rtol=1e-4, atol=1e-4)


def test_dilation_keeps_the_last_map_large_and_its_cells() -> None:
    """Every other cell of the dilated stage's first map is the strided one's (arXiv:1412.7062, sec. 3.1)."""
    state = imagenet_state()
    strided, dilated = LiteBackbone().eval(), LiteBackbone(16).eval()
    for one in (strided, dilated):
        one.load_imagenet(state)
    x = torch.rand(1, 3, 128, 128, generator=torch.Generator().manual_seed(0))
    with torch.inference_mode():
        coarse, fine = strided(x), dilated(x)
        assert [m.shape[-1] for m in coarse] == [64, 32, 16, 8, 4]
        assert [m.shape[-1] for m in fine] == [64, 32, 16, 8, 8]
        torch.testing.assert_close(coarse[3], fine[3])
    with pytest.raises(ValueError, match="output stride of 8 is not built"):
        LiteBackbone(8)


def test_normalised_maps_are_as_large_as_a_decoder_s() -> None:
    plain, normalised = LiteBackbone(), LiteBackbone(normalised=True)
    for one in (plain, normalised):
        one.load_imagenet(imagenet_state())
        one.train()
    x = torch.rand(4, 3, 64, 64, generator=torch.Generator().manual_seed(0))
    with torch.inference_mode():
        assert max(float(m.std()) for m in plain(x)) > 5
        assert all(0.9 < float(m.std()) < 1.1 for m in normalised(x))


def test_early_layers_stay_as_they_are() -> None:
    backbone = LiteBackbone()
    backbone.freeze_early()
    learning = {name.split(".")[0] for name, p in backbone.named_parameters() if p.requires_grad}
    assert learning == {"stages"}
    assert not any(p.requires_grad for p in backbone.stages[0].parameters())
    assert all(p.requires_grad for p in backbone.stages[1].parameters())


@pytest.mark.parametrize("key", SEGMENTERS)
@pytest.mark.parametrize("size", [(33, 70), (96, 64)])
def test_a_class_for_every_pixel_of_any_picture(key: str, size: tuple[int, int]) -> None:
    torch.manual_seed(0)
    net = PHOTO_ENTRIES[key].build().eval()
    with torch.inference_mode():
        trace = net(torch.rand(2, 3, *size))
    assert trace.logits.shape == (2, CLASSES, *size)
    assert trace.logits.isfinite().all()
    names = [name for name, _ in inner_maps(trace)]
    assert names[:5] == [f"encoder {k}" for k in range(1, 6)]


def test_skips_and_pyramid_levels_can_be_left_out() -> None:
    torch.manual_seed(0)
    x = torch.rand(1, 3, 64, 64)
    for key, count in (("photo-unet", 4), ("photo-pspnet", 4)):
        net = PHOTO_ENTRIES[key].build().eval()
        parts = ablations(net)
        assert len(parts) == count
        with torch.inference_mode():
            whole = net(x).logits
            for part in parts.values():
                assert not torch.equal(net(x, ablate=(part,)).logits, whole)


def test_every_entry_says_how_it_differs() -> None:
    for key, entry in PHOTO_ENTRIES.items():
        assert key == entry.key and entry.differences
        assert all(text.endswith(".") for text in entry.differences)
        assert key in entry.command or key in ("camvid-lite0", "photo-masks")
