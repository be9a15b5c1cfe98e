"""`cvdemo models` as a user calls it."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner, Result

from cvdemo import zoo
from cvdemo.cli import main


def models(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["models", *arguments])


def test_table_has_a_line_per_model() -> None:
    lines = models().stdout.splitlines()
    assert [line.split()[0] for line in lines] == ["key", *(m.key for m in zoo.models())]
    ssd = next(line for line in lines if line.startswith("ssd-mobilenet-v2"))
    assert "packaged" in ssd
    assert ssd.endswith("ready")


def test_json_of_one_task() -> None:
    entries = json.loads(models("--task", "detect", "--json").stdout)
    assert {m["key"] for m in entries} == {m.key for m in zoo.models("detect")}
    assert {m["task"] for m in entries} == {"detect"}
    assert entries[0]["published"]["value"] == 22.0


def test_a_task_without_models_and_one_that_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cvdemo.zoo.catalogue.CATALOGUE", {})
    assert json.loads(models("--task", "flow", "--json").stdout) == []
    assert models("--task", "cook").exit_code == 2
