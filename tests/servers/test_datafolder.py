"""The data folder: one holder at a time, the run file, writes that are whole or not there."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from servers.datafolder import DataFolder, FolderLocked, RunFileFault, read_run, write_atomically
from tests.support.paths import REPOSITORY
from tests.support.processes import run_file


def test_a_second_holder_is_refused_and_told_who_holds_the_folder(tmp_path: Path) -> None:
    hold = "import sys; from pathlib import Path; from servers.datafolder import DataFolder\n"
    hold += "DataFolder(Path(sys.argv[1])).lock(); print('held', flush=True); sys.stdin.read()"
    command = [sys.executable, "-c", hold, str(tmp_path / "var")]
    with subprocess.Popen(command, cwd=REPOSITORY, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None and holder.stdout.readline() == b"held\n"
        with pytest.raises(FolderLocked) as refused:
            DataFolder(tmp_path / "var").lock()
        assert str(tmp_path / "var") in str(refused.value)
        assert f"process {holder.pid}" in str(refused.value) and "--data" in str(refused.value)
        holder.kill()
    free = DataFolder(tmp_path / "var")
    free.lock()  # the lock of a killed holder is nobody's
    free.unlock()


def test_the_folder_is_free_again_after_unlock(tmp_path: Path) -> None:
    first = DataFolder(tmp_path)
    first.lock()
    first.unlock()
    second = DataFolder(tmp_path)
    second.lock()
    second.unlock()


def test_run_file_comes_back_as_it_was_written(tmp_path: Path) -> None:
    assert read_run(tmp_path) is None
    written = run_file(tmp_path, children={"temporal": 5}, plan="lao-khm")
    DataFolder(tmp_path).write_run(written)
    assert read_run(tmp_path) == written
    assert written.alive() and not run_file(tmp_path, state="stopped").alive()
    for damaged, what in (("{", "it is no JSON"), ('{"temporal_address": "x"}', "nothing usable about namespace")):
        DataFolder(tmp_path).run_file.write_text(damaged)
        with pytest.raises(RunFileFault, match=rf"run\.json is damaged \(.*{what}\); delete it and start `up` again$"):
            read_run(tmp_path)


def test_a_write_that_fails_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "file"
    write_atomically(target, b"before")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write_atomically(target, b"after")
    assert [path.name for path in tmp_path.iterdir()] == ["file"] and target.read_bytes() == b"before"
