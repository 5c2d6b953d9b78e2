"""Mailboxes for tests: a real IMAP server, and a second mail program on the same mailbox."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from imapclient import IMAPClient
from pydantic import SecretStr

from adapters.mailbox.imap import KEYWORD, ImapMailbox
from adapters.mailbox.source import MailSource, Message
from adapters.settings import Settings
from tests.support.mail_samples import settings
from tests.support.mail_servers import PASSWORD, USER, Certificates, dovecot_server, imap_server, make_certificates

LETTER = b"From: a@x.example\r\nSubject: %s\r\n\r\nbody\r\n"


async def round_of(source: MailSource) -> list[Message]:
    return [message async for message in source.messages()]


def subjects(messages: list[Message]) -> list[bytes]:
    return [message.data.partition(b"Subject: ")[2].partition(b"\r\n")[0] for message in messages]


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return make_certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(params=["pymap", "dovecot"])
async def port(request: pytest.FixtureRequest, certificates: Certificates) -> AsyncIterator[int]:
    """The ports of two servers. Dovecot keeps keywords, and pymap does not."""
    if request.param == "dovecot" and shutil.which("dovecot") is None:
        pytest.skip("Dovecot is not installed (Debian: dovecot-imapd); pymap alone is proven")
    server = dovecot_server if request.param == "dovecot" else imap_server
    async with server(certificates) as found:
        yield found


@pytest.fixture
def config(tmp_path: Path, certificates: Certificates, port: int) -> Settings:
    return settings(
        tmp_path,
        imap_host="127.0.0.1",
        imap_port=port,
        imap_security="starttls",
        imap_username=USER,
        imap_password=SecretStr(PASSWORD),
        imap_timeout=10.0,
        ca_file=certificates.authority,
    )


class Person:
    """The mail program of a person on the same mailbox."""

    def __init__(self, port: int) -> None:
        self.client = IMAPClient("127.0.0.1", port, ssl=False, timeout=20)
        self.client.plain_login(USER, PASSWORD)
        answer = self.client.select_folder("INBOX")
        self.taken = {b"\\Seen"}
        """The flags of a message that was taken in, on this server."""
        if b"\\*" in answer[b"PERMANENTFLAGS"]:
            self.taken.add(KEYWORD.encode())

    def append(self, *subjects: bytes, **more: Any) -> None:
        for subject in subjects:
            self.client.append("INBOX", LETTER % subject, **more)

    def flags(self) -> list[set[bytes]]:
        self.client.select_folder("INBOX")
        found = self.client.fetch(self.client.search("ALL"), ["FLAGS"])
        return [set(found[uid][b"FLAGS"]) - {b"\\Recent"} for uid in sorted(found)]


@pytest.fixture
async def person(port: int) -> AsyncIterator[Person]:
    person = await asyncio.to_thread(Person, port)
    yield person
    await asyncio.to_thread(person.client.shutdown)


@pytest.fixture
async def mailbox(config: Settings) -> AsyncIterator[ImapMailbox]:
    mailbox = ImapMailbox(config)
    yield mailbox
    await mailbox.close()
