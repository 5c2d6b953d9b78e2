"""The verbs: what an office does to an item."""

import asyncio
import hashlib
import json
import re
import sys
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import TypeAdapter, ValidationError
from temporalio.client import Client, WorkflowUpdateFailedError, WorkflowUpdateRPCTimeoutOrCancelledError
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode

from cli.errors import BadUsage, NoServer, Refused
from cli.lists import recorded_view
from cli.options import DataOption, JsonOption, PlanOption
from cli.session import ANSWER_WITHIN, Session, answered, session
from models import acts
from models.acts import Act, Document, Terms, Topic
from models.base import Instant
from models.commitment import COMMITMENT, CommitmentState
from models.invitation import Slot, ZonedTime
from models.meeting import MEETING, MeetingState
from models.plan import Format
from models.views import ItemView, Receipt, Refusal
from models.wording import infinitive
from models.zones import later, zoned

LARGEST_DOCUMENT = 50_000_000
"""Octets."""

ItemArgument = Annotated[str, typer.Argument(help="The item, as `status` lists it: 16.3-jtc/2026.")]
AsOption = Annotated[str, typer.Option("--as", help="The office that acts, for example lao-moic.", metavar="OFFICE")]
DryRunOption = Annotated[bool, typer.Option("--dry-run", help="Only say whether it would be taken.")]
ActIdOption = Annotated[
    str | None, typer.Option("--act-id", help="Repeat a call with the same id and it counts once.", metavar="ID")
]
ProposalOption = Annotated[int, typer.Option("--proposal", "-n", help="The number that `propose` answered with.")]
ReasonOption = Annotated[str, typer.Option("--reason", help="Why.")]
TextOption = Annotated[str, typer.Option("--text", help="The text itself.")]
FileOption = Annotated[
    Path | None, typer.Option("--file", help="A document, kept with the record.", exists=True, dir_okay=False)
]
StartOption = Annotated[str | None, typer.Option("--start", help="Wall time: 2026-12-01T09:00.")]
ZoneOption = Annotated[str | None, typer.Option("--zone", help="IANA zone of the wall time: Asia/Vientiane.")]
ForOption = Annotated[str | None, typer.Option("--for", help="Length, ISO 8601: PT3H.", metavar="DURATION")]
PlaceOption = Annotated[str, typer.Option("--place", help="Where: a city, a room, a link.")]
FormatOption = Annotated[Format | None, typer.Option("--format", help="How it is held.")]
HostOption = Annotated[str | None, typer.Option("--host", help="The side that hosts: LAO.", metavar="SIDE")]
UntilOption = Annotated[str | None, typer.Option("--until", help="A day or wall time: 2027-03-01.")]
ValueArgument = Annotated[
    str | None, typer.Argument(help="host: the side; postpone, extend: until when; drop: why.", metavar="[VALUE]")
]


class Common:
    """What every verb is called with."""

    def __init__(
        self, item: str, office: str, data: Path, plan: str | None, as_json: bool, dry_run: bool, act_id: str | None
    ) -> None:
        self.item, self.office, self.data, self.plan = item, office, data, plan
        self.as_json, self.dry_run, self.act_id = as_json, dry_run, act_id or uuid.uuid4().hex

    def run(self, make: Callable[[Session], Any]) -> None:
        """Makes the act (an awaitable of it) and submits it."""
        asyncio.run(self._run(make))

    async def _run(self, make: Callable[[Session], Any]) -> None:
        async with session(self.data, self.plan) as here:
            item = await here.item_id(self.item)
            act: Act = await make(here)
            if self.dry_run:
                await rehearse(here, item, act)
                say("it would be taken", {"dry_run": True}, self.as_json)
                return
            try:
                receipt = await submit(here.client, item, act)
            except RPCError as error:
                raise no_longer_open(here, item, error) from error
            except NotTaken as error:
                kind = (await here.client.get_workflow_handle(item).describe()).workflow_type
                raise Refused("wrong-kind", not_an_item(item, kind or "", act.verb)) from error
        say(in_words(receipt), receipt.model_dump(mode="json"), self.as_json)

    def fields(self) -> dict[str, Any]:
        return {"act_id": self.act_id, "office": self.office}


