"""The catalogue's models that are downloaded on first use: torchvision's and the Hugging Face hub's.

Figures are those of torchvision's own weights, of the papers and of their authors' tables; a test compares
the former with torchvision and says where the others were read.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from cvdemo.data.domain import Domain
from cvdemo.zoo.spec import Chart, ModelSpec, Published, Source, Task

MIB = 1024 * 1024
TORCHVISION_URL = "https://download.pytorch.org/models/"
TORCHVISION_FIGURES = "https://docs.pytorch.org/vision/stable/models.html"
PIXELS = "cvdemo.zoo.transformers_segment:load"


class _Kind(NamedTuple):
    """What torchvision's models of one task have in common; the figure's metric and data."""

    task: Task
    labels: str
    adapter: str
    metric: str
    data: str


DETECTOR = _Kind(Task.DETECT, "coco", "cvdemo.zoo.torchvision_detect:load", "COCO AP", "COCO val2017")
CLASSIFIER = _Kind(
    Task.CLASSIFY, "imagenet", "cvdemo.zoo.torchvision_classify:load", "ImageNet top-1", "ImageNet validation"
)
SEGMENTER = _Kind(
    Task.SEGMENT,
    "voc",
    "cvdemo.zoo.torchvision_segment:load",
    "VOC-class mIoU",
    "COCO val2017, VOC's 21 classes",
)


HEADS = "cvdemo.zoo.torchvision_heads:load"
MASKS = _Kind(Task.INSTANCES, "coco", HEADS, "COCO mask AP", "COCO val2017")
POSES = _Kind(Task.POSE, "coco", HEADS, "COCO keypoint AP", "COCO val2017, people")
RAFT = _Kind(
    Task.FLOW, "", "cvdemo.zoo.torchvision_flow:load", "Sintel EPE", "MPI Sintel test, final pass"
)  # fmt: skip


def _torchvision(
    kind: _Kind,
    name: str,
    title: str,
    arxiv: str,
    file: str,
    mebibytes: float,
    figure: float,
    *,
    family: str = "",
    note: str = "",
    **options: Any,
) -> ModelSpec:
    return ModelSpec(
        key=name.replace("_", "-"),
        task=kind.task,
        title=title,
        paper=f"https://arxiv.org/abs/{arxiv}",
        source=Source.TORCHVISION,
        licence="BSD-3-Clause",
        download_bytes=round(mebibytes * MIB),
        labels=kind.labels,
        adapter=kind.adapter,
        published=Published(kind.metric, figure, kind.data, TORCHVISION_FIGURES),
        weights=TORCHVISION_URL + file,
        chart=Chart(family),
        note=note,
        options={"name": name, **options},
    )


def _transformer(
    key: str,
    title: str,
    arxiv: str,
    repository: str,
    megabytes: float,
    published: Published | None = None,
    **further: Any,
) -> ModelSpec:
    return ModelSpec(
        key=key,
        task=further.pop("task", Task.DETECT),
        title=title,
        paper=f"https://arxiv.org/abs/{arxiv}" if arxiv else f"https://huggingface.co/{repository}",
        source=Source.TRANSFORMERS,
        licence=further.pop("licence", "Apache-2.0"),
        download_bytes=round(megabytes * 1e6),
        adapter=further.pop("adapter", "cvdemo.zoo.transformers_detect:load"),
        labels=further.pop("labels", "coco"),
        published=published,
        weights=repository,
        nms=False,
        chart=Chart(further.pop("family", "queries")),
        **further,
    )


SECOND_HAND = "Its published figure was read where others quote it."
FLORENCE = "florence-community/Florence-2-base"
CAPTIONS = "cvdemo.zoo.transformers_caption:"


def _captioner(
    key: str, title: str, arxiv: str, repository: str, megabytes: float, cider: float | None, **further: Any
) -> ModelSpec:
    """A captioner; its figure is CIDEr-D in percent on Karpathy's test split, as the `source` gives it."""
    source = further.pop("source", f"https://arxiv.org/abs/{arxiv}")
    figure = None if cider is None else Published("COCO CIDEr", cider, "COCO, Karpathy's test split", source)
    adapter = further.pop("adapter")
    return _transformer(
        key,
        title,
        arxiv,
        repository,
        megabytes,
        figure,
        task=further.pop("task", Task.CAPTION),
        adapter=adapter if ":" in adapter else CAPTIONS + adapter,
        labels="",
        family="",
        **further,
    )


