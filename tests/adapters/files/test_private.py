"""Folders for their owner alone: what is refused, with the command that mends it, and what is closed."""

import os
import re
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.files import private
from adapters.files.private import NotPrivate, check_private, close_to_others
from tests.support.paths import REPOSITORY


@pytest.fixture(autouse=True)
def usual_mask() -> Iterator[None]:
    """What most machines set: everybody may read what is made."""
    before = os.umask(0o022)
    yield
    os.umask(before)


def test_what_is_not_there_yet_and_what_is_closed_pass(tmp_path: Path) -> None:
    check_private(tmp_path / "none" / "var")
    (tmp_path / "var").mkdir(mode=0o700)
    check_private(tmp_path / "var")


@pytest.mark.parametrize("mode", [0o701, 0o704, 0o702, 0o710, 0o740, 0o720, 0o755, 0o777])
def test_a_folder_that_others_may_enter_is_refused_with_the_command_that_mends_it(tmp_path: Path, mode: int) -> None:
    folder = tmp_path / "my var"
    folder.mkdir()
    (folder / "letter").write_text("Excellency")
    folder.chmod(mode)
    with pytest.raises(NotPrivate, match="chmod -R go= ") as refused:
        check_private(folder)
    _, _, command = str(refused.value).rpartition("close it: ")
    subprocess.run(shlex.split(command), check=True)
    check_private(folder)
    assert (folder / "letter").stat().st_mode & 0o777 == 0o600


def test_a_link_a_file_and_the_folder_of_somebody_else_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "var"
    folder.mkdir(mode=0o700)
    link = tmp_path / "link"
    link.symlink_to(folder)
    with pytest.raises(NotPrivate, match=f"is a link to {folder}"):
        check_private(link)
    (tmp_path / "dangling").symlink_to(tmp_path / "none")
    with pytest.raises(NotPrivate, match="is a link"):
        check_private(tmp_path / "dangling")
    (tmp_path / "file").write_text("")
    with pytest.raises(NotPrivate, match="is no folder"):
        check_private(tmp_path / "file")
    monkeypatch.setattr(os, "geteuid", lambda: folder.stat().st_uid + 1)
    with pytest.raises(NotPrivate, match="belongs to another account"):
        check_private(folder)


def test_a_parent_in_which_everybody_may_write_is_refused_unless_it_is_sticky(tmp_path: Path) -> None:
    parent = tmp_path / "shared"
    (parent / "mine").mkdir(parents=True, mode=0o700)
    (parent / "mine").chmod(0o700)
    parent.chmod(0o777)
    for folder in (parent / "mine", parent / "later"):
        with pytest.raises(NotPrivate, match=f"chmod o-w {parent}"):
            check_private(folder)
    parent.chmod(0o1777)
    check_private(parent / "mine")


def test_what_an_older_release_left_open_is_closed_and_links_lead_nowhere(tmp_path: Path) -> None:
    root, outside = tmp_path / "var", tmp_path / "plan.yaml"
    (root / "record" / "t").mkdir(parents=True)
    (root / "record" / "t" / "a.jsonl").write_text("{}")
    (root / "run.json").write_text("{}")
    outside.write_text("plan: t")
    (root / "plan.yaml").symlink_to(outside)
    assert close_to_others(root) == 4
    assert [path.lstat().st_mode & 0o077 for path in root.rglob("*") if not path.is_symlink()] == [0] * 4
    assert outside.stat().st_mode & 0o777 == 0o644
    assert close_to_others(root) == 0


def test_operators_read_what_each_refusal_means() -> None:
    """docs/operations.md quotes the messages; each quoted part stands in one."""
    page = (REPOSITORY / "docs" / "operations.md").read_text(encoding="utf-8")
    table = page.partition("| the message says |")[2].partition("\n\n")[0]
    told = re.findall(r"^\| `([^`]+)`", table, re.MULTILINE)
    source = Path(private.__file__).read_text(encoding="utf-8")
    parts = [part.strip(", ") for words in told for part in words.split("...") if part.strip(", ")]
    assert len(told) == source.count("raise NotPrivate") - 1, "two are about an account that is not ours"
    assert [part for part in parts if part not in source] == []
