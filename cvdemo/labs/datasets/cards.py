"""The lecture's seven data sets: what for, what is in them, licence, how to get them, with sources."""

from __future__ import annotations

from typing import NamedTuple


class Fact(NamedTuple):
    """A published figure and where it stands; `checked` if it was read there or where it is quoted."""

    text: str
    source: str
    checked: bool = True


class Card(NamedTuple):
    """One data set; `format` is the key of its format here."""

    title: str
    year: int
    purpose: str
    annotations: str
    facts: tuple[Fact, ...]
    licence: Fact
    get: str
    home: str
    paper: str
    format: str


COCO_HOME = "https://cocodataset.org"
COCO_COPY = "https://paperswithcode.com/dataset/coco"
VOC_HOME = "http://host.robots.ox.ac.uk/pascal/VOC/voc2012/"
VOC_KIT = "http://host.robots.ox.ac.uk/pascal/VOC/voc2012/htmldoc"
OPEN_IMAGES = "https://storage.googleapis.com/openimages/web/factsfigures_v7.html"
OPEN_IMAGES_V5 = "https://storage.googleapis.com/openimages/web/factsfigures_v5.html"
OPEN_IMAGES_PAPER = "https://arxiv.org/abs/1811.00982"
KITTI_SEGMENTATION = "http://www.cvlibs.net/datasets/kitti/eval_semseg.php"
KITTI_OBJECTS = "http://www.cvlibs.net/datasets/kitti/eval_object.php"
KITTI_HOME = "http://www.cvlibs.net/datasets/kitti/"
CITYSCAPES = "https://www.cityscapes-dataset.com/dataset-overview/"
GENOME_HOME = "https://homes.cs.washington.edu/~ranjay/visualgenome/"
GENOME_PAPER = "https://arxiv.org/abs/1602.07332"  # its first version has smaller averages
GENOME_JOURNAL = "https://link.springer.com/article/10.1007/s11263-016-0981-7"
IMAGENET_HOME = "https://www.image-net.org"
IMAGENET_CARD = "https://huggingface.co/datasets/mlx-vision/imagenet-1k"
IMAGENET_PAPER = "https://arxiv.org/abs/1409.0575"