def say(text: str, document: dict[str, Any], as_json: bool) -> None:
    sys.stdout.write((json.dumps(document, ensure_ascii=False) if as_json else text) + "\n")


def in_words(receipt: Receipt) -> str:
    """What was done, its proposal number, and what is awaited next."""
    lines = [receipt.text]
    if receipt.proposal is not None:
        lines.append(f"proposal {receipt.proposal}")
    lines.append(f"{receipt.item} is now {receipt.status}")
    lines += [f"  awaited: {row.office} to {infinitive(row.act)} (rung {row.rung})" for row in receipt.awaiting]
    return "\n".join(lines)


async def submit(client: Client, item: str, act: Act) -> Receipt:
    """Sends the act as an Update. Raises Refused with what is awaited instead, or NoServer."""
    handle = client.get_workflow_handle(item)
    update = handle.execute_update(
        act.verb, act, id=act.act_id, result_type=Receipt, rpc_timeout=timedelta(seconds=ANSWER_WITHIN)
    )
    try:
        return await answered(update)
    except WorkflowUpdateFailedError as error:
        raise refused(error.cause) from error
    except WorkflowUpdateRPCTimeoutOrCancelledError as error:
        message = f"no worker answered in time; repeat the call with --act-id {act.act_id}: it counts once"
        raise NoServer("no-worker", message) from error


def no_longer_open(here: Session, item: str, error: RPCError) -> Exception:
    """Why there is no running workflow to act on: its record says; where that is silent, the error as it came."""
    if error.status is not RPCStatusCode.NOT_FOUND:
        return error
    view = recorded_view(here.record, item)
    if view is None:
        return Refused("no-such-item", f"there is no open {item}; `status` lists what there is")
    if view.status == "unknown":
        return Refused("unknown", f"{item}: {view.ledger[-1].text}")
    last = view.ledger[-1]
    return Refused("closed", f"{item} was {view.status} on {view.clock.moment(last.at)}. {last.text}")


def refused(cause: BaseException | None) -> Refused:
    """The refusal that a validator raised."""
    if isinstance(cause, ApplicationError) and cause.type == "Refusal" and cause.details:
        refusal = Refusal.model_validate(cause.details[0])
        return Refused(refusal.code, refusal.message, refusal.awaiting)
    text = str(cause)
    return NotTaken("wrong-kind", text)


class NotTaken(Refused):
    """The workflow knows no such Update."""


def not_an_item(item: str, kind: str, verb: str) -> str:
    """Why a workflow that is no item, or an item of another kind, takes no such act."""
    if kind == "series":
        return f"{item} is a series; act on one of its sessions, which `status` lists below it"
    if kind in ("plan", "secretariat"):
        return f"{item} is a {kind}; acts go to items, which `status` lists"
    return f"a {kind} is not {verb.replace('_', ' ')}"


async def rehearse(here: Session, item: str, act: Act) -> None:
    """The dry run: the validator's own function, on the state as it is now."""
    handle = here.client.get_workflow_handle(item)
    now = datetime.now().astimezone()
    description = await handle.describe()
    refusal: Refusal | None
    if description.workflow_type == "meeting":
        refusal = MEETING.refuse(await answered(handle.query("state_now", result_type=MeetingState)), act, now)
    elif description.workflow_type == "commitment":
        refusal = COMMITMENT.refuse(await answered(handle.query("state_now", result_type=CommitmentState)), act, now)
    else:
        message = not_an_item(item, description.workflow_type or "", act.verb)
        refusal = Refusal(code="wrong-kind", message=message)
    if refusal is not None:
        raise Refused(refusal.code, refusal.message, refusal.awaiting)


# Reading arguments


