"""Incoming mail from a Maildir on disk and from a real IMAP server."""

import asyncio
import logging
import os
import shutil
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from imapclient import IMAPClient
from pydantic import SecretStr, ValidationError
from temporalio.client import Client
from temporalio.testing import ActivityEnvironment

from activities.collect import CollectingActivities
from adapters.files.inbox_file import Inbox
from adapters.mailbox.configured import mailboxes
from adapters.mailbox.imap import KEYWORD, ImapMailbox
from adapters.mailbox.maildir import Maildir
from adapters.mailbox.source import Bounds, MailboxUnavailable, MailSource, Message
from adapters.settings import Settings
from models.post.mailbox import Collect
from tests.support.mail_samples import settings
from tests.support.mail_servers import (
    PASSWORD,
    USER,
    Certificates,
    dovecot_server,
    free_port,
    imap_server,
    make_certificates,
    relay,
)

LETTER = b"From: a@x.example\r\nSubject: %s\r\n\r\nbody\r\n"


async def round_of(source: MailSource) -> list[Message]:
    return [message async for message in source.messages()]


def subjects(messages: list[Message]) -> list[bytes]:
    return [message.data.partition(b"Subject: ")[2].partition(b"\r\n")[0] for message in messages]


# --- Maildir --------------------------------------------------------------------------------------------------------


def deliver(folder: Path, name: str, data: bytes = LETTER % b"one", into: str = "new") -> None:
    for each in ("new", "cur", "tmp"):
        (folder / each).mkdir(parents=True, exist_ok=True)
    (folder / into / name).write_bytes(data)


async def test_maildir_oldest_first_and_marked_only_once_done(tmp_path: Path) -> None:
    deliver(tmp_path, "1700000002.M2P1.h", LETTER % b"second")
    deliver(tmp_path, "1700000001.M9P1.h", LETTER % b"first")
    deliver(tmp_path, "without-a-time", LETTER % b"third")  # its own time counts
    source = Maildir(tmp_path)
    first = await round_of(source)
    assert subjects(first) == [b"first", b"second", b"third"]
    assert await round_of(Maildir(tmp_path)) == first, "nothing is marked by reading"
    await source.done(first[0].key)
    await source.done(first[0].key)
    assert (tmp_path / "cur" / "1700000001.M9P1.h:2,S").read_bytes() == LETTER % b"first"
    assert subjects(await round_of(source)) == [b"second", b"third"]
    assert len(list((tmp_path / "new").iterdir())) == 2


async def test_maildir_that_a_mail_program_opened_hides_nothing(tmp_path: Path) -> None:
    deliver(tmp_path, "1700000001.h:2,F", LETTER % b"moved", into="cur")
    deliver(tmp_path, "1700000002.h:2,RS", LETTER % b"read", into="cur")
    source = Maildir(tmp_path)
    (message,) = await round_of(source)
    assert subjects([message]) == [b"moved"]
    await source.done(message.key)
    assert (tmp_path / "cur" / "1700000001.h:2,FS").exists()
    assert await round_of(source) == []


async def test_maildir_never_overwrites_what_was_taken_in(tmp_path: Path) -> None:
    source = Maildir(tmp_path)
    for text in (b"one", b"two", b"three"):
        deliver(tmp_path, "1700000001.h", LETTER % text)
        (message,) = await round_of(source)
        await source.done(message.key)
    kept = sorted(path.read_bytes() for path in (tmp_path / "cur").iterdir())
    assert kept == sorted(LETTER % text for text in (b"one", b"two", b"three"))
    assert await round_of(source) == []


async def test_maildir_hands_over_the_head_of_what_is_too_large(tmp_path: Path) -> None:
    deliver(tmp_path, "1700000001.h", b"x" * 1001)
    deliver(tmp_path, "1700000002.h", b"y" * 1000)
    large, fits = await round_of(Maildir(tmp_path, Bounds(limit=1000, head=10)))
    assert (large.data, large.truncated) == (b"x" * 10, True)
    assert (len(fits.data), fits.truncated) == (1000, False)


async def test_maildir_rounds_are_bounded_and_what_is_not_taken_in_blocks_nothing(tmp_path: Path) -> None:
    for number in range(5):
        deliver(tmp_path, f"170000000{number}.h", LETTER % str(number).encode())
    source = Maildir(tmp_path, Bounds(messages=2))
    offered = [subjects(await round_of(source)) for _ in range(5)]
    assert offered == [[b"0", b"1"], [b"2", b"3"], [b"4", b"0"], [b"0", b"1"], [b"2", b"3"]], (
        "nothing is done, and all come"
    )
    tight = Maildir(tmp_path, Bounds(octets=60))
    assert len(await round_of(tight)) == 2