CARDS = (
    Card(
        "COCO", 2014, "Common objects in everyday scenes: many small ones, in context.",
        "Boxes, instance masks, 17 keypoints of people, five captions an image, stuff and panoptic maps.",
        (
            Fact("80 classes of things, 328k images", COCO_COPY),
            Fact("2017: 118k images to train, 5k to validate, 41k to test", COCO_COPY),
            Fact("250,000 people with keypoints", COCO_COPY),
            Fact("more than 200k labelled images, 1.5 million objects", COCO_HOME, checked=False),
        ),
        Fact("annotations CC BY 4.0; each photo has its author's licence", COCO_HOME, checked=False),
        "Download the ZIP files of the images and `annotations_trainval2017.zip`; no registration.",
        COCO_HOME, "https://arxiv.org/abs/1405.0312", "coco",
    ),
    Card(
        "PASCAL VOC 2012", 2012, "The benchmark on which R-CNN to SSD were compared.",
        "Boxes with difficult, truncated and occluded flags, maps of classes and of objects.",
        (
            Fact("20 classes", VOC_KIT),
            Fact("11k images with 27,450 objects to train and validate", VOC_HOME, checked=False),
            Fact("2,913 images with maps of 6,929 objects", VOC_HOME, checked=False),
        ),
        Fact("photos under Flickr's terms of use", VOC_HOME, checked=False),
        "`VOCtrainval_11-May-2012.tar`; also `torchvision.datasets.VOCDetection(download=True)`.",
        VOC_HOME, "https://doi.org/10.1007/s11263-014-0733-5", "voc",
    ),
    Card(
        "Open Images", 2016, "Objects and the relations between them, at the largest scale.",
        "Labels of images, boxes of 600 classes in a hierarchy, masks, relations, points, spoken narratives.",
        (
            Fact("about 9 million images", OPEN_IMAGES),
            Fact("16 million boxes of 600 classes on 1.9 million images, 8.3 an image", OPEN_IMAGES_V5),
            Fact("2.8 million masks of 350 classes (V5)", OPEN_IMAGES_V5),
            Fact("375k relations of 57 classes (V4)", OPEN_IMAGES_PAPER),
        ),
        Fact("annotations CC BY 4.0, photos listed as CC BY 2.0", OPEN_IMAGES, checked=False),
        "CSV files of the annotations and a script that fetches chosen images; no registration.",
        OPEN_IMAGES, OPEN_IMAGES_PAPER, "open-images",
    ),
    Card(
        "KITTI", 2012, "Streets from a car in and around Karlsruhe: objects, roads, stereo, flow.",
        "Boxes in 2D and 3D with truncation and occlusion; maps in Cityscapes' classes.",
        (
            Fact("7,481 images to train, 7,518 to test, 80,256 objects", "https://huggingface.co/datasets/nateraw/kitti"),
            Fact("200 images with maps to train, 200 to test", KITTI_SEGMENTATION),
            Fact("8 classes are labelled", KITTI_OBJECTS, checked=False),
        ),
        Fact("CC BY-NC-SA 3.0", KITTI_HOME, checked=False),
        "Register with an e-mail address; also `torchvision.datasets.Kitti(download=True)`.",
        KITTI_HOME, "https://doi.org/10.1177/0278364913491297", "kitti",
    ),
    Card(
        "Cityscapes", 2016, "Streets from a car: a class for every pixel, instances of vehicles and people.",
        "Polygons, maps of classes and of instances.",
        (
            Fact("30 classes, 50 cities", CITYSCAPES),
            Fact("5,000 images with fine and 20,000 with coarse annotations", CITYSCAPES),
            Fact("19 classes are evaluated", "https://arxiv.org/abs/1604.01685", checked=False),
        ),
        Fact("own terms of use, for scientific purposes", "https://www.cityscapes-dataset.com/license/"),
        "Register; then `gtFine_trainvaltest.zip` and `leftImg8bit_trainvaltest.zip`.",
        "https://www.cityscapes-dataset.com", "https://arxiv.org/abs/1604.01685", "cityscapes",
    ),
    Card(
        "Visual Genome", 2016, "What is in an image and how it relates: the basis of dense captioning.",
        "Boxes with names and attributes, relations, descriptions of regions, questions and answers.",
        (
            Fact("more than 108k images", GENOME_JOURNAL),
            Fact("on average 35 objects, 26 attributes and 21 relations an image", GENOME_JOURNAL),
            Fact("5.4 million descriptions of regions", GENOME_HOME, checked=False),
        ),
        Fact("CC BY 4.0", GENOME_HOME, checked=False),
        "JSON files (objects, relationships, region_descriptions) and two archives of images.",
        GENOME_HOME, GENOME_PAPER, "visual-genome",
    ),
    Card(
        "ImageNet", 2009, "Classification, localization, detection; most backbones are trained on it first.",
        "A class (WordNet synset) an image, boxes for a part of them.",
        (
            Fact("more than 14 million images of 21,000 classes in all", "http://convnets.org/dataset/4"),
            Fact("the challenge: 1,000 classes, 1,281,167 images to train", IMAGENET_CARD),
            Fact("its detection task: 200 classes", IMAGENET_PAPER, checked=False),
        ),
        Fact("for research that is not commercial", IMAGENET_HOME, checked=False),
        "Register and agree to the terms of access.",
        IMAGENET_HOME, IMAGENET_PAPER, "imagenet",
    ),
)  # fmt: skip
"""In the lecture's order."""


def fact_text(fact: Fact) -> str:
    """A fact as Markdown, with its source; one that was not read there is marked."""
    return f"{fact.text} ([source]({fact.source}){'' if fact.checked else ', **unverified**'})"
