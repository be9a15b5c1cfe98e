"""Every architecture of the lecture: the file here, and what of it is ready-made; data without torch.

A `Counterpart` is one pair. What cannot be counted or run (what a ready-made net does beside the network)
stands beside it as `Hidden`; lines, parameters, milliseconds and differences are measured by
`cvdemo.labs.implementations.experiment`.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Any, NamedTuple

NOTHING: Mapping[str, Any] = MappingProxyType({})


class Same(StrEnum):
    """How a ready-made net's weights come into the net here."""

    NO = "no"
    NAMES = "by a map of names"
    ORDER = "in the same order"


class Outputs(StrEnum):
    """What both nets are asked for, and compared by."""

    TWO_STAGE = "detections of two stages"
    SSD = "detections of default boxes"
    MASKS = "detections and masks"
    KEYPOINTS = "people and keypoints"
    LOGITS = "logits"
    MAPS = "maps of all strides"
    FLOWS = "flows of all updates"


class Hidden(NamedTuple):
    """What a ready-made net does, or leaves to its user, without a word in its signature."""

    size: str
    colours: str
    channels: str
    nms: str
    boxes: str


@dataclass(frozen=True)
class Ready:
    """A ready-made net: `build` is "module:function" of an installed library, `install` its extra here.

    `names` is the "module:function" that renames its weights for the net here. `differs` says in one
    sentence why the weights do not fit, or why the answers differ although they do; `repairs` are the
    "module:function" that undo such differences one by one. `returns` is all that a caller gets.
    """

    title: str
    build: str
    returns: tuple[str, ...]
    hides: Hidden
    options: Mapping[str, Any] = field(default_factory=lambda: NOTHING)
    same: Same = Same.NO
    names: str = ""
    differs: str = ""
    repairs: tuple[str, ...] = ()
    install: str = ""

    @property
    def library(self) -> str:
        """The package that it is imported from."""
        return self.build.partition(":")[0].partition(".")[0]

    @property
    def installed(self) -> bool:
        """Whether its library is here; asks without importing it."""
        return importlib.util.find_spec(self.library) is not None


@dataclass(frozen=True)
class Counterpart:
    """An architecture: `ours` builds it as published, `entry` is its key in `ENTRIES`, which has differences.

    Without `ready`, `missing` says what there is instead. `fixed` is the only height and width that both
    nets are run at, None for any; `inputs` is what they take: a "picture", "windows" with their regions, a
    picture with "regions" or with "words", "two pictures", a "clip", or a "clip" with its "flow".
    """

    key: str
    title: str
    ours: str
    outputs: Outputs
    entry: str = ""
    options: Mapping[str, Any] = field(default_factory=lambda: NOTHING)
    ready: Ready | None = None
    missing: str = ""
    fixed: tuple[int, int] | None = None
    inputs: str = "picture"


def _clip(key: str, title: str, ours: str, missing: str, inputs: str = "clip") -> Counterpart:
    """A net of whole videos, none of which is ready-made."""
    return Counterpart(
        key, title, f"cvdemo.nets.{ours}", Outputs.LOGITS, key, missing=missing, fixed=(96, 96), inputs=inputs
    )


