"""Every text of the app that a visitor can see, collected from the source: literals, f-strings as templates.

`python -m tests.ui.strings FOLDER [LABELS.tsv ...]` writes those without a Russian text to files for
translators, with what the lists of English, tab and Russian propose.
"""

from __future__ import annotations

import ast
import json
import re
import sys
from pathlib import Path
from typing import NamedTuple

from cvdemo.ui.script_texts import script_entries
from cvdemo.ui.translation import WORD, entries
from tests.ui.script_strings import script_texts
from tests.ui.words import words

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("cvdemo/ui", "pages", "cvdemo/labs", "cvdemo/draw", "cvdemo")
NOT_SHOWN = (
    "cvdemo/cli", "cvdemo/bench", "cvdemo/train", "cvdemo/ui/translation.py", "cvdemo/ui/language",
    "cvdemo/ui/script_texts.py",
    "cvdemo/ui/message", "cvdemo/ui/internals.py", "cvdemo/ui/reports.py", "cvdemo/ui/live/route.py",
    "cvdemo/ui/workers.py", "cvdemo/ui/visitor.py", "cvdemo/ui/push.py", "cvdemo/lecture/hub.py",
    "cvdemo/zoo/serv",
    "cvdemo/zoo/plain_code.py",
    "cvdemo/zoo/readme.py", "cvdemo/zoo/evaluate", "cvdemo/nets/faster_rcnn_paper.py",
    # Sentences that a network or the grammar says stay English: the words of the nets are.
    "cvdemo/world/captions", "cvdemo/world/backdrop", "cvdemo/ops/sentence.py",
    "cvdemo/notebook.py",
)  # fmt: skip
"""What no visitor sees, and what stays English."""
SAME = {
    ".css", "csv", "png", "flo", "coco", "zip", "txt", "json", "svg", "mp4", "rerun", "vtest", "bikes",
    "Blues", "Cividis", "mask-rcnn", "fasterrcnn-resnet50-fpn", "label:color_rgb:parts:actions", "mAP",
    "Python", "IoU", "RoIAlign", "RoIPool", "CamVid", "Cityscapes", "LabelMe", "ImageNet", "Soft-NMS",
    "DIoU-NMS", "ByteTrack", "Lucas-Kanade", "Horn-Schunck", "DeepLab", "SegNet", "RefineNet", "LinkNet",
    "EfficientNet-Lite0", "Fl-all", "COCO JSON", "PASCAL VOC", "MOT Challenge", "Open Images", "COCO RLE",
    "CSV", "GIF", "MP4", "PNG", "GIoU", "DIoU", "U-Net", "U-Net of {} frame{}", "LRCN", "RoI", "R-CNN",
    "Fast R-CNN", "Faster R-CNN", "Mask R-CNN", "Keypoint R-CNN", "DenseCap", "COCO val2017", "VOC 2007",
    "DeepLab v3+", "DeepLab v3", "Linknet", "Fast YOLO", "s a picture", "world:test, {} scenes, normal",
    "Object-Detection-Metrics", "PASCAL VOC 2012", "DeepLabV3", "backbone", "json_text", "__main__",
    "display:grid;grid-template-columns:minmax(6rem,auto) 1fr 2.5rem;gap:.3rem .7rem;align-items:center",
}  # fmt: skip
"""What is the same in every language, or no language."""
LIBRARY = re.compile(r"cvdemo/(data|zoo|nets|ops|video|world|metrics)/")

