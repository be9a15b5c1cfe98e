"""The RPN's experiment in a notebook: the README's lines run as they stand, without Streamlit."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from cvdemo.data.pictures import read_picture, sample, to_jpeg
from cvdemo.labs.rpn.experiment import STAGES, FunnelKnobs, filter_proposals, predict

ROOT = Path(__file__).resolve().parents[2]


def test_the_readme_prints_the_funnel_of_a_photo(tmp_path: Path) -> None:
    blocks = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text("utf-8"), re.DOTALL)
    (code,) = [block for block in blocks if "labs.rpn" in block]
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(to_jpeg(sample("cat")))
    code += "import sys\nprint('streamlit' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    stages = filter_proposals(predict(read_picture(photo)), FunnelKnobs(iou=0.5)).stages
    for title, stage in zip(STAGES, stages, strict=True):
        assert re.search(rf"^{title} {len(stage.boxes)} \[", done.stdout, re.MULTILINE)
    assert done.stdout.endswith("False\n")
