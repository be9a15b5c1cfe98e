"""The table of the nets of `cvdemo.nets` that are trained here: a new net is its file and one entry.

Catalogue, recipes, training, evaluation, charts, the README's table and `cvdemo train all` read this one.
"""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any

from cvdemo.errors import UnknownModelError
from cvdemo.train.recipes import POSE_SIZE, FrameStacks, Recipe, Scenes
from cvdemo.zoo.activity_entries import ACTIVITY_ENTRIES
from cvdemo.zoo.entry import Entry
from cvdemo.zoo.flow_entries import FLOW_ENTRIES
from cvdemo.zoo.spec import Chart, Task

if TYPE_CHECKING:
    from torch import nn

ON_CUT_OUTS = (
    "The backbone is a small residual net with batch normalisation, trained on cut-outs of the drawn world."
)
AFTER_SSD = (
    "The backbone is a small residual net with batch normalisation; it has learnt in SSD+ before, for 7,500 "
    "steps."
)
AFTER_LIGHT_SSD = "The backbone has learnt in the light SSD before, for 7,500 steps."
LEARNT = {"backbone": ON_CUT_OUTS, "backbone-light": ON_CUT_OUTS, "ssd-light": AFTER_LIGHT_SSD}
"""What a detector's backbone has learnt before, by what it starts from; all others come from SSD+."""
ONE_STAGE, TWO_STAGES, WINDOWS = "one stage", "two stages", "sliding window"
SEARCHED = Scenes(pool=2048, fresh=256, proposals=300)
"""Scenes with proposals: fewer, since looking for them takes longer than drawing."""


def _detector(
    key: str,
    title: str,
    arxiv: str,
    net: str,
    recipe: Recipe,
    chart: Chart,
    *differences: str,
    **more: Any,
) -> Entry:
    settings: dict[str, Any] = {"adapter": "cvdemo.zoo.drawn:DrawnDetector", **more}
    return Entry(
        key, title, arxiv, f"cvdemo.nets.{net}", recipe, Task.DETECT, labels="drawn-things", chart=chart,
        differences=(LEARNT.get(recipe.start, AFTER_SSD), *differences), **settings,
    )  # fmt: skip


def _ssd(
    key: str,
    title: str,
    net: str,
    chart: Chart,
    *differences: str,
    eight_bits: bool = True,
    start: str = "backbone",
) -> Entry:
    """SSD as published and with additions, by one recipe. Most other nets start from `ssd-plus`."""
    recipe = Recipe(
        key, f"cvdemo.train.ssd:SSDTask:{key}", steps=7500, start=start, channels_last=True,
        data=Scenes(objects=(6, 12)), eight_bits=eight_bits,
    )  # fmt: skip
    return _detector(key, title, "1512.02325", f"ssd:{net}", recipe, chart, *SSD_LEVELS, *differences)


def _region_recipe(key: str, task: str, start: str = "ssd-plus", **more: Any) -> Recipe:
    """What detectors that classify regions have in common, so that their figures compare the nets."""
    return Recipe(
        key, f"cvdemo.train.{task}", steps=2000, start=start, rate=2e-3, channels_last=True, **more
    )  # fmt: skip


def _stage_recipe(key: str, stage: str, *, start: str, steps: int) -> Recipe:
    """One of the stages that R-CNN is trained in."""
    return Recipe(
        key, f"cvdemo.train.rcnn:RCNNTask:{stage}", steps=steps, start=start, rate=2e-3, ema=0.99,
        channels_last=True, data=SEARCHED,
    )  # fmt: skip


def _stage(key: str, title: str, arxiv: str, net: str, recipe: Recipe) -> Entry:
    return Entry(key, title, arxiv, f"cvdemo.nets.{net}", recipe)


def _fast(key: str, title: str, net: str, chart: Chart, *differences: str) -> Entry:
    recipe = _region_recipe(key, f"fast_rcnn:FastRCNNTask:{key}", data=SEARCHED, eight_bits=True)
    return _detector(
        key, title, "1504.08083", f"fast_rcnn:{net}", recipe, chart, HIDDEN, *differences,
        "It learns from 300 proposals of a picture and classifies 500, where the paper has 2,000 of both.",
        adapter="cvdemo.zoo.drawn_regions:FastRCNNDetector",
    )  # fmt: skip


