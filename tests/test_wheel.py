"""The wheel has all that the lab needs, and `cvdemo app` starts it from there."""

from __future__ import annotations

import zipfile

import pytest
from click.testing import CliRunner

from cvdemo.assets import app_file, asset
from cvdemo.cli import main
from cvdemo.ui.pages import PAGES
from tests.from_wheel import ROOT, built

LEFT_OUT = "assets/screenshots/"


@pytest.fixture(scope="module")
def names(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The files in the wheel."""
    return set(zipfile.ZipFile(built(tmp_path_factory.mktemp("wheel"))).namelist())


def there(folder: str) -> set[str]:
    """The files of a folder of the checkout, without what Python made of them."""
    paths = (path for path in (ROOT / folder).rglob("*") if path.is_file())
    return {path.relative_to(ROOT).as_posix() for path in paths if "__pycache__" not in path.parts}


def test_the_package_with_its_scripts_and_all_assets_but_screenshots_are_inside(names: set[str]) -> None:
    assert there("cvdemo") <= names
    assert {f"cvdemo/{name}" for name in there("assets") if not name.startswith(LEFT_OUT)} <= names
    assert not [name for name in names if "screenshots" in name or name.startswith(("tests", "assets"))]


def test_the_app_with_every_page_and_its_settings_is_inside(names: set[str]) -> None:
    app = {f"cvdemo/app/pages/{page.key}.py" for page in PAGES}
    assert (
        app | {"cvdemo/app/app.py", "cvdemo/app/pages/home.py", "cvdemo/app/.streamlit/config.toml"} <= names
    )


def test_the_app_file_has_pages_and_settings_beside_it() -> None:
    assert (app_file().parent / "pages" / "home.py").is_file()
    assert (app_file().parent / ".streamlit" / "config.toml").is_file()
    assert asset("weights").is_dir()


def test_the_command_says_what_it_does() -> None:
    done = CliRunner().invoke(main, ["app", "--help"])
    assert done.exit_code == 0
    assert all(option in done.output for option in ("--port", "--hall", "--host"))


def test_a_port_that_is_none_gives_a_sentence() -> None:
    done = CliRunner().invoke(main, ["app", "--port", "70000"])
    assert done.exit_code == 2
    assert "70000" in done.output
