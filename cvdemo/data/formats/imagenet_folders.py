"""ImageNet's folders: one folder of pictures per class, in folders of splits.

Russakovsky et al., arXiv:1409.0575; as torchvision's ImageFolder and Keras read it. Folders may be named by
WordNet ids; `LOC_synset_mapping.txt` or `synset_words.txt` gives their words.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path, PurePosixPath

from cvdemo.data.archive import Archive
from cvdemo.data.dataset import Builder, Dataset
from cvdemo.data.formats.writing import copy_pictures, write_bytes
from cvdemo.data.suffixes import PICTURES
from cvdemo.data.synsets import MAPPING, display_names, synset_words
from cvdemo.errors import DataError

TITLE = "ImageNet folders"
HOLDS = frozenset({"labels", "splits", "synsets"})
SPLITS = ("train", "val", "valid", "validation", "test")
NO_CLASSES = frozenset({"images", "image", "labels", "annotations", "masks", "img", "imgs", "jpegimages"})
"""Folders of pictures in other layouts, which name no class."""

ANNOTATIONS = (".xml", ".json", ".csv", ".yaml", ".yml")


def fits(archive: Archive) -> bool:
    """Whether pictures lie in folders of classes, several or in a split, and nothing else describes them."""
    if archive.paths(*ANNOTATIONS):
        return False
    places = {_place(path) for path in archive.paths(*PICTURES)}
    classes = {category.lower() for _, category in places if category}
    if not classes or classes & NO_CLASSES or ("", "") in places:
        return False
    return len(classes) > 1 or all(split for split, _ in places)


def _place(path: str) -> tuple[str, str]:
    """Split and class of a picture by its folders, each "" where there is none."""
    above, own = ("", "", *PurePosixPath(path).parts[:-1])[-2:]
    if above in SPLITS:
        return above, own
    return (own, "") if own in SPLITS else ("", own)


def read(archive: Archive) -> Dataset:
    """Each picture with the class of its folder; those in a split's folder itself have none."""
    builder = Builder(TITLE, archive)
    words = synset_words(archive)
    pictures = archive.paths(*PICTURES)
    folders = dict.fromkeys(_place(path)[1] for path in pictures)
    names = display_names(filter(None, folders), words)
    for folder in sorted(names):
        builder.category(names[folder])
    several = _in_several(pictures)
    labels = builder.extra.setdefault("labels", [])
    for path in pictures:
        split, folder = _place(path)
        stem = PurePosixPath(path).stem
        own = f"{folder}/{stem}" if (split, stem) in several else stem
        image = builder.image(f"{split}/{own}" if split else own, path, split=split)
        if folder:
            labels.append((image, builder.category(names[folder])))
    if words:
        builder.extra["synsets"] = {names[own]: own for own in names if own in words}
    return builder.build()


def _in_several(pictures: list[str]) -> set[tuple[str, str]]:
    """The split and name of pictures that several classes' folders have."""
    counts = Counter((_place(path)[0], PurePosixPath(path).stem) for path in pictures)
    return {key for key, count in counts.items() if count > 1}


def limits(dataset: Dataset) -> list[str]:
    """Images without a label or with several, and names that are no folder's."""
    counts = Counter(image for image, _ in dict.fromkeys(dataset.labels))
    lost = []
    if several := sum(count > 1 for count in counts.values()):
        lost.append(f"all labels but the first of {several} images")
    if without := len(dataset) - len(counts):
        lost.append(f"{without} images without a label")
    if changed := [name for name in dataset.categories if _folder(name) != name]:
        lost.append(f"signs in names of classes that folders cannot have: {', '.join(changed[:6])}")
    return lost


def _folder(name: str) -> str:
    """A class's name as a folder's."""
    safe = "".join("_" if c in "/\\:\0" else c for c in name).strip()
    return safe if safe.strip(".") else "_"


def write(dataset: Dataset, folder: Path) -> None:
    """`SPLIT/CLASS/NAME`, by WordNet id where one is known; images without a split go into train."""
    first: dict[int, int] = {}
    for image, category in dataset.labels:
        first.setdefault(image, category)
    if not first:
        raise DataError("no image has a label, and folders of classes hold nothing else")
    names = [_folder(dataset.synsets.get(name) or name) for name in dataset.categories]
    copy_pictures(
        dataset,
        folder,
        lambda i, name: f"{dataset.splits[i] or 'train'}/{names[first[i]]}/{name}" if i in first else "",
    )
    if dataset.synsets:
        lines = "".join(f"{own} {name}\n" for name, own in dataset.synsets.items())
        write_bytes(folder / MAPPING, lines.encode())
