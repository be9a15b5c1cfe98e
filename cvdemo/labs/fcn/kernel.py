"""The fully connected layer's weights, reshaped into a kernel before the visitor's eyes."""

from __future__ import annotations

from typing import cast

import numpy as np
import streamlit as st
import torch

from cvdemo.labs.fcn.lab import Both, nets
from cvdemo.nets.patch_classifier import MAP
from cvdemo.ui.component import component, packed

_kernel = component("fcn/kernel")


@torch.inference_mode()
def hidden_apart(found: Both) -> tuple[float, int]:
    """The largest difference between the matrix at every place of the feature map and the sliding kernel.

    Of the hidden layer, before ReLU; with the number of values compared.
    """
    net, everywhere = nets()
    x = torch.from_numpy(np.ascontiguousarray(found.picture)).permute(2, 0, 1)[None].float() / 255
    features = everywhere(x).features  # [1, C, h, w]
    slid = everywhere.fc[0](features)[0]  # [hidden, h - 4, w - 4]
    patches = torch.nn.functional.unfold(features, MAP)[0].T  # [places, C * 25]
    multiplied = net.fc[1](patches).T.reshape(slid.shape)
    return float((slid - multiplied).abs().max()), slid.numel()


def reshaped(found: Both) -> None:
    """A row of the matrix, and the same numbers as a kernel: a slider leads from one to the other."""
    net, everywhere = nets()
    matrix = cast(torch.Tensor, net.fc[1].weight)  # [hidden, C * 25]
    kernel = cast(torch.Tensor, everywhere.fc[0].weight)  # [hidden, C, 5, 5]
    largest = float(matrix.abs().quantile(0.995))
    shades = (127.5 + 127.5 * (matrix / largest).clamp(-1, 1)).round().byte()
    apart, values = hidden_apart(found)
    fields = {
        "matrix": list(matrix.shape),
        "kernel": list(kernel.shape),
        "same": bool((matrix.reshape(kernel.shape) == kernel).all()),
        "apart": apart,
        "values": values,
    }
    _kernel(data=packed(fields, {"weights": shades.numpy()}), key="kernel")
    st.caption(
        f"{values:,} values of the hidden layer, computed both ways on this picture: the largest difference "
        f"is {apart:.1e}."
    )
