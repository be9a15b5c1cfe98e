"""cvdemo: the detection and segmentation lecture as a live lab, and the package behind it."""

__version__ = "0.1.0"
