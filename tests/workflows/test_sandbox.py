"""What workflows import of ours is passed through the sandbox: no class may exist twice, once in it and once outside.

A value of the class outside is no instance of the class inside, so a workflow that imports a model without passing it
through fails its first task, again and again.
"""

import ast
from pathlib import Path

import pytest

from tests.support.paths import REPOSITORY

OUTSIDE = {"mailbox_start.py", "offices_open.py", "renewing.py", "stale_runs.py"}
"""Run by clients of workflows and by the worker around workflows, never in one."""


@pytest.mark.parametrize("path", sorted((REPOSITORY / "workflows").glob("*.py")), ids=lambda path: path.stem)
def test_models_are_passed_through(path: Path) -> None:
    if path.name in OUTSIDE:
        return
    tree = ast.parse(path.read_text(encoding="utf-8"))
    passed = [
        imported
        for block in ast.walk(tree)
        if isinstance(block, ast.With) and "imports_passed_through" in ast.unparse(block.items[0])
        for imported in ast.walk(block)
    ]
    models = [
        each for each in ast.walk(tree) if isinstance(each, ast.ImportFrom) and (each.module or "").startswith("models")
    ]
    assert [each.lineno for each in models if each not in passed] == []
