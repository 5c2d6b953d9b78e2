"""The verbs: what an office does to an item. One family, so one module: each is a few lines on the same desk."""

import asyncio
import inspect
import json
import sys
import uuid
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, Any

import typer
from temporalio.service import RPCError

from cli.arguments import ProposedTopic, TermsOptions, document_of, in_zone, keep_document, terms_of, wall_time
from cli.clashes import clashes_in, warn
from cli.errors import BadUsage, Refused
from cli.options import DataOption, JsonOption, PlanOption
from cli.session import Session, answered, session
from cli.submitting import NotTaken, no_longer_open, not_an_item, rehearse, submit
from models.messages import acts
from models.messages.acts import Act, Terms
from models.messages.sentences import infinitive
from models.messages.views import ItemView, Receipt
from models.plan.plan import Format

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
ValuesArgument = Annotated[
    list[str] | None,
    typer.Argument(
        help="host: the side; postpone, extend: until when; drop, excuse: why; answer: QUESTION and what is to hold; "
        "of `plan`: the OBLIGATION, and for cadence and first-host what it is to be.",
        metavar="[VALUE]...",
    ),
]
SetOption = Annotated[
    list[str] | None, typer.Option("--set", help="plan change: a field and its new value.", metavar="FIELD=VALUE")
]
TermsFileOption = Annotated[
    Path | None, typer.Option("--file", help="plan add: the obligation, in YAML.", exists=True, dir_okay=False)
]
UnderOption = Annotated[str, typer.Option("--under", help="plan add: the provision under which it is put.")]


class Desk:
    """One acting command: who acts on what, and how it is to be answered."""

    def __init__(
        self,
        item: ItemArgument,
        office: AsOption,
        data: DataOption = Path("var"),
        plan: PlanOption = None,
        as_json: JsonOption = False,
        dry_run: DryRunOption = False,
        act_id: ActIdOption = None,
    ) -> None:
        self.item, self.office, self.data, self.plan = item, office, data, plan
        self.as_json, self.dry_run, self.act_id = as_json, dry_run, act_id or uuid.uuid4().hex
        self.here: Session

    async def run(self, make: Callable[..., Awaitable[Act]], **options: Any) -> None:
        """Makes the act from its own options and submits it, or only asks whether it would be taken."""
        async with session(self.data, self.plan) as self.here:
            self.item = await self.here.item_id(self.item)
            act = await make(self, **options)
            found = clashes_in(act)
            clashes = {} if found is None else {"clashes": [each.model_dump(mode="json") for each in found]}
            if self.dry_run:
                await rehearse(self.here, self.item, act)
                warn(found)
                say("it would be taken", {"dry_run": True, **clashes}, self.as_json)
                return
            receipt = await self._submit(act)
        warn(found)
        say(in_words(receipt), {**receipt.model_dump(mode="json"), **clashes}, self.as_json)

    async def _submit(self, act: Act) -> Receipt:
        try:
            return await submit(self.here.client, self.item, act)
        except RPCError as error:
            raise no_longer_open(self.here, self.item, error) from error
        except NotTaken as error:
            description = await self.here.client.get_workflow_handle(self.item).describe()
            raise Refused("wrong-kind", not_an_item(self.item, description.workflow_type or "", act.verb)) from error

    def fields(self) -> dict[str, Any]:
        """What every act says."""
        return {"act_id": self.act_id, "office": self.office}


def verb(make: Callable[..., Awaitable[Act]]) -> Callable[..., None]:
    """The command of a verb: its own options, which make the act, between ITEM and those that every verb has."""
    common = [p for p in inspect.signature(Desk.__init__, eval_str=True).parameters.values() if p.name != "self"]
    own = [p for p in inspect.signature(make, eval_str=True).parameters.values() if p.name != "desk"]
    names = {parameter.name for parameter in common}

    def command(**values: Any) -> None:
        desk = Desk(**{name: values.pop(name) for name in names})
        asyncio.run(desk.run(make, **values))

    item, *others = (p.replace(kind=inspect.Parameter.KEYWORD_ONLY) for p in (*common[:1], *own, *common[1:]))
    command.__doc__ = make.__doc__
    command.__annotations__ = {parameter.name: parameter.annotation for parameter in (item, *others)}
    setattr(command, "__signature__", inspect.Signature([item, *others]))  # noqa: B010 - a function has no such field
    return command


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


# The verbs


@verb
async def propose(
    desk: Desk,
    topic: Annotated[ProposedTopic, typer.Argument(help="What the proposal is about.")],
    values: ValuesArgument = None,
    start: StartOption = None,
    zone: ZoneOption = None,
    length: ForOption = None,
    place: PlaceOption = "",
    style: FormatOption = None,
    host: HostOption = None,
    until: UntilOption = None,
    reason: ReasonOption = "",
    assign: SetOption = None,
    file: TermsFileOption = None,
    under: UnderOption = "",
) -> Act:
    """Propose a date, a host, a postponement, a longer window, to excuse or drop the item, or the answer to an open
    question; of `plan`, an amendment. Answers with its number.

    propose 16.3-jtc/2026 date --start 2026-12-01T09:00 --zone Asia/Vientiane --for PT3H --as lao-moic

    propose questions/lao-mps.khm-moi answer 6.2-drugs-provincial/first_host LAO --as lao-mps

    propose plan cadence 5.7-border-security annual --as lao-mfa
    """
    options = TermsOptions(
        tuple(values or ()), start, zone, length, place, style, host, until, reason, tuple(assign or ()), file, under
    )
    return acts.Propose(**desk.fields(), terms=await terms_of(desk.here, desk.item, topic, options))


