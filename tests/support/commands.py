"""Runs commands of the command line as processes of their own, without the cost of their imports.

To import a command costs a second of processor time, and most commands then run for a tenth of it. So one process
imports all commands and runs none. Each command is a fork of this process: with its own arguments, environment, output
and exit code, and ended by `starter.py` as always. What an import can change (tests/system/test_light_start.py) and
how a fresh interpreter ends (`fresh`) is tested with processes that import everything themselves.
"""

import asyncio
import multiprocessing
import os
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import starter
from adapters.program_folders import ROOT

UMASK = 0o022
"""The mask that most machines set: everybody may read."""

_forks = multiprocessing.get_context("forkserver")
_forks.set_forkserver_preload(
    [
        "tests.support.commands",
        *sorted(f"cli.commands.{path.stem}" for path in (ROOT / "cli" / "commands").glob("[!_]*.py")),
        "cli.session",
        "temporalio.client",
        "temporalio.contrib.pydantic",
    ]
)


class Ended(NamedTuple):
    """How a command ended."""

    code: int
    out: str
    err: str


async def forked(words: tuple[str, ...], environment: Mapping[str, str]) -> Ended:
    """Runs `starter.py` with these words in a fork."""
    with tempfile.TemporaryDirectory(prefix="command-") as name:
        out, err = Path(name, "out"), Path(name, "err")
        process = _forks.Process(target=_run, args=(words, dict(environment), out, err))
        process.start()
        await asyncio.to_thread(process.join)
        assert process.exitcode is not None
        return Ended(process.exitcode, out.read_text(encoding="utf-8"), err.read_text(encoding="utf-8"))


def _run(words: tuple[str, ...], environment: dict[str, str], out: Path, err: Path) -> None:
    """In the fork: becomes the process that a shell would start."""
    for path, number in ((out, 1), (err, 2)):
        opened = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.dup2(opened, number)
        os.close(opened)
    os.umask(UMASK)
    os.chdir(ROOT)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = ["starter.py", *words]
    starter.main()


async def fresh(words: tuple[str, ...], environment: Mapping[str, str]) -> Ended:
    """Runs `starter.py` with these words in a fresh interpreter."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "starter.py", *words),
        cwd=ROOT,
        env=environment,
        umask=UMASK,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    assert process.returncode is not None
    return Ended(process.returncode, out.decode(), err.decode())
