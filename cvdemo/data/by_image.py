"""What a data set says of each image beside its objects: captions, labels, regions, relations."""

from __future__ import annotations

from dataclasses import dataclass, field

from cvdemo.data.dataset import Dataset, Region, Relation


@dataclass(frozen=True)
class Texts:
    """Captions, categories of the whole image, regions and relations, each by the image's row."""

    captions: dict[int, list[str]] = field(default_factory=dict)
    labels: dict[int, list[int]] = field(default_factory=dict)
    regions: dict[int, list[Region]] = field(default_factory=dict)
    relations: dict[int, list[Relation]] = field(default_factory=dict)


def texts_by_image(dataset: Dataset) -> Texts:
    """The texts of a data set, found once for all images."""
    texts = Texts()
    for image, caption in dataset.captions:
        texts.captions.setdefault(image, []).append(caption)
    for image, category in dataset.labels:
        texts.labels.setdefault(image, []).append(category)
    for region in dataset.regions:
        texts.regions.setdefault(region.image, []).append(region)
    for relation in dataset.relations:
        texts.relations.setdefault(int(dataset.objects.image[relation.subject]), []).append(relation)
    return texts