TECHNICAL_CALLS = {
    "component", "key", "asset", "compile", "sub", "split", "replace", "startswith", "endswith", "encode",
    "removeprefix", "removesuffix", "getattr", "hasattr", "setattr", "open", "read_text", "import_module",
    "TypeVar", "ParamSpec", "cast", "Path", "getenv", "glob", "rglob", "einsum", "register_buffer",
    "ValueError", "TypeError", "KeyError", "RuntimeError", "AssertionError", "NotImplementedError",
    "AttributeError", "IndexError", "StopIteration", "claim", "popleft", "print", "warn", "partition",
    "rpartition", "strptime", "count_of", "Response", "JSONResponse", "OSError", "findall", "search", "match",
    "header", "theory", "nets_of", "texts", "spec", "load", "Literal", "try_this_texts", "of_this_run",
}  # fmt: skip
TECHNICAL_KEYWORDS = {
    "key", "type", "width", "height", "gap", "icon", "vertical_alignment", "horizontal_alignment", "language",
    "mode", "paper", "source", "url", "adapter", "labels", "licence", "dash", "symbol", "position", "color",
    "colour", "vocabulary", "weights", "module", "repo", "suffix", "anchor", "hub", "link", "align",
    "label_visibility", "selection_mode", "on_select", "config", "hoverinfo", "xanchor", "yanchor", "side",
    "textposition", "nets", "task", "recipe", "command", "chart",
}  # fmt: skip
VISIBLE_CALLS = {
    "markdown", "caption", "info", "warning", "error", "success", "title", "header", "subheader", "button",
    "download_button", "toggle", "checkbox", "expander", "popover", "tabs", "metric", "spinner", "progress",
    "text", "table", "dataframe", "page_link", "write", "toast", "image", "file_uploader", "camera_input",
    "File", "png", "gif", "mp4", "coco", "add_annotation",
}  # fmt: skip
WIDGETS = {
    "slider", "number_input", "select_slider", "selectbox", "radio", "segmented_control", "pill", "pills",
    "multiselect", "toggle", "checkbox", "text_input",
}  # fmt: skip
NO_TEXT = re.compile(
    r"^(https?://\S*|[\w.+-]+/[\w./+-]+|#[0-9a-fA-F]{3,8}|[a-z_]+\([^)]*\)|\S+\.(py|md|json|js|png|jpg|mp4|pt|pth)"
    r"|[A-Z0-9_]+|[\w-]+_[\w-]+|arXiv:\S+)$"
)
SHELL = re.compile(
    r"python -m|cvdemo (train|evaluate)|--\w|from \w+ import|import \w|\d+ \d+ \d+ \w|net = |\w+ = "
)
CODE = re.compile(r"<style|<svg|<div|^\s*\{.*\}\s*$|;\s*\}|^[a-z-]+: [^ ]+;|\bdef \b|^import |\(\?|\\d|\\w")


class Text(NamedTuple):
    """A text or template, where it stands, and what its places hold."""

    text: str
    file: str
    line: int
    values: tuple[str, ...] = ()


def normal(text: str) -> str:
    """A text as the table has it: without white space, list marks, Markdown and emoji around all of it."""
    text = re.sub(r"^(#+ |- |· |, |[^\w\s{(*'\"`-]+ )", "", text.strip()).strip()
    bold = re.fullmatch(r"(\*+)([^*]+)\1", text)
    return bold[2] if bold else text


def template(node: ast.JoinedStr) -> tuple[str, tuple[str, ...]]:
    """An f-string with `{}` for each of its values, and the source of these."""
    parts, values = [], []
    for part in node.values:
        if isinstance(part, ast.FormattedValue):
            parts.append("{}")
            values.append(ast.unparse(part.value))
        else:
            assert isinstance(part, ast.Constant)
            parts.append(str(part.value))
    return "".join(parts), tuple(values)


def is_text(text: str, *, shown: bool, library: bool) -> bool:
    """Whether a literal is language: two words, or one with a capital; where it is `shown`, any word."""
    bare = re.sub(r"\{\}", " ", re.sub(r"`[^`]*`", "", text)).strip()
    words = [word for word in WORD.findall(bare) if len(word) > 1]
    if not words or CODE.search(text.replace("{}", "")) or NO_TEXT.match(bare) or SHELL.match(bare):
        return False
    if shown and ("{}" not in text or len(words) > 1):
        return True
    if "{}" in text and " " not in text:
        return False
    if library and not re.search(r"(^|[\s(])[a-z]{3,}", bare):
        return False  # the name of a model or of a field of a file
    if library and "{}" not in text and len(words) < 4 and not bare[0].isupper() and ";" not in text:
        return False
    if "{}" in text:
        return bool(re.search(r"(^|[\s(])[A-Za-z][a-z]+([\s.,:;)!?]|$)", re.sub(r"\S*/\S*", "", bare)))
    return (len(words) > 1 and " " in bare) or bool(re.match(r"\W*[A-Z] ?[a-z]+", bare))


