"""What the documentation names exists: files, folders, functions, tests, links with their headings.

Pages are those that people read: README, CONTRIBUTING, the changelog and docs/. A page names a file by its path in the
repository, in backticks. `path.py` (`name`, `name`) says that the file defines these functions or classes.
"""

import csv
import io
import json
import re
import shutil
import subprocess
from functools import cache
from pathlib import Path

import pytest

from models.common import limits
from tests.support.paths import REPOSITORY

PAGES = [
    *(REPOSITORY / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")),
    *sorted((REPOSITORY / "docs").rglob("*.md")),
]
LONGEST = 120
FOLDERS = re.compile(
    "(activities|adapters|bench|cli|conform|docs|documents|models|plans|servers|templates|tests|workflows)/"
)
"""A path in backticks that begins with one of these is a path of ours."""

_FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
_CODE = re.compile(r"`([^`\n]+)`")
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_PROGRAM = re.compile(r"(?<![\w./-])(?:[\w-]+/)*[\w-]+\.py\b")
_DEFINES = re.compile(r"`((?:[\w-]+/)*[\w-]+\.py)`\s+\(((?:`\w+`(?:,\s+)?)+)\)")


def name_of(page: Path) -> str:
    return page.relative_to(REPOSITORY).as_posix()


each_page = pytest.mark.parametrize("page", PAGES, ids=name_of)


def prose_of(page: Path) -> str:
    """A page without its examples."""
    return _FENCE.sub("", page.read_text(encoding="utf-8"))


def missing_files(page: Path) -> list[str]:
    """Programs that a page names anywhere, and paths below our folders that it names in its prose."""
    programs = set(_PROGRAM.findall(page.read_text(encoding="utf-8")))
    paths = {code for code in _CODE.findall(prose_of(page)) if is_path(code)}
    return sorted(name for name in programs | paths if not exists(name))


def is_path(code: str) -> bool:
    """Whether inline code is a path of ours. A word in capitals stands for any name: templates/LANGUAGE/words.j2."""
    return bool(FOLDERS.match(code)) and " " not in code and not re.search(r"/[A-Z]{3,}", code)


def exists(name: str) -> bool:
    if "*" in name:
        return any(REPOSITORY.glob(name))
    path = REPOSITORY / name
    return path.is_dir() if name.endswith("/") else path.exists()


@cache
def anchors_of(page: Path) -> frozenset[str]:
    """The headings of a page as links name them."""
    headings = re.findall(r"^#+ (.+)$", prose_of(page), re.MULTILINE)
    words = (re.sub(r"[^\w\- ]", "", heading.replace("`", "").lower()) for heading in headings)
    return frozenset(word.replace(" ", "-") for word in words)


def broken_links(page: Path) -> list[str]:
    broken = []
    for link in _LINK.findall(prose_of(page)):
        if re.match(r"[a-z]+:", link):
            continue
        file, _, anchor = link.partition("#")
        target = (page.parent / file).resolve() if file else page
        if not target.exists() or (anchor and anchor not in anchors_of(target)):
            broken.append(link)
    return broken


@cache
def existing_tests() -> frozenset[str]:
    files = (path.read_text(encoding="utf-8") for path in (REPOSITORY / "tests").rglob("test_*.py"))
    found = {name for text in files for name in re.findall(r"^ *(?:async )?def (test_\w+)", text, re.MULTILINE)}
    return frozenset(found | {path.stem for path in (REPOSITORY / "tests").rglob("test_*.py")})


@each_page
def test_every_file_that_a_page_names_exists(page: Path) -> None:
    assert missing_files(page) == []


@each_page
def test_every_relative_link_leads_somewhere(page: Path) -> None:
    assert broken_links(page) == []


@each_page
def test_every_test_that_a_page_names_exists(page: Path) -> None:
    named = {code for code in _CODE.findall(prose_of(page)) if re.fullmatch(r"test_\w+", code)}
    assert sorted(named - existing_tests()) == []


@each_page
def test_files_define_what_a_page_says_they_define(page: Path) -> None:
    wrong = []
    for file, names in _DEFINES.findall(prose_of(page)):
        path = REPOSITORY / file
        text = path.read_text(encoding="utf-8") if path.is_file() else ""
        for name in re.findall(r"\w+", names):
            if not re.search(rf"^ *(?:(?:async )?def|class) {name}\b|^{name}\b.* = ", text, re.MULTILINE):
                wrong.append(f"{file}: {name}")
    assert wrong == []


@each_page
def test_lines_of_prose_fit(page: Path) -> None:
    """A row of a table has to stay on one line, and examples are as they are; everything else can be folded."""
    long, example = [], False
    for n, line in enumerate(page.read_text(encoding="utf-8").splitlines(), start=1):
        example ^= line.startswith("```")
        if len(line) > LONGEST and not example and not line.startswith("|"):
            long.append(n)
    assert long == []


def test_every_page_is_linked_from_another() -> None:
    linked = set()
    for page in PAGES:
        for link in _LINK.findall(prose_of(page)):
            target = (page.parent / link.partition("#")[0]).resolve()
            if target != page:
                linked.add(target)
    alone = [name_of(page) for page in PAGES if page.is_relative_to(REPOSITORY / "docs") and page not in linked]
    assert alone == []


def test_a_page_that_names_nothing_real_is_caught(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    files = "`models/nowhere.py`, `python nothing.py`, `docs/none/`, `templates/LANGUAGE/words.j2`"
    page.write_text(f"# A\n{files}, [x](none.md), [y](#none), [z](page.md#a)\n", encoding="utf-8")
    assert missing_files(page) == ["docs/none/", "models/nowhere.py", "nothing.py"]
    assert broken_links(page) == ["none.md", "#none"]


def test_no_module_writes_csv_or_a_spreadsheet_as_the_docs_say() -> None:
    """Whoever adds one has to keep spreadsheets from computing what offices write (docs/json.md)."""
    folders = ("models", "workflows", "activities", "adapters", "servers", "cli", "documents")
    modules = [path for folder in folders for path in sorted((REPOSITORY / folder).rglob("*.py"))]
    writers = re.compile(r"csv\.(writer|DictWriter)|from csv import|\b(openpyxl|xlsxwriter|xlwt|odf|pandas)\b")
    assert len(modules) > 200
    assert [name_of(path) for path in modules if writers.search(path.read_text(encoding="utf-8"))] == []


def test_the_changelog_names_the_limits_that_count() -> None:
    changelog = (REPOSITORY / "CHANGELOG.md").read_text(encoding="utf-8")
    line = changelog.partition("- Texts in acts have limits:")[2].partition("\n- ")[0]
    named = [int(number.replace(",", "")) for number in re.findall(r"[\d,]*\d", line)]
    assert named == [limits.REASON, limits.PLACE, limits.TEXT, limits.ANSWER, limits.OBLIGATION]


@pytest.mark.skipif(shutil.which("jq") is None, reason="the command of the page needs jq")
def test_a_csv_that_is_made_as_the_docs_say_computes_nothing() -> None:
    """The command under "Tables for spreadsheets", run on titles that a spreadsheet would compute."""
    page = (REPOSITORY / "docs" / "json.md").read_text(encoding="utf-8")
    command = page.partition("## Tables for spreadsheets")[2].partition("jq -r '")[2].partition("'")[0]
    odd = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1"]
    plain = ["a=1", 'JTC, the "first"', "1-2", "'=1"]
    items = [{"id": "i", "title": title, "status": "closed", "host": None} for title in (*odd, *plain)]
    found = subprocess.run(
        ["jq", "-r", command], input=json.dumps({"items": items}).encode(), capture_output=True, check=True
    )
    rows = list(csv.reader(io.StringIO(found.stdout.decode(), newline="")))
    assert [row[1] for row in rows] == [*(f"'{title}" for title in odd), *plain]
    assert {(row[0], *row[2:]) for row in rows} == {("i", "closed", "")}
