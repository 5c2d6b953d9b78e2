"""The people of a life: clerks who read the mail of their offices, and answer by mail or at the desk.

They see only what reached their mailboxes, and what the command line would show them. They are late, answer twice, send
answers in the wrong order, write words of their own, and their clocks are off. Strangers forge answers.
"""

import asyncio
import email
import email.policy
import random
import re
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from temporalio.client import Client, WorkflowQueryFailedError, WorkflowUpdateFailedError
from temporalio.client import WorkflowUpdateRPCTimeoutOrCancelledError as Overdue
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError

from adapters.files.inbox_file import Inbox
from models.items.meeting_state import MeetingState
from models.machine.state import ItemState, OpenAct
from models.messages import acts
from models.messages.acts import Act, ProgressState, Terms, Topic
from models.messages.views import Receipt
from models.post.incoming import SeenTo
from models.registry import STATES
from models.rehearsal.assumptions import date_terms, good_answer
from simulation.auditor.evidence import Evidence, Office, SaidAct, SaidByMail, SentMail
from simulation.engine import Engine
from simulation.loop import VirtualLoop
from simulation.story import Story

DAY = 86400.0
ACTS = {"diligent": 0.97, "mixed": 0.75, "careless": 0.4, "silent": 0.03}
"""How likely an office acts when a letter asks it."""
STRANGER = "mallory@stranger.example"