def wall_time(text: str, option: str, *, day: bool = False) -> datetime:
    """A naive wall time; where `day` allows it, a day alone as its first instant."""
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        if not day:
            raise BadUsage("bad-time", f"{option} {text!r}: say at what time, as in {text}T09:00")
        text = f"{text}T00:00"
    try:
        local = datetime.fromisoformat(text)
    except ValueError as error:
        raise BadUsage("bad-time", f"{option} {text!r}: write it as 2026-12-01T09:00") from error
    if local.tzinfo is not None:
        raise BadUsage("bad-time", f"{option} {text!r}: give the wall time alone, and its zone with --zone")
    return local


def in_zone(local: datetime, zone: str, option: str) -> ZonedTime:
    try:
        return zoned(local, zone)
    except ValueError as error:
        raise BadUsage("bad-time", f"{option}: {error}") from error


def duration(text: str) -> timedelta:
    try:
        length = TypeAdapter(timedelta).validate_python(text)
    except ValidationError as error:
        raise BadUsage("bad-duration", f"--for {text!r}: write an ISO 8601 duration, such as PT3H or P1DT6H") from error
    if not text.startswith("P") or length <= timedelta(0) or length > timedelta(days=60):
        raise BadUsage("bad-duration", f"--for {text!r}: write a duration above zero and up to 60 days, such as PT3H")
    return length


async def until_instant(here: Session, text: str | None, zone: str | None) -> Instant | None:
    """--until in the zone given, else in the plan's."""
    if text is None:
        return None
    name = zone or (await here.plan_in_force()).zone
    return in_zone(wall_time(text, "--until", day=True), name, "--until").utc


def slot_of(start: str | None, zone: str | None, length: str | None) -> Slot:
    missing = [name for name, value in (("--start", start), ("--zone", zone), ("--for", length)) if value is None]
    if missing or start is None or zone is None or length is None:
        raise BadUsage("missing-option", f"a date needs {', '.join(missing)} too")
    begins = in_zone(wall_time(start, "--start"), zone, "--zone")
    return Slot(start=begins, end=later(begins, duration(length)))


async def terms_of(here: Session, topic: Topic, value: str | None, options: dict[str, Any]) -> Terms:
    """Terms from the options of `propose` and `counter`. Raises BadUsage for what does not fit the topic."""
    reason = options["reason"]
    if topic is Topic.DATE:
        if value is not None:
            raise BadUsage("bad-usage", f"{value!r} is one word too many; write the start as 2026-12-01T09:00")
        slot = slot_of(options["start"], options["zone"], options["length"])
        return Terms(topic=topic, slot=slot, place=options["place"], format=options["style"], reason=reason)
    if topic is Topic.HOST:
        host = options["host"] or value
        if host is None:
            raise BadUsage("missing-option", "say which side hosts: propose ITEM host LAO")
        return Terms(topic=topic, host=host, reason=reason)
    if topic is Topic.DROP:
        return Terms(topic=topic, reason=reason or value or "")
    until = await until_instant(here, options["until"] or value, options["zone"])
    if until is None:
        raise BadUsage("missing-option", f"say until when: propose ITEM {topic.value} --until 2027-03-01")
    return Terms(topic=topic, until=until, reason=reason)


def document_of(path: Path | None) -> tuple[Document | None, bytes]:
    """What a file is called and contains. Raises BadUsage for one that is too large or cannot be read."""
    if path is None:
        return None, b""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise BadUsage("bad-file", f"{path} cannot be read: {error.strerror}") from error
    if len(content) > LARGEST_DOCUMENT:
        raise BadUsage("too-large", f"{path} has {len(content)} octets; at most {LARGEST_DOCUMENT} can be filed")
    name = re.sub(r"[^\w.() -]", "_", path.name)[:120]
    return Document(name=name, sha256=hashlib.sha256(content).hexdigest(), size=len(content)), content


async def keep_document(here: Session, document: Document, content: bytes) -> None:
    """Keeps a copy under its digest beside the record, so that what was filed stays readable."""
    kept = here.record / await here.plan() / "documents" / document.sha256 / document.name
    if kept.exists():
        return
    kept.parent.mkdir(parents=True, exist_ok=True)
    partial = kept.with_name(f".{uuid.uuid4().hex}")
    partial.write_bytes(content)
    partial.replace(kept)