TORCHVISION: tuple[ModelSpec, ...] = (
    _torchvision(
        DETECTOR,
        "fasterrcnn_resnet50_fpn",
        "Faster R-CNN ResNet-50 FPN",
        "1506.01497",
        "fasterrcnn_resnet50_fpn_coco-258fb6c6.pth",
        159.743,
        37.0,
        frozen_eps=0.0,
        family="two stages",
    ),
    _torchvision(
        DETECTOR,
        "fasterrcnn_resnet50_fpn_v2",
        "Faster R-CNN ResNet-50 FPN v2",
        "2111.11429",
        "fasterrcnn_resnet50_fpn_v2_coco-dd69338a.pth",
        167.104,
        46.7,
        family="two stages",
    ),
    _torchvision(
        DETECTOR,
        "fasterrcnn_mobilenet_v3_large_fpn",
        "Faster R-CNN MobileNetV3 FPN",
        "1506.01497",
        "fasterrcnn_mobilenet_v3_large_fpn-fb6a3cc7.pth",
        74.239,
        32.8,
        frozen_eps=1e-05,
        family="two stages",
    ),
    _torchvision(
        DETECTOR,
        "fasterrcnn_mobilenet_v3_large_320_fpn",
        "Faster R-CNN MobileNetV3 FPN, 320 pixels",
        "1506.01497",
        "fasterrcnn_mobilenet_v3_large_320_fpn-907ea3f9.pth",
        74.239,
        22.8,
        frozen_eps=1e-05,
        family="two stages",
    ),
    _torchvision(
        DETECTOR,
        "retinanet_resnet50_fpn",
        "RetinaNet ResNet-50 FPN",
        "1708.02002",
        "retinanet_resnet50_fpn_coco-eeacb38b.pth",
        130.267,
        36.4,
        frozen_eps=0.0,
        family="one stage",
    ),
    _torchvision(
        DETECTOR,
        "retinanet_resnet50_fpn_v2",
        "RetinaNet ResNet-50 FPN v2",
        "1912.02424",
        "retinanet_resnet50_fpn_v2_coco-5905b1c5.pth",
        146.037,
        41.5,
        family="one stage",
    ),
    _torchvision(
        DETECTOR,
        "fcos_resnet50_fpn",
        "FCOS ResNet-50 FPN",
        "1904.01355",
        "fcos_resnet50_fpn_coco-99b0c9b7.pth",
        123.608,
        39.2,
        frozen_eps=1e-05,
        family="one stage",
    ),
    _torchvision(
        DETECTOR,
        "ssd300_vgg16",
        "SSD300 VGG-16",
        "1512.02325",
        "ssd300_vgg16_coco-b556d3b4.pth",
        135.988,
        25.1,
        family="one stage",
    ),
    _torchvision(
        DETECTOR,
        "ssdlite320_mobilenet_v3_large",
        "SSDlite320 MobileNetV3",
        "1801.04381",
        "ssdlite320_mobilenet_v3_large_coco-a79551df.pth",
        13.418,
        21.3,
        family="one stage",
    ),
    _torchvision(
        MASKS,
        "maskrcnn_resnet50_fpn",
        "Mask R-CNN ResNet-50 FPN",
        "1703.06870",
        "maskrcnn_resnet50_fpn_coco-bf2d0c1e.pth",
        169.84,
        34.6,
        frozen_eps=0.0,
    ),
    _torchvision(
        MASKS,
        "maskrcnn_resnet50_fpn_v2",
        "Mask R-CNN ResNet-50 FPN v2",
        "2111.11429",
        "maskrcnn_resnet50_fpn_v2_coco-73cbd019.pth",
        177.219,
        41.8,
    ),
    _torchvision(
        POSES,
        "keypointrcnn_resnet50_fpn",
        "Keypoint R-CNN ResNet-50 FPN",
        "1703.06870",
        "keypointrcnn_resnet50_fpn_coco-fc266e95.pth",
        226.054,
        65.0,
        frozen_eps=0.0,
        num_classes=2,
    ),
    _torchvision(
        CLASSIFIER,
        "alexnet",
        "AlexNet",
        "1404.5997",
        "alexnet-owt-7be5be79.pth",
        233.087,
        56.522,
        note="Krizhevsky's own later form of the net of 2012, in one half and without normalisation.",
        crop=224,
    ),
    _torchvision(
        CLASSIFIER,
        "resnet50",
        "ResNet-50",
        "1512.03385",
        "resnet50-11ad3fa6.pth",
        97.79,
        80.858,
        features="layer4",
        linear="fc",
        crop=224,
    ),
    _torchvision(
        CLASSIFIER,
        "mobilenet_v3_large",
        "MobileNetV3 Large",
        "1905.02244",
        "mobilenet_v3_large-5c1a4163.pth",
        21.107,
        75.274,
        crop=224,
    ),
    _torchvision(
        CLASSIFIER,
        "efficientnet_b0",
        "EfficientNet-B0",
        "1905.11946",
        "efficientnet_b0_rwightman-7f5810bc.pth",
        20.451,
        77.692,
        features="features",
        linear="classifier.1",
        crop=224,
    ),
    _torchvision(
        CLASSIFIER,
        "convnext_tiny",
        "ConvNeXt-Tiny",
        "2201.03545",
        "convnext_tiny-983f1562.pth",
        109.119,
        82.52,
        crop=224,
    ),
    _torchvision(
        CLASSIFIER,
        "vit_b_16",
        "ViT-B/16",
        "2010.11929",
        "vit_b_16-c867db91.pth",
        330.285,
        81.072,
        crop=224,
    ),
    _torchvision(
        SEGMENTER,
        "lraspp_mobilenet_v3_large",
        "LR-ASPP MobileNetV3",
        "1905.02244",
        "lraspp_mobilenet_v3_large-d234d4ea.pth",
        12.49,
        57.9,
    ),
    _torchvision(
        SEGMENTER,
        "deeplabv3_mobilenet_v3_large",
        "DeepLabV3 MobileNetV3",
        "1706.05587",
        "deeplabv3_mobilenet_v3_large-fc3c493d.pth",
        42.301,
        60.3,
        build={"aux_loss": True},
    ),
    _torchvision(
        SEGMENTER,
        "deeplabv3_resnet50",
        "DeepLabV3 ResNet-50",
        "1706.05587",
        "deeplabv3_resnet50_coco-cd0a2569.pth",
        160.515,
        66.4,
        build={"aux_loss": True},
    ),
    _torchvision(
        SEGMENTER,
        "fcn_resnet50",
        "FCN ResNet-50",
        "1411.4038",
        "fcn_resnet50_coco-1167a1af.pth",
        135.009,
        60.5,
        build={"aux_loss": True},
    ),
    _torchvision(
        RAFT._replace(data="MPI Sintel training set, final pass"),
        "raft_small",
        "RAFT small",
        "2003.12039",
        "raft_small_C_T_V2-01064c6d.pth",
        3.821,
        3.2831,
    ),
    _torchvision(
        RAFT, "raft_large", "RAFT large", "2003.12039", "raft_large_C_T_SKHT_V2-ff5fadd5.pth", 20.129, 3.067
    ),
)

