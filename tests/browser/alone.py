"""Components in a browser without Streamlit: their scripts, HTML and messages as Python makes them."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

from cvdemo.ui.component import text, used

GIVE = """([name, message]) => globalThis[name]({
  data: Uint8Array.from(atob(message), (c) => c.charCodeAt(0)),
  parentElement: document.querySelector('#here'), setStateValue: () => {} })"""


def without_streamlit(page: Any, shown: str, messages: Mapping[str, bytes]) -> None:
    """A page with the component `shown`; each component of `messages` is given its message, in this order."""
    page.goto("about:blank")
    style = "\n".join(text(name, ".css") for name in used(shown))
    page.set_content(f"<style>{style}</style><div id=here>{text(shown, '.html')}</div>")
    for name in messages:
        scripts = "\n".join(text(n, ".js") for n in used(name))
        body = scripts.replace("export default function", "function main")
        page.add_script_tag(content=f"globalThis['{name}'] = (() => {{ {body}\nreturn main; }})();")
    for name, message in messages.items():
        give(page, name, message)


def give(page: Any, name: str, message: bytes) -> None:
    """Call a component again with another message, as a rerun does."""
    page.evaluate(GIVE, [name, base64.b64encode(message).decode()])