# The commands


def propose(
    item: ItemArgument,
    topic: Annotated[Topic, typer.Argument(help="What the proposal is about.")],
    office: AsOption,
    value: ValueArgument = None,
    start: StartOption = None,
    zone: ZoneOption = None,
    length: ForOption = None,
    place: PlaceOption = "",
    style: FormatOption = None,
    host: HostOption = None,
    until: UntilOption = None,
    reason: ReasonOption = "",
    data: DataOption = Path("var"),
    plan: PlanOption = None,
    as_json: JsonOption = False,
    dry_run: DryRunOption = False,
    act_id: ActIdOption = None,
) -> None:
    """Propose a date, a host, a postponement, a longer window, or to drop the item. Answers with its number.

    propose 16.3-jtc/2026 date --start 2026-12-01T09:00 --zone Asia/Vientiane --for PT3H --as lao-moic
    """
    common = Common(item, office, data, plan, as_json, dry_run, act_id)
    options = {"start": start, "zone": zone, "length": length, "place": place, "style": style}
    options |= {"host": host, "until": until, "reason": reason}

    async def make(here: Session) -> Act:
        return acts.Propose(**common.fields(), terms=await terms_of(here, topic, value, options))

    common.run(make)


def counter(
    item: ItemArgument,
    proposal: ProposalOption,
    office: AsOption,
    value: ValueArgument = None,
    start: StartOption = None,
    zone: ZoneOption = None,
    length: ForOption = None,
    place: PlaceOption = "",
    style: FormatOption = None,
    host: HostOption = None,
    until: UntilOption = None,
    reason: ReasonOption = "",
    data: DataOption = Path("var"),
    plan: PlanOption = None,
    as_json: JsonOption = False,
    dry_run: DryRunOption = False,
    act_id: ActIdOption = None,
) -> None:
    """Answer a proposal with another one. Refused if it is no longer the newest.

    counter 16.3-jtc/2026 --proposal 1 --start 2026-12-08T09:00 --zone Asia/Phnom_Penh --for PT3H --as khm-moc
    """
    common = Common(item, office, data, plan, as_json, dry_run, act_id)
    options = {"start": start, "zone": zone, "length": length, "place": place, "style": style}
    options |= {"host": host, "until": until, "reason": reason}
    topic = Topic.DATE if start else Topic.HOST if host else None

    async def make(here: Session) -> Act:
        chosen = topic or await topic_of(here, await here.item_id(item), proposal)
        return acts.Counter(**common.fields(), proposal=proposal, terms=await terms_of(here, chosen, value, options))

    common.run(make)


async def topic_of(here: Session, item: str, number: int) -> Topic:
    """What a proposal is about, as its item says."""
    view = await answered(here.client.get_workflow_handle(item).query("view", result_type=ItemView))
    for proposal in view.proposals:
        if proposal["number"] == number:
            return Topic(proposal["terms"]["topic"])
    raise Refused("no-such-proposal", f"there is no proposal {number} here", view.awaiting)


def _answer(verb: type[Act]) -> Callable[..., None]:
    def command(
        item: ItemArgument,
        proposal: ProposalOption,
        office: AsOption,
        reason: ReasonOption = "",
        data: DataOption = Path("var"),
        plan: PlanOption = None,
        as_json: JsonOption = False,
        dry_run: DryRunOption = False,
        act_id: ActIdOption = None,
    ) -> None:
        common = Common(item, office, data, plan, as_json, dry_run, act_id)

        async def make(here: Session) -> Act:
            return verb.model_validate({**common.fields(), "proposal": proposal, "reason": reason})

        common.run(make)

    return command


