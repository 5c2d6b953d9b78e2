"""From the letter in an office's mailbox to its answer in the item, on real parts."""

import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from imapclient import IMAPClient
from pydantic import SecretStr
from temporalio.client import Client

from adapters.files.inbox_file import Inbox
from adapters.inbound.intake import Intake
from models.messages import acts
from models.messages.acts import Terms
from models.messages.views import Receipt
from models.post.incoming import TakenIn
from tests.support.builders import date_terms, obligation, plan_of
from tests.support.mail_client import answer, calendar_of, event_in, send, value
from tests.support.mail_servers import PASSWORD, USER, imap_server, make_certificates
from tests.support.paths import MAILS
from tests.support.rig import House, eventually, house
from workflows.mailbox_start import read_mail_of

LAO, KHM = "lao-moc", "khm-moc"
ADDRESS = "khm-moc@office.example"
DAY = timedelta(days=1)


@asynccontextmanager
async def at_home(client: Client, root: Path, name: str, **settings: Any) -> AsyncIterator[House]:
    """A plan with one meeting whose first date LAO has proposed, and its mailbox read."""
    window = {"by": "offset", "opens": "PT0S", "length": "P200D", "every": "P200D", "count": 1}
    plan = plan_of(obligation("m", window=window)).model_copy(update={"plan": name})
    async with house(client, plan, root, **settings) as home:
        await home.launch()
        await read_mail_of(client, name, "Test plan", home.task_queue)
        await home.until("m", lambda view: view.status == "date-awaited")
        await home.act("m", acts.Propose, LAO, terms=date_in(10))
        try:
            yield home
        finally:
            await client.get_workflow_handle(f"{name}/mailbox").terminate()


def date_in(days: int) -> Terms:
    return date_terms(datetime.now(UTC) + days * DAY)


def times(days: int) -> str:
    at = datetime.now(UTC) + days * DAY
    return f"DTSTART:{at:%Y%m%dT%H0000Z}\r\nDTEND:{at:%Y%m%dT%H3000Z}"


async def request(home: House, method: str = "REQUEST", sequence: int = 0) -> EmailMessage:
    """The mail with this method and SEQUENCE in the mailbox of KHM, once it is there."""
    found: list[EmailMessage] = []

    async def there() -> bool:
        for mail in home.mails(KHM):
            if "text/calendar" in {part.get_content_type() for part in mail.walk()}:
                calendar, said = calendar_of(mail)
                number = value(calendar, "SEQUENCE") if "\nSEQUENCE:" in calendar else "0"
                if (said, number) == (method, str(sequence)):
                    found.append(mail)
        return bool(found)

    await eventually(there)
    return found[-1]


def inbox(home: House) -> Inbox:
    return Inbox(home.settings.record, home.plan.plan).read()


async def entered(home: House, count: int) -> list[TakenIn]:
    """The messages of the inbox, once there are so many."""

    async def there() -> bool:
        return len(inbox(home).messages) >= count

    await eventually(there)
    return list(inbox(home).messages.values())


def lines(home: House, verb: str) -> list[dict[str, Any]]:
    return [line for line in home.record("m") if line["verb"] == verb]


async def test_accept_in_a_mail_program_is_the_consent(dev_server: Client, tmp_path: Path) -> None:
    async with at_home(dev_server, tmp_path, "mailed") as home:
        invitation = await request(home)
        sent = await send(answer(invitation, ADDRESS, "ACCEPTED"), home.settings.smtp_port)
        view = await home.until("m", lambda view: view.status == "scheduled")
        assert [(a["office"], a["partstat"], a["current"]) for a in view.answers] == [(KHM, "ACCEPTED", True)]
        await request(home, sequence=1)
        [line] = lines(home, "accept")
        kept = home.settings.record / "mailed" / line["data"]["message"]["name"]
        assert line["office"] == KHM and hashlib.sha256(kept.read_bytes()).hexdigest() in kept.name
        assert kept.read_bytes() == sent, "the evidence is the message itself"
        [message] = await entered(home, 1)
        assert not message.why and message.outcomes[0].item == "mailed/m"
        assert home.folder.organizer.joinpath("cur").exists()


async def test_an_answer_in_an_imap_mailbox_is_taken_in_and_marked(dev_server: Client, tmp_path: Path) -> None:
    certificates = make_certificates(tmp_path)
    async with imap_server(certificates) as port:
        login = {"imap_username": USER, "imap_password": SecretStr(PASSWORD), "imap_security": "starttls"}
        where = {"imap_host": "127.0.0.1", "imap_port": port, "ca_file": certificates.authority, "maildir": None}
        async with at_home(dev_server, tmp_path, "imap", **login, **where) as home:
            reply = answer(await request(home), ADDRESS, "ACCEPTED").as_bytes()
            person = IMAPClient("127.0.0.1", port, ssl=False, timeout=20)
            person.plain_login(USER, PASSWORD)
            person.append("INBOX", reply)
            await home.until("m", lambda view: view.status == "scheduled")

            async def marked() -> bool:
                person.select_folder("INBOX")
                return bool(person.search("SEEN"))

            await eventually(marked)
            person.logout()
            [message] = await entered(home, 1)
            assert not message.why and message.outcomes[0].item == "imap/m"


