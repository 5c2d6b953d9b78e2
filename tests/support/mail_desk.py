"""A meeting whose mail goes both ways in memory: its announcements become real mails in the archive, and answers come
in through the real intake. Only Temporal is missing: the machine of the meeting takes its place."""

import base64
import email
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from temporalio.client import Client, WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError

from activities.despatch import archive_file
from adapters.files.contacts_file import load_contacts
from adapters.inbound.intake import Intake
from adapters.mail.compose import compose
from adapters.mail.sent_notes import note_sent
from adapters.program_folders import TEMPLATES
from models.items.meeting import MEETING
from models.messages.acts import Act
from models.messages.effects import Announce
from models.messages.views import Refusal
from models.post.contacts import Contacts
from models.post.despatch import Despatch
from models.post.incoming import TakenIn
from tests.support.builders import START, Player, obligation, plan_of
from tests.support.mail_client import calendar_of, event_in, value
from tests.support.meetings import proposed
from tests.support.rig import write_contacts
from tests.support.silent_plans import gone, records

OURS = "secretariat@aide-memoire.example"


@dataclass
class MailDesk:
    """The meeting t/m, the mailboxes of its offices and the mailbox of the organizer."""

    folder: Path
    player: Player
    signals: list[tuple[str, Any]] = field(default_factory=list)
    """What post rooms were told: the id of the workflow, and the message."""
    posted: int = 0
    server: str = ""
    """The name of our mail server, as AIDE_MAIL_AUTHSERV gives it."""

    def __post_init__(self) -> None:
        third = "VNM" in self.player.state.setup.sides
        self.root = self.folder / "record"
        records(self.root, "t")
        plan = plan_of(obligation(), third=third)
        path = write_contacts(plan, self.folder / "contacts.yaml")
        self.contacts: Contacts = load_contacts(path)
        self.intake = Intake(cast(Client, self), self.root, path, "t", self.server)
        self.post()

    # What Temporal would do

    def get_workflow_handle(self, workflow: str) -> "_Handle":
        return _Handle(self, workflow)

    def update(self, act: Act) -> Any:
        player = self.player
        player.now += timedelta(seconds=1)
        refusal = player.machine.refuse(player.state, act, player.now)
        if refusal is not None:
            cause = ApplicationError(refusal.message, refusal.model_dump(mode="json"), type="Refusal")
            raise WorkflowUpdateFailedError(cause)
        step = player.machine.take(player.state, act, player.now)
        player.keep(step)
        player.tick()
        self.post()
        return step.receipt

    # Mail that goes out

    def act(self, verb: type[Act], office: str, **fields: Any) -> Any:
        self.player.now += timedelta(seconds=1)
        receipt = self.player.act(verb, office, **fields)
        assert not isinstance(receipt, Refusal), receipt
        self.post()
        return receipt

    def post(self) -> None:
        """Writes each new announcement as a mail into the archive."""
        new, self.posted = self.player.effects[self.posted :], len(self.player.effects)
        for number, effect in enumerate(new):
            if not isinstance(effect, Announce):
                continue
            word = effect.announcement
            despatch = Despatch(
                key=f"{word.office}/{self.player.now:%Y-%m-%dT%H:%M:%SZ}/{self.posted}-{number}",
                plan="t",
                plan_title="Test plan",
                office=word.office,
                office_title=word.office_title,
                at=self.player.now,
                announcement=word,
                period=timedelta(days=7),
            )
            data = compose(despatch, self.contacts, TEMPLATES)
            path = archive_file(self.root, despatch)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
            note_sent(path, despatch, str(email.message_from_bytes(data)["Message-ID"]))

    def mails(self, office: str) -> list[EmailMessage]:
        """The mails to an office, oldest first."""
        paths = (self.root / "t" / "letters" / office).glob("*.eml")
        ordered = sorted(paths, key=lambda path: path.stat().st_mtime_ns)
        return [cast(EmailMessage, email.message_from_bytes(path.read_bytes(), policy=default)) for path in ordered]

    def invitation(self, office: str) -> EmailMessage:
        return [each for each in self.mails(office) if b"BEGIN:VCALENDAR" in _calendar(each)][-1]

    # Mail that comes in

    async def take(self, data: bytes) -> TakenIn:
        return await self.intake.take(data)

    @property
    def waiting(self) -> list[int]:
        return [each.n for each in self.intake.inbox.read().waiting]


