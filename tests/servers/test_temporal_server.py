"""Which Temporal is started."""

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from servers.errors import ServersError
from servers.temporal_server import find_temporal

PACKAGED = Path(sys.executable).parent / "temporal"


@pytest.fixture
def plant(tmp_path: Path) -> Callable[[str], Path]:
    """Makes a `temporal` in a folder; who runs it finds a file `ran` beside it."""

    def program(folder: str) -> Path:
        path = tmp_path / folder / "temporal"
        path.parent.mkdir(mode=0o755)
        path.write_text(f"#!/bin/sh\ntouch {path.parent}/ran\n")
        path.chmod(0o755)
        return path

    return program


def test_the_packaged_temporal_goes_before_one_that_was_planted_on_path(
    plant: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    planted = plant("planted")
    monkeypatch.setenv("PATH", f"{planted.parent}{os.pathsep}{os.environ['PATH']}")
    assert find_temporal() == PACKAGED


def test_a_setting_goes_before_all_and_must_name_a_program(
    plant: Callable[[str], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = plant("own")
    monkeypatch.setenv("AIDE_TEMPORAL_CLI", str(own))
    assert find_temporal() == own
    monkeypatch.setenv("AIDE_TEMPORAL_CLI", str(tmp_path / "none"))
    with pytest.raises(ServersError, match=r"AIDE_TEMPORAL_CLI: .*none is no program"):
        find_temporal()
    monkeypatch.setenv("AIDE_TEMPORAL_CLI", "")
    assert find_temporal() == PACKAGED


def test_a_file_of_the_working_folder_names_no_program(
    plant: Callable[[str], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".env").write_text(f"AIDE_TEMPORAL_CLI={plant('planted')}\n")
    monkeypatch.chdir(tmp_path)
    assert find_temporal() == PACKAGED


def test_without_a_packaged_one_path_counts_but_for_what_others_may_have_planted(
    plant: Callable[[str], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "nowhere" / "python"))
    open_folder, open_file, own = plant("folder"), plant("file"), plant("own")
    open_folder.parent.chmod(0o777)
    open_file.chmod(0o777)
    monkeypatch.chdir(own.parent)
    monkeypatch.setenv("PATH", os.pathsep.join(map(str, (".", open_folder.parent, open_file.parent))))
    with pytest.raises(ServersError, match="TEMPORAL_ADDRESS"):
        find_temporal()
    monkeypatch.setenv("PATH", os.pathsep.join(map(str, (open_folder.parent, own.parent))))
    assert find_temporal() == own
    if os.geteuid() == 0:
        os.chown(own, 1, -1)
    else:
        monkeypatch.setattr(os, "geteuid", lambda: own.stat().st_uid + 1)
    with pytest.raises(ServersError, match="TEMPORAL_ADDRESS"):
        find_temporal()