class People:
    """All offices of a life. `mailbox` is the Maildir of the organizer; `arrived` is called when a mail lies there."""

    def __init__(
        self,
        story: Story,
        loop: VirtualLoop,
        engine: Engine,
        client: Client,
        evidence: Evidence,
        mailbox: Path,
        arrived: Callable[[], None],
    ) -> None:
        self._story, self._loop, self._engine, self._client = story, loop, engine, client
        self._evidence, self._mailbox, self._arrived = evidence, mailbox, arrived
        self._by_address = {each.address: each for each in evidence.offices.values()}
        self._asked: set[tuple[object, ...]] = set()
        self._acts = self._mails = 0
        self.acted = 0
        self._tasks: set[asyncio.Task[None]] = set()

    def chance(self, *words: object) -> random.Random:
        return random.Random("/".join(map(str, (self._story.seed, *words))))

    def _later(self, seconds: float, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        self._loop.later(seconds, self._go, work)

    def _go(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        task = self._loop.create_task(work())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _muted(self) -> bool:
        """Counts one more act. Returns whether the story leaves it out."""
        self.acted += 1
        return self.acted in self._story.muted

    # Reading

    def receive(self, mail: SentMail) -> None:
        """A mail lies in a mailbox. Somebody reads it after a while."""
        office = self._by_address.get(mail.to)
        if office is None:
            return
        chance = self.chance("read", office.name, len(self._asked), self._loop.seconds)
        calendar = _calendar(mail.data)
        if calendar is not None and b"METHOD:REQUEST" in calendar:
            self._think_about(office, calendar, chance)
        self._later(chance.uniform(600, 2 * DAY), lambda: self._look_at_items(office))

    # At the desk

    async def _look_at_items(self, office: Office) -> None:
        for run in list(self._engine.runs.values()):
            if run.closed or run.kind not in STATES:
                continue
            try:
                handle = self._client.get_workflow_handle(run.id)
                state = await handle.query("state_now", result_type=STATES[run.kind], rpc_timeout=timedelta(seconds=10))
            except (RPCError, WorkflowQueryFailedError):
                continue
            for open_act in state.open_acts:
                if open_act.side == office.side:
                    self._consider(run.id, run.kind, state, open_act, office)
            self._on_a_whim(run.id, run.kind, state, office)

    def _consider(self, item: str, kind: str, state: ItemState, open_act: OpenAct, office: Office) -> None:
        key = (item, open_act.act, open_act.side, open_act.subject, open_act.round)
        chance = self.chance(*key, "act", sum(1 for each in self._asked if each[:5] == key))
        if (*key, round(self._loop.seconds / (7 * DAY))) in self._asked:
            return
        self._asked.add((*key, round(self._loop.seconds / (7 * DAY))))
        if chance.random() > ACTS[self._story.temper]:
            return
        delay = chance.uniform(0.01, 20) * DAY
        self._later(delay, lambda: self._do_awaited(item, kind, open_act, chance))

    async def _do_awaited(self, item: str, kind: str, open_act: OpenAct, chance: random.Random) -> None:
        state = await self._state(item, kind)
        same = (open_act.act, open_act.side, open_act.subject, open_act.round)
        if state is None or not any((o.act, o.side, o.subject, o.round) == same for o in state.open_acts):
            return
        now = self._loop.now()
        try:
            found = _chosen(chance, state, open_act, now)
        except KeyError:
            return
        if found is not None:
            office = state.setup.party(open_act.side).coordinator.office
            await self._send(item, found[0], office, open_act.side, found[1], chance)

    def _on_a_whim(self, item: str, kind: str, state: ItemState, office: Office) -> None:
        """Now and then a side does what nobody awaits."""
        chance = self.chance("whim", item, office.name, round(self._loop.seconds))
        if chance.random() > 0.06 or office.rank != 1 or self._story.temper == "silent":
            return
        now = self._loop.now()
        until = now + timedelta(days=chance.randint(10, 90))
        drop = Terms(topic=Topic.DROP, reason="no longer needed")
        choices: list[tuple[type[Act], dict[str, Any]]] = [
            (acts.Propose, {"terms": drop}),
            (acts.Propose, {"terms": Terms(topic=Topic.EXTEND, until=until, reason="more time")}),
            (acts.Dispute, {"reason": "the minutes lack a page"}),
            (acts.Close, {}),
            (acts.Agree, {}),
            (acts.Withdraw, {"proposal": state.last_proposal}),
            (acts.Accept, {"proposal": max(state.last_proposal - 1, 1)}),
            (acts.Evidence, {"text": "a report"}),
        ]
        if isinstance(state, MeetingState):
            choices += [
                (acts.Regret, {"reason": "the minister travels"}),
                (acts.Propose, {"terms": Terms(topic=Topic.POSTPONE, until=until, reason="flood")}),
                (acts.Propose, {"terms": date_terms(state, now, now + timedelta(days=chance.randint(3, 60)))}),
                (acts.NotHeld, {"reason": "flood"}),
                (acts.Held, {}),
                (acts.Outcome, {"text": "minutes, corrected"}),
            ]
        verb, fields = chance.choice(choices)
        self._later(
            chance.uniform(60, 3 * DAY), lambda: self._send(item, verb, office.name, office.side, fields, chance)
        )

    async def _state(self, item: str, kind: str) -> Any:
        try:
            handle = self._client.get_workflow_handle(item)
            return await handle.query("state_now", result_type=STATES[kind], rpc_timeout=timedelta(seconds=10))
        except (RPCError, WorkflowQueryFailedError):
            return None

    async def _send(
        self, item: str, verb: type[Act], office: str, side: str, fields: dict[str, Any], chance: random.Random
    ) -> None:
        if self._muted():
            return
        self._acts += 1
        act = verb.model_validate({"act_id": f"act-{self._acts}", "office": office, **fields})
        terms = fields.get("terms")
        said = SaidAct(
            act_id=act.act_id,
            item=item,
            verb=act.verb,
            office=office,
            side=side,
            at=self._loop.now(),
            proposal=int(fields.get("proposal", 0)),
            start=terms.slot.start.utc if terms is not None and terms.slot is not None else None,
        )
        self._evidence.acts.append(said)
        if chance.random() < 0.1:  # an impatient finger
            self._go(lambda: self._submit(said, act))
        await self._submit(said, act)

    async def _submit(self, said: SaidAct, act: Act) -> None:
        """Sends an act until an answer comes, as a person would who reads "repeat the call"."""
        for attempt in range(6):
            try:
                handle = self._client.get_workflow_handle(said.item)
                receipt = await handle.execute_update(
                    act.verb,
                    act,
                    id=f"{act.verb}/{act.office}/{act.act_id}",
                    result_type=Receipt,
                    rpc_timeout=timedelta(seconds=10),
                )
            except WorkflowUpdateFailedError as error:
                cause = error.cause
                said.refused = getattr(cause, "type", "") or "refused"
                if isinstance(cause, ApplicationError) and cause.type not in ("Refusal",):
                    self._evidence.told.append(("update-fault", f"{said.item} {act.verb}: {cause}"))
                return
            except Overdue:
                await asyncio.sleep(60.0 * 4**attempt)
                continue
            except RPCError:
                said.refused = said.refused or "not-open"
                return
            said.acknowledged = said.acknowledged or self._loop.now()
            said.made = receipt.proposal or 0
            return

    # By mail

    def _think_about(self, office: Office, calendar: bytes, chance: random.Random) -> None:
        event = _fields(calendar)
        if chance.random() > ACTS[self._story.temper] * 0.6 or "UID" not in event:
            return
        partstat = chance.choice(("ACCEPTED", "ACCEPTED", "ACCEPTED", "DECLINED", "TENTATIVE"))
        delay = chance.uniform(0.01, 12) * DAY
        manner = chance.choice(("plain",) * 6 + ("words", "twice", "twice", "forged", "skewed", "counter", "changed"))
        self._later(delay, lambda: self._answer(office, event, partstat, manner, chance))
        if manner == "changed":  # the last word comes first, or the first word comes last
            other = "DECLINED" if partstat == "ACCEPTED" else "ACCEPTED"
            again = delay + chance.uniform(-0.5, 2) * DAY
            self._later(max(again, 60.0), lambda: self._answer(office, event, other, "plain", chance))

    async def _answer(
        self, office: Office, event: dict[str, str], partstat: str, manner: str, chance: random.Random
    ) -> None:
        if self._muted():
            return
        self._mails += 1
        now = self._loop.now()
        skew = timedelta(hours=chance.uniform(-30, 30)) if manner == "skewed" else timedelta(seconds=1)
        sender = STRANGER if manner == "forged" else office.address
        method = "COUNTER" if manner == "counter" else "REPLY"
        start, end = event["DTSTART"], event.get("DTEND", event["DTSTART"])
        if method == "COUNTER":
            moved = timedelta(days=chance.randint(1, 20))
            start, end = _moved(start, moved), _moved(end, moved)
        words = "on condition that the agenda is shared" if manner == "words" else ""
        number = f"{self._mails}.{office.name}"
        mail = _reply(event, sender, office.address, partstat, method, now + skew, start, end, words, number)
        data = mail.as_bytes()
        self._evidence.answers.append(
            SaidByMail(
                at=now,
                office=office.name,
                side=office.side,
                uid=event["UID"].partition(":")[2],
                sequence=int(event["SEQUENCE"].partition(":")[2]),
                partstat=partstat,
                method=method,
                message_id=str(mail["Message-ID"]),
                start=_instant(start),
                genuine=manner != "forged",
                plain=not words,
            )
        )
        self.put(data)
        if manner == "twice":
            self._loop.later(chance.uniform(1, 3 * DAY), self.put, data)

    def plan_amendments(self) -> None:
        """Plans the amendments of the story."""
        for day, amendment in self._story.amendments:
            fields = {"terms": Terms(topic=Topic.AMEND, amendment=amendment, reason="by common wish")}
            chance = self.chance("amendment", day)
            self._later(day * DAY, lambda fields=fields, chance=chance: self._amend(fields, chance))  # type: ignore[misc]

    async def _amend(self, fields: dict[str, Any], chance: random.Random) -> None:
        await self._send(self._evidence.plan, acts.Propose, "lao-mfa", "LAO", fields, chance)

    async def look_at_inbox(self) -> None:
        """The clerk of the secretariat looks at the messages that wait for a person, and files them."""
        while True:
            await asyncio.sleep(self.chance("clerk", round(self._loop.seconds)).uniform(1, 9) * DAY)
            inbox = Inbox(self._evidence.record, self._evidence.plan).read()
            now = self._loop.now()
            await inbox.see_to(SeenTo(at=now, done=each.n, note="filed") for each in inbox.waiting)

    def put(self, data: bytes) -> None:
        """Puts a mail into the mailbox of the organizer."""
        self._acts += 1
        folder = self._mailbox / "new"
        if not folder.is_dir():  # its server delivers it later
            self._loop.later(3600.0, self.put, data)
            return
        (folder / f"{int(self._loop.now().timestamp())}.{self._acts}.office").write_bytes(data)
        self._arrived()


def _chosen(
    chance: random.Random, state: ItemState, open_act: OpenAct, now: datetime
) -> tuple[type[Act], dict[str, Any]] | None:
    """What a side does with an act that is awaited of it."""
    roll = chance.random()
    proposal = state.proposal(open_act.subject)
    is_date = proposal is not None and proposal.terms.topic is Topic.DATE
    if open_act.act == "answer" and roll < 0.12:
        return acts.Reject, {"proposal": open_act.subject, "reason": "another time"}
    if open_act.act == "answer" and roll < 0.3 and is_date:
        terms = date_terms(state, now, now + timedelta(days=chance.randint(5, 60)))
        return acts.Counter, {"proposal": open_act.subject, "terms": terms}
    if open_act.act == "mark" and roll < 0.2:
        return acts.NotHeld, {"reason": "flood"}
    if open_act.act == "propose-date" and roll < 0.06:
        return acts.Propose, {"terms": Terms(topic=Topic.DROP, reason="merged with another")}
    if open_act.act in ("agree", "close") and roll < 0.15:
        return acts.Dispute, {"reason": "a page is missing"}
    if open_act.act == "progress":
        return acts.Progress, {"state": chance.choice(list(ProgressState))}
    return good_answer(state, open_act, now)


def _calendar(data: bytes) -> bytes | None:
    """The calendar object in a mail, unfolded. None if the mail has none."""
    if b"text/calendar" not in data:
        return None
    for part in email.message_from_bytes(data, policy=email.policy.default).walk():
        if part.get_content_type() == "text/calendar":
            payload = part.get_payload(decode=True)
            assert isinstance(payload, bytes)
            return re.sub(rb"\r?\n[ \t]", b"", payload)
    return None


def _fields(calendar: bytes) -> dict[str, str]:
    """The lines of the event by name, each with its parameters."""
    text = calendar.decode()
    text = text[text.index("BEGIN:VEVENT") :]
    found: dict[str, str] = {}
    for line in text.splitlines():
        name = re.match(r"[A-Z-]+", line)
        if name:
            found.setdefault(name.group(), line)
    return found


def _reply(
    event: dict[str, str],
    sender: str,
    attendee: str,
    partstat: str,
    method: str,
    stamp: datetime,
    start: str,
    end: str,
    words: str,
    number: str,
) -> EmailMessage:
    lines = [
        "BEGIN:VCALENDAR",
        "PRODID:-//Example//Mail 1.0//EN",
        "VERSION:2.0",
        f"METHOD:{method}",
        "BEGIN:VEVENT",
        event["UID"],
        f"DTSTAMP:{stamp:%Y%m%dT%H%M%SZ}",
        event["SEQUENCE"],
        event["ORGANIZER"],
        f"ATTENDEE;PARTSTAT={partstat}:mailto:{attendee}",
        start,
        end,
        event["SUMMARY"],
        *([f"COMMENT:{words}"] if words else []),
        "END:VEVENT",
        "END:VCALENDAR",
        "",
    ]
    mail = EmailMessage(SMTP)
    mail["From"], mail["To"] = sender, event["ORGANIZER"].rpartition("mailto:")[2]
    mail["Subject"] = f"{partstat}: {event['SUMMARY'].partition(':')[2]}"
    mail["Message-ID"] = f"<{number}@mail.office.example>"
    mail.set_content("\r\n".join(lines), subtype="calendar", params={"method": method}, cte="base64")
    return mail


def _moved(line: str, by: timedelta) -> str:
    head, _, value = line.rpartition(":")
    zulu = "Z" if value.endswith("Z") else ""
    moved = datetime.strptime(value.rstrip("Z"), "%Y%m%dT%H%M%S").replace(tzinfo=UTC) + by
    return f"{head}:{moved:%Y%m%dT%H%M%S}{zulu}"


def _instant(line: str) -> datetime | None:
    head, _, value = line.rpartition(":")
    zone = re.search(r"TZID=([^;:]+)", head)
    moment = datetime.fromisoformat(value.rstrip("Z"))
    return moment.replace(tzinfo=ZoneInfo(zone.group(1).strip('"')) if zone else UTC).astimezone(UTC)