def _calendar(mail: EmailMessage) -> bytes:
    found = (part.get_payload(decode=True) for part in mail.walk() if part.get_content_type() == "text/calendar")
    return cast(bytes, next(found, b""))


@dataclass
class _Handle:
    desk: MailDesk
    workflow: str

    async def query(self, name: str, **more: Any) -> Any:
        if self.workflow == "t":
            return SimpleNamespace(launch=SimpleNamespace(launched=START))
        if self.workflow != self.desk.player.state.setup.id:
            return gone()
        state = self.desk.player.state
        return MEETING.view(state) if name == "view" else state

    async def execute_update(self, name: str, act: Act, **more: Any) -> Any:
        return self.desk.update(act) if self.workflow == self.desk.player.state.setup.id else gone()

    async def signal(self, name: str, message: Any) -> None:
        self.desk.signals.append((self.workflow, message))


def desk(folder: Path, third: bool = False, life: Player | None = None, server: str = "") -> MailDesk:
    """A meeting after LAO has proposed a date, or with another `life`."""
    folder.mkdir(exist_ok=True)
    return MailDesk(folder, life or proposed(third), server=server)


# --- what mail programs write ---------------------------------------------------------------------------------------


def reply_to(
    mail: EmailMessage,
    address: str,
    partstat: str = "ACCEPTED",
    *,
    method: str = "REPLY",
    at: datetime,
    times: str = "",
    attendee: str = "",
    more: Iterable[str] = (),
    leave_out: Iterable[str] = (),
) -> str:
    """The calendar object of an answer. `times` replaces DTSTART and DTEND, `attendee` the whole ATTENDEE line, `more`
    adds lines to the event, and `leave_out` names properties that the program does not write."""
    event = event_in(calendar_of(mail)[0])
    same = "\r\n".join(re.findall("(?m)^DT(?:START|END)[^\r\n]*", event))
    lines = [
        f"UID:{value(event, 'UID')}",
        f"DTSTAMP:{at:%Y%m%dT%H%M%SZ}",
        f"SEQUENCE:{value(event, 'SEQUENCE')}",
        f"ORGANIZER:{value(event, 'ORGANIZER')}",
        attendee or f"ATTENDEE;PARTSTAT={partstat};CN={address}:mailto:{address}",
        times or same,
        f"SUMMARY:{value(event, 'SUMMARY')}",
    ]
    lines = [line for line in lines if line.partition(":")[0].partition(";")[0] not in set(leave_out)]
    zones = "".join(re.findall(r"(?s)BEGIN:VTIMEZONE.*?END:VTIMEZONE\r?\n", calendar_of(mail)[0]))
    body = "\r\n".join([*lines, *more])
    return (
        f"BEGIN:VCALENDAR\r\nPRODID:-//Example//Mail 1.0//EN\r\nVERSION:2.0\r\nMETHOD:{method}\r\n{zones}"
        f"BEGIN:VEVENT\r\n{body}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )


def mail_of(
    address: str,
    subject: str,
    *parts: tuple[str, str | bytes],
    at: datetime | None = None,
    name: str = "",
    charset: str = "utf-8",
    kind: str = "alternative",
    **headers: str,
) -> bytes:
    """A mail with these parts: pairs of a content type and a content. One part alone is the body of the mail."""
    coded = base64.b64encode(name.encode()).decode()
    head = [f"From: =?utf-8?b?{coded}?= <{address}>" if name else f"From: {address}", f"To: <{OURS}>"]
    if at is not None:
        head.append(f"Date: {at:%a, %d %b %Y %H:%M:%S +0000}")
    head.append(f"Subject: =?utf-8?b?{base64.b64encode(subject.encode()).decode()}?=")
    head += [f"{name.replace('_', '-')}: {text}" for name, text in headers.items()]
    written = [_part(what, content, charset) for what, content in parts]
    if len(written) == 1:
        return "\r\n".join([*head, written[0]]).encode()
    inner = "".join(f"--b1\r\n{part}\r\n" for part in written)
    return (
        "\r\n".join([*head, f"Content-Type: multipart/{kind}; boundary=b1", ""]) + f"\r\n{inner}--b1--\r\n"
    ).encode()


def _part(what: str, content: str | bytes, charset: str) -> str:
    data = content if isinstance(content, bytes) else content.encode(charset)
    named = what if "charset" in what or isinstance(content, bytes) else f"{what}; charset={charset}"
    return (
        f"Content-Type: {named}\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        f"{base64.encodebytes(data).decode().replace(chr(10), chr(13) + chr(10))}"
    )
