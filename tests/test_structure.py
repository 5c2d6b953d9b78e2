"""The suite mirrors the product: a test module stands where what it tests stands, bears its name, and stands alone."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.support.paths import HISTORIES, LANGUAGES, MAILS, REPOSITORY, TESTS

SUPPORT, SYSTEM = TESTS / "support", TESTS / "system"
SAMPLES = {MAILS, LANGUAGES, HISTORIES}
"""Folders of what tests read."""
WHOLE = {"workflows/test_workflows.py", "workflows/test_replay.py", "workflows/test_sandbox.py"}
"""About all workflows at once."""

MODULES = sorted(path for path in TESTS.rglob("*.py") if path.name != "__init__.py")


def of(path: Path) -> str:
    return str(path.relative_to(TESTS))


def is_test(path: Path) -> bool:
    return path.name.startswith("test_")


def imported(path: Path) -> Iterator[str]:
    """Every dotted name that a module imports, wherever in it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names)
        elif isinstance(node, ast.ImportFrom):
            package = ["tests", *path.relative_to(TESTS).parts][: -node.level] if node.level else []
            yield from (".".join([*package, *filter(None, [node.module]), each.name]) for each in node.names)


def test_no_module_of_the_suite_imports_a_test_module() -> None:
    """What tests share lies in tests/support: else a test module cannot be moved, or run, by itself."""
    names = [f"tests.{of(each).removesuffix('.py').replace('/', '.')}" for each in MODULES if is_test(each)]
    taken = [
        f"{of(path)} imports {name}"
        for path in MODULES
        for name in imported(path)
        if any(name == each or name.startswith(f"{each}.") for each in names)
    ]
    assert taken == []


def test_each_folder_mirrors_a_folder_of_the_product() -> None:
    folders = {path.parent for path in TESTS.rglob("*.py")}
    kept = {path for path in folders if not any(path.is_relative_to(each) for each in (SUPPORT, SYSTEM, *SAMPLES))}
    assert [of(path) for path in sorted(kept) if not (REPOSITORY / path.relative_to(TESTS)).is_dir()] == []


def test_what_is_shared_holds_no_tests() -> None:
    assert [of(path) for path in SUPPORT.rglob("test_*.py")] == []


def test_each_test_module_bears_the_name_of_what_it_tests() -> None:
    """Of a module that is tested in two files, the second adds a word of its own."""
    strangers = []
    for path in MODULES:
        if not is_test(path) or path.parent in (TESTS, SYSTEM) or of(path) in WHOLE:
            continue
        there = {each.stem for each in (REPOSITORY / path.parent.relative_to(TESTS)).glob("*.py")}
        name = path.stem.removeprefix("test_")
        if not any(name == each or name.startswith(f"{each}_") for each in there):
            strangers.append(of(path))
    assert strangers == []
