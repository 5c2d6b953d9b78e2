"""Holds what the commands of all verbs share: their options, the sending of an act to its item, and the printing of the
receipt."""

import asyncio
import inspect
import sys
import uuid
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer
from temporalio.service import RPCError

from cli.answers import asked
from cli.errors import Refused
from cli.json_text import json_text
from cli.options import DataOption, JsonOption, PlanOption
from cli.session import Session, session
from cli.submitting import NotTaken, no_longer_open, not_an_item, rehearse, submit
from models.common.times import Slot
from models.messages.acts import Act, Call, Clash, Counter, Propose, Rectify, Topic
from models.messages.sentences import clashes_in_words, infinitive
from models.messages.views import ItemView, Receipt
from models.plan.plan import Format

if TYPE_CHECKING:
    from cli.clashes import LookedUp

ItemArgument = Annotated[str, typer.Argument(help="The item, as `status` lists it: 16.3-jtc/2026.")]
AsOption = Annotated[str, typer.Option("--as", help="The office that acts, for example lao-moic.", metavar="OFFICE")]
DryRunOption = Annotated[bool, typer.Option("--dry-run", help="Only say whether it would be taken.")]
ActIdOption = Annotated[
    str | None, typer.Option("--act-id", help="Repeat a call with the same id and it counts once.", metavar="ID")
]

# Options that several verbs have.
ProposalOption = Annotated[int, typer.Option("--proposal", "-n", help="The number that `propose` answered with.")]
ReasonOption = Annotated[str, typer.Option("--reason", help="Why.")]
ZoneOption = Annotated[str | None, typer.Option("--zone", help="IANA zone of the wall time: Asia/Vientiane.")]
PlaceOption = Annotated[str, typer.Option("--place", help="Where: a city, a room.")]
LinkOption = Annotated[str, typer.Option("--link", help="Where to join by video: https://...", metavar="URL")]
FormatOption = Annotated[Format | None, typer.Option("--format", help="How the meeting is held.")]


class More(NamedTuple):
    """What a command prints with the receipt of an act: more lines for people, and more fields of the JSON. Both may be
    empty."""

    lines: tuple[str, ...] = ()
    fields: dict[str, Any] = {}


NOTHING_MORE = More()


class ActingCommand:
    """One run of a command that does an act. It holds the item, the office that acts, and the options that all verbs
    have."""

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
        """Makes the act with `make(self, **options)`, sends it to its item, and prints the receipt. With --dry-run it
        sends nothing, and only says whether the item would take the act.

        Raises Refused if the item does not take the act, and NoServer if Temporal or the worker does not answer.
        """
        async with session(self.data, self.plan) as self.here:
            self.item = await self.here.item_id(self.item)
            try:
                act = await make(self, **options)
                receipt = await self._submit(act)
            except RPCError as error:
                raise await no_longer_open(self.here, self.item, error) from error
            more = await self._more(act, receipt) if receipt else NOTHING_MORE
        found = clashes_in(act)
        clashes = {} if found is None else {"clashes": [each.model_dump(mode="json") for each in found]}
        warn(found)
        if receipt is None:
            say("it would be taken", {"dry_run": True, **clashes}, self.as_json)
        else:
            text = "\n".join((in_words(receipt, more.fields.get("opened")), *more.lines))
            say(text, {**receipt.model_dump(mode="json"), **clashes, **more.fields}, self.as_json)

    async def _more(self, act: Act, receipt: Receipt) -> "More":
        """Returns what the receipt does not say: which item a call has opened and, for people, which mail waits and
        why."""
        # Imported here, because an act that is refused needs none of it.
        from cli.mail_waits import mail_waits
        from cli.opened import opened_by

        opens = isinstance(act, Call | Rectify)
        fields = {"opened": await opened_by(self.here, self.item, act)} if opens else {}
        awaited = (row.office for row in receipt.awaiting)
        item = fields.get("opened") if isinstance(act, Rectify) else self.item
        lines = [] if self.as_json or item is None else await mail_waits(self.here, item, awaited)
        return More(tuple(lines), fields)

    async def _submit(self, act: Act) -> Receipt | None:
        """Sends the act, and returns the receipt. With --dry-run it sends nothing, and returns None if the item would
        take the act. Raises Refused if the item does not take it."""
        try:
            if self.dry_run:
                await rehearse(self.here, self.item, act)
                return None
            return await submit(self.here.client, self.item, act)
        except NotTaken as error:
            description = await self.here.client.get_workflow_handle(self.item).describe()
            raise Refused("wrong-kind", not_an_item(self.item, description.workflow_type or "", act.verb)) from error

    async def view(self) -> ItemView:
        """Returns the view of the item as it is now, from its workflow. Raises NoServer if no worker answers."""
        return await asked(self.here.client, self.item, "view", ItemView)

    async def closed_view(self) -> ItemView:
        """Returns the view of the closed item from its record. Raises Refused if the item is open or does not exist."""
        from cli.display.lists import open_view, recorded_view  # reads the record, and few acts do

        found = recorded_view(self.here.record, self.item)
        if await open_view(self.here.client, self.item) is not None:
            name = self.item.partition("/")[2]
            message = f"{name} is still open: its own side corrects what is wrong there, and another side disputes it"
            raise Refused("still-open", message)
        if found is None:
            raise await self.here.no_such_item(self.item)
        return found

    async def look_up(self, slot: Slot) -> "LookedUp":
        """Returns the clashes of the proposed date `slot`, and the instant of its reminder."""
        from cli.clashes import look_up  # reads the contacts file, and few acts propose a date

        return await look_up(self.here, self.item, slot)

    async def look_up_host(self, host: str) -> tuple[Clash, ...]:
        """Returns a clash if the host changes and the date that is agreed or proposed keeps its place. Empty if not."""
        from cli.clashes import look_up_host

        return await look_up_host(self.here, self.item, host)

    def fields(self) -> dict[str, Any]:
        """Returns the fields that every act has: `act_id` and `office`."""
        return {"act_id": self.act_id, "office": self.office}


