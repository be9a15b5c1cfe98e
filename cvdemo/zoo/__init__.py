"""The models there are, where they come from, how they are loaded, cached and run.

from cvdemo import zoo
zoo.load("ssd-mobilenet-v2")(picture, score=.5, iou=.5)  # supervision.Detections
"""

from cvdemo.data.domain import Domain
from cvdemo.zoo.catalogue import better_elsewhere, differences, first_model, first_models, models, spec
from cvdemo.zoo.device import default_device, device_title
from cvdemo.zoo.labels import labels
from cvdemo.zoo.loader import CACHE, load
from cvdemo.zoo.spec import ModelSpec, Published, Source, Task

__all__ = [
    "CACHE",
    "Domain",
    "ModelSpec",
    "Published",
    "Source",
    "Task",
    "better_elsewhere",
    "default_device",
    "device_title",
    "differences",
    "first_model",
    "first_models",
    "labels",
    "load",
    "models",
    "spec",
]
