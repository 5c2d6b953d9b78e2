"""The mail spool: an SMTP server on 127.0.0.1 that writes each message to one .eml file for each office.

Messages to the organizer are answers of offices. The spool writes them into a Maildir (a folder in which each message
is a file), and the worker reads that Maildir.
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
"""The folder of mail to addresses that are not in the contacts file."""

_SIZE_LIMIT = 10 * 1024 * 1024
"""The most bytes of one message."""
_FOLDER = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*")
_log = logging.getLogger(__name__)


class Spool:
    """The mail spool. It writes messages to `mail`/OFFICE/TIMESTAMP-HASH.eml. The contacts file says which office has
    which address."""

    def __init__(self, mail: Path, contacts: Path, port: int) -> None:
        """If `port` is 0, the spool takes any free port. After `start`, the attribute `port` has its number."""
        self.mail = mail
        self.contacts = contacts
        self.port = port
        self._server: asyncio.Server | None = None
        self._connections: set[asyncio.Transport] = set()
        self._kept: dict[Path, dict[str, Path]] = {}
        self._deliveries = itertools.count(1)

    async def start(self) -> None:
        """Starts to listen on 127.0.0.1. Raises PortBusy if the port cannot be used."""
        logging.getLogger("mail.log").setLevel(logging.WARNING)  # the logger of aiosmtpd logs every connection
        loop = asyncio.get_running_loop()
        try:
            self._server = await loop.create_server(self._conversation, LOOPBACK, self.port)
        except OSError as error:
            raise PortBusy(f"port {self.port}, wanted by the mail spool, cannot be had: {error.strerror}") from error
        self._make_maildir()  # the worker reads it from the start, and it must exist
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Stops listening, and closes all connections. If the spool has not confirmed a message yet (with the code
        250), the sender sends the message again later."""
        if self._server is None:
            return
        self._server.close()
        for connection in list(self._connections):
            connection.close()
        await self._server.wait_closed()
        self._server = None

    def keep(self, recipients: list[str], content: bytes) -> list[Path]:
        """Writes a message once for each office among the recipients. Returns the files that it has written.

        If an office has a message with this Message-ID already, it gets no second one. The organizer gets every
        message. Raises OSError if a file cannot be written. Raises ApplicationError (ContactsFile) if the contacts file
        has a fault.
        """
        contacts = load_contacts(self.contacts)  # read for each message, so that a correction counts at once
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
        """Writes a message into the organizer's Maildir, even if it came before. The intake recognises a repeat by its
        content."""
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
        # The folder is read only once, so that a message costs the same after years.
        if folder not in self._kept:
            self._kept[folder] = {path.stem.rpartition("-")[2]: path for path in folder.glob("*.eml")}
        path = self._kept[folder].get(name)
        return path is not None and path.exists()

    def _conversation(self) -> SMTP:
        return _SmtpConversation(_Handler(self.keep), self._connections)


def message_hash(content: bytes) -> str:
    """Returns twelve hexadecimal digits that identify a message. They are a digest of its Message-ID, or of its bytes
    if it has no Message-ID."""
    message_id = str(BytesHeaderParser().parsebytes(content).get("Message-ID", "")).strip()
    return hashlib.sha256(message_id.encode("utf-8", "replace") or content).hexdigest()[:12]


def folder_of(contacts: Contacts, address: str) -> str:
    """Returns the name of the folder for mail to an address. It is the id of the office with this address, `organizer`
    or `unknown`."""
    if address.casefold() == contacts.organizer.address.casefold():
        return ORGANIZER
    office = contacts.office_of(address)
    # A person writes the contacts file. A name that is no plain folder name could lead out of the spool.
    return office if office is not None and _FOLDER.fullmatch(office) else UNKNOWN


class _SmtpConversation(SMTP):
    """The SMTP protocol of aiosmtpd, with a connection that the spool can close."""

    def __init__(self, handler: "_Handler", connections: set[asyncio.Transport]) -> None:
        # A fixed host name, because aiosmtpd looks the default one up in the DNS at each connection, and that blocks.
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
    """Answers 250 after the message is on disk, and 451 (try again later) if it cannot be written."""

    def __init__(self, keep: Callable[[list[str], bytes], list[Path]]) -> None:
        self._keep = keep

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's
        content = envelope.original_content
        assert content is not None
        try:
            self._keep(list(envelope.rcpt_tos), content)
        except Exception as error:
            # The message was not written. After a temporary refusal the sender sends it again.
            _log.warning("a message was not kept: %s", error)
            return "451 4.3.0 The message could not be kept; try again later"
        return "250 2.0.0 Kept"

    async def handle_exception(self, error: Exception) -> str:
        _log.warning("a mail conversation failed: %s", error)
        return "451 4.3.0 Local error; try again later"
