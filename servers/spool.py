"""The embedded mail system: an SMTP server on the loopback that keeps each message as one .eml file per office.

What is sent to the organizer, the answers, goes into a Maildir, from which the worker takes it in.
"""

import asyncio
import hashlib
import itertools
import logging
import os
import re
import time
from collections.abc import Callable
from datetime import UTC, datetime
from email.parser import BytesHeaderParser
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session

from adapters.files.contacts_file import load_contacts
from models.post.contacts import Contacts
from servers.datafolder import ORGANIZER, write_atomically
from servers.ports import LOOPBACK, PortBusy

UNKNOWN = "unknown"
"""Folder of the mail to addresses that the contacts file does not have."""

_SIZE_LIMIT = 10 * 1024 * 1024
"""Bytes of one message."""
_FOLDER = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*")
_log = logging.getLogger(__name__)


class Spool:
    """Keeps messages under `mail`/OFFICE/TIMESTAMP-HASH.eml; the contacts file says whose an address is."""

    def __init__(self, mail: Path, contacts: Path, port: int) -> None:
        """`port` 0 takes any free one; `port` tells which, after `start`."""
        self.mail = mail
        self.contacts = contacts
        self.port = port
        self._server: asyncio.Server | None = None
        self._connections: set[asyncio.Transport] = set()
        self._kept: dict[Path, dict[str, Path]] = {}
        self._deliveries = itertools.count(1)

    async def start(self) -> None:
        """Listens on 127.0.0.1. Raises PortBusy."""
        logging.getLogger("mail.log").setLevel(logging.WARNING)  # aiosmtpd's own; it tells of each connection
        loop = asyncio.get_running_loop()
        try:
            self._server = await loop.create_server(self._conversation, LOOPBACK, self.port)
        except OSError as error:
            raise PortBusy(f"port {self.port}, wanted by the mail spool, cannot be had: {error.strerror}") from error
        self._make_maildir()  # it is read from the start, and empty is not missing
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Stops listening and closes what is open; a message not yet answered with 250 is the sender's to repeat."""
        if self._server is None:
            return
        self._server.close()
        for connection in list(self._connections):
            connection.close()
        await self._server.wait_closed()
        self._server = None

    def keep(self, recipients: list[str], content: bytes) -> list[Path]:
        """Writes a message once for each office among the recipients and returns the files written now.

        An office that already has this Message-ID gets nothing more; the organizer gets everything.
        Raises OSError, and FileFault for the contacts.
        """
        contacts = load_contacts(self.contacts)  # at each message: a correction counts from then on
        name = message_hash(content)
        written = []
        for office in dict.fromkeys(folder_of(contacts, recipient) for recipient in recipients):
            if office == ORGANIZER:
                written.append(self._deliver(content))
                continue
            folder = self.mail / office
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if self._has(folder, name):
                continue
            path = folder / f"{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}-{name}.eml"
            write_atomically(path, content)
            self._kept[folder][name] = path
            written.append(path)
        return written

    def _deliver(self, content: bytes) -> Path:
        """Into the organizer's Maildir, each time: whether an answer was there before is judged by what it says."""
        self._make_maildir()
        moment = time.time_ns()
        name = f"{moment // 10**9}.M{moment // 1000 % 10**6:06}P{os.getpid()}Q{next(self._deliveries)}.localhost.eml"
        path = self.mail / ORGANIZER / "new" / name
        write_atomically(path, content)
        return path

    def _make_maildir(self) -> None:
        for name in ("cur", "new", "tmp"):
            (self.mail / ORGANIZER / name).mkdir(mode=0o700, parents=True, exist_ok=True)

    def _has(self, folder: Path, name: str) -> bool:
        # Read once and then remembered, so that a message costs the same in the fifth year as in the first.
        if folder not in self._kept:
            self._kept[folder] = {path.stem.rpartition("-")[2]: path for path in folder.glob("*.eml")}
        path = self._kept[folder].get(name)
        return path is not None and path.exists()

    def _conversation(self) -> SMTP:
        return _SmtpConversation(_Handler(self.keep), self._connections)


def message_hash(content: bytes) -> str:
    """Twelve hexadecimal digits that stand for a message: of its Message-ID, or of all of it where it has none."""
    message_id = str(BytesHeaderParser().parsebytes(content).get("Message-ID", "")).strip()
    return hashlib.sha256(message_id.encode("utf-8", "replace") or content).hexdigest()[:12]


def folder_of(contacts: Contacts, address: str) -> str:
    """The folder of the mail to an address: its office, `organizer` or `unknown`."""
    if address.casefold() == contacts.organizer.address.casefold():
        return ORGANIZER
    office = contacts.office_of(address)
    # The contacts file is written by hand: a name that is no plain folder name must not lead out of the spool.
    return office if office is not None and _FOLDER.fullmatch(office) else UNKNOWN


class _SmtpConversation(SMTP):
    """aiosmtpd's conversation, whose connection the spool can close."""

    def __init__(self, handler: "_Handler", connections: set[asyncio.Transport]) -> None:
        # A fixed host name: the default one is looked up in the DNS, at each connection and on the event loop.
        loop = asyncio.get_running_loop()
        super().__init__(handler, data_size_limit=_SIZE_LIMIT, hostname="localhost", ident="spool", loop=loop)
        self._open = connections

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._own = transport
        self._open.add(transport)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        self._open.discard(self._own)
        super().connection_lost(error)


class _Handler:
    """Answers 250 once the message is on disk, and 451 (try again later) where it cannot be kept."""

    def __init__(self, keep: Callable[[list[str], bytes], list[Path]]) -> None:
        self._keep = keep

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's
        content = envelope.original_content
        assert content is not None
        try:
            self._keep(list(envelope.rcpt_tos), content)
        except Exception as error:
            # Whatever it was, the message is not kept, and only a temporary refusal makes the sender repeat it.
            _log.warning("a message was not kept: %s", error)
            return "451 4.3.0 The message could not be kept; try again later"
        return "250 2.0.0 Kept"

    async def handle_exception(self, error: Exception) -> str:
        _log.warning("a mail conversation failed: %s", error)
        return "451 4.3.0 Local error; try again later"
