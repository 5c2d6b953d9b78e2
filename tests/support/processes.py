"""Functions about processes: whether one has ended, and which run on a data folder."""

import asyncio
import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from servers.datafolder import RunFile


def gone(pid: int) -> bool:
    """Whether a process has ended. A zombie counts as ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] in "ZX"
    except FileNotFoundError:
        return True


async def soon(holds: Callable[[], bool], seconds: float = 10) -> None:
    async with asyncio.timeout(seconds):
        while not holds():
            await asyncio.sleep(0.02)


def run_file(tmp_path: Path, **more: object) -> RunFile:
    facts = {
        "temporal_address": "127.0.0.1:7233",
        "namespace": "default",
        "ui": None,
        "caldav_url": "http://127.0.0.1:5232",
        "smtp_host": "127.0.0.1",
        "smtp_port": 1025,
        "mail": tmp_path / "mail",
        "record": tmp_path / "record",
        "contacts": tmp_path / "contacts.yaml",
        "pid": os.getpid(),
        "started": datetime.now(UTC),
        "state": "running",
    }
    return RunFile.model_validate({**facts, **more})