def _two_stages(
    key: str,
    title: str,
    arxiv: str,
    net: str,
    chart: Chart,
    *differences: str,
    default: bool = False,
    start: str = "ssd-plus",
) -> Entry:
    recipe = _region_recipe(key, f"faster_rcnn:FasterRCNNTask:{key}", start, eight_bits=True)
    adapter = "cvdemo.zoo.drawn_regions:TwoStageDetector"
    return _detector(
        key, title, arxiv, net, recipe, chart, *differences, adapter=adapter, default=default,
    )  # fmt: skip


def _localizer(key: str, title: str, weight: float, chart: Chart) -> Entry:
    """Class and box with a weight of the box's loss: the entries differ in it alone."""
    recipe = Recipe(
        key, f"cvdemo.train.localizer:LocalizerTask:{key}", steps=2400, start="ssd-plus", rate=2e-3,
        channels_last=True, data=Scenes(fresh=2048, objects=(1,)), eight_bits=True,
    )  # fmt: skip
    return _detector(
        key, title, "1312.6229", "localizer:Localizer", recipe, chart,
        "One scale and one crop: the paper accumulates the boxes of many.",
        knobs={"objects": 1}, figures=("accuracy",), options={"one_box": True, "box_weight": weight},
    )  # fmt: skip


def _segmenter(
    key: str,
    title: str,
    arxiv: str,
    net: str,
    *differences: str,
    steps: int = 1000,
    start: str = "ssd-plus",
    rate: float = 3e-3,
    eight_bits: bool = True,
    default: bool = False,
    dice: bool = True,
) -> Entry:
    """The recipe is the same for all segmenters, so that their figures compare the nets.

    Only a finer FCN goes on from the coarser one, shorter and with a lower rate (arXiv:1411.4038, sec. 4.2).
    """
    task = f"cvdemo.train.segmenter:{'SegmenterTask' if dice else 'CrossEntropyTask'}:{key}"
    return Entry(
        key, title, arxiv, f"cvdemo.nets.{net}",
        Recipe(key, task, steps=steps, start=start, rate=rate, channels_last=True, eight_bits=eight_bits),
        Task.SEGMENT, "cvdemo.zoo.drawn:TraceSegmenter", "drawn-semantic",
        differences=(AFTER_SSD, NARROW, *(DICE,) * dice, *differences), default=default,
    )  # fmt: skip


MIRRORED = "In training, pictures are mirrored at random, but neither cropped nor recoloured."
NARROW = "All its layers are narrow: at most 192 channels, where the papers have up to 4,096."
DICE = (
    "The loss has the Dice overlap (arXiv:1606.04797) beside cross-entropy, so that small classes count as "
    "much as large ones."
)
SSD_LEVELS = (
    "Three levels of default boxes rather than six, with six boxes at every cell of each.",
    "Each level goes through two 3 x 3 convolutions before it is classified.",
    "A picture has at least 12 background boxes in the loss, whatever is on it.",
    MIRRORED,
)
SSD_ADDITIONS = (
    "Coarse maps are added to finer ones (arXiv:1612.03144): small boxes know their surroundings.",
    "The loss of boxes has the generalised IoU beside smooth L1; objects take default boxes from .45 IoU on.",
    "A score learns how well its box fits (arXiv:2006.04388).",
)
ONE_MAP = (
    "Its one map has stride 4, by dilation: 48 cells on 192 pixels, where 16 on the paper's 1,000 gives 62."
)
HIDDEN = "The head's fully connected layers have 128 neurons, where the paper's have 4,096."
LIGHT = "From stride 4 on the backbone is half as wide as the other nets', with four blocks rather than six."
FEWER = "150 proposals of a picture are classified, where the paper has 300, and 2,000 in training."
JOINT = "Both halves are trained together in one go, not in four alternating steps."
NO_MINING = "No online hard example mining."
BEFORE_VOTES = "A 3 x 3 convolution stands before the maps, where the paper has one of 1 x 1."
BINS = "There are 3 x 3 bins rather than 7 x 7."
PYRAMID = "Features of several strides (a feature pyramid, arXiv:1612.03144)."
ALIGN = "RoIAlign (arXiv:1703.06870) in place of RoI pooling."
GIOU = "The loss of boxes has the generalised IoU beside smooth L1."
MORE_ON = (
    "48 regions of a picture are learnt from, up to two fifths on objects, rather than 64 and a quarter."
)
ANCHORS = "128 anchors of a picture are learnt from, on objects from an IoU of .6 on, rather than 256 and .7."
QUALITY = "A class's target is the IoU of its box (arXiv:2006.04388)."
MANY_REGIONS = (
    "48 regions of a picture are learnt from, up to two fifths on objects, rather than 512 and a quarter."
)
FEW_REGIONS = "150 proposals of a picture are classified, where the paper has 1,000."
HEADS = (
    MANY_REGIONS,
    FEW_REGIONS,
    "The head is narrow, and pools the backbone's map of stride 2 beside the pyramid's level.",
    "It is trained on from Faster R-CNN+'s weights, on all classes.",
)


