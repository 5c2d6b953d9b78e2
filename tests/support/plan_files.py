"""Plan files for tests: the shipped ones, and copies of them with one place changed."""

import shutil
from pathlib import Path

import pytest
import yaml

from adapters.files import yaml_file
from adapters.files.yaml_file import FileFault
from adapters.program_folders import PLANS
from cli.files.plan_file import load_plan

ACTION_PLAN = PLANS / "lao-cambodia-2023-2027.yaml"
PARTS = PLANS / "lao-cambodia-2023-2027"
DEMO = PLANS / "a-year-in-a-minute.yaml"
SHIPPED = [ACTION_PLAN, DEMO]
FIELD = "provisions[0].obligations[0]"
"""The path of the only obligation of the demonstration plan."""
both_loaders = pytest.mark.parametrize("loader", ["libyaml", "python"])


def change(tmp_path: Path, old: str, new: str, source: Path = DEMO) -> Path:
    """A copy of a plan file with one place changed."""
    text = source.read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "plan.yaml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return path


def change_part(tmp_path: Path, part: str, old: str, new: str) -> tuple[Path, Path]:
    """A copy of the action plan with one place of one part changed: the plan file, and that part."""
    shutil.copytree(PARTS, tmp_path / PARTS.name)
    path = Path(shutil.copy(ACTION_PLAN, tmp_path))
    changed = tmp_path / PARTS.name / part
    text = changed.read_text(encoding="utf-8")
    assert old in text
    changed.write_text(text.replace(old, new, 1), encoding="utf-8")
    return path, changed


def line_of(path: Path, text: str) -> int:
    """The number, from 1, of the first line with a text."""
    return path.read_text(encoding="utf-8").partition(text)[0].count("\n") + 1


def refusal(path: Path) -> FileFault:
    with pytest.raises(FileFault) as caught:
        load_plan(path)
    return caught.value


def check_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, loader: str, old: str, new: str, field: str, message: str
) -> None:
    """Checks that the demonstration plan is refused after one change, and that the fault names line and field."""
    if loader == "python":
        monkeypatch.setattr(yaml_file, "Loader", yaml.SafeLoader)
    path = change(tmp_path, old, new)
    told = [fault for fault in refusal(path).faults if message in fault.message]
    assert [fault.field for fault in told[:1]] == [field], str(refusal(path))
    first = line_of(DEMO, old)
    told_at_its_parent = field == "ladder_by_strength"
    assert told_at_its_parent or first <= (told[0].line or 0) <= first + new.count("\n")
    assert str(told[0]) == f"{path}:{told[0].line}: " + (f"{field}: " if field else "") + told[0].message
