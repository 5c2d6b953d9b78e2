"""Which Temporal is started."""

import os
import sys
from pathlib import Path

import pytest

from servers.errors import ServersError
from servers.temporal_server import find_temporal


def test_a_temporal_on_path_wins_over_the_packaged_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    packaged = Path(sys.executable).parent
    monkeypatch.setenv("PATH", str(packaged))
    assert find_temporal() == packaged / "temporal"
    own = tmp_path / "temporal"
    own.write_text("#!/bin/sh\n")
    own.chmod(0o755)
    monkeypatch.setenv("PATH", f"{packaged}{os.pathsep}{tmp_path}")
    assert find_temporal() == own
    monkeypatch.setattr(sys, "executable", str(tmp_path / "nowhere" / "python"))
    monkeypatch.setenv("PATH", str(tmp_path / "empty"))
    with pytest.raises(ServersError, match="TEMPORAL_ADDRESS"):
        find_temporal()
