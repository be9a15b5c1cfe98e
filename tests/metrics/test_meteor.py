"""METEOR (exact, stem) against the original in Java, and by hand."""

from __future__ import annotations

import itertools
import json
import random
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pycocoevalcap.meteor.meteor
import pytest

from cvdemo import world
from cvdemo.metrics.captions import tokenised
from cvdemo.metrics.meteor import Match, align, meteor, stem

COCO_MINI = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "coco-mini"
WORDS = (
    "the", "a", "two", "of", "and", "on", "dog", "dogs", "cat", "grass", "water", "runs", "running", "run",
    "red", "brown", "standing", "stands",
)  # fmt: skip

Pairs = list[tuple[str, list[str]]]


def original(pairs: Pairs) -> list[float]:
    """METEOR 1.5 with its modules exact and stem."""
    jar = Path(pycocoevalcap.meteor.meteor.__file__).with_name("meteor-1.5.jar")
    if shutil.which("java") is None or not jar.is_file():
        pytest.skip("METEOR's original needs Java")

    def answers(lines: list[str]) -> list[str]:
        command = ["java", "-Xmx1G", "-jar", str(jar), "-", "-", "-stdio", "-l", "en", "-m", "exact stem"]
        text = "\n".join(lines) + "\n"
        return subprocess.run(command, input=text, capture_output=True, text=True, check=True).stdout.split(
            "\n"
        )

    counts = answers([f"SCORE ||| {' ||| '.join(own)} ||| {candidate}" for candidate, own in pairs])
    scores = answers([f"EVAL ||| {line}" for line in counts if line])
    return [float(number) for number in scores if number][::2]  # each is printed twice


def human_pairs() -> Pairs:
    """What people wrote of a photo against each other, and against what they wrote of others."""
    if not COCO_MINI.is_dir():
        return []
    rows = json.loads((COCO_MINI / "annotations" / "captions_val2017.json").read_text())["annotations"]
    said: dict[int, list[str]] = {}
    for row in rows:
        said.setdefault(row["image_id"], []).append(tokenised(row["caption"]))
    groups = list(said.values())
    pairs = [(own[0], own[1:]) for own in groups]
    return pairs + [(own[0], other[1:]) for own, other in itertools.pairwise(groups)]


def drawn_pairs() -> Pairs:
    truths = [world.truth(world.scene(seed, split="train"), 192, 160) for seed in range(60)]
    said = [world.write_captions(truth) for truth in truths]
    return [(own[-1], list(other)) for own, other in itertools.pairwise(said)]


def random_pairs(n: int, *, repeats: bool) -> Pairs:
    """Random sentences; without `repeats` no stem is twice in one, so that there is one alignment only."""
    rng = random.Random(0)

    def sentence() -> str:
        words = [rng.choice(WORDS) for _ in range(rng.randint(1, 9))]
        return " ".join(words if repeats else {stem(word): word for word in words}.values())

    return [(sentence(), [sentence() for _ in range(rng.randint(1, 3))]) for _ in range(n)]


def test_as_the_original() -> None:
    groups = {
        "people": human_pairs(),
        "world": drawn_pairs(),
        "one alignment": [("two dogs", ["two dog"]), *random_pairs(400, repeats=False)],
        "several": random_pairs(400, repeats=True),
    }
    found = original([pair for pairs in groups.values() for pair in pairs])
    for name, pairs in groups.items():
        theirs, found = np.array(found[: len(pairs)]), found[len(pairs) :]
        ours = np.array([meteor(*pair) for pair in pairs])
        if name != "several":
            np.testing.assert_allclose(ours, theirs, atol=1e-9, err_msg=name)
        else:  # where alignments have as many matches, the original's search settles on another one at times
            assert (np.abs(ours - theirs) < 1e-9).mean() > 0.85
    assert not found


def test_by_hand() -> None:
    assert meteor("a brown dog", ["a brown dog"]) == 1
    assert meteor("a cat", ["two dogs"]) == meteor("", ["a dog"]) == meteor("a dog", []) == 0
    assert meteor("two dogs", ["two dog"]) == pytest.approx(0.25 + 0.75 * 0.6)  # one chunk has no penalty
    # "two" of 1 (.25 + .75) and of 1.75; one chunk of one match
    mean = 0.25 * (1 / 7) / (0.85 * 0.25 + 0.15 / 7)
    assert meteor("two cats", ["two brown dogs"]) == pytest.approx(mean * (1 - 0.6))
    assert meteor("two dogs", ["a cat", "two dog", "two dogs"]) == 1


def test_alignments_have_most_matches_and_fewest_chunks() -> None:
    found = align(["the", "dog", "and", "the", "cat"], ["the", "cat", "and", "the", "dog"])
    assert len(found.matches) == 5 and found.chunks == 3
    assert [m[:2] for m in found.matches] == [(0, 3), (1, 4), (2, 2), (3, 0), (4, 1)]
    assert align(["runs"], ["running"]).matches == (Match(0, 0, True),)
    assert stem("running") == stem("runs") == "run"
