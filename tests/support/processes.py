"""Functions about processes: whether one has ended, and which run on a data folder."""

import asyncio
import os
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

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


class Listener(NamedTuple):
    """A socket that anybody who reaches its address can talk to."""

    pid: int
    protocol: str
    """tcp, tcp6, udp or udp6."""
    host: str
    port: int


def family(pid: int) -> set[int]:
    """A process and all that it has started, as Linux tells it."""
    parents: dict[int, int] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(FileNotFoundError, ProcessLookupError):  # ended meanwhile
            parents[int(folder.name)] = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
    found, more = set[int](), {pid}
    while more:
        found |= more
        more = {child for child, parent in parents.items() if parent in more}
    return found


def listeners(pid: int) -> set[Listener]:
    """Every TCP and UDP socket on which a process, or one that it has started, listens. It reads what `ss -ltnup`
    reads: Linux only."""
    owners = {inode: each for each in family(pid) for inode in _sockets(each)}
    found = set()
    for protocol in ("tcp", "tcp6", "udp", "udp6"):
        for line in Path("/proc/net", protocol).read_text().splitlines()[1:]:
            _, local, _, state, *rest = line.split()
            inode = rest[5]
            # TCP that listens; UDP that takes from everybody.
            if inode in owners and state == ("0A" if protocol.startswith("tcp") else "07"):
                host, _, port = local.partition(":")
                found.add(Listener(owners[inode], protocol, _address(host), int(port, 16)))
    return found


def _sockets(pid: int) -> Iterator[str]:
    with suppress(FileNotFoundError):
        for descriptor in Path(f"/proc/{pid}/fd").iterdir():
            with suppress(FileNotFoundError):
                kind, _, inode = str(descriptor.readlink()).partition(":")
                if kind == "socket":
                    yield inode.strip("[]")


def _address(written: str) -> str:
    """The kernel writes addresses as words of four bytes in the order of this machine."""
    words = [int(written[n : n + 8], 16).to_bytes(4, sys.byteorder) for n in range(0, len(written), 8)]
    return socket.inet_ntop(socket.AF_INET if len(words) == 1 else socket.AF_INET6, b"".join(words))


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
