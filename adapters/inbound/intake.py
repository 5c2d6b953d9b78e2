"""Takes in one message. It reads the message, does what the message says if that is certain, and leaves the rest to a
person.

Each message counts once. The acts of a message have ids that follow from its content, and the inbox knows which
messages it has taken. The program stores the message before it does anything, and enters it in the inbox after
everything is done. If the program stops between the two, the message may come again.
"""

import asyncio
import contextlib
import logging
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import NamedTuple

from temporalio.client import Client, WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError

from adapters.files.contacts_file import load_contacts
from adapters.files.inbox_file import FOLDER, Inbox
from adapters.files.record_file import read_record, recorded_items
from adapters.inbound.asking import Asking, IntakeUnavailable
from adapters.inbound.linking import linked
from adapters.inbound.message import digest_of, read
from adapters.inbound.sender_words import digest_with, words_of_answers
from adapters.temporal_troubles import in_words, is_gone
from adapters.working_time import calendars_of
from models.common.ids import event_uid, secretariat_id
from models.common.times import Slot, ZonedTime
from models.common.values import Instant
from models.common.zones import zone
from models.governance.plan_state import PlanState
from models.items.meeting_state import MeetingState
from models.messages.acts import Clash, Document, Reply
from models.messages.views import Receipt, Refusal
from models.post.contacts import Contacts
from models.post.incoming import (
    CalendarAnswer,
    DeliveryReport,
    Handled,
    IncomingMessage,
    MessageKind,
    SeenTo,
    TakenIn,
    Verdict,
    act_of,
    judge,
)
from models.post.post_room_state import Bounced
from models.post.unlikely import notes_on, remind_at
from models.post.workdays import working_days_around

LETTERS_LOOKED_AT = 200
"""If a mail to an office comes back, the program looks for it among this many of the newest mails to that office."""

_log = logging.getLogger(__name__)


class _Fitted(NamedTuple):
    """An answer, with a proposed time in the zone of the event, and what the calendars of the sides say of that
    time."""

    answer: CalendarAnswer
    offices: tuple[str, ...]
    """The offices of the sender that the event invited."""
    clashes: tuple[Clash, ...] = ()
    around: tuple[date, ...] = ()
    """The days around the proposed time on which every side works. Empty if the answer proposes no time."""
    remind_at: Instant | None = None
    """The instant at which the guests would be reminded of a meeting at the proposed time. None if the answer proposes
    no time, or if there is no reminder."""


@dataclass(frozen=True)
class _Found:
    """The item whose event has a given UID, and its plan."""

    item: str
    plan: str


