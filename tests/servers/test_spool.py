"""The mail spool: a real SMTP server that keeps each mail as a file in the mailbox of its office."""

import asyncio
import email
import os
import re
from collections.abc import AsyncIterator
from email.message import EmailMessage
from pathlib import Path

import aiosmtplib
import pytest

from adapters.mailbox.maildir import Maildir
from servers.spool import Spool
from tests.support.spools import CONTACTS, message


@pytest.fixture
async def spool(tmp_path: Path, contacts: Path) -> AsyncIterator[Spool]:
    server = Spool(tmp_path / "mail", contacts, 0)
    await server.start()
    yield server
    await server.stop()


async def send(spool: Spool, mail: EmailMessage, *recipients: str) -> None:
    await aiosmtplib.send(mail, recipients=recipients or None, hostname="127.0.0.1", port=spool.port, start_tls=False)


async def test_each_message_is_one_file_with_the_bytes_received(spool: Spool) -> None:
    mail = message()
    await send(spool, mail)
    await send(spool, message())
    files = sorted((spool.mail / "lao-moic").iterdir())
    assert len(files) == 2
    assert all(re.fullmatch(r"\d{8}T\d{6}\.\d{6}Z-[0-9a-f]{12}\.eml", path.name) for path in files)
    kept = files[0].read_bytes()
    assert b"\r\n" in kept and b"\n" not in kept.replace(b"\r\n", b"")
    opened = email.message_from_bytes(kept)
    assert opened["Message-ID"] == mail["Message-ID"]
    assert opened.get_payload() == "A line.\r\n.\r\n.. dots at the beginning\r\n"


async def test_the_same_message_to_the_same_office_adds_nothing_not_even_after_a_restart(spool: Spool) -> None:
    mail = message()
    await send(spool, mail)
    (first,) = (spool.mail / "lao-moic").iterdir()
    written = first.stat().st_mtime_ns
    await send(spool, mail)
    await send(spool, mail, "DESK@moic.example")  # the office's second address
    again = Spool(spool.mail, spool.contacts, 0)
    await again.start()
    await send(again, mail)
    await again.stop()
    assert list((spool.mail / "lao-moic").iterdir()) == [first] and first.stat().st_mtime_ns == written


async def test_mail_goes_to_the_offices_the_organizer_or_the_unknown(spool: Spool) -> None:
    recipients = ("focal@moic.example", "focal@moc.example", "secretariat@plan.example", "who@else.example")
    await send(spool, message(), *recipients)
    await send(spool, message("focal@out.example"))  # an office whose name would lead out of the spool
    counts = {folder.name: len(list(folder.rglob("*.eml"))) for folder in spool.mail.iterdir()}
    assert counts == {"lao-moic": 1, "khm-moc": 1, "organizer": 1, "unknown": 2}
    assert not (spool.mail.parent / "out").exists()


async def test_answers_lie_in_a_maildir_each_time_they_come(spool: Spool) -> None:
    """Two answers may carry one Message-ID, and say different things."""
    source = Maildir(spool.mail / "organizer")
    for text in ("first", "second", "second"):
        mail = message("secretariat@plan.example")
        mail.set_content(text)
        await send(spool, mail)
    found = [each async for each in source.messages()]
    assert [each.data.split()[-1] for each in found] == [b"first", b"second", b"second"]
    await source.done(found[0].key)
    assert len([each async for each in source.messages()]) == 2


async def test_a_correction_of_the_contacts_counts_from_the_next_message(spool: Spool) -> None:
    await send(spool, message("new@moc.example"))
    spool.contacts.write_text(CONTACTS.replace("focal@moc.example", "new@moc.example"))
    await send(spool, message("new@moc.example"))
    assert sorted(folder.name for folder in spool.mail.iterdir()) == ["khm-moc", "organizer", "unknown"]


async def test_what_cannot_be_kept_is_refused_for_now(spool: Spool, monkeypatch: pytest.MonkeyPatch) -> None:
    spool.contacts.write_text("offices: [")
    with pytest.raises(aiosmtplib.SMTPDataError) as refused:
        await send(spool, message())
    assert refused.value.code == 451
    spool.contacts.write_text(CONTACTS)

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    mail = message()
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(aiosmtplib.SMTPDataError) as refused:
            await send(spool, mail)
    assert refused.value.code == 451 and not list((spool.mail / "lao-moic").iterdir())
    await send(spool, mail)
    assert len(list((spool.mail / "lao-moic").iterdir())) == 1


async def test_too_large_a_message_is_refused_for_good(spool: Spool) -> None:
    mail = message()
    mail.set_content("x" * 70 + "\n", cte="7bit")
    mail.add_attachment(b"x" * 8_000_000, maintype="application", subtype="octet-stream")
    with pytest.raises(aiosmtplib.SMTPResponseException) as refused:
        await send(spool, mail)
    assert refused.value.code == 552 and not list(spool.mail.rglob("*.eml"))


async def test_the_spool_stops_although_a_client_stays_connected(spool: Spool) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", spool.port)
    await reader.readline()
    async with asyncio.timeout(5):
        await spool.stop()
        assert await reader.read() == b""
    writer.close()
