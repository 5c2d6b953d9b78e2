"""The child processes of `up`. Each child has a log file. `up` stops a child with SIGTERM, and with SIGKILL if it does
not end. No child goes on after `up`, or the next start of `up` ends it."""

import asyncio
import contextlib
import os
import re
import signal
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from adapters.files.private import OTHERS
from models.common.values import write_instant
from servers.datafolder import RunFile
from servers.errors import ServersError, StartFailed

_LOG_LIMIT = 5 * 1024 * 1024
"""If a log file has more bytes than this, the next start begins a new one. The old one is kept as NAME.log.1."""
_TAIL_BYTES = 64 * 1024
_HAS_PROC = Path("/proc/self/cmdline").exists()
_TETHER = Path(__file__).with_name("tether.py")


@dataclass
class Child:
    """One program that `up` runs. Its output goes to the file `name`.log in the folder `logs`."""

    name: str
    command: Sequence[str]
    """The program and its arguments. One argument names the data folder, so that `reap_orphans` can recognise the
    child."""
    logs: Path
    environment: Mapping[str, str] | None = None
    """All environment variables of the child. None: the child has those of `up`."""
    directory: Path | None = None
    """The working directory of the child. None: the child has that of `up`."""
    patience: float = 10.0
    """Seconds that `stop` waits for the child to end after SIGTERM, before it sends SIGKILL."""
    _process: asyncio.subprocess.Process | None = field(default=None, init=False, repr=False)
    _log_start: int = field(default=0, init=False, repr=False)

    @property
    def log(self) -> Path:
        """The file to which the output of the child goes."""
        return self.logs / f"{self.name}.log"

    @property
    def pid(self) -> int | None:
        """The process id. None if the child does not run."""
        return self._process.pid if self.running and self._process else None

    @property
    def running(self) -> bool:
        """True: the child was started and has not ended."""
        return self._process is not None and self._process.returncode is None

    async def start(self) -> None:
        """Starts the child in its own process group, so that Ctrl-C reaches only `up`. Raises ServersError if the child
        cannot be started."""
        try:
            with self._begin_log() as output:
                self._process = await asyncio.create_subprocess_exec(
                    *_tethered(self.command),
                    stdin=asyncio.subprocess.DEVNULL,
                    stdout=output,
                    stderr=output,
                    env=None if self.environment is None else dict(self.environment),
                    cwd=self.directory,
                    start_new_session=True,
                    umask=OTHERS,
                )
        except OSError as error:
            raise ServersError(f"{self.name} cannot be started: {error}; log: {self.log}") from error

    async def wait(self) -> int:
        """Waits until the child ends, and returns its exit status. A negative status is the number of the signal that
        ended the child. Returns 0 if the child was never started."""
        return 0 if self._process is None else await self._process.wait()

    async def stop(self) -> None:
        """Sends SIGTERM, waits up to `patience` seconds, and then sends SIGKILL to the process group. Does nothing if
        the child does not run."""
        process = self._process
        if process is None or process.returncode is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        try:
            await asyncio.wait_for(process.wait(), self.patience)
        except TimeoutError:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            await process.wait()

    def must_run(self) -> None:
        """Checks that the child has not ended. Raises StartFailed, with the last lines of the log, if it has."""
        if self._process is None or self._process.returncode is None:
            return
        ending = describe_exit(self._process.returncode)
        lines = self.tail()
        said = "its last lines:\n" + "\n".join(f"    {line}" for line in lines) if lines else "it printed nothing"
        raise StartFailed(f"{self.name} {ending} before it was ready; log: {self.log}; {said}")

    def tail(self, lines: int = 20) -> list[str]:
        """Returns the last lines that the child has printed since its last start. Empty if it has printed nothing, or
        if the log cannot be read."""
        try:
            with self.log.open("rb") as log:
                size = log.seek(0, os.SEEK_END)
                log.seek(max(self._log_start, size - _TAIL_BYTES))
                return log.read().decode("utf-8", "replace").splitlines()[-lines:]
        except OSError:
            return []

    def _begin_log(self) -> BinaryIO:
        """Opens the log for appending, and writes a line that marks this start."""
        with contextlib.suppress(FileNotFoundError):
            if self.log.stat().st_size > _LOG_LIMIT:
                self.log.replace(self.log.with_name(f"{self.log.name}.1"))
        output = os.fdopen(os.open(self.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600), "ab")
        output.write(f"--- {write_instant(datetime.now(UTC))} {self.name} starts\n".encode())
        output.flush()
        self._log_start = output.tell()
        return output


