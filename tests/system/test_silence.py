"""The silence procedure on real servers: no item is closed while a letter of the other side lies unread."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from temporalio.client import Client

from adapters.files.inbox_file import Inbox
from models.messages import acts
from models.messages.views import Receipt, Refusal
from models.post.incoming import SeenTo
from models.post.post_room_state import Bounced
from tests.support.builders import obligation, plan_of
from tests.support.mail_client import send
from tests.support.rig import House, eventually, house
from workflows.mailbox_start import read_mail_of

LAO, KHM = "lao-moc", "khm-moc"
NOW = {"window": {"by": "offset", "opens": "PT0S", "length": "P300D", "every": "P365D", "count": 1}}


@asynccontextmanager
async def at_home(client: Client, root: Path, name: str, **more: Any) -> AsyncIterator[House]:
    """A commitment of a plan in seconds, and its mailbox read."""
    plan = plan_of(obligation("c", kind="instrument", **NOW), despatch="PT5S", **more)
    async with house(client, plan.model_copy(update={"plan": name}), root) as home:
        await home.launch()
        await read_mail_of(client, name, plan.title, home.task_queue)
        await home.until("c", lambda view: view.status == "evidence-awaited")
        try:
            yield home
        finally:
            await client.get_workflow_handle(f"{name}/mailbox").terminate()


def letter(words: str) -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"] = f"{KHM}@office.example", "secretariat@aide-memoire.example"
    mail["Subject"], mail["Message-ID"] = "The signed text", "<objection@office.example>"
    mail["Date"] = datetime.now(UTC)
    mail.set_content(words)
    return mail


def texts(home: House) -> list[str]:
    """The plain texts of the mails to KHM, each in one line."""
    parts = [mail.get_body(("plain",)) for mail in home.mails(KHM)]
    return [" ".join(part.get_content().split()) for part in parts if part is not None]


async def test_silence_closes_after_the_mail_and_not_over_an_unread_letter(dev_server: Client, tmp_path: Path) -> None:
    async with at_home(dev_server, tmp_path, "unread", silence="PT2S") as home:
        await send(letter("We do not agree: this is not the text that we signed."), home.settings.smtp_port)
        inbox = Inbox(home.settings.record, "unread")

        async def waits() -> bool:
            return len(inbox.read().waiting) == 1

        await eventually(waits)
        assert isinstance(await home.act("c", acts.Evidence, LAO, text="signed in Vientiane"), Receipt)
        refused = await home.act("c", acts.Close, LAO)
        assert isinstance(refused, Refusal) and refused.code == "under-silence"
        await home.until("c", lambda view: any("does not end yet: message 1 of" in e.text for e in view.ledger))
        [text] = [each for each in texts(home) if "signed in Vientiane" in each]
        assert "Unless your side objects within 2 seconds of this message, it stands" in text
        assert "reply to this letter" in text
        await inbox.see_to([SeenTo(at=datetime.now(UTC), done=1, note="asked back by telephone: they agree")])
        view = await home.until("c", lambda view: view.status == "closed")
        assert "No side objected to the evidence that LAO put on record" in view.ledger[-2].text


async def test_a_mail_that_comes_back_after_the_close_out_opens_a_rectification(
    dev_server: Client, tmp_path: Path
) -> None:
    async with at_home(dev_server, tmp_path, "back", silence="PT2S") as home:
        await home.act("c", acts.Evidence, LAO, text="signed in Vientiane")
        await home.until("c", lambda view: view.status == "closed")
        [mail] = [mail for mail, text in zip(home.mails(KHM), texts(home), strict=True) if "Unless your side" in text]
        room = dev_server.get_workflow_handle(f"back/office/{KHM}")
        await room.signal("bounced", Bounced(message_id=str(mail["Message-ID"]), reason="550 no such mailbox"))
        view = await home.until("c/rectification-1", lambda view: bool(view.proposals))
        assert "in the name of KHM: the mail to" in view.ledger[1].text
        assert isinstance(await home.act("c/rectification-1", acts.Accept, LAO, proposal=1), Receipt)
        view = await home.until("c/rectification-1", lambda view: view.status == "closed")
        assert view.rectifies is not None and view.rectifies["what"] == "close-out"


async def test_a_dispute_breaks_it_and_agreement_needs_no_waiting(dev_server: Client, tmp_path: Path) -> None:
    async with at_home(dev_server, tmp_path, "agreed", silence="P14D") as home:
        await home.act("c", acts.Evidence, LAO, text="signed")
        await home.until("c", lambda view: view.next_step.startswith("closed unless a side objects before"))
        assert isinstance(await home.act("c", acts.Dispute, KHM, reason="a page is missing"), Receipt)
        assert (await home.view("c")).status == "disputed"
        await home.act("c", acts.Evidence, LAO, text="signed, all pages")
        view = await home.until("c", lambda view: view.next_at is not None)
        assert view.next_at is not None and view.next_at > datetime.now(UTC) + timedelta(days=13)
        assert isinstance(await home.act("c", acts.Agree, KHM), Receipt)
        await home.until("c", lambda view: view.status == "closed")