def _masks(key: str, title: str, net: str, *differences: str, default: bool = False) -> Entry:
    """Mask R-CNN and its ablations share their recipe."""
    recipe = Recipe(
        key, f"cvdemo.train.instances:MaskRCNNTask:{key}", steps=2000, start="faster-rcnn-plus", whole=True,
        batch=8, rate=1.5e-3, channels_last=True, data=Scenes(pool=2048, fresh=768), eight_bits=True,
    )  # fmt: skip
    return Entry(
        key, title, "1703.06870", f"cvdemo.nets.{net}", recipe, Task.INSTANCES,
        "cvdemo.zoo.drawn_heads:MaskRCNNDetector", "drawn-things", Chart(TWO_STAGES),
        (AFTER_SSD, ANCHORS, GIOU, QUALITY, *HEADS, *differences), default=default,
    )  # fmt: skip


def _pose(key: str, title: str, arxiv: str, net: str, *differences: str, default: bool = False) -> Entry:
    """Both ways to keypoints share their recipe: larger pictures of scenes with people."""
    recipe = Recipe(
        key, f"cvdemo.train.pose:PoseTask:{key}", steps=3000, start="faster-rcnn-plus", whole=True, batch=8,
        rate=1.5e-3, channels_last=True,
        data=Scenes(pool=1536, fresh=512, objects=(8, 12), people=2, size=POSE_SIZE), eight_bits=True,
    )  # fmt: skip
    return Entry(
        key, title, arxiv, f"cvdemo.nets.{net}", recipe, Task.POSE,
        "cvdemo.zoo.drawn_heads:keypoint_detector", "drawn-things", Chart(TWO_STAGES),
        (AFTER_SSD, *differences), size=POSE_SIZE, default=default,
    )  # fmt: skip


def _captioner(key: str, title: str, arxiv: str, *differences: str, default: bool = False) -> Entry:
    """The recipe is the same for all captioners."""
    name = key.replace("-", "_")
    recipe = Recipe(
        key, f"cvdemo.train.captions:CaptionTask:{key}", steps=8000, start="ssd-plus", whole=True, rate=2e-3,
        channels_last=True, data=Scenes(pool=3072, fresh=1536, objects=(6,), captions=True),
        eight_bits=True,
    )  # fmt: skip
    return Entry(
        key, title, arxiv, f"cvdemo.nets.{name}:{name}", recipe, Task.CAPTION,
        "cvdemo.zoo.drawn_captions:DrawnCaptioner", "drawn-things",
        differences=(AFTER_SSD, *CELLS, *differences), default=default,
    )  # fmt: skip


CELLS = (
    "The encoder's grid has features of strides 4 to 32, the place of each cell and the mean of all.",
    "In training an object's cell also learns to name the words of its description (arXiv:1411.4952).",
)