def describe_exit(status: int) -> str:
    """Returns an exit status in words: "exited with status 1", "was killed by SIGKILL"."""
    if status >= 0:
        return f"exited with status {status}"
    try:
        return f"was killed by {signal.Signals(-status).name}"
    except ValueError:
        return f"was killed by signal {-status}"


def _tethered(command: Sequence[str]) -> list[str]:
    """Wraps a command so that the kernel kills it when `up` ends. Only Linux can do this. On other systems
    `reap_orphans` ends the child at the next start."""
    if not sys.platform.startswith("linux"):
        return list(command)
    # The kernel sends the death signal when the *thread* that forked ends. We fork from the main thread, which is the
    # one that runs the event loop, so it ends with the process. (-I -S: start in a tenth of the time.)
    return [sys.executable, "-I", "-S", str(_TETHER), str(os.getpid()), *command]


async def command_line(pid: int) -> str:
    """Returns the command line of the process with this id. Empty if there is no such process, or if it has ended."""
    if _HAS_PROC:
        return _from_proc(pid)
    ps = await asyncio.create_subprocess_exec(
        *("/bin/ps", "-ww", "-o", "command=", "-p", str(pid)),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    output, _ = await ps.communicate()
    return output.decode("utf-8", "replace").strip()


def _from_proc(pid: int) -> str:
    try:
        arguments = Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return ""
    return arguments.replace(b"\0", b" ").decode("utf-8", "replace").strip()


async def reap_orphans(run: RunFile | None, root: Path, patience: float = 8.0) -> list[str]:
    """Ends the children that a killed `up` has left behind, so that their ports and files are free. Returns their
    names.

    `run` is the run.json of the last start, or None if there is none. `root` is the data folder, which the caller must
    have locked. A process is ended only if its command line names this folder, because its id may belong to another
    program by now. `patience` is the number of seconds between SIGTERM and SIGKILL. Raises ServersError if a process
    does not end.
    """
    if run is None:
        return []
    orphans = {name: pid for name, pid in run.children.items() if _names(await command_line(pid), root)}
    for pid in orphans.values():
        _signal_group(pid, signal.SIGTERM)
    for pid in orphans.values():
        await _end(pid, root, patience)
    return sorted(orphans)


async def _end(pid: int, root: Path, patience: float) -> None:
    deadline = time.monotonic() + patience
    killed = False
    while _names(await command_line(pid), root):
        if time.monotonic() >= deadline and not killed:
            _signal_group(pid, signal.SIGKILL)
            killed = True
            deadline += patience
        elif time.monotonic() >= deadline:
            raise ServersError(f"process {pid}, left behind by an earlier `up`, does not end; end it by hand")
        await asyncio.sleep(0.05)


def _names(command: str, root: Path) -> bool:
    """Whether a command line names this folder, and not another folder whose name begins with the same letters."""
    return re.search(rf"{re.escape(str(root))}(?=[/\s]|$)", command) is not None


def _signal_group(pid: int, number: signal.Signals) -> None:
    """Sends a signal to a process. If the process leads a group, as our children do, the signal goes to the group."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        if os.getpgid(pid) == pid:
            os.killpg(pid, number)
        else:
            os.kill(pid, number)