def verb(make: Callable[..., Awaitable[Act]]) -> Callable[..., None]:
    """Returns a command that makes its act with the function `make`. The command takes ITEM, the options of `make`, and
    the options that every verb has."""
    common = [
        p for p in inspect.signature(ActingCommand.__init__, eval_str=True).parameters.values() if p.name != "self"
    ]
    own = [p for p in inspect.signature(make, eval_str=True).parameters.values() if p.name != "acting"]
    names = {parameter.name for parameter in common}

    def command(**values: Any) -> None:
        acting = ActingCommand(**{name: values.pop(name) for name in names})
        asyncio.run(acting.run(make, **values))

    item, *others = (p.replace(kind=inspect.Parameter.KEYWORD_ONLY) for p in (*common[:1], *own, *common[1:]))
    command.__doc__ = make.__doc__
    setattr(command, "make", make)  # noqa: B010 - a scenario makes its acts with it
    command.__annotations__ = {parameter.name: parameter.annotation for parameter in (item, *others)}
    setattr(command, "__signature__", inspect.Signature([item, *others]))  # noqa: B010 - a function has no such field
    return command


def say(text: str, document: dict[str, Any], as_json: bool) -> None:
    sys.stdout.write((json_text(document) if as_json else text) + "\n")


def in_words(receipt: Receipt, opened: str | None = None) -> str:
    """Returns a receipt as text for people: what was done, the number of the proposal, the status, and what is awaited
    now.

    `opened` is the id of the item that a call has opened. The text then names that item in place of the status. It is
    None if the act opened no item.
    """
    lines = [receipt.text]
    if receipt.proposal is not None:
        lines.append(f"proposal {receipt.proposal}")
    if opened:
        lines.append(f"opened: {opened}")
    elif "/" in receipt.item:  # the plan itself stays in force, whatever is proposed for it
        lines.append(f"{receipt.item} is now {receipt.status}")
    lines += [f"  awaited: {row.office} to {infinitive(row.act)} (rung {row.rung})" for row in receipt.awaiting]
    return "\n".join(lines)


def clashes_in(act: Act) -> tuple[Clash, ...] | None:
    """Returns the clashes of the date or host that an act proposes. Empty if there are none. None if the act proposes
    neither."""
    if isinstance(act, Propose | Counter) and act.terms.topic in (Topic.DATE, Topic.HOST):
        return act.terms.clashes
    return None


def warn(found: tuple[Clash, ...] | None) -> None:
    """Prints the clashes of a proposal on standard error. It does nothing if `found` is None or empty. The clashes are
    only a note, because the sides decide."""
    if found:
        sys.stderr.write(f"note: {clashes_in_words(found)}\n")