PIXELS = "x1 y1 x2 y2 in pixels of the picture that was given; class 0 is the background"
NO_BOXES = "no boxes: a class for every pixel"
TWO_STAGE = Hidden(
    "inside: the shorter side to 800 pixels, the longer to 1333 at most, then zeros up to a multiple of 32",
    "inside: ImageNet's mean and deviation",
    "a list of pictures [3, H, W], RGB in 0..1",
    "inside: scores above .05, NMS per class at .5, the best 100 (`box_score_thresh`, `box_nms_thresh`, "
    "`box_detections_per_img`)",
    f"{PIXELS}; COCO's ids go up to 90, with gaps",
)
SSD300 = Hidden(
    "inside: squeezed to 300 x 300, whatever its shape",
    "inside: a mean colour of VGG-16 and a deviation of 1/255, so 0..255 in effect",
    "a list of pictures [3, H, W], RGB in 0..1",
    "inside: scores above .01, the best 400 of each class, NMS at .45, the best 200",
    f"{PIXELS}; default boxes are cut to the picture's size",
)
TORCHVISION_SEGMENT = Hidden(
    "outside: `weights.transforms()` brings the shorter side to 520 pixels",
    "outside: ImageNet's mean and deviation, in `weights.transforms()`",
    "a batch [N, 3, H, W], RGB",
    "none to do",
    f"{NO_BOXES}; logits are upsampled to the input with `align_corners=False`",
)
SMP = Hidden(
    "outside: most nets raise where the output stride does not divide the sides",
    "outside: `smp.encoders.get_preprocessing_params(encoder)`",
    "a batch [N, 3, H, W], RGB; some encoders want BGR (`input_space`)",
    "none to do",
    f"{NO_BOXES}; logits are upsampled with `align_corners=True`",
)
TIMM = Hidden(
    "outside: `timm.data.resolve_model_data_config(net)`, with its crop",
    "outside: `net.pretrained_cfg['mean']` and `['std']`, which differ from net to net",
    "a batch [N, 3, H, W], RGB",
    "none to do",
    "no boxes",
)
ALEXNET = Hidden(
    "outside: 256 pixels, then a crop of 224",
    "outside: ImageNet's mean and deviation; Caffe's took off a mean picture, in 0..255",
    "a batch [N, 3, H, W], RGB; Caffe's wanted BGR",
    "not there: the detector around it is yours to write",
    "no boxes: the classifier of a warp",
)
RAFT = Hidden(
    "outside: both sides at least 128 pixels, and divided by 8",
    "outside: -1..1, in `weights.transforms()`",
    "two batches [N, 3, H, W], RGB",
    "none to do",
    "no boxes: a list of flows [N, 2, H, W] in pixels, x first, of which the last is the answer",
)
UNWEIGHTED: Mapping[str, Any] = MappingProxyType({"weights": None, "weights_backbone": None})
NO_ENCODER: Mapping[str, Any] = MappingProxyType({"encoder_weights": None})
DETECTION = ("boxes", "labels", "scores")
DET = "torchvision.models.detection"
SEG = "torchvision.models.segmentation"
UNDO = "cvdemo.zoo.counterpart_outputs"


def _two_stage(name: str, title: str, module: str, **more: Any) -> Ready:
    return Ready(
        title, f"{DET}:{name}", more.pop("returns", DETECTION), TWO_STAGE, UNWEIGHTED, Same.NAMES,
        f"cvdemo.nets.{module}:torchvision_names", **more,
    )  # fmt: skip


def _smp(name: str, differs: str, **options: Any) -> Ready:
    further = {key: options.pop(key) for key in ("same", "repairs") if key in options}
    return Ready(
        f"smp.{name}", f"segmentation_models_pytorch:{name}", ("logits",), SMP, {**NO_ENCODER, **options},
        differs=differs, install="smp", **further,
    )  # fmt: skip