async def test_maildir_passes_over_what_is_no_plain_file(tmp_path: Path) -> None:
    deliver(tmp_path, "1700000009.h")
    (tmp_path / "secret").write_text("secret")
    (tmp_path / "new" / "1700000001.h").symlink_to(tmp_path / "secret")
    (tmp_path / "new" / "1700000002.h").mkdir()
    os.mkfifo(tmp_path / "new" / "1700000003.h")
    (tmp_path / "new" / ".draft.tmp").write_bytes(b"half")
    assert subjects(await asyncio.wait_for(round_of(Maildir(tmp_path)), 20)) == [b"one"]


async def test_maildir_that_is_not_there_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(MailboxUnavailable, match=r"nowhere cannot be read.*AIDE_MAILDIR"):
        await round_of(Maildir(tmp_path / "nowhere"))


# --- IMAP -----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return make_certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(params=["pymap", "dovecot"])
async def port(request: pytest.FixtureRequest, certificates: Certificates) -> AsyncIterator[int]:
    """Two servers: Dovecot keeps keywords, pymap keeps none."""
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
    """Somebody else's mail program on the same mailbox."""

    def __init__(self, port: int) -> None:
        self.client = IMAPClient("127.0.0.1", port, ssl=False, timeout=20)
        self.client.plain_login(USER, PASSWORD)
        answer = self.client.select_folder("INBOX")
        self.taken = {b"\\Seen"}
        """What marks a message as taken in, on this server."""
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


async def test_imap_oldest_first_and_marked_only_once_done(person: Person, mailbox: ImapMailbox) -> None:
    person.append(b"first", b"second")
    found = await round_of(mailbox)
    assert subjects(found) == [b"first", b"second"] and found[0].data == LETTER % b"first"
    assert person.flags() == [set(), set()], "reading marks nothing"
    assert await round_of(mailbox) == found
    await mailbox.done(found[0].key)
    await mailbox.done(found[0].key)
    assert person.flags() == [person.taken, set()]
    person.append(b"third")
    assert subjects(await round_of(mailbox)) == [b"third", b"second"], "what is new to us first"


async def test_imap_what_a_person_has_read_is_still_taken_in(person: Person, mailbox: ImapMailbox) -> None:
    person.append(b"read", flags=[b"\\Seen"])
    person.append(b"deleted", flags=[b"\\Deleted"])
    # A server that keeps no keywords has nothing else to tell us by.
    assert subjects(await round_of(mailbox)) == ([b"read"] if len(person.taken) == 2 else [])


async def test_imap_moves_to_a_folder_that_is_made_on_first_use(person: Person, config: Settings) -> None:
    mailbox = ImapMailbox(config.model_copy(update={"imap_done_folder": "Taken in"}))
    person.append(b"one", b"two")
    found = await round_of(mailbox)
    for message in found:
        await mailbox.done(message.key)
        await mailbox.done(message.key)
    assert await round_of(mailbox) == []
    await mailbox.close()
    assert person.client.select_folder("INBOX")[b"EXISTS"] == 0
    assert person.client.select_folder("Taken in")[b"EXISTS"] == 2


async def test_imap_bounds(person: Person, config: Settings) -> None:
    person.append(b"x" * 2000, b"small", b"small too")
    mailbox = ImapMailbox(config, Bounds(limit=1000, head=100, messages=2))
    large, small = await round_of(mailbox)
    assert large.truncated and len(large.data) == 100 and large.data.startswith(b"From: ")
    assert not small.truncated and subjects([small]) == [b"small"]
    assert subjects(await round_of(mailbox))[0] == b"small too", "the others are not forgotten"
    await mailbox.close()
    tight = ImapMailbox(config, Bounds(octets=2000))
    assert len(await round_of(tight)) == 1
    await tight.close()


async def test_imap_since(person: Person, config: Settings) -> None:
    person.append(b"recent")
    person.client.append("INBOX", LETTER % b"old", msg_time=datetime(2020, 1, 1, tzinfo=UTC))
    mailbox = ImapMailbox(config.model_copy(update={"imap_since": date(2024, 1, 1)}))
    assert subjects(await round_of(mailbox)) == [b"recent"]
    await mailbox.close()


