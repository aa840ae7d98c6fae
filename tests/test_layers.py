"""Layers import downward only; names on one line never import each other. Found by reading every import with ast."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent / "relations"
LAYERS = [
    {"urls"},
    {"views", "tasks", "admin", "management", "templatetags"},
    {"pipeline", "exports"},
    {"ingest", "tagging", "merging", "scoring", "bulk", "corrections", "queries", "watching"}
    | {"sample", "migrations"},
    {"models"},
    {"tension"},
    {"codebook"},
    {"errors"},
]
LEVEL = {name: level for level, names in enumerate(LAYERS) for name in names}
STAGES = {"ingest", "tagging", "merging", "scoring", "bulk", "watching"}
# Django's own anchors, which belong to no layer.
ANCHORS = {"apps", "__init__"}
FILES = sorted(path for path in ROOT.rglob("*.py") if "__pycache__" not in path.parts)


def part(path: Path) -> str:
    return path.relative_to(ROOT).with_suffix("").parts[0]


def imported(tree: ast.AST) -> set[str]:
    """Dotted names that a module imports, wherever in it the import stands."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "relative imports hide the layer"
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def complaints(name: str, module: str, names: set[str]) -> list[str]:
    """What is wrong with a module of part ``name`` (``module``: its file's stem) importing these names."""
    wrong = []
    for dotted in sorted(names):
        if dotted.startswith(("config.", "tests.")) and dotted != "config.embedded":
            wrong.append(f"imports {dotted}")
        if not dotted.startswith("relations."):
            if name in {"codebook", "errors", "tension"} and dotted.startswith("django"):
                wrong.append(f"imports {dotted}, but knows no Django")
            if name in STAGES and not module.startswith(("run", "store")) and dotted.startswith("django"):
                wrong.append(f"imports {dotted}, but only run and store know Django")
            continue
        other = dotted.split(".")[1]
        if other == name:
            writes = "".join(dotted.split(".")[2:3]).startswith("store")
            if name in STAGES and writes and not module.startswith(("run", "store")):
                wrong.append("imports store, which only run may")
            continue
        if other not in LEVEL:
            wrong.append(f"imports {dotted}, which stands in no layer")
        elif LEVEL[other] <= LEVEL[name]:
            wrong.append(f"imports {dotted} upward or sideways")
        elif name in STAGES and other == "models" and not module.startswith(("run", "store")):
            wrong.append("imports models, which only run and store may")
    return wrong


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_go_downward_only(path: Path) -> None:
    name = part(path)
    if name in ANCHORS:
        return
    assert name in LEVEL, f"{path} stands in no layer: give it one in LAYERS or put it elsewhere"
    assert not complaints(name, path.stem, imported(ast.parse(path.read_text("utf-8"))))


@pytest.mark.parametrize(
    ("source", "name", "module"),
    [
        ("from relations.views import pairs", "queries", "pairs"),
        ("from relations.merging.run import merge_new_reports", "tagging", "run"),
        ("import relations.scoring.store", "merging", "run"),
        ("from relations.models import Event", "merging", "match"),
        ("from relations.merging import store", "merging", "match"),
        ("def f():\n    from relations.tasks import fetch_now", "models", "feeds"),
        ("from django.db import models", "codebook", "tables"),
        ("from config.settings import DEBUG", "queries", "feeds"),
    ],
)
def test_the_check_finds_each_kind_of_wrong_import(source: str, name: str, module: str) -> None:
    assert complaints(name, module, imported(ast.parse(source)))