@verb
async def counter(
    desk: Desk,
    proposal: ProposalOption,
    values: ValuesArgument = None,
    start: StartOption = None,
    zone: ZoneOption = None,
    length: ForOption = None,
    place: PlaceOption = "",
    style: FormatOption = None,
    host: HostOption = None,
    until: UntilOption = None,
    reason: ReasonOption = "",
    assign: SetOption = None,
    file: TermsFileOption = None,
    under: UnderOption = "",
) -> Act:
    """Answer a proposal with another one. Refused if it is no longer the newest.

    counter 16.3-jtc/2026 --proposal 1 --start 2026-12-08T09:00 --zone Asia/Phnom_Penh --for PT3H --as khm-moc
    """
    topic, subject = await topic_of(desk, proposal)
    given = (*((subject,) if subject else ()), *(values or ()))
    options = TermsOptions(
        given, start, zone, length, place, style, host, until, reason, tuple(assign or ()), file, under
    )
    return acts.Counter(**desk.fields(), proposal=proposal, terms=await terms_of(desk.here, desk.item, topic, options))


async def topic_of(desk: Desk, number: int) -> tuple[ProposedTopic, str]:
    """What a proposal is about, as its item says, and about which question or obligation."""
    handle = desk.here.client.get_workflow_handle(desk.item)
    view = await answered(handle.query("view", result_type=ItemView))
    for proposal in view.proposals:
        if proposal["number"] == number:
            terms = Terms.model_validate(proposal["terms"])
            topic = terms.amendment.kind.value if terms.amendment else terms.topic.value
            return ProposedTopic(topic), terms.about
    raise Refused("no-such-proposal", f"there is no proposal {number} here", view.awaiting)


@verb
async def accept(desk: Desk, proposal: ProposalOption) -> Act:
    """Consent to a proposal for your side. The last consent makes it binding."""
    return acts.Accept(**desk.fields(), proposal=proposal)


@verb
async def reject(desk: Desk, proposal: ProposalOption, reason: ReasonOption = "") -> Act:
    """Reject a proposal; its proposer is told, with the reason."""
    return acts.Reject(**desk.fields(), proposal=proposal, reason=reason)


@verb
async def withdraw(desk: Desk, proposal: ProposalOption) -> Act:
    """Take back a proposal of your own side."""
    return acts.Withdraw(**desk.fields(), proposal=proposal)


@verb
async def regret(desk: Desk, reason: ReasonOption = "") -> Act:
    """Your side cannot come: the event is cancelled at once, and a new date is awaited."""
    return acts.Regret(**desk.fields(), reason=_given(reason))


@verb
async def held(
    desk: Desk,
    style: FormatOption = None,
    place: PlaceOption = "",
    on: Annotated[str | None, typer.Option("--on", help="The day it was really held, if not the agreed one.")] = None,
    zone: ZoneOption = None,
) -> Act:
    """Mark a meeting held. Another side may dispute it until it is closed out.

    held 16.3-jtc/2026 --format hybrid --place Vientiane --as lao-moic
    """
    day = None
    if on is not None:
        day = in_zone(wall_time(on, "--on", day=True), zone or (await desk.here.plan_in_force()).zone, "--on")
    return acts.Held(**desk.fields(), format=style, place=place, on=day)


@verb
async def not_held(desk: Desk, reason: ReasonOption = "") -> Act:
    """Mark that it did not take place: a new date is awaited."""
    return acts.NotHeld(**desk.fields(), reason=reason)


@verb
async def dispute(desk: Desk, reason: ReasonOption = "") -> Act:
    """Dispute what another side marked or filed, until the close-out."""
    return acts.Dispute(**desk.fields(), reason=_given(reason))


@verb
async def outcome(desk: Desk, text: TextOption = "", file: FileOption = None) -> Act:
    """File the outcome of a meeting: a text, a document, or both."""
    return await _filing(desk, acts.Outcome, text, file)


@verb
async def evidence(desk: Desk, text: TextOption = "", file: FileOption = None) -> Act:
    """Give the evidence that closes a commitment, or put a report to the higher authority on record."""
    return await _filing(desk, acts.Evidence, text, file)


@verb
async def close(
    desk: Desk, note: Annotated[str, typer.Option("--note", help="A last word for the record.")] = ""
) -> Act:
    """Close an item out: outcome or evidence is on record, and nothing is disputed."""
    return acts.Close(**desk.fields(), note=note)


@verb
async def progress(
    desk: Desk,
    state: Annotated[acts.ProgressState, typer.Argument(help="How far it has come.")],
    note: Annotated[str, typer.Option("--note", help="In a few words, what was done or what is missing.")] = "",
) -> Act:
    """Answer a status round: how far a commitment has come. For many at once, see `round --answer`.

    progress 20.2-media substantial --note "two exchanges of news teams in 2025" --as lao-mict
    """
    return acts.Progress(**desk.fields(), state=state, note=note)


@verb
async def call(desk: Desk, reason: ReasonOption = "") -> Act:
    """Call a session of what nothing dates, or pull the trigger of what is dormant, with its stated necessity.

    call 6.2-drugs-adhoc --reason "a new route over the Sekong was found" --as khm-moi
    """
    return acts.Call(**desk.fields(), reason=_given(reason))


def _given(reason: str) -> str:
    if not reason.strip():
        raise BadUsage("missing-option", "say why, with --reason")
    return reason


async def _filing(desk: Desk, act: type[acts.Outcome | acts.Evidence], text: str, file: Path | None) -> Act:
    if not text.strip() and file is None:
        raise BadUsage("missing-option", "give --text or --file")
    document, content = document_of(file)
    made = act(**desk.fields(), text=text, document=document)
    if document is not None and not desk.dry_run:
        # A refused act leaves nothing behind: it is asked first, and kept before the item refers to it.
        await rehearse(desk.here, desk.item, made)
        await keep_document(desk.here, document, content)
    return made
