"""The lecture's plan: its topics by chapter, and the page of each that has one."""

from typing import NamedTuple


class Topic(NamedTuple):
    """A topic of the lecture; `page` is the file of its page, "" while there is none."""

    title: str
    page: str = ""


PLAN = {
    "The drawn world": (Topic("Scenes and their truth", "pages/world.py"),),
    "Detection": (
        Topic("Classification", "pages/classify.py"),
        Topic("Classification and localization", "pages/localize.py"),
        Topic("Object detection", "pages/detect.py"),
        Topic("Sliding window", "pages/windows.py"),
        Topic("Region proposals", "pages/proposals.py"),
        Topic("R-CNN, Fast and Faster R-CNN, R-FCN", "pages/rcnn.py"),
        Topic("YOLO and SSD", "pages/yolo_ssd.py"),
        Topic("NMS", "pages/nms.py"),
        Topic("IoU", "pages/iou.py"),
        Topic("mAP", "pages/map.py"),
    ),
    "Semantic segmentation": (
        Topic("Segment a picture", "pages/segment.py"),
        Topic("Sliding window to FCN", "pages/fcn.py"),
        Topic("Upsampling", "pages/upsampling.py"),
        Topic("Back to full size: FCN to PSPNet", "pages/decoders.py"),
        Topic("Dilated convolutions, DeepLab", "pages/dilated.py"),
        Topic("CRF", "pages/crf.py"),
    ),
    "Instances": (Topic("Mask R-CNN, RoIAlign"), Topic("Human pose"), Topic("Captions")),
    "Video": (Topic("Frame by frame"), Topic("Optical flow"), Topic("Recurrent networks")),
}
