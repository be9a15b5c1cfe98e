"""A hall's numbers and lines: what they count, and that nothing of a visitor's is in them."""

from __future__ import annotations

import json
import urllib.request

import pytest

from cvdemo.errors import CvdemoError, DataError
from cvdemo.ui import reports
from cvdemo.ui.gate import GATE


@pytest.fixture(autouse=True)
def _hearers() -> None:
    kept = list(GATE.hearers)
    yield
    GATE.hearers[:] = kept


def _numbers(port: int) -> dict[str, float]:
    with urllib.request.urlopen(f"http://localhost:{port}/metrics", timeout=10) as answer:
        lines = answer.read().decode().splitlines()
    return {line.rsplit(" ", 1)[0]: float(line.rsplit(" ", 1)[1]) for line in lines if line[:1] != "#"}


def test_runs_and_faults_are_counted_and_bad_input_is_none() -> None:
    port = reports.serve("0")
    before = _numbers(port)
    for error in (None, DataError("a broken file"), ZeroDivisionError("ours")):
        try:
            with GATE.passed("page"):
                if error is not None:
                    raise error
        except (CvdemoError, ZeroDivisionError):
            pass
    now = _numbers(port)
    run = 'cvdemo_runs_total{page="page",what="page"}'
    assert now[run] - before.get(run, 0) == 3
    assert now["cvdemo_run_seconds_count"] - before["cvdemo_run_seconds_count"] == 3
    faults = {name: value for name, value in now.items() if name.startswith("cvdemo_faults_total")}
    assert faults == {'cvdemo_faults_total{error="ZeroDivisionError",page="page"}': 1}
    for name in ("cvdemo_visitors", "cvdemo_runs_waiting", "cvdemo_networks_running", "cvdemo_models_bytes"):
        assert now[name] >= 0


def test_a_run_is_one_line_of_json_without_anything_of_the_visitors(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CVDEMO_LOG", "json")
    monkeypatch.delenv("CVDEMO_METRICS", raising=False)
    reports.begin()
    with pytest.raises(ZeroDivisionError), GATE.passed():
        raise ZeroDivisionError("holiday.jpg")
    line = json.loads(capsys.readouterr().err)
    assert set(line) == {"time", "page", "what", "waited_ms", "took_ms", "error"}
    assert line["error"] == "ZeroDivisionError" and line["took_ms"] >= 0
    assert "holiday" not in json.dumps(line)


@pytest.mark.parametrize(
    ("name", "value"),
    [("CVDEMO_METRICS", "many"), ("CVDEMO_METRICS", "99999"), ("CVDEMO_LOG", "xml")],
)
def test_what_cannot_be_is_one_sentence(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    for each in ("CVDEMO_METRICS", "CVDEMO_LOG"):
        monkeypatch.delenv(each, raising=False)
    monkeypatch.setenv(name, value)
    with pytest.raises(CvdemoError, match=name):
        reports.begin()