def _word(verb: type[Act], needs_reason: bool) -> Callable[..., None]:
    def command(
        item: ItemArgument,
        office: AsOption,
        reason: ReasonOption = "",
        data: DataOption = Path("var"),
        plan: PlanOption = None,
        as_json: JsonOption = False,
        dry_run: DryRunOption = False,
        act_id: ActIdOption = None,
    ) -> None:
        if needs_reason and not reason.strip():
            raise BadUsage("missing-option", "say why, with --reason")
        common = Common(item, office, data, plan, as_json, dry_run, act_id)

        async def make(here: Session) -> Act:
            return verb.model_validate({**common.fields(), "reason": reason})

        common.run(make)

    return command


def _filing(verb: type[Act]) -> Callable[..., None]:
    def command(
        item: ItemArgument,
        office: AsOption,
        text: TextOption = "",
        file: FileOption = None,
        data: DataOption = Path("var"),
        plan: PlanOption = None,
        as_json: JsonOption = False,
        dry_run: DryRunOption = False,
        act_id: ActIdOption = None,
    ) -> None:
        if not text.strip() and file is None:
            raise BadUsage("missing-option", "give --text or --file")
        common = Common(item, office, data, plan, as_json, dry_run, act_id)

        async def make(here: Session) -> Act:
            document, content = document_of(file)
            act = verb.model_validate({**common.fields(), "text": text, "document": document})
            if document is not None and not dry_run:
                # A refused act leaves nothing behind: it is asked first, and kept before the item refers to it.
                await rehearse(here, await here.item_id(item), act)
                await keep_document(here, document, content)
            return act

        common.run(make)

    return command


def held(
    item: ItemArgument,
    office: AsOption,
    style: FormatOption = None,
    place: PlaceOption = "",
    on: Annotated[str | None, typer.Option("--on", help="The day it was really held, if not the agreed one.")] = None,
    zone: ZoneOption = None,
    data: DataOption = Path("var"),
    plan: PlanOption = None,
    as_json: JsonOption = False,
    dry_run: DryRunOption = False,
    act_id: ActIdOption = None,
) -> None:
    """Mark a meeting held. Another side may dispute it until it is closed out.

    held 16.3-jtc/2026 --format hybrid --place Vientiane --as lao-moic
    """
    common = Common(item, office, data, plan, as_json, dry_run, act_id)

    async def make(here: Session) -> Act:
        day = None
        if on is not None:
            day = in_zone(wall_time(on, "--on", day=True), zone or (await here.plan_in_force()).zone, "--on")
        return acts.Held(**common.fields(), format=style, place=place, on=day)

    common.run(make)


def close(
    item: ItemArgument,
    office: AsOption,
    note: Annotated[str, typer.Option("--note", help="A last word for the record.")] = "",
    data: DataOption = Path("var"),
    plan: PlanOption = None,
    as_json: JsonOption = False,
    dry_run: DryRunOption = False,
    act_id: ActIdOption = None,
) -> None:
    """Close an item out: outcome or evidence is on record, and nothing is disputed."""
    common = Common(item, office, data, plan, as_json, dry_run, act_id)

    async def make(here: Session) -> Act:
        return acts.Close(**common.fields(), note=note)

    common.run(make)


ACTING: dict[str, tuple[Callable[..., None], str]] = {
    "propose": (propose, ""),
    "accept": (_answer(acts.Accept), "Consent to a proposal for your side. The last consent makes it binding."),
    "reject": (_answer(acts.Reject), "Reject a proposal; its proposer is told, with the reason."),
    "counter": (counter, ""),
    "withdraw": (_answer(acts.Withdraw), "Take back a proposal of your own side."),
    "regret": (_word(acts.Regret, True), "Your side cannot come: the event is cancelled, a new date is awaited."),
    "held": (held, ""),
    "not-held": (_word(acts.NotHeld, False), "Mark that it did not take place: a new date is awaited."),
    "dispute": (_word(acts.Dispute, True), "Dispute what another side marked or filed, until the close-out."),
    "outcome": (_filing(acts.Outcome), "File the outcome of a meeting: a text, a document, or both."),
    "evidence": (_filing(acts.Evidence), "Give the evidence that closes a commitment, or put a report on record."),
    "close": (close, ""),
}
"""Every verb with its command, and its help where the command has none of its own."""
