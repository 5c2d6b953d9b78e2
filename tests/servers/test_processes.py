"""Child processes: stopped with their group, their logs, orphans of an earlier run."""

import signal
import subprocess
import sys
from pathlib import Path

from servers.processes import Child, reap_orphans
from tests.support.processes import gone, run_file, soon


async def test_a_child_that_ignores_the_request_to_end_is_killed_with_its_group(tmp_path: Path) -> None:
    stubborn = "import signal, subprocess, sys, time; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
    stubborn += "print(subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']).pid, flush=True)\n"
    stubborn += "time.sleep(600)"
    child = Child("stubborn", [sys.executable, "-c", stubborn], tmp_path, patience=0.3)
    await child.start()
    await soon(lambda: bool(child.tail()))
    grandchild = int(child.tail()[0])
    await child.stop()
    assert await child.wait() == -signal.SIGKILL and not child.running
    await soon(lambda: gone(grandchild))


async def test_a_long_log_is_put_aside_at_the_next_start(tmp_path: Path) -> None:
    child = Child("long", [sys.executable, "-c", "print('anew')"], tmp_path)
    child.log.write_bytes(b"x" * (5 * 1024 * 1024 + 1))
    await child.start()
    await child.wait()
    assert child.log.stat().st_size < 200 and child.tail() == ["anew"]
    assert (tmp_path / "long.log.1").stat().st_size > 5 * 1024 * 1024


async def test_only_orphans_of_this_folder_are_ended(tmp_path: Path) -> None:
    root = tmp_path / "var"

    def sleeper(argument: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-c", "import time; time.sleep(600)", argument], start_new_session=True
        )

    ours, other, stranger = sleeper(f"--data={root}"), sleeper(f"--data={root}2"), sleeper("elsewhere")
    try:
        pids = {"worker": ours.pid, "radicale": other.pid, "temporal": stranger.pid}
        assert await reap_orphans(run_file(tmp_path, children=pids), root) == ["worker"]
        assert ours.wait(5) == -signal.SIGTERM
        assert other.poll() is None and stranger.poll() is None
    finally:
        for process in (ours, other, stranger):
            process.kill()
            process.wait()