class Collector(ast.NodeVisitor):
    """Walks one file; `shown` says whether the literals under the present node are certainly seen."""

    def __init__(self, file: str, tree: ast.Module) -> None:
        self.file, self.shown, self.found = file, False, list[Text]()
        self.constants = {
            target.id: node.value
            for node in tree.body
            if isinstance(node, ast.Assign)
            for target in node.targets
            if isinstance(target, ast.Name)
        }
        self.visit(tree)

    def add(self, node: ast.AST, text: str, values: tuple[str, ...] = ()) -> None:
        if normal(text) not in SAME and is_text(
            text, shown=self.shown, library=bool(LIBRARY.match(self.file))
        ):
            self.found.append(Text(normal(text), self.file, getattr(node, "lineno", 0), values))

    def under(self, node: ast.AST | None, shown: bool) -> None:
        if node is not None:
            before, self.shown = self.shown, shown
            self.visit(node)
            self.shown = before

    def visit_Constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, str):
            self.add(node, node.value)

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        self.add(node, *template(node))
        for part in node.values:
            if isinstance(part, ast.FormattedValue):
                self.under(part.value, False)

    def visit_Expr(self, node: ast.Expr) -> None:
        if not isinstance(node.value, ast.Constant):  # a docstring
            self.generic_visit(node)

    def visit_Subscript(self, node: ast.Subscript) -> None:
        self.under(node.value, self.shown)
        if not isinstance(node.slice, ast.Constant):
            self.under(node.slice, False)

    def visit_Compare(self, node: ast.Compare) -> None:
        for part in (node.left, *node.comparators):
            if not isinstance(part, ast.Constant | ast.Tuple):
                self.under(part, False)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        self.under(node.value, self.shown)

    def visit_arguments(self, node: ast.arguments) -> None:
        for value in (*node.defaults, *node.kw_defaults):
            self.under(value, self.shown)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        for part in (*node.decorator_list, node.args, *node.body):
            self.under(part, False)

    def visit_Assign(self, node: ast.Assign) -> None:
        names = {t.id for t in node.targets if isinstance(t, ast.Name)}
        if names & {"STYLE", "__all__", "CSS"}:
            return
        self.under(node.value, bool(names & {"EXPERIMENTS", "TITLES", "TITLE"}))

    def visit_Dict(self, node: ast.Dict) -> None:
        for key, value in zip(node.keys, node.values, strict=True):
            self.under(key, self.shown or _says(key))
            self.under(value, self.shown and not isinstance(value, ast.Dict))

    def visit_Call(self, node: ast.Call) -> None:
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if name in TECHNICAL_CALLS:
            return
        owner = node.func.value if isinstance(node.func, ast.Attribute) else None
        self.under(owner, (self.shown and name == "join") or name == "format")
        widget = name in WIDGETS and isinstance(owner, ast.Name) and owner.id == "widgets"
        shown = widget or name in VISIBLE_CALLS or (self.shown and name in ("join", "capitalize"))
        for number, argument in enumerate(node.args):
            if widget and number == 0:
                continue
            self.under(self._resolved(argument) if widget else argument, shown)
        for keyword in node.keywords:
            if keyword.arg not in TECHNICAL_KEYWORDS:
                self.under(keyword.value, shown or keyword.arg in ("help", "label", "name", "title", "text"))

    def _resolved(self, argument: ast.expr) -> ast.AST:
        """The choices that a widget is given by name; of a dictionary the keys are shown."""
        found: ast.AST = argument
        if isinstance(argument, ast.Name):
            found = self.constants.get(argument.id, argument)
        if isinstance(found, ast.Dict):
            return ast.Tuple([key for key in found.keys if key is not None], ast.Load())
        return found