COUNTERPARTS: dict[str, Counterpart] = {
    one.key: one
    for one in (
        Counterpart(
            "localizer", "Class and box", "cvdemo.nets.localizer:Localizer", Outputs.LOGITS, "localizer",
            missing="No library has it: any classifier with a second linear layer is it.",
        ),
        Counterpart(
            "sliding-window", "Sliding window", "cvdemo.nets.sliding_window:WindowClassifier", Outputs.LOGITS,
            "sliding-window", fixed=(59, 59),
            missing="OverFeat's authors shipped a program; no library of today has it.",
        ),
        Counterpart(
            "rcnn", "R-CNN", "cvdemo.nets.rcnn_paper:rcnn_paper", Outputs.LOGITS, "rcnn",
            ready=Ready(
                "torchvision.models.alexnet", "torchvision.models:alexnet", ("logits",), ALEXNET,
                {"weights": None},
                differs="It is a later AlexNet (arXiv:1404.5997), in one half, without normalisation: its "
                "weights do not fit Caffe's, and SVMs and box regressors are not there at all.",
            ),
            inputs="windows",
        ),
        Counterpart(
            "fast-rcnn", "Fast R-CNN", "cvdemo.nets.fast_rcnn_paper:fast_rcnn_paper", Outputs.LOGITS,
            "fast-rcnn", inputs="regions",
            missing="Only its parts: `torchvision.ops.roi_pool` and `torchvision.models.vgg16`.",
        ),
        Counterpart(
            "faster-rcnn", "Faster R-CNN", "cvdemo.nets.faster_rcnn_paper:faster_rcnn_fpn_paper",
            Outputs.TWO_STAGE, "faster-rcnn",
            ready=_two_stage("fasterrcnn_resnet50_fpn", "torchvision fasterrcnn_resnet50_fpn",
                             "faster_rcnn_paper"),
        ),
        Counterpart(
            "rfcn", "R-FCN", "cvdemo.nets.rfcn_paper:rfcn_paper", Outputs.LOGITS, "rfcn",
            missing="No net of it, only its pooling: `torchvision.ops.ps_roi_pool`.",
        ),
        Counterpart(
            "yolo", "YOLO", "cvdemo.nets.yolo_paper:PaperYOLO", Outputs.LOGITS, "yolo", fixed=(448, 448),
            missing="Neither torchvision nor transformers has the first YOLO; YOLOS is a transformer that "
            "shares only the name.",
        ),
        Counterpart(
            "ssd", "SSD", "cvdemo.nets.ssd_paper:ssd_paper", Outputs.SSD, "ssd",
            options={"data": "coco"}, fixed=(300, 300),
            ready=Ready(
                "torchvision ssd300_vgg16", f"{DET}:ssd300_vgg16", DETECTION, SSD300, UNWEIGHTED,
                Same.NAMES, "cvdemo.nets.ssd_paper:torchvision_names",
            ),
        ),
        Counterpart(
            "fcn", "FCN-8s", "cvdemo.nets.fcn:fcn8s_vgg16", Outputs.LOGITS, "fcn8s",
            ready=Ready(
                "torchvision fcn_resnet50", f"{SEG}:fcn_resnet50", ("out",), TORCHVISION_SEGMENT,
                {**UNWEIGHTED, "num_classes": 21, "aux_loss": False},
                differs="It has FCN's name and none of its skips: a dilated ResNet-50 and one head at stride "
                "8, where the paper adds scores of VGG-16 at strides 32, 16 and 8.",
            ),
        ),
        Counterpart(
            "segnet", "SegNet", "cvdemo.nets.segnet:segnet_vgg16", Outputs.LOGITS, "segnet",
            missing="None of torchvision, transformers and smp has it; its unpooling is "
            "`torch.nn.MaxUnpool2d`.",
        ),
        Counterpart(
            "unet", "U-Net", "cvdemo.nets.unet_paper:UNetPaper", Outputs.LOGITS, "unet",
            options={"classes": 21, "inputs": 3},
            ready=_smp(
                "Unet",
                "A ResNet-34 as the encoder, padded convolutions, upsampling without weights: the paper's "
                "shape, none of its layers.",
                encoder_name="resnet34", classes=21,
            ),
        ),
        Counterpart(
            "deeplabv1", "DeepLab v1", "cvdemo.nets.deeplab:deeplabv1_paper", Outputs.LOGITS, "deeplabv1",
            missing="No library has the first DeepLab on VGG-16; its CRF is the package `pydensecrf`.",
        ),
        Counterpart(
            "deeplabv2", "DeepLab v2", "cvdemo.nets.deeplab:deeplabv2_paper", Outputs.LOGITS, "deeplabv2",
            missing="Neither torchvision nor transformers nor segmentation-models-pytorch has the second "
            "DeepLab: they begin with v3.",
        ),
        Counterpart(
            "deeplabv3", "DeepLab v3", "cvdemo.nets.deeplab:deeplabv3_paper", Outputs.LOGITS, "deeplabv3",
            ready=Ready(
                "torchvision deeplabv3_resnet50", f"{SEG}:deeplabv3_resnet50", ("out",),
                TORCHVISION_SEGMENT, {**UNWEIGHTED, "num_classes": 21, "aux_loss": False}, Same.ORDER,
            ),
        ),
        Counterpart(
            "deeplabv3-smp", "DeepLab v3, another library", "cvdemo.nets.deeplab:deeplabv3_paper",
            Outputs.LOGITS, "deeplabv3",
            ready=_smp(
                "DeepLabV3",
                "Every weight fits, in the same order, and the answers differ all the same: two details that "
                "no paper settles.",
                encoder_name="resnet50", encoder_output_stride=8, classes=21, same=Same.ORDER,
                repairs=(f"{UNDO}:undilate_first_blocks", f"{UNDO}:unalign_corners"),
            ),
        ),
        Counterpart(
            "deeplabv3plus", "DeepLab v3+", "cvdemo.nets.deeplab:deeplabv3plus_paper", Outputs.LOGITS,
            "deeplabv3plus",
            ready=_smp(
                "DeepLabV3Plus",
                "Its convolutions are depthwise separable, as the paper's best ones; those here are plain.",
                encoder_name="resnet101", classes=21,
            ),
        ),
        Counterpart(
            "refinenet", "RefineNet", "cvdemo.nets.refinenet:refinenet_paper", Outputs.LOGITS, "refinenet",
            missing="None of torchvision, transformers and smp has it.",
        ),
        Counterpart(
            "linknet", "LinkNet", "cvdemo.nets.linknet:LinkNetResNet18", Outputs.LOGITS, "linknet",
            ready=_smp(
                "Linknet",
                "Its transposed convolutions are 4 x 4, the paper's 3 x 3, and it has a fifth block in place "
                "of the paper's last three layers.",
                encoder_name="resnet18", classes=20,
            ),
        ),
        Counterpart(
            "pspnet", "PSPNet", "cvdemo.nets.pspnet:pspnet_paper", Outputs.LOGITS, "pspnet",
            ready=_smp(
                "PSPNet",
                "By default its encoder ends at stride 8, two stages earlier than the paper's dilated one: "
                "that is why it is small and fast.",
                encoder_name="resnet50", classes=21,
            ),
        ),
        Counterpart(
            "mask-rcnn", "Mask R-CNN", "cvdemo.nets.mask_rcnn_paper:mask_rcnn_fpn_paper", Outputs.MASKS,
            "mask-rcnn",
            ready=_two_stage("maskrcnn_resnet50_fpn", "torchvision maskrcnn_resnet50_fpn",
                             "mask_rcnn_paper", returns=(*DETECTION, "masks")),
        ),
        Counterpart(
            "keypoint-rcnn", "Keypoint R-CNN", "cvdemo.nets.keypoint_rcnn_paper:keypoint_rcnn_fpn_paper",
            Outputs.KEYPOINTS, "keypoint-rcnn",
            ready=_two_stage("keypointrcnn_resnet50_fpn", "torchvision keypointrcnn_resnet50_fpn",
                             "keypoint_rcnn_paper",
                             returns=(*DETECTION, "keypoints", "keypoints_scores")),
        ),
        Counterpart(
            "pose-regression", "Pose by regression", "cvdemo.nets.keypoint_rcnn:pose_regression",
            Outputs.LOGITS, "pose-regression", missing="No library has DeepPose's regression.",
        ),
        Counterpart(
            "flownet", "FlowNetS", "cvdemo.nets.flownet:flownets_paper", Outputs.FLOWS, "flownet",
            missing="Neither torchvision nor transformers has a FlowNet.", inputs="two pictures",
        ),
        Counterpart(
            "raft", "RAFT", "cvdemo.nets.raft_paper:raft_large_paper", Outputs.FLOWS, "raft",
            fixed=(128, 160), inputs="two pictures",  # torchvision takes none that are smaller
            ready=Ready(
                "torchvision raft_large", "torchvision.models.optical_flow:raft_large", ("flows",), RAFT,
                {"weights": None}, Same.NAMES, "cvdemo.nets.raft_paper:torchvision_names",
            ),
        ),
        Counterpart(
            "show-and-tell", "Show and tell", "cvdemo.nets.show_and_tell_paper:show_and_tell_paper",
            Outputs.LOGITS, "show-and-tell", inputs="words",
            missing="Only its parts: `torchvision.models.googlenet` and `torch.nn.LSTM`.",
        ),
        Counterpart(
            "show-attend-tell", "Show, attend and tell", "cvdemo.nets.show_attend_tell:show_attend_tell",
            Outputs.LOGITS, "show-attend-tell", inputs="words",
            missing="Neither torchvision nor transformers has an LSTM that attends to a picture.",
        ),
        Counterpart(
            "caption-transformer", "Caption Transformer",
            "cvdemo.nets.caption_transformer:caption_transformer", Outputs.LOGITS, "caption-transformer",
            inputs="words",
            missing="Its decoder alone is `torch.nn.TransformerDecoder`; with an encoder of pictures, "
            "`transformers.VisionEncoderDecoderModel` is of this kind.",
        ),
        Counterpart(
            "densecap", "DenseCap", "cvdemo.nets.densecap:DenseCap", Outputs.LOGITS, "densecap",
            missing="Neither torchvision nor transformers has DenseCap. transformers' `Florence2` describes "
            "regions too, as text.",
        ),
        _clip("frame-average", "Average of frames", "frame_average:frame_average",
              "Any classifier of pictures, and a mean over the frames."),
        _clip("feature-average", "Second-level model", "feature_average:feature_average",
              "Any encoder of pictures, a mean over the frames, and two `torch.nn.Linear`."),
        _clip("early-fusion-5", "Stacked frames", "early_fusion:early_fusion_5",
              "Any classifier of pictures with 15 input channels, as timm's `in_chans=15` makes one."),
        _clip("two-stream", "Two streams", "two_stream:TwoStream",
              "Two classifiers of pictures, and a flow for the second one, as RAFT's, without its error.",
              inputs="clip and flow"),
        _clip("lrcn", "LRCN", "lrcn:lrcn", "Only its parts: an encoder of pictures and `torch.nn.LSTM`."),
        _clip("c3d", "C3D", "c3d:C3D",
              "Neither has C3D itself. torchvision's `r3d_18` has 3-D convolutions in residual blocks."),
        Counterpart(
            "resnet50", "ResNet-50, the encoder", "cvdemo.nets.encoders:ResNet", Outputs.MAPS,
            ready=Ready(
                "timm resnet50", "timm:create_model", ("maps",), TIMM,
                {"model_name": "resnet50", "features_only": True}, Same.ORDER, install="smp",
            ),
        ),
        Counterpart(
            "efficientnet-lite0", "EfficientNet-Lite0", "cvdemo.nets.efficientnet_lite:EfficientNetLite0",
            Outputs.LOGITS,
            ready=Ready(
                "timm tf_efficientnet_lite0", "timm:create_model", ("logits",), TIMM,
                {"model_name": "tf_efficientnet_lite0"}, Same.ORDER, install="smp",
            ),
        ),
    )
}  # fmt: skip
"""Every pair by key, in the lecture's order, the encoders last."""