async def test_imap_keys_of_a_mailbox_that_was_numbered_anew_mark_nothing(person: Person, mailbox: ImapMailbox) -> None:
    person.append(b"one")
    (message,) = await round_of(mailbox)
    validity, _, uid = message.key.partition(".")
    await mailbox.done(f"{int(validity) + 1}.{uid}")
    assert person.flags() == [set()]
    assert await round_of(mailbox) == [message]


async def test_imap_a_message_that_vanishes_in_between_is_passed_over(person: Person, mailbox: ImapMailbox) -> None:
    person.append(b"one", b"two", b"three")
    found = []
    async for message in mailbox.messages():
        found.append(message)
        if len(found) == 1:
            uid = person.client.search("ALL")[1]
            person.client.delete_messages([uid])
            person.client.expunge()
    assert {b"one", b"three"} <= set(subjects(found)), "some servers still show what is gone"
    for message in found:
        await mailbox.done(message.key)
    assert await round_of(mailbox) == []


async def test_imap_comes_back_after_a_lost_connection(person: Person, config: Settings, port: int) -> None:
    async with relay(port) as line:
        mailbox = ImapMailbox(config.model_copy(update={"imap_port": line.port}))
        person.append(b"one", b"two")
        found = []
        async for message in mailbox.messages():
            found.append(message)
            line.cut()
        assert subjects(found) == [b"one", b"two"]
        line.cut()
        await mailbox.done(found[0].key)
        assert line.connections > 1
        assert person.flags() == [person.taken, set()]
        await mailbox.close()


async def test_imap_a_server_that_falls_silent_is_given_up(person: Person, config: Settings, port: int) -> None:
    async with relay(port) as line:
        mailbox = ImapMailbox(config.model_copy(update={"imap_port": line.port, "imap_timeout": 0.3}))
        line.silent = True
        with pytest.raises(MailboxUnavailable, match="AIDE_IMAP_HOST"):
            await asyncio.wait_for(round_of(mailbox), 60)
        mailbox = ImapMailbox(config.model_copy(update={"imap_port": line.port}))
        line.silent = False
        assert await round_of(mailbox) == []
        line.silent = True
        waiting = asyncio.create_task(round_of(mailbox))
        await asyncio.sleep(0.2)
        waiting.cancel()  # a worker that stops
        with pytest.raises(asyncio.CancelledError):
            await waiting
        line.silent = False
        assert await round_of(mailbox) == []
        await mailbox.close()


async def test_imap_over_tls_by_a_private_authority(
    person: Person, config: Settings, port: int, certificates: Certificates
) -> None:
    person.append(b"one")
    async with relay(port, certificates.server_context()) as line:
        secure = config.model_copy(update={"imap_port": line.port, "imap_security": "tls"})
        mailbox = ImapMailbox(secure)
        assert subjects(await round_of(mailbox)) == [b"one"]
        await mailbox.close()
        for update in ({"ca_file": None}, {"ca_file": None, "imap_security": "starttls", "imap_port": port}):
            strict = ImapMailbox(secure.model_copy(update=update))
            with pytest.raises(MailboxUnavailable, match=r"not trusted.*AIDE_CA_FILE"):
                await round_of(strict)


