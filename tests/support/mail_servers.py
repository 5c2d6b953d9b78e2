"""Servers for tests of mail: an IMAP server in its own process, a relay with TLS, and certificates."""

import asyncio
import contextlib
import os
import pwd
import socket
import ssl
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

import trustme

from tests.support.sockets import serving

USER, PASSWORD = "organizer", "pässwörd of the mailbox"


@dataclass(frozen=True)
class Certificates:
    """A private authority, and a certificate from it for 127.0.0.1."""

    authority: Path
    certificate: Path
    key: Path

    def server_context(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate, self.key)
        return context


def make_certificates(folder: Path, host: str = "127.0.0.1") -> Certificates:
    authority = trustme.CA()
    issued = authority.issue_cert(host)
    made = Certificates(folder / "ca.pem", folder / "cert.pem", folder / "key.pem")
    authority.cert_pem.write_to_path(made.authority)
    issued.private_key_pem.write_to_path(made.key)
    for number, blob in enumerate(issued.cert_chain_pems):
        blob.write_to_path(made.certificate, append=number > 0)
    return made


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def listening(port: int, process: asyncio.subprocess.Process | None = None) -> None:
    """Waits until a program accepts connections on this port."""
    for _ in range(1200):
        if process is not None and process.returncode is not None:
            raise AssertionError(f"the server ended with {process.returncode}")
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.05)
        else:
            writer.close()
            return
    raise AssertionError("the server did not start")


@asynccontextmanager
async def ending(process: asyncio.subprocess.Process) -> AsyncIterator[None]:
    """Stops the process at the end of the block, also after an error."""
    try:
        yield
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


@asynccontextmanager
async def imap_server(certificates: Certificates) -> AsyncIterator[int]:
    """Runs pymap with one empty mailbox in memory and with STARTTLS. Yields its port."""
    port = free_port()
    process = await asyncio.create_subprocess_exec(
        str(Path(sys.executable).with_name("pymap")),
        *("--host", "127.0.0.1", "--port", str(port), "--no-service", "admin", "--no-service", "managesieve"),
        *("--cert", str(certificates.certificate), "--key", str(certificates.key)),
        *("dict", "--demo-user", USER, "--demo-password", PASSWORD),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    async with ending(process):
        await listening(port, process)
        yield port


@dataclass
class Relay:
    """A port in front of a server. It ends TLS. It can close every connection, or drop all data."""

    port: int = 0
    silent: bool = False
    connections: int = 0

    def __post_init__(self) -> None:
        self._writers: set[asyncio.StreamWriter] = set()

    def cut(self) -> None:
        for writer in self._writers:
            writer.transport.abort()
        self._writers.clear()

    async def pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(65536):
                if not self.silent:
                    writer.write(data)
                    await writer.drain()
        writer.close()


@asynccontextmanager
async def relay(to: int, context: ssl.SSLContext | None = None) -> AsyncIterator[Relay]:
    """Runs a relay on a free port. With a context it uses TLS."""
    made = Relay()

    async def meet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        made.connections += 1
        inner_reader, inner_writer = await asyncio.open_connection("127.0.0.1", to)
        made._writers |= {writer, inner_writer}
        await asyncio.gather(made.pump(reader, inner_writer), made.pump(inner_reader, writer))

    server = await asyncio.start_server(meet, "127.0.0.1", 0, ssl=context)
    made.port = server.sockets[0].getsockname()[1]
    try:
        yield made
    finally:
        made.cut()
        server.close()
        await server.wait_closed()


@dataclass
class Script:
    """An SMTP server that gives the answers that a test sets, and keeps what clients send.

    A step is a verb, `greeting` or `letter`.
    """

    port: int = 0
    answers: dict[str, str] = field(default_factory=dict)
    silent: str = ""
    """The step after which the server gives no more answers. Empty: it always answers."""
    drop: str = ""
    """The step at which the server closes the connection without an answer. Empty: it does not."""
    released: asyncio.Event | None = None
    """The server takes a letter, and answers it only after this event is set. None: it answers at once."""
    said: list[str] = field(default_factory=list)
    letters: list[bytes] = field(default_factory=list)
    open: int = 0
    most: int = 0
    """The highest number of connections at the same time."""

    ANSWERS: ClassVar = {
        "greeting": "220 mx.example ESMTP",
        "EHLO": "250-mx.example\r\n250 SIZE 10000000",
        "DATA": "354 go on",
        "letter": "250 2.0.0 taken",
        "QUIT": "221 bye",
    }

    async def meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.open += 1
        self.most = max(self.most, self.open)
        try:
            step: str | None = "greeting"
            while step is not None:
                if self.drop == step:
                    writer.transport.abort()
                    return
                if self.silent == step:
                    await asyncio.sleep(3600)
                if step == "letter" and self.released is not None:
                    await self.released.wait()
                answer = self.answers.get(step) or self.ANSWERS.get(step, "250 2.0.0 fine")
                writer.write(f"{answer}\r\n".encode())
                await writer.drain()
                step = await self._next(reader, data=step == "DATA" and answer.startswith("3"))
        except OSError:
            pass
        finally:
            self.open -= 1
            writer.close()

    async def _next(self, reader: asyncio.StreamReader, data: bool) -> str | None:
        if data:
            lines = []
            while (line := await reader.readline()) not in (b".\r\n", b""):
                lines.append(line)
            self.letters.append(b"".join(lines))
            return "letter"
        line = await reader.readline()
        if not line:
            return None
        self.said.append(line.decode().strip())
        return self.said[-1].partition(" ")[0].upper()


@asynccontextmanager
async def scripted_smtp(**told: Any) -> AsyncIterator[Script]:
    script = Script(**told)
    async with serving(script.meet) as script.port:
        yield script


DOVECOT = """\
base_dir = {folder}/run
log_path = {folder}/dovecot.log
instance_name = {instance}
protocols = imap
listen = 127.0.0.1
mail_location = maildir:{folder}/mail
mailbox_list_index = no
auth_mechanisms = plain
ssl = yes
ssl_cert = <{certificate}
ssl_key = <{key}
service imap-login {{
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
  chroot =
}}
passdb {{
  driver = passwd-file
  args = scheme=plain username_format=%u {folder}/users
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}/home
}}
first_valid_uid = {uid}
"""


@asynccontextmanager
async def dovecot_server(certificates: Certificates) -> AsyncIterator[int]:
    """Runs Debian's Dovecot (dovecot-imapd) with one empty mailbox. Yields its port."""
    # A folder of its own: pytest's are closed to other accounts, and a Dovecot started by root gives up its rights.
    with tempfile.TemporaryDirectory(prefix="dovecot-") as name:
        folder, port = Path(name), free_port()
        owner = pwd.getpwnam("nobody") if os.getuid() == 0 else pwd.getpwuid(os.getuid())
        for part in ("mail", "home"):
            (folder / part).mkdir()
            os.chown(folder / part, owner.pw_uid, owner.pw_gid)
        folder.chmod(0o755)
        (folder / "users").write_text(f"{USER}:{{PLAIN}}{PASSWORD}\n", encoding="utf-8")
        config = DOVECOT.format(
            folder=folder,
            instance=folder.name,
            certificate=certificates.certificate,
            key=certificates.key,
            port=port,
            uid=owner.pw_uid,
            gid=owner.pw_gid,
        )
        (folder / "dovecot.conf").write_text(config)
        process = await asyncio.create_subprocess_exec("dovecot", "-F", "-c", str(folder / "dovecot.conf"))
        async with ending(process):
            await listening(port, process)
            yield port