def _densecap() -> Entry:
    """Trained on from Faster R-CNN, with the words of the regions."""
    recipe = Recipe(
        "densecap", "cvdemo.train.densecap:DenseCapTask:densecap", steps=500, start="densecap-words",
        whole=True, rate=1e-3, channels_last=True, data=Scenes(pool=2048, fresh=1024, captions=True),
        eight_bits=True,
    )  # fmt: skip
    return Entry(
        "densecap", "DenseCap", "1511.07571", "cvdemo.nets.densecap:DenseCap", recipe, Task.DENSE_CAPTION,
        "cvdemo.zoo.drawn_dense:DrawnDenseCaptioner", "drawn-things", default=True,
        differences=(
            AFTER_SSD, PYRAMID, GIOU,
            "It is trained on from Faster R-CNN+'s weights, the words first on true boxes alone.",
            "A region's score learns the IoU of its box (arXiv:2006.04388).",
            "The code is taken from a second look, at the corrected box.",
            "The code also holds the box and, by attention (arXiv:1706.03762), what is around it.",
            "The code and what it is made of are normalised (arXiv:1607.06450).",
            "Region and surroundings are also seen in the picture's own colours.",
            "The code is an input of every step of the LSTM, not only of step -1.",
            "The LSTM has 256 units rather than 512.",
        ),
    )  # fmt: skip


def _frames(count: int, *differences: str) -> Entry:
    """U-Net of so many neighbouring frames: all of them are trained on from `unet`, on the same frames."""
    key = f"unet-frames-{count}"
    recipe = Recipe(
        key, f"cvdemo.train.frames:FramesTask:{key}", steps=800, start="unet", whole=True, rate=1.5e-3,
        channels_last=True, data=FrameStacks(pool=2048, fresh=512), eight_bits=True,
    )  # fmt: skip
    return Entry(
        key, f"U-Net of {count} frame{'s' if count > 1 else ''}", "1505.04597",
        f"cvdemo.nets.unet:unet_frames_{count}", recipe, Task.FRAMES,
        "cvdemo.zoo.frame_stack:FrameSegmenter", "drawn-semantic", knobs={"weather": 1, "noise": 12},
        differences=(
            AFTER_SSD, NARROW, DICE, *UNET,
            "It is trained on from `unet`, on frames in rain, snow or fog and with noise.", *differences,
        ),
    )  # fmt: skip


UNET = (
    "Convolutions are padded, and the decoder upsamples bilinearly.",
    "The last step works at half resolution and is unfolded at the end (arXiv:1609.05158).",
    "The last skip also brings the picture's own pixels.",
    "The pixels between two objects of one class have no greater weight in the loss.",
)
STACKED = "The channels of its picture are those of neighbouring frames; it segments the middle one."
FCN = "Pictures are padded to the stride, where the paper lays 100 pixels around them."
DEPTHWISE = "Plain convolutions where the paper makes them depthwise."
REFINE = (
    "Convolutions are followed by batch normalisation, and a path has one residual unit, not two.",
    "A chain has two poolings rather than four, and no residual units stand before the classifier.",
)
RATES = "The pictures are smaller, and so are the dilation rates."

