"""Florence-2 as a dense captioner: asked for descriptions with boxes, it writes the boxes as words too.

Each box is four tokens behind its caption, a thousand bins along each side. arXiv:2311.06242, sec. 3.2.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from cvdemo.zoo.checkpoint import module_bytes
from cvdemo.zoo.dense_captioner import DenseCaptioner, RawRegions
from cvdemo.zoo.device import autocast
from cvdemo.zoo.fetch import Progress
from cvdemo.zoo.florence import fetched
from cvdemo.zoo.spec import ModelSpec

REGIONS = "<DENSE_REGION_CAPTION>"
BINS = 1000
MOST_TOKENS = 512  # of an answer
BEAM = 3  # as its authors decode

_PLACE = re.compile(r"<loc_(\d+)>")


def load(spec: ModelSpec, device: str, progress: Progress | None = None) -> DenseCaptioner:
    """Florence-2 as a dense captioner, fetched if need be."""
    return FlorenceRegions(spec, device, *fetched(spec, progress))


class Region(NamedTuple):
    """A caption as tokens, its box in bins x1 y1 x2 y2, and the places of both in the answer."""

    words: tuple[int, ...]
    bins: tuple[int, int, int, int]
    said_at: tuple[int, ...]
    box_at: tuple[int, ...]


class FlorenceRegions(DenseCaptioner):
    """Florence-2, asked for descriptions of regions.

    It has no scores. A region's is how sure the network was of its caption and box: the geometric mean of
    their tokens' probabilities.
    """

    def __init__(self, spec: ModelSpec, device: str, processor: Any, net: Any) -> None:
        super().__init__(spec, device=device, nbytes=module_bytes(net))
        self.processor = processor
        self.net = net.eval().to(device)

    def network(self, picture: np.ndarray) -> RawRegions:
        inputs = self.processor(text=REGIONS, images=picture, return_tensors="pt").to(self.device)
        with autocast(self.device):
            answer = self.net.generate(**inputs, num_beams=BEAM, do_sample=False, max_new_tokens=MOST_TOKENS)
            logits = self.net(**inputs, decoder_input_ids=answer[:, :-1]).logits.float()
        ids = answer[0, 1:]  # without the start
        likely = logits[0].log_softmax(dim=1).gather(1, ids[:, None])[:, 0].cpu().numpy()
        tokenizer = self.processor.tokenizer
        found = read_regions(ids.tolist(), tokenizer)
        height, width = picture.shape[:2]
        bins = np.array([region.bins for region in found], np.float32).reshape(-1, 4)
        scores = [likely[[*region.said_at, *region.box_at]].mean() for region in found]
        said = [likely[list(region.said_at)].sum() for region in found]
        return RawRegions(
            boxes=((bins + 0.5) * np.array([width, height] * 2) / BINS).astype(np.float32),
            scores=np.exp(np.array(scores, np.float32)),
            words=[region.words for region in found],
            texts=[tokenizer.decode(region.words).strip() for region in found],
            log_probabilities=np.array(said, np.float32),
            milliseconds=0.0,
        )


def read_regions(ids: Sequence[int], tokenizer: Any) -> list[Region]:
    """The regions of an answer: a caption, then four places of a box or of several; other tokens are markers.

    A box without a caption, a caption without a box, and what is left of a cut answer are left out.
    """
    tokens = tokenizer.convert_ids_to_tokens(list(ids))
    special = set(tokenizer.all_special_ids)
    found: list[Region] = []
    said: list[int] = []
    places: list[int] = []
    bins: list[int] = []
    for k, (token, number) in enumerate(zip(tokens, ids, strict=True)):
        if place := _PLACE.fullmatch(token):
            places, bins = [*places, k], [*bins, int(place[1])]
            if len(bins) % 4 == 0 and said:
                x1, y1, x2, y2 = bins[-4:]
                words = tuple(ids[i] for i in said)
                found.append(Region(words, (x1, y1, x2, y2), tuple(said), tuple(places[-4:])))
        elif number not in special:
            if places:
                said, places, bins = [], [], []
            said = [*said, k]
    return found
