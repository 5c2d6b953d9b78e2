"""Every instant that a command prints in JSON has one style."""

import json
import re
from pathlib import Path

import pytest

from cli.errors import Refused
from cli.json_text import json_text
from models.messages.views import AwaitedRow
from tests.support.builders import START
from tests.support.paths import REPOSITORY


@pytest.mark.parametrize(
    ("given", "written"),
    [
        ("2026-11-23T23:56:28.381010Z", "2026-11-23T23:56:28Z"),
        ("2026-11-23T23:56:28.999+00:00", "2026-11-23T23:56:28Z"),
        ("2026-11-24T06:56:28+07:00", "2026-11-23T23:56:28Z"),
        ("2026-11-24T06:56:28", "2026-11-24T06:56:28"),
        ("2026-11-24", "2026-11-24"),
        ("at 2026-11-23T23:56:28.381010Z", "at 2026-11-23T23:56:28.381010Z"),
        ("2026-02-31T00:00:00Z", "2026-02-31T00:00:00Z"),
    ],
)
def test_an_instant_is_in_utc_and_in_whole_seconds(given: str, written: str) -> None:
    assert json.loads(json_text({"a": [{"b": given}, (given,)]})) == {"a": [{"b": written}, [written]]}


def test_words_stay_as_they_are() -> None:
    assert json_text({"né": "ຄ", "n": 1, "x": None}) == '{"né": "ຄ", "n": 1, "x": null}'


def test_an_error_has_the_same_style() -> None:
    row = AwaitedRow(office="o", act="mark", since=START.replace(microsecond=5), due=None, rung=1)
    assert '"since": "2026-01-01T00:00:00Z"' in Refused("c", "m", (row,)).as_json()


def test_every_command_prints_json_through_it() -> None:
    others = {"cli/json_text.py", "cli/files/schema.py", "cli/files/plan_file.py", "cli/terms.py"}
    paths = (path for path in (REPOSITORY / "cli").rglob("*.py") if str(path.relative_to(REPOSITORY)) not in others)
    calls = {str(path.relative_to(REPOSITORY)): path.read_text().count("json.dumps(") for path in paths}
    # `amendments` shows a value to people.
    assert {path: n for path, n in calls.items() if n} == {"cli/commands/amendments.py": 1}


def test_the_examples_of_the_documentation_have_this_style() -> None:
    page = Path(REPOSITORY / "docs/json.md").read_text(encoding="utf-8")
    assert not re.findall(r"T\d\d:\d\d:\d\d(?:\.\d+Z|\.\d+|[+-]\d\d:\d\d)", page)