ENTRIES: dict[str, Entry] = {
    entry.key: entry
    for entry in (
        _stage(
            "backbone", "Backbone", "1512.03385", "backbone:BackboneClassifier",
            Recipe("backbone", "cvdemo.train.classifier:ClassifierTask:backbone", steps=900,
                   data=Scenes(pool=2048, objects=(10,))),
        ),
        _stage(
            "backbone-light", "Light backbone", "1512.03385", "backbone:light_classifier",
            Recipe("backbone-light", "cvdemo.train.classifier:ClassifierTask:backbone-light", steps=900,
                   data=Scenes(pool=2048, objects=(10,))),
        ),
        _ssd("ssd-plus", "SSD+", "ssd_plus", Chart(ONE_STAGE, "#6BBF59", 12), *SSD_ADDITIONS,
             eight_bits=False),
        _ssd("ssd", "SSD", "SSD", Chart(ONE_STAGE, "#009E73", 11)),
        _ssd("ssd-light", "SSD light", "ssd_light", Chart(ONE_STAGE, "#B3C95A", 13), LIGHT,
             start="backbone-light"),
        _ssd("ssd-top-down", "SSD, top-down", "ssd_top_down", Chart(ONE_STAGE), *SSD_ADDITIONS[:1]),
        _ssd("ssd-giou", "SSD, top-down, GIoU", "ssd_giou", Chart(ONE_STAGE), *SSD_ADDITIONS[:2]),
        _stage("rcnn-finetune", "R-CNN, fine-tuned", "1311.2524", "rcnn:RCNN",
               _stage_recipe("rcnn-finetune", "finetune", start="ssd-plus", steps=2000)),
        _stage("rcnn-svm", "R-CNN with SVMs", "1311.2524", "rcnn:RCNN",
               _stage_recipe("rcnn-svm", "svm", start="rcnn-finetune", steps=500)),
        _detector(
            "rcnn", "R-CNN", "1311.2524", "rcnn:RCNN",
            _stage_recipe("rcnn", "boxes", start="rcnn-svm", steps=700), Chart(TWO_STAGES, "#D55E00", 3),
            "Cut-outs have 64 x 64 pixels instead of 227 x 227.",
            "There are 300 proposals of a picture, where the paper has 2,000.",
            "SVMs also learn from proposals that overlap an object by .7 or more, where the paper takes "
            "true boxes alone, and hard negatives are not mined.",
            "Network, SVMs and regressors are all trained by gradient descent.",
            adapter="cvdemo.zoo.drawn_regions:RCNNDetector",
        ),
        _fast("fast-rcnn", "Fast R-CNN", "fast_rcnn", Chart(TWO_STAGES, "#E69F00", 4), ONE_MAP),
        _fast("fast-rcnn-plus", "Fast R-CNN+", "FastRCNN", Chart(TWO_STAGES, "#A6761D", 5), PYRAMID,
              GIOU, QUALITY, MORE_ON),
        _two_stages("faster-rcnn-plus", "Faster R-CNN+", "1506.01497", "faster_rcnn:FasterRCNN",
                    Chart(TWO_STAGES, "#5B5FC7", 7), HIDDEN, PYRAMID, ALIGN, ANCHORS, GIOU, QUALITY, MORE_ON,
                    JOINT, FEWER, default=True),
        _two_stages("faster-rcnn", "Faster R-CNN", "1506.01497", "faster_rcnn:faster_rcnn",
                    Chart(TWO_STAGES, "#0072B2", 6), HIDDEN, ONE_MAP, JOINT, FEWER),
        _two_stages("faster-rcnn-light", "Faster R-CNN light", "1506.01497",
                    "faster_rcnn:faster_rcnn_light", Chart(TWO_STAGES, "#7FA8D9", 14), LIGHT, HIDDEN, ONE_MAP,
                    JOINT, FEWER, start="ssd-light"),
        _two_stages("rfcn", "R-FCN", "1605.06409", "rfcn:rfcn", Chart(TWO_STAGES, "#56B4E9", 8), ONE_MAP,
                    "Proposals come from the same map as the votes, not from the one before it.",
                    BEFORE_VOTES, BINS, JOINT, FEWER, NO_MINING),
        _two_stages(
            "rfcn-plus", "R-FCN+", "1605.06409", "rfcn:RFCN", Chart(TWO_STAGES, "#2AA5A0", 9),
            PYRAMID, ANCHORS, GIOU, QUALITY, MORE_ON,
            "Score maps have stride 4, and bins are means of bilinear samples, not of rounded cells.",
            BEFORE_VOTES, BINS, JOINT, FEWER, NO_MINING,
        ),
        _detector(
            "yolo", "YOLO", "1506.02640", "yolo:YOLO",
            Recipe("yolo", "cvdemo.train.yolo:YOLOTask:yolo", steps=5000, start="ssd-plus",
                   channels_last=True, eight_bits=True),
            Chart(ONE_STAGE, "#8D6FD1", 10),
            "The grid is the map at stride 16, which knows of its surroundings from the map at stride 32.",
            "Convolutions in place of the fully connected layers: pictures of any size have a grid.",
            "Sides of boxes are in units of the width of the training scenes.",
            MIRRORED,
        ),
        _detector(
            "sliding-window", "Sliding window", "1312.6229", "sliding_window:WindowClassifier",
            Recipe("sliding-window", "cvdemo.train.sliding_window:WindowTask:sliding-window", steps=1500,
                   start="ssd-plus"),
            Chart(WINDOWS, "#CC79A7", 2),
            "A window's target is how well it fits an object, so that the best of many windows comes first.",
            adapter="cvdemo.zoo.drawn:sliding_window",
        ),
        _localizer("localizer", "Class and box", 100.0, Chart(ONE_STAGE, "#999999", 1)),
        _localizer("localizer-class", "Class and box, the class first", 1.0, Chart(ONE_STAGE)),
        _localizer("localizer-box", "Class and box, the box first", 10000.0, Chart(ONE_STAGE)),
        _masks("mask-rcnn", "Mask R-CNN", "mask_rcnn:mask_rcnn", default=True),
        _masks("mask-rcnn-roipool", "Mask R-CNN with RoIPool", "mask_rcnn:mask_rcnn_roipool",
               "Both heads pool by max in place of RoIAlign (table 2c); all else is as in `mask-rcnn`."),
        _masks("mask-rcnn-softmax", "Mask R-CNN with softmax", "mask_rcnn:mask_rcnn_softmax",
               "The classes compete for every pixel (table 2b); all else is as in `mask-rcnn`."),
        _pose("keypoint-rcnn", "Keypoint R-CNN", "1703.06870", "keypoint_rcnn:keypoint_rcnn", ANCHORS, GIOU,
              QUALITY, *HEADS, default=True),
        _pose("pose-regression", "Pose by regression", "1312.4659", "keypoint_rcnn:pose_regression",
              "Persons' boxes come from the net's own detector, and joints from the features inside, not "
              "from a cut-out of the picture.",
              "Only the first stage of the cascade."),
        _stage(
            "densecap-words", "DenseCap's words", "1511.07571", "densecap:DenseCap",
            Recipe("densecap-words", "cvdemo.train.densecap:RegionWordsTask:densecap-words", steps=2600,
                   start="faster-rcnn-plus", whole=True, rate=2e-3, channels_last=True,
                   data=Scenes(pool=4096, fresh=1024, captions=True)),
        ),
        _densecap(),
        _segmenter(
            "unet", "U-Net", "1505.04597", "unet:unet",
            *UNET,
            eight_bits=False, default=True,
        ),
        _segmenter("unet-noskip", "U-Net without skips", "1505.04597", "unet:unet_noskip",
                   "It has no skips, to see what they bring; all else is as in `unet`."),
        _segmenter("unet-nodice", "U-Net without Dice", "1505.04597", "unet:unet",
                   "Its loss is cross-entropy alone; all else is as in `unet`.", dice=False),
        _segmenter("fcn32s", "FCN-32s", "1411.4038", "fcn:fcn32s", FCN),
        _segmenter("fcn16s", "FCN-16s", "1411.4038", "fcn:fcn16s", FCN, steps=500, start="fcn32s", rate=1e-3),
        _segmenter("fcn8s", "FCN-8s", "1411.4038", "fcn:fcn8s", FCN, steps=500, start="fcn16s", rate=1e-3,
                   eight_bits=False),
        _segmenter("segnet", "SegNet", "1511.00561", "segnet:segnet",
                   "A decoder stage is one convolution rather than two or three."),
        _segmenter("deeplabv1", "DeepLab v1", "1412.7062", "deeplab:deeplabv1", RATES,
                   "It has batch normalisation.", "The CRF is apart, in `cvdemo.ops.crf`.",
                   eight_bits=False),
        _segmenter(
            "deeplabv2", "DeepLab v2", "1606.00915", "deeplab:deeplabv2", RATES,
            "It has batch normalisation.",
            "It sees the picture at one scale: the paper takes the maximum of three.",
            "The CRF is apart, in `cvdemo.ops.crf`.",
        ),
        _segmenter("deeplabv3", "DeepLab v3", "1706.05587", "deeplab:deeplabv3", RATES, "No multi-grid.",
                   "One more 3 x 3 convolution stands before the classifier.",
                   eight_bits=False),
        _segmenter("deeplabv3plus", "DeepLab v3+", "1802.02611", "deeplab:deeplabv3plus", RATES, DEPTHWISE),
        _segmenter(
            "deeplabv3plus-sharp", "DeepLab v3+, U-Net end", "1802.02611", "deeplab:deeplabv3plus_sharp",
            RATES, DEPTHWISE, "It goes on from its decoder's stride 4 to stride 2.",
        ),
        _segmenter("refinenet", "RefineNet", "1611.06612", "refinenet:refinenet", *REFINE),
        _segmenter(
            "refinenet-sharp", "RefineNet, U-Net end", "1611.06612", "refinenet:refinenet_sharp", *REFINE,
            "The last map, at stride 4, goes on to half resolution in place of upsampling by 4.",
        ),
        _segmenter("linknet", "LinkNet", "1707.03718", "linknet:linknet",
                   "The encoder's first map is at stride 2, so that one step less leads back to full size."),
        _segmenter("pspnet", "PSPNet", "1612.01105", "pspnet:pspnet"),
        _segmenter("pspnet-sharp", "PSPNet, U-Net end", "1612.01105", "pspnet:pspnet_sharp",
                   "Two light steps of a U-Net lead back to half resolution in place of upsampling by 8."),
        _segmenter("pspnet-nopyramid", "PSPNet without pyramid", "1612.01105", "pspnet:pspnet_nopyramid",
                   "It is trained without its pyramid; all else is as in `pspnet`."),
        _segmenter("pspnet-noaux", "PSPNet, U-Net end, no auxiliary loss", "1612.01105",
                   "pspnet:pspnet_noaux",
                   "It is trained without the auxiliary loss; all else is as in `pspnet-sharp`."),
        _frames(1),
        _frames(3, STACKED),
        _frames(5, STACKED),
        *FLOW_ENTRIES,
        _captioner(
            "show-attend-tell", "Show, attend and tell", "1502.03044",
            "Where the net looks also depends on the word just said, not only on the LSTM.",
            "What the attention compares is normalised (arXiv:1607.06450).", default=True,
        ),
        _captioner("show-and-tell", "Show and tell", "1411.4555",
                   "The picture's vector is normalised (arXiv:1607.06450)."),
        _captioner("caption-transformer", "Caption Transformer", "1706.03762",
                   "The decoder alone, over a picture's cells in place of a sentence.",
                   "Normalised before each part (arXiv:2002.04745)."),
        _stage(
            "patches", "Patch classifier", "1409.1556", "patch_classifier:PatchClassifier",
            Recipe("patches", "cvdemo.train.patch_classifier:PatchTask:patches", steps=2400, rate=4e-3,
                   ema=0.99, data=Scenes(pool=2048)),
        ),
        *ACTIVITY_ENTRIES,
    )
}  # fmt: skip
"""Every entry by key, each behind the one that its training starts from; also those without weights yet."""


def entry(key: str) -> Entry:
    """The entry of a key; `UnknownModelError` names near ones for a key that has none."""
    if key in ENTRIES:
        return ENTRIES[key]
    near = difflib.get_close_matches(key, ENTRIES, n=3) or list(ENTRIES)
    raise UnknownModelError(f"no net is called '{key[:60]}': did you mean {', '.join(near)}?")


def entries(task: Task) -> list[Entry]:
    """The entries of a task, in the table's order."""
    return [one for one in ENTRIES.values() if one.task is task]


def build_net(key: str) -> nn.Module:
    """The untrained net of a key."""
    return entry(key).build()


def option_of_each(name: str) -> dict[str, Any]:
    """An option's value by key, of the entries that have it."""
    return {key: one.options[name] for key, one in ENTRIES.items() if name in one.options}
