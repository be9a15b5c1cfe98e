"""Opening pages by Streamlit's own test driver."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest

from cvdemo.assets import app_file


def open_page(name: str, /, **query: str) -> AppTest:
    """The page `pages/NAME.py` as a visitor of app.py sees it who comes with these query parameters."""
    app = AppTest.from_file(str(app_file()), default_timeout=180).run()
    for key, value in query.items():
        app.query_params[key] = value
    return app.switch_page(f"pages/{name}.py").run()


def query(app: AppTest) -> dict[str, list[str]]:
    """The parameters of the page's address, each a list."""
    return {k: [v] if isinstance(v, str) else list(v) for k, v in app.query_params.items()}


def without_errors(app: AppTest) -> AppTest:
    """The same, once it is known that it shows neither a traceback nor an error."""
    assert not app.exception
    assert not app.error
    return app