def _says(key: ast.expr | None) -> bool:
    return isinstance(key, ast.Constant) and isinstance(key.value, str) and " " in key.value.strip()


def texts_of(file: Path) -> list[Text]:
    """The texts of a file of Python."""
    name = file.relative_to(ROOT).as_posix()
    return Collector(name, ast.parse(file.read_text("utf-8"))).found


def is_notebook(file: Path) -> bool:
    """Whether a file writes the cells of a room's notebook: they are in English, as their code."""
    return file.name == "notebook.py" and file.parent.parent.name == "labs"


def all_texts() -> list[Text]:
    """The texts of all files, each once."""
    seen: dict[str, Text] = {}
    for folder in FOLDERS:
        for file in sorted((ROOT / folder).rglob("*.py")):
            if not is_notebook(file) and not file.relative_to(ROOT).as_posix().startswith(NOT_SHOWN):
                for text in texts_of(file):
                    seen.setdefault(text.text, text)
    for word in words():
        seen.setdefault(word, Text(word, "tests/ui/words.py", 0))
    return list(seen.values())


PER_FILE = 150  # entries of a file for translators


def missing() -> list[Text]:
    """The texts that have no Russian."""
    known = entries("ru")
    return [text for text in all_texts() if not known.get(text.text)]


def listed(texts: list[Text], filled: dict[str, str]) -> str:
    """Texts as a file for translators, grouped by where they stand."""
    lines, file = [], ""
    for text in texts:
        if text.file != file:
            file = text.file
            lines += ["", f"# {file}"]
        if text.values:
            places = "; ".join(f"{{{k}}} {value[:70]}" for k, value in enumerate(text.values))
            lines.append("# " + places.replace("\n", " "))
        lines.append(f"{quoted(text.text)}: {quoted(filled.get(text.text, ''))}")
    return "\n".join(lines).lstrip() + "\n"


def missing_in_scripts() -> dict[str, dict[str, tuple[str, ...]]]:
    """By script the texts that have no Russian."""
    known = script_entries("ru")
    found = {
        name: {text: values for text, values in texts.items() if not known.get(name, {}).get(text)}
        for name, texts in script_texts().items()
    }
    return {name: texts for name, texts in found.items() if texts}


def listed_scripts(scripts: dict[str, dict[str, tuple[str, ...]]], filled: dict[str, str]) -> str:
    """Texts of scripts as a file for translators."""
    lines = []
    for name, texts in scripts.items():
        lines += ["", f"{quoted(name)}:"]
        for text, values in texts.items():
            if values:
                places = "; ".join(f"{{{k}}} {value[:60]}" for k, value in enumerate(values))
                lines.append("  # " + places.replace("\n", " "))
            lines.append(f"  {quoted(text)}: {quoted(filled.get(text, ''))}")
    return "\n".join(lines).lstrip() + "\n"


def quoted(text: str) -> str:
    """A text as YAML has it between quotation marks."""
    return json.dumps(text, ensure_ascii=False)


def write_lists(folder: Path, filled: dict[str, str]) -> None:
    """Files `labels-1.yaml` ... of the texts without Russian; `filled` are proposals for them.

    Translated, each entry goes into the file of its page or package in `assets/texts/ru/labels`.
    """
    texts = missing()
    folder.mkdir(parents=True, exist_ok=True)
    for number, start in enumerate(range(0, len(texts), PER_FILE), start=1):
        part = listed(texts[start : start + PER_FILE], filled)
        (folder / f"labels-{number}.yaml").write_text(part, "utf-8")
    scripts = missing_in_scripts()
    names = list(scripts)
    for number, half in enumerate((names[: len(names) // 2], names[len(names) // 2 :]), start=1):
        part = listed_scripts({name: scripts[name] for name in half}, filled)
        (folder / f"scripts-{number}.yaml").write_text(part, "utf-8")


if __name__ == "__main__":
    proposals = dict(
        line.split("\t")[:2]
        for file in sys.argv[2:]
        for line in Path(file).read_text("utf-8").splitlines()
        if "\t" in line
    )
    write_lists(Path(sys.argv[1]), proposals)
