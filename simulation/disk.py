"""The disk and the clocks of a life. The files are real; what a program asks of them passes through here first, so that
a write can be torn, the disk can be full, and the process can die between two effects."""

import contextlib
import errno
import os
import time
from collections.abc import Callable, Iterator
from datetime import datetime, tzinfo
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest import mock

from simulation.attempts import ProcessDied, process
from simulation.faults import Trouble
from simulation.loop import VirtualLoop

CLOCKED = ("activities.collect", "adapters.inbound.intake")
"""Modules that read the present of the machine."""
TIMED = ("activities.collect", "adapters.inbound.asking")
"""Modules that measure seconds."""


class Disk:
    """What stands between the program and its files."""

    def __init__(self, loop: VirtualLoop, trouble: Trouble, alive: Callable[[int], bool]) -> None:
        self._loop, self._trouble, self._alive = loop, trouble, alive
        self.crash: Callable[[str, str], None] = lambda when, effect: None
        """Called before and after each effect; raises ProcessDied if the process dies there."""

    @contextlib.contextmanager
    def between(self) -> Iterator[None]:
        """Puts this disk between the program and its files, in a `with` block."""
        real_pwrite, real_rename, real_replace, real_unlink = os.pwrite, Path.rename, Path.replace, Path.unlink

        def pwrite(descriptor: int, data: bytes, offset: int) -> int:
            self._check()
            if not process.get():
                return real_pwrite(descriptor, data, offset)
            self.crash("crash-before", "write")
            if self._trouble.meets("torn-write", self._trouble.number("torn")):
                real_pwrite(descriptor, bytes(data)[: len(data) // 2], offset)
                self.crash("torn", "write")
            written = real_pwrite(descriptor, data, offset)
            self.crash("crash-after", "write")
            return written

        def fsync(descriptor: int) -> None:
            self._check()
            self.crash("crash-before", "sync")

        def rename(path: Path, target: Any) -> Path:
            self._check()
            self.crash("crash-before", "rename")
            done = real_rename(path, target)
            self.crash("crash-after", "rename")
            return done

        def replace(path: Path, target: Any) -> Path:
            self._check()
            return real_replace(path, target)

        def unlink(path: Path, missing_ok: bool = False) -> None:
            if self._dead():
                return  # a dead process removes nothing
            real_unlink(path, missing_ok)

        with contextlib.ExitStack() as stack:
            for target, name, function in (
                (os, "pwrite", pwrite),
                (os, "fsync", fsync),
                (Path, "rename", rename),
                (Path, "replace", replace),
                (Path, "unlink", unlink),
            ):
                stack.enter_context(mock.patch.object(target, name, function))
            stack.enter_context(_clocks(self._loop))
            yield

    def _dead(self) -> bool:
        return bool(process.get()) and not self._alive(process.get())

    def _check(self) -> None:
        if self._dead():
            raise ProcessDied
        if process.get() and self._trouble.during("disk-full", self._loop.seconds):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@contextlib.contextmanager
def _clocks(loop: VirtualLoop) -> Iterator[None]:
    class Clock(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
            return loop.now().astimezone(tz)

    seconds = SimpleNamespace(**{**vars(time), "monotonic": loop.time})
    with contextlib.ExitStack() as stack:
        for module in CLOCKED:
            stack.enter_context(mock.patch(f"{module}.datetime", Clock))
        for module in TIMED:
            stack.enter_context(mock.patch(f"{module}.time", seconds))
        yield