class Intake:
    """Takes in the incoming mail of one plan."""

    def __init__(self, client: Client, record: Path, contacts: Path, plan: str, server: str = "") -> None:
        """`server` is the name that our mail server writes into its Authentication-Results. Empty: it is not known."""
        self._client = client
        self._asking = Asking(client)
        self._root = record
        self._contacts = contacts
        self._server = server
        self._plan = plan
        self.inbox = Inbox(record, plan)
        self._launched: dict[str, Instant] = {}
        self._by_uid: dict[str, _Found] = {}
        self._troubles: list[str] | None = None
        """Says why the program could not ask some plans for their items. None if it has not asked them for this message
        yet."""

    async def take(self, raw: bytes, source: str = "", truncated: bool = False, anew: bool = False) -> TakenIn:
        """Takes in a message, and returns the line about it in the inbox. For a message that came before, it returns
        the line of that time. A message that still needs a person is judged again.

        `source` is the name of the mailbox. `truncated` is True if `raw` holds only the beginning of the message. If
        `anew` is True, answers go to their items once more. An item ignores an answer that it has already. After a
        rewind the item may lack it. Raises IntakeUnavailable if the message must come again later. Raises RecordFault
        if the inbox or a record cannot be read.
        """
        self._troubles = None
        reading = await asyncio.to_thread(read, raw, truncated, self._server)
        words: dict[str, str] = {}
        contacts = None
        if reading.kind is MessageKind.ANSWERS:
            contacts = self._load_contacts()
            words = await asyncio.to_thread(words_of_answers, reading, contacts, self._root)
        reading = reading.model_copy(update={"digest": digest_with(reading.digest, words.values())})
        before = await asyncio.to_thread(self.inbox.taken, reading.digest)
        if before is not None and not before.why and not (anew and reading.kind is MessageKind.ANSWERS):
            return before  # what a person was needed for is judged anew: an address may have been added
        contacts = contacts or self._load_contacts()
        file = await asyncio.to_thread(self.inbox.keep, raw)
        message = Document(name=f"{FOLDER}/{file}", sha256=file.removesuffix(".eml"), size=len(raw))
        outcomes = await self._outcomes(reading, contacts, message, words)
        needed = [outcome.why for outcome in outcomes if outcome.why]
        if reading.kind in (MessageKind.LETTER, MessageKind.CALENDAR, MessageKind.REFUSED) or (
            reading.kind is MessageKind.BOUNCE and not reading.returned
        ):
            needed.append(reading.reason)
        entered = await self.inbox.enter(
            TakenIn(
                at=datetime.now(UTC),
                digest=reading.digest,
                kind=reading.kind,
                sender=reading.sender,
                offices=contacts.offices_of(reading.sender) if reading.sender else (),
                unauthentic=reading.unauthentic,
                from_line=reading.from_line,
                message_id=reading.message_id,
                subject=reading.subject,
                date=reading.date,
                reason=reading.reason,
                outcomes=outcomes,
                why="; ".join(dict.fromkeys(needed)),
                file=file,
                size=len(raw),
                source=source,
            )
        )
        await self._see_to_answered(entered)
        # Never what it says: bodies and subjects are not for logs.
        fields = {"number": entered.n, "kind": entered.kind.value, "person": bool(entered.why), "plan": self._plan}
        _log.info("message %d taken in: %s", entered.n, entered.kind.value, extra=fields)
        return entered

    def _load_contacts(self) -> Contacts:
        try:
            return load_contacts(self._contacts)
        except ApplicationError as error:
            raise IntakeUnavailable(error.message) from None

    async def _see_to_answered(self, entered: TakenIn) -> None:
        """If an office has answered plainly, marks its earlier answers with words about the same item as done."""
        plain = {(each.item, each.office) for each in entered.outcomes if each.text and each.item and not each.why}
        if entered.why or entered.kind is not MessageKind.ANSWERS or not plain:
            return
        box = await asyncio.to_thread(self.inbox.read)
        unclear = [each for item, office in plain for each in box.unclear_answers(item, office)]
        answered = {each.n: each for each in unclear if each.n < entered.n}.values()
        note = f"message {entered.n} answers it"
        if answered:
            await self.inbox.see_to(SeenTo(at=datetime.now(UTC), done=each.n, note=note) for each in answered)

    async def _outcomes(
        self, reading: IncomingMessage, contacts: Contacts, message: Document, words: dict[str, str]
    ) -> tuple[Handled, ...]:
        try:
            if reading.kind is MessageKind.ANSWERS:
                verdicts = judge(reading, contacts)
                return tuple([await self._answer(each, reading, contacts, message, words) for each in verdicts])
            if reading.kind is MessageKind.LETTER and reading.sender and not reading.unauthentic:
                offices = contacts.offices_of(reading.sender)
                return await linked(reading, offices, self._root, self._asking)
            if reading.kind is MessageKind.BOUNCE:
                return tuple([await self._came_back(each, contacts) for each in reading.returned])
        except RPCError as error:
            raise IntakeUnavailable(in_words(error)) from error
        return ()

    # Answers

    async def _answer(
        self, verdict: Verdict, reading: IncomingMessage, contacts: Contacts, message: Document, words: dict[str, str]
    ) -> Handled:
        answer = verdict.answer
        said = words.get(answer.uid, "")
        if verdict.why:
            return Handled(item=await self._perhaps_about(answer.uid), why=verdict.why, words=said)
        found = await self._item_of(answer.uid)
        item = found.item if found else ""
        if found is not None and verdict.superseded:
            text = "an older answer than another one in the same message, which counts"
            return Handled(item=item, office=verdict.offices[0], text=text)
        if found is None:
            return Handled(why=f"no item of a plan here has an event with the UID {answer.uid}")
        try:
            fitted = await self._fitted(verdict, found, contacts)
            if len(fitted.offices) != 1:
                both = " and ".join(fitted.offices or verdict.offices)
                why = f"{answer.attendee} answers for {both}" + ("" if fitted.offices else "; none of them was invited")
                return Handled(item=item, why=why)
            digest = digest_with(digest_of(verdict.answer), [said])
            act = act_of(fitted.answer, fitted.offices[0], digest, message, reading, said)
            looked_up = {"clashes": fitted.clashes, "around": fitted.around, "remind_at": fitted.remind_at}
            act = act.model_copy(update=looked_up)
            receipt = await self._submit(found, act)
        except RPCError as error:
            if not is_gone(error):
                raise
            return Handled(item=item, office=verdict.offices[0], why=self._no_longer_open(item))
        if isinstance(receipt, Refusal):
            return Handled(item=item, office=act.office, why=receipt.message, words=said)
        if receipt.look:
            fields = {"text": receipt.text, "why": receipt.look, "words": said, "seems": receipt.seems}
            return Handled(item=item, office=act.office, **fields)
        text = receipt.text or "nothing new: an answer of this office that is as new is on record"
        return Handled(item=item, office=act.office, text=text, words=said)

    async def _fitted(self, verdict: Verdict, found: _Found, contacts: Contacts) -> "_Fitted":
        """Returns the answer, fitted to the event of its item: the invited offices, and a proposed time in the zone of
        the event."""
        answer, offices = verdict.answer, verdict.offices
        if answer.slot is None and len(offices) == 1:
            return _Fitted(answer, offices)
        state: MeetingState = await self._asking.query(found.item, "state_now", MeetingState)
        event = state.event
        if event is None:
            return _Fitted(answer, offices[:1])
        if len(offices) > 1:
            invited = {attendee.office for attendee in event.attendees}
            offices = tuple(office for office in offices if office in invited)
        if answer.slot is None:
            return _Fitted(answer, offices)
        slot = in_zone_of(answer.slot, event.slot.start.zone)
        calendars = calendars_of(contacts, state.setup.parties)
        around = working_days_around(slot.start.local.date(), calendars)
        notes = notes_on(slot, state, calendars, datetime.now(UTC))
        answer = answer.model_copy(update={"slot": slot})
        return _Fitted(answer, offices, notes, around, remind_at(slot, state))

    async def _submit(self, found: _Found, act: Reply) -> Receipt | Refusal:
        update_id = f"{act.verb}/{act.office}/{act.act_id}"
        try:
            receipt: Receipt = await self._asking.update(found.item, act.verb, act, update_id, Receipt)
        except WorkflowUpdateFailedError as error:
            cause = error.cause
            if isinstance(cause, ApplicationError) and cause.type == "Refusal" and cause.details:
                return Refusal.model_validate(cause.details[0])
            if isinstance(cause, ApplicationError) and cause.type == "AcceptedUpdateCompletedWorkflow":
                return Refusal(code="closed", message="it was closed out while the answer came")
            if isinstance(cause, ApplicationError) and cause.type == "Fault":
                return Refusal(
                    code="not-taken", message=f"a fault of the program: {cause.message}; then ingest it again"
                )
            return Refusal(code="not-taken", message=f"it takes no answers by mail ({str(cause)[:200]})")
        return receipt

    def _no_longer_open(self, item: str) -> str:
        lines = [line for line in read_record(self._root, item) if line.get("verb") != "view"]
        last = f": {lines[-1].get('text', '')}" if lines else ""
        return f"{item} is no longer open{last}"

    async def _perhaps_about(self, uid: str) -> str:
        """Returns the item whose event has this UID, so that a person sees it. Empty if the program cannot find the
        item now."""
        try:
            found = await self._item_of(uid)
        except IntakeUnavailable:
            return ""
        return found.item if found else ""

    async def _item_of(self, uid: str) -> _Found | None:
        """Returns the item whose event has this UID, or None.

        Raises IntakeUnavailable if no item has it and a plan cannot be asked now. That stops no answer to another plan.
        """
        if uid not in self._by_uid and self._troubles is None:
            self._troubles = await self._look()
        found = self._by_uid.get(uid)
        if found is None and self._troubles:
            raise IntakeUnavailable("; ".join(dict.fromkeys(self._troubles)))
        return found

    async def _look(self) -> list[str]:
        """Asks every plan whose record is here for its items, because several may share one organizer's mailbox.

        A message costs one look at most, whatever it answers. Returns what is wrong with plans that cannot be asked.
        """
        troubles = []
        others = sorted(path.stem for path in self._root.glob("*.jsonl"))
        for plan in dict.fromkeys((self._plan, *others)):
            try:
                self._by_uid |= await self._events_of(plan)
            except IntakeUnavailable as error:
                troubles.append(str(error))
            except Exception as error:  # a state or a record that cannot be read
                troubles.append(f"the items of {plan} are not known now ({type(error).__name__})")
        return troubles

    async def _events_of(self, plan: str) -> dict[str, _Found]:
        """Returns the items of a plan by the UID of their event. A plan that does not run has none.

        A UID follows from an item's id and the launch of its plan.
        """
        if plan not in self._launched:
            try:
                state: PlanState = await self._asking.query(plan, "state_now", PlanState)
            except RPCError:  # there is no such workflow
                return {}
            self._launched[plan] = state.launch.launched
        launched = self._launched[plan].isoformat()
        items = await asyncio.to_thread(recorded_items, self._root, plan)
        return {event_uid(item, launched): _Found(item, plan) for item in items}

    # Mail that came back

    async def _came_back(self, returned: DeliveryReport, contacts: Contacts) -> Handled:
        """Handles one delivery report. If the delivery has failed, it tells the post room that sent the mail. If the
        mail is only delayed, it does nothing. Returns what was done."""
        who, reason = returned.recipient, f"{returned.status} {returned.reason}".strip()
        if not returned.failed:
            return Handled(text=f"a mail to {who} is not delivered yet ({reason}); nothing follows from it")
        final = returned.passed_on_to
        for office in contacts.offices_of(who):
            letter = await asyncio.to_thread(self._letter, returned.message_id, office)
            if letter is None:
                continue
            if final and office not in contacts.offices_of(final):
                return Handled(office=office, why=_passed_on(final, who, reason))
            handle = self._client.get_workflow_handle(secretariat_id(letter.plan, office))
            told = f"a mail to {who} came back: {reason}"
            try:
                await handle.signal("bounced", Bounced(message_id=returned.message_id, reason=told))
            except RPCError as error:
                if not is_gone(error):
                    raise
                return Handled(office=office, why=f"{told}; its post room has ended")
            return Handled(office=office, text=f"{told}; its post room was told")
        if (letter := await asyncio.to_thread(self._letter, returned.message_id)) is not None:
            return Handled(office=letter.office, why=_passed_on(final or who, letter.office, reason))
        if not returned.message_id:
            # Without its Message-ID anybody could have written the report.
            office = next(iter(contacts.offices_of(who)), "")
            why = f"a mail to {who} came back ({reason}); the report does not say which mail, so see whether it is ours"
            return Handled(office=office, why=why)
        return Handled(why=f"a mail to {who} came back ({reason}), and it is none that was sent to an office from here")

    def _letter(self, message_id: str, office: str = "*") -> "_Letter | None":
        """Returns the plan and the office of the sent mail with this Message-ID, from the archive of sent mail. With
        `office`, only mail to that office is looked at. None if the archive does not hold the message."""
        if not message_id:
            return None
        wanted = message_id.encode("utf-8", "replace")
        letters = list(self._root.glob(f"*/letters/{office}/*.eml"))
        for path in sorted(letters, key=_age)[:LETTERS_LOOKED_AT]:
            # A letter that cannot be read may belong to another plan, and must hide no other letter.
            with contextlib.suppress(OSError), path.open("rb") as file:
                if wanted in file.read(8192):
                    plan, _, to, _ = path.relative_to(self._root).parts
                    return _Letter(plan, to)
        return None


class _Letter(NamedTuple):
    """Which post room sent a mail."""

    plan: str
    office: str


def _passed_on(final: str, who: str, reason: str) -> str:
    """Says that a mail reached its office, but not somebody to whom the address of the office passes its mail on."""
    return f"a mail reached {who}, but not {final}, to whom it was passed on ({reason}); tell the office"


def _age(path: Path) -> float:
    """Returns a number that sorts the newest file first."""
    try:
        return -path.stat().st_mtime
    except OSError:
        return 0.0


def in_zone_of(slot: Slot, name: str) -> Slot:
    """Returns the slot with the same instants, written in the zone `name`. Mail programs may write them in UTC or in
    another zone."""

    def there(time: ZonedTime) -> ZonedTime:
        return ZonedTime(local=time.utc.astimezone(zone(name)).replace(tzinfo=None), zone=name, utc=time.utc)

    return Slot(start=there(slot.start), end=there(slot.end))
