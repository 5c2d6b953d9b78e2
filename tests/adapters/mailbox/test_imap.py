"""Incoming mail from a real IMAP server."""

import asyncio
import logging
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from pydantic import SecretStr

from adapters.mailbox.imap import ImapMailbox
from adapters.mailbox.source import Bounds, MailboxUnavailable
from adapters.settings import Settings
from tests.support.mail_samples import settings
from tests.support.mail_servers import PASSWORD, Certificates, free_port, relay
from tests.support.mailboxes import LETTER, Person, round_of, subjects


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
