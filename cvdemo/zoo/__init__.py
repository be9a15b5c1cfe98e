"""The models there are, where they come from, how they are loaded, cached and run.

from cvdemo import zoo
zoo.load("ssd-mobilenet-v2")(picture, score=.5, iou=.5)  # supervision.Detections
"""

from cvdemo.zoo.catalogue import DEFAULTS, models, spec
from cvdemo.zoo.device import default_device, device_title
from cvdemo.zoo.labels import labels
from cvdemo.zoo.loader import CACHE, load
from cvdemo.zoo.spec import ModelSpec, Published, Source, Task

__all__ = [
    "CACHE",
    "DEFAULTS",
    "ModelSpec",
    "Published",
    "Source",
    "Task",
    "default_device",
    "device_title",
    "labels",
    "load",
    "models",
    "spec",
]
