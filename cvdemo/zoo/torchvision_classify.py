"""torchvision's ImageNet classifiers; `spec.options`: name, crop, features, linear."""

from __future__ import annotations

from torchvision.models import get_model

from cvdemo.zoo.checkpoint import load_state
from cvdemo.zoo.fetch import Progress, fetch_file
from cvdemo.zoo.model import Classifier
from cvdemo.zoo.spec import ModelSpec
from cvdemo.zoo.torch_classify import TorchClassifier


def load(spec: ModelSpec, device: str, progress: Progress | None = None) -> Classifier:
    """The classifier of a spec, its weights downloaded if need be."""
    path = fetch_file(spec.weights, progress)
    options = spec.options
    net = get_model(options["name"], weights=None, num_classes=options.get("num_classes", 1000))
    load_state(net, path)
    return TorchClassifier(
        spec,
        device,
        net,
        crop=options.get("crop", 224),
        features=options.get("features", ""),
        linear=options.get("linear", ""),
    )
