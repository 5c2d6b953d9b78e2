"""Waiting for a part to be ready: a wait that is told of, and has an end."""

import sys
from pathlib import Path

import pytest

from servers.errors import StartFailed
from servers.processes import Child
from servers.waiting import wait_until


async def test_a_child_that_dies_before_it_is_ready_shows_its_last_lines(tmp_path: Path) -> None:
    (tmp_path / "noisy.log").write_text("of an earlier run\n")
    child = Child("noisy", [sys.executable, "-c", "[print(n) for n in range(30)]; raise SystemExit(3)"], tmp_path)
    await child.start()

    async def never() -> bool:
        return False

    with pytest.raises(StartFailed) as failed:
        await wait_until(never, "noisy", child, timeout=10, progress=print)
    said = str(failed.value)
    assert "exited with status 3" in said and str(child.log) in said
    assert child.tail() == [str(n) for n in range(10, 30)] and "earlier" not in said


async def test_a_long_wait_is_not_silent_and_has_an_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("servers.waiting._SILENCE", 0.1)
    child = Child("slow", [sys.executable, "-c", "import time; time.sleep(600)"], tmp_path)
    await child.start()
    said: list[str] = []

    async def never() -> bool:
        return False

    with pytest.raises(StartFailed, match=r"the slow one was not ready after .* log: .*slow\.log"):
        await wait_until(never, "the slow one", child, timeout=0.6, progress=said.append)
    await child.stop()
    assert 4 <= len(said) <= 6 and said[0].startswith("still waiting for the slow one")
