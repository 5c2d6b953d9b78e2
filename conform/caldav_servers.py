"""Starts CalDAV servers for a check, each in its own process on a free port of 127.0.0.1, with an empty folder."""

import asyncio
import shutil
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.support.mail_servers import free_port, listening


@asynccontextmanager
async def _running(port: int, *command: str) -> AsyncIterator[str]:
    quiet = asyncio.subprocess.DEVNULL
    process = await asyncio.create_subprocess_exec(*command, stdout=quiet, stderr=quiet)
    try:
        await listening(port, process)
        yield f"http://127.0.0.1:{port}"
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


@asynccontextmanager
async def running_xandikos(program: Path, folder: Path) -> AsyncIterator[str]:
    """Runs Xandikos, which stores calendars as git repositories and schedules by itself. Yields its URL."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    port = free_port()
    options = ["-d", str(folder / "data"), "--state-dir", str(folder / "state"), "--autocreate", "--defaults"]
    async with _running(port, str(program), "serve", *options, "-l", "127.0.0.1", "-p", str(port)) as url:
        yield url


@asynccontextmanager
async def running_radicale(folder: Path) -> AsyncIterator[str]:
    """Runs Radicale, the server that `up` starts, without logins. Yields its URL."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    port = free_port()
    (folder / "rights").write_text("[all]\nuser: .*\ncollection: .*\npermissions: RrWw\n")
    (folder / "config").write_text(
        f"[server]\nhosts = 127.0.0.1:{port}\n[auth]\ntype = none\n"
        f"[rights]\ntype = from_file\nfile = {folder / 'rights'}\n"
        f"[storage]\nfilesystem_folder = {folder / 'collections'}\n[logging]\nlevel = error\n"
    )
    async with _running(port, sys.executable, "-m", "radicale", "--config", str(folder / "config")) as url:
        yield url