async def test_imap_a_refused_login_names_the_settings_and_no_password(
    config: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    mailbox = ImapMailbox(config.model_copy(update={"imap_password": SecretStr("wrong-s3cret")}))
    with pytest.raises(MailboxUnavailable, match=r"login was refused.*AIDE_IMAP_PASSWORD") as caught:
        await round_of(mailbox)
    right = ImapMailbox(config)
    await round_of(right)
    await right.close()
    assert "wrong-s3cret" not in str(caught.value)
    assert caplog.text and "s3cret" not in caplog.text and PASSWORD not in caplog.text


async def test_imap_what_else_is_wrong_names_its_setting(config: Settings) -> None:
    for update, words in (
        ({"imap_folder": "Nowhere"}, "AIDE_IMAP_FOLDER"),
        ({"imap_port": free_port()}, "AIDE_IMAP_PORT"),
        ({"imap_security": "tls"}, "AIDE_IMAP"),
    ):
        with pytest.raises(MailboxUnavailable, match=words):
            await round_of(ImapMailbox(config.model_copy(update=update)))


# What a server says to each command; the greeting first. {} stands for the command's tag.
GREETING = b"* PREAUTH [CAPABILITY IMAP4rev1] hello\r\n"
SELECTED = b"* FLAGS ()\r\n* OK [PERMANENTFLAGS (\\Seen \\*)] x\r\n* OK [UIDVALIDITY 7] x\r\n"


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ({"": b"* BYE overloaded\r\n"}, "overloaded"),
        ({"": b"\xff\xfe\x00 what\r\n"}, "cannot be read"),
        ({"SELECT": SELECTED + b"{} OK [READ-ONLY] done\r\n"}, "may only be read"),
        ({"SELECT": b"* FLAGS ()\r\n{} OK done\r\n"}, "cannot be read"),  # no UIDVALIDITY
        ({"SELECT": b"{} NO no such folder\r\n"}, "AIDE_IMAP_FOLDER"),
        ({"SEARCH": b"* SEARCH" + b" 123456789" * 110_000 + b"\r\n{} OK done\r\n"}, "AIDE_IMAP_SINCE"),
        ({"SEARCH": b"* SEARCH one two\r\n{} OK done\r\n"}, "cannot be read"),
        ({"SEARCH": b"{} BAD what?\r\n"}, "cannot be read"),
        ({"SEARCH": b"* SEARCH 5\r\n{} OK done\r\n", "FETCH": b"* 1 FETCH (UID 5 (((\r\n{} OK\r\n"}, "cannot be read"),
    ],
)
async def test_imap_whatever_a_server_says_is_told_and_ends(
    tmp_path: Path, answers: dict[str, bytes], words: str
) -> None:
    capability = b"* CAPABILITY IMAP4rev1\r\n{} OK done\r\n"
    selected = SELECTED + b"{} OK [READ-WRITE] done\r\n"
    told = {"": GREETING, "CAPABILITY": capability, "SELECT": selected, **answers}

    async def meet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(told[""])
        while line := await reader.readline():
            tag, _, command = line.decode().strip().partition(" ")
            verb = command.removeprefix("UID ").partition(" ")[0]
            writer.write(told.get(verb, b"{} OK done\r\n").replace(b"{}", tag.encode()))
        writer.close()

    server = await asyncio.start_server(meet, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        config = settings(tmp_path, imap_host="127.0.0.1", imap_port=port, imap_security="none", imap_timeout=10.0)
        mailbox = ImapMailbox(config)
        for _ in range(2):
            with pytest.raises(MailboxUnavailable, match=words):
                await asyncio.wait_for(round_of(mailbox), 60)


# --- settings -------------------------------------------------------------------------------------------------------


async def test_what_comes_is_taken_in_and_marked_and_a_bad_mailbox_holds_up_no_other(
    person: Person, config: Settings, tmp_path: Path, dev_server: Client
) -> None:
    activities = CollectingActivities(
        config.model_copy(update={"maildir": tmp_path / "none", "mail_poll": 0.1}), dev_server
    )
    person.append(b"one", b"two")
    wanted = Collect(plan="t", watch=timedelta(seconds=20))
    found = await ActivityEnvironment().run(activities.collect, wanted)
    assert (found.taken, found.needed) == (2, 2) and "AIDE_MAILDIR" in found.fault
    assert person.flags() == [person.taken] * 2
    kept = Inbox(config.record, "t").read()
    assert [each.subject for each in kept.waiting] == ["one", "two"]
    person.append(b"one")
    known = Collect(plan="t", watch=timedelta(seconds=20), fault=found.fault)
    again = await ActivityEnvironment().run(activities.collect, known)
    assert again.taken == 1 and len(kept.read().messages) == 2, "the same letter again is no other"


def test_the_settings_say_which_mailboxes_are_read(tmp_path: Path) -> None:
    assert mailboxes(settings(tmp_path)) == ()
    assert mailboxes(settings(tmp_path, maildir="", imap_host="")) == ()
    names = [source.name for source in mailboxes(settings(tmp_path, maildir="/m", imap_host="mail.example"))]
    assert names == ["Maildir /m", "IMAP mail.example/INBOX"]


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"imap_host": "m.example", "imap_security": "none", "imap_username": "u"}, "AIDE_IMAP_SECURITY"),
        ({"smtp_host": "m.example", "smtp_username": "u"}, "AIDE_SMTP_SECURITY"),
        ({"caldav_url": "http://m.example", "caldav_username": "u"}, "AIDE_CALDAV_URL"),
        ({"ca_file": __file__}, "no certificate"),
        ({"ca_file": "/nowhere.pem"}, "no certificate"),
    ],
)
def test_no_login_goes_in_the_clear_beyond_this_machine(tmp_path: Path, values: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        settings(tmp_path, **values)
    settings(tmp_path, smtp_host="localhost", smtp_username="u", caldav_url="http://[::1]:1", caldav_username="u")