TRANSFORMERS: tuple[ModelSpec, ...] = (
    _transformer(
        "detr-resnet50",
        "DETR ResNet-50",
        "2005.12872",
        "facebook/detr-resnet-50",
        167,
        Published("COCO AP", 42.0, "COCO val2017", "https://arxiv.org/abs/2005.12872"),
        # The main revision names its backbone's weights as timm does, and would need timm.
        options={"revision": "no_timm"},
    ),
    _transformer(
        "yolos-tiny",
        "YOLOS-Tiny",
        "2106.00666",
        "hustvl/yolos-tiny",
        26,
        Published("COCO AP", 28.7, "COCO val2017", "https://arxiv.org/abs/2106.00666"),
    ),
    _transformer(
        "rtdetrv2-r18",
        "RT-DETRv2 ResNet-18",
        "2407.17140",
        "PekingU/rtdetr_v2_r18vd",
        81,
        Published("COCO AP", 48.1, "COCO val2017", "https://github.com/lyuwenyu/RT-DETR"),
    ),
    _transformer(
        "dfine-small",
        "D-FINE Small",
        "2410.13842",
        "ustc-community/dfine-small-coco",
        41.5,
        Published("COCO AP", 48.5, "COCO val2017", "https://arxiv.org/abs/2410.13842"),
    ),
    _transformer(
        "grounding-dino-tiny",
        "Grounding DINO Tiny",
        "2303.05499",
        "IDEA-Research/grounding-dino-tiny",
        689,
        Published("COCO AP", 48.4, "COCO val2017, zero-shot", "https://arxiv.org/abs/2303.05499"),
        adapter="cvdemo.zoo.transformers_detect:load_open_vocabulary",
        labels="prompt",
        prompt=True,
        note="Finds what a text asks for; 48.4 is zero-shot: it was not trained on COCO.",
    ),
    _transformer(
        "segformer-b0-ade",
        "SegFormer-B0 (ADE20K)",
        "2105.15203",
        "nvidia/segformer-b0-finetuned-ade-512-512",
        15.1,
        Published("ADE20K mIoU", 37.4, "ADE20K val, 150 classes", "https://arxiv.org/abs/2105.15203"),
        task=Task.SEGMENT,
        licence="NVIDIA Source Code License, not for commercial use",
        adapter=PIXELS,
        labels="ade20k",
    ),
    _transformer(
        "segformer-b0-cityscapes",
        "SegFormer-B0 (Cityscapes)",
        "2105.15203",
        "nvidia/segformer-b0-finetuned-cityscapes-1024-1024",
        14.9,
        Published("Cityscapes mIoU", 76.2, "Cityscapes val, 19 classes", "https://arxiv.org/abs/2105.15203"),
        task=Task.SEGMENT,
        caveat=SECOND_HAND,
        licence="NVIDIA Source Code License, not for commercial use",
        adapter=PIXELS,
        labels="cityscapes",
        domain=Domain.STREETS,
        # The main revision has a pickle only; this one is the same as safetensors, made by the hub itself.
        options={"revision": "refs/pr/4"},
    ),
    _transformer(
        "upernet-convnext-tiny",
        "UPerNet ConvNeXt-Tiny (ADE20K)",
        "1807.10221",
        "openmmlab/upernet-convnext-tiny",
        241,
        Published(
            "ADE20K mIoU",
            46.11,
            "ADE20K val, 150 classes",
            "https://github.com/open-mmlab/mmsegmentation/tree/main/configs/convnext",
        ),
        task=Task.SEGMENT,
        licence="MIT",
        adapter=PIXELS,
        labels="ade20k",
    ),
    _transformer(
        "mask2former-swin-tiny",
        "Mask2Former Swin-T (ADE20K)",
        "2112.01527",
        "facebook/mask2former-swin-tiny-ade-semantic",
        190,
        Published("ADE20K mIoU", 47.7, "ADE20K val, 150 classes", "https://arxiv.org/abs/2112.01527"),
        task=Task.SEGMENT,
        licence="MIT for the code, the hub says 'other' of the weights",
        adapter="cvdemo.zoo.transformers_segment:load_masks",
        labels="ade20k",
        options={"revision": "refs/pr/2"},  # safetensors, as above
    ),
    _transformer(
        "mask2former-swin-tiny-coco",
        "Mask2Former Swin-T (COCO instances)",
        "2112.01527",
        "facebook/mask2former-swin-tiny-coco-instance",
        190,
        Published("COCO mask AP", 45.0, "COCO val2017", "https://arxiv.org/abs/2112.01527"),
        task=Task.INSTANCES,
        licence="MIT for the code, the hub says 'other' of the weights",
        adapter="cvdemo.zoo.transformers_heads:load_instances",
    ),
    _transformer(
        "vitpose-base-simple",
        "ViTPose-B in people of SSD MobileNetV2",
        "2204.12484",
        "usyd-community/vitpose-base-simple",
        344,
        Published(
            "COCO keypoint AP",
            75.5,
            "COCO val2017, with a stronger detector",
            "https://arxiv.org/abs/2204.12484",
        ),
        task=Task.POSE,
        adapter="cvdemo.zoo.transformers_heads:load_pose",
    ),
    _captioner(
        "blip-base",
        "BLIP base",
        "2201.12086",
        "Salesforce/blip-image-captioning-base",
        990,
        None,
        licence="BSD-3-Clause",
        adapter="load_blip",
        note="A vision transformer, and a text decoder that looks at it by cross-attention.",
        options={"revision": "refs/pr/38"},  # safetensors, as above
    ),
    _captioner(
        "git-base-coco",
        "GIT base (COCO)",
        "2205.14100",
        "microsoft/git-base-coco",
        707,
        None,
        licence="MIT",
        adapter="load_git",
        note="One transformer reads the picture's tokens and the words said so far.",
        options={"revision": "refs/pr/1"},  # safetensors, as above
    ),
    _captioner(
        "vit-gpt2",
        "ViT-GPT2",
        "",
        "nlpconnect/vit-gpt2-image-captioning",
        982,
        None,
        adapter="load_vit_gpt2",
        note="A vision transformer and GPT-2, joined by cross-attention and trained on COCO's captions.",
        options={"revision": "refs/pr/37"},  # safetensors, as above
    ),
    _captioner(
        "florence-2-base",
        "Florence-2 base",
        "2311.06242",
        FLORENCE,
        464,
        133.0,
        source="https://huggingface.co/microsoft/Florence-2-base",
        licence="MIT",
        adapter="cvdemo.zoo.florence:load",
        note="Asked by a prompt: the same network detects, segments and reads text too.",
        caveat=SECOND_HAND,
    ),
    _captioner(
        "florence-2-base-regions",
        "Florence-2 base (regions)",
        "2311.06242",
        FLORENCE,
        464,
        None,
        task=Task.DENSE_CAPTION,
        licence="MIT",
        adapter="cvdemo.zoo.florence_regions:load",
        note="The same network, asked for descriptions of regions: it writes boxes as words.",
    ),
)