async def test_the_same_answer_counts_once_however_often_it_comes(dev_server: Client, tmp_path: Path) -> None:
    async with at_home(dev_server, tmp_path, "twice") as home:
        invitation = await request(home)
        stamp = datetime.now(UTC)
        first = answer(invitation, ADDRESS, "TENTATIVE", dtstamp=stamp)
        await send(first, home.settings.smtp_port)
        await entered(home, 1)
        intake = Intake(dev_server, home.settings.record, home.settings.contacts, "twice")
        # Killed after the act and before its entry: the inbox knows nothing of it, and the message comes again.
        intake.inbox.path.unlink()
        await intake.take(first.as_bytes())
        await send(answer(invitation, ADDRESS, "TENTATIVE", dtstamp=stamp, copy="again"), home.settings.smtp_port)
        later = answer(invitation, "nobody@elsewhere.example", "ACCEPTED", dtstamp=stamp + timedelta(seconds=1))
        await send(later, home.settings.smtp_port)
        messages = await entered(home, 2)
        assert [bool(each.why) for each in messages] == [False, True]
        await home.until("m", lambda view: len(view.answers) == 1)
        assert len(lines(home, "reply")) == 1 and not lines(home, "accept")
        [waiting] = inbox(home).waiting
        assert "nobody@elsewhere.example is the address of no office" in waiting.why
        contacts = home.settings.contacts.read_text().replace("khm-moc@office", "nobody@elsewhere")
        home.settings.contacts.write_text(contacts)
        raw = (inbox(home).folder / waiting.file).read_bytes()
        assert not (await intake.take(raw)).why, "judged anew, it counts"
        assert (await home.view("m")).status == "scheduled" and not inbox(home).waiting


async def test_a_new_time_by_mail_is_declined_by_mail_and_the_next_one_taken(
    dev_server: Client, tmp_path: Path
) -> None:
    async with at_home(dev_server, tmp_path, "countered") as home:
        invitation = await request(home)
        # DTSTAMP counts seconds: two answers in one of them that differ would go to a person.
        before = datetime.now(UTC) - timedelta(seconds=1)
        more = {"comment": "ຂໍອະໄພ", "times": times(20), "dtstamp": before}
        counter = answer(invitation, ADDRESS, "DECLINED", "COUNTER", **more)
        await send(counter, home.settings.smtp_port)
        view = await home.until("m", lambda view: len(view.proposals) == 2)
        slot = view.proposals[1]["terms"]["slot"]
        assert slot["start"]["zone"] == "Asia/Vientiane" and view.sequence == 0, "the event is as it was"
        assert view.proposals[1]["terms"]["reason"] == "ຂໍອະໄພ"
        assert [(row.office, row.act) for row in view.awaiting] == [(LAO, "answer")]
        assert isinstance(await home.act("m", acts.Reject, LAO, proposal=2, reason="the hall is taken"), Receipt)
        declined = event_in(calendar_of(await request(home, "DECLINECOUNTER"))[0])
        assert value(declined, "COMMENT") == "the hall is taken" and value(declined, "UID") == view.uid
        assert "ATTENDEE" not in declined and "DTSTART" not in declined
        year = datetime.now(UTC).year + 1
        new_year = f"DTSTART:{year}0101T020000Z\r\nDTEND:{year}0101T050000Z"
        again = answer(invitation, ADDRESS, "TENTATIVE", "COUNTER", times=new_year)
        await send(again, home.settings.smtp_port)
        await home.until("m", lambda view: len(view.proposals) == 3)

        async def told() -> bool:
            body = home.mails(LAO)[-1].get_body(("plain",))
            return body is not None and f"1 January {year} is New Year's Day" in " ".join(body.get_content().split())

        await eventually(told)
        await home.act("m", acts.Accept, LAO, proposal=3)
        confirmed = event_in(calendar_of(await request(home, sequence=1))[0])
        assert value(confirmed, "STATUS") == "CONFIRMED"
        assert value(confirmed, "DTSTART").startswith(f"{year}0101T09")


async def test_mail_that_comes_back_is_heard_by_the_post_room(dev_server: Client, tmp_path: Path) -> None:
    async with at_home(dev_server, tmp_path, "bounced") as home:
        invitation = await request(home)
        corpus = MAILS / "bounce-no-such-user.eml"
        identity = str(invitation["Message-ID"])
        bounce = corpus.read_bytes().replace(b"<0123456789abcdef@aide-memoire.example>", identity.encode())
        intake = Intake(dev_server, home.settings.record, home.settings.contacts, "bounced")
        stranger = await intake.take(corpus.read_bytes())
        assert "none that was sent to an office from here" in stranger.why
        taken = await intake.take(bounce)
        assert not taken.why and taken.outcomes[0].office == KHM

        async def unreached() -> bool:
            return any(entry.verb == "unreached" for entry in (await home.view("m")).ledger)

        await eventually(unreached)
        assert ("unreached", KHM) in {(e.verb, e.text.split()[0]) for e in (await home.view("m")).ledger}


async def test_mail_that_cannot_be_taken_in_waits_and_comes_again(dev_server: Client, tmp_path: Path) -> None:
    async with at_home(dev_server, tmp_path, "waiting") as home:
        invitation = await request(home)
        contacts = home.settings.contacts.read_text()
        home.settings.contacts.write_text("organizer: [")
        path = home.folder.organizer
        for name in ("cur", "new", "tmp"):
            (path / name).mkdir(parents=True, exist_ok=True)
        (path / "new" / "1.a.example").write_bytes(answer(invitation, ADDRESS, "ACCEPTED").as_bytes())

        async def unreadable() -> bool:
            handle = dev_server.get_workflow_handle("waiting/mailbox")
            return "unreadable" in str(await (await handle.describe()).memo())

        await eventually(unreadable)
        assert not inbox(home).messages and (path / "new" / "1.a.example").exists()
        home.settings.contacts.write_text(contacts)
        await home.until("m", lambda view: view.status == "scheduled")
