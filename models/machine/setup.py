"""The setup with which an item starts: its name, its schedule, who may call it, its duties, its sides."""

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from pydantic import JsonValue

from models.common.clock import Clock
from models.common.values import Duration, Instant, Value
from models.messages.effects import PostRoomAddress
from models.plan.parties import Party
from models.plan.plan import DespatchRule, SilenceRule, Window

EDITION = 1
"""The edition of the rules by which new items and new runs decide. The number grows by one when a rule changes what an
item does at which instant. So the history of an earlier release replays by the rules with which its run started."""


class RoundAt(Value):
    """One status round of the plan, with the instants at which it begins and ends."""

    name: str
    """The year of the round, or its number in a demonstration plan."""
    at: Instant
    """When the round begins, and the program asks the offices."""
    closes: Instant
    """When the round ends, and the ministries of foreign affairs receive the answers."""


class ItemName(Value):
    """The names of an item, and the plan, provision and workflow to which it belongs."""

    plan: str
    plan_title: str
    id: str
    """The workflow id, for example lao-khm/16.3-jtc/2026."""
    parent: str
    """The id of the workflow that opened the item."""
    ref: str
    """The reference of the provision, for example 16.3."""
    kind: str
    obligation: str
    session: str | None
    """The name of the session in its series. None if the item is not a session of a series."""
    title: str
    short: str
    """The short title for summaries and timers, for example "JTC 2026"."""
    uid: str
    """The UID (the name that calendar programs use) of the item's calendar event."""


class Schedule(Value):
    """When the item is due, and when it begins to ask its offices."""

    window: Window | None
    opens_at: Instant | None
    """The instant at which the item wakes and begins to ask its offices. None: only an act wakes the item."""
    rounds: tuple[RoundAt, ...] = ()
    """The status rounds that ask about the item. Empty if no round does so, for example because the item has a
    window."""
    lead: Duration = timedelta(0)
    """The time that the plan wants between the last rung and the end of the window."""
    valid_from: Instant | None = None
    """The first instant at which the plan is valid. None if the plan states no start, or an old release opened the
    item."""
    valid_until: Instant | None = None
    """The first instant at which the plan is no longer valid. None if the plan states no end, or if the item goes on
    after the plan ends."""
    remind: Duration | None = None
    """How long before an agreed date the program reminds the invited offices. None: it reminds nobody."""


class CallRule(Value):
    """Who may call the item, and when."""

    on_trigger: bool = False
    """True: the item is dormant until a side calls it. False: the program follows the item without a call."""
    triggers: tuple[str, ...] = ()
    """The sides that may call the item. Empty: every side that takes part may call it."""
    condition: str = ""
    """When a side may call the item, in the words of the plan file. Empty if the plan file states no condition."""
    not_before: Instant | None = None
    """The first instant at which a side may call the item. None: a side may call it at any time."""


class Duties(Value):
    """Rules about the host, the report to the higher authority, and the evidence."""

    rotating: bool = False
    """True: the sides host in turn."""
    host_in_questions: bool = False
    """True: the list of questions asks the sides who hosts first, so the item itself does not ask."""
    report_to_higher: bool = False
    """True: each side must report the outcome to its higher authority (an example is provision 6.2)."""
    silence: SilenceRule | None = None
    """How long the other sides may object to what one side puts on record. With `express`, each other side must agree.
    None: no silence applies, and an office closes the item, as in release 0.1.0."""
    evidence_wanted: str = ""
    """The evidence that shows that the commitment is fulfilled, in words. Empty if the plan names none."""


class ItemSetup(ItemName, Schedule, CallRule, Duties):
    """The setup of an item. Only an amendment, or the answer to a question, changes the setup."""

    edition: int = 0
    """The edition of the rules by which the item decides in this run. 0: the rules of release 0.1.0 and before."""
    epoch: int = 0
    """The epoch of the engine on which the item runs. From epoch 1 on, the workflow keeps its state in the record. 0: a
    release that kept no states has opened the item."""
    parties: tuple[Party, ...]
    despatch: DespatchRule
    clock: Clock = Clock()
    assumed: tuple[str, ...] = ()
    """The names of the fields whose values are readings that the sides have not settled."""
    settled: dict[str, JsonValue] = {}
    """For each field that the sides have settled by consent: its value."""
    former: tuple[Party, ...] = ()
    """The sides as they were before an amendment changed their offices. The item needs them to settle the notices in
    the post rooms of the former offices."""

    def party(self, side: str) -> Party:
        return next(party for party in self.parties if party.side == side)

    def side_of(self, office: str) -> str | None:
        """Returns the side for which an office may act on this item. None if the office may not act on it."""
        return next((party.side for party in self.parties if office in party.offices), None)

    @property
    def zones(self) -> tuple[str, ...]:
        """The IANA time zones of the sides, in the order of `sides`, each once."""
        return tuple(dict.fromkeys(party.zone for party in self.parties))

    @property
    def names(self) -> dict[str, str]:
        """For each side: the short name of its state."""
        return {party.side: party.name or party.adjective for party in self.parties}

    def title_of(self, office: str, side: str) -> str:
        """Returns the title of an office. If `side` is empty, every side is searched. For an unknown office, it returns
        the id."""
        parties = (party for party in (*self.parties, *self.former) if side in ("", party.side))
        return next((party.offices[office] for party in parties if office in party.offices), office)

    def spoken(self, text: str) -> str:
        """Returns the text of a ledger line for offices. It has the titles of offices in place of their ids."""
        for party in (*self.parties, *self.former):
            for office, title in party.offices.items():
                name = rf"(?<![\w.-]){re.escape(f'{office} ({party.side})')}"
                text = re.sub(name, lambda _, title=title: title, text)  # type: ignore[misc]
        return text

    def changed(self, changes: Mapping[str, Any]) -> "ItemSetup":
        """Returns the setup with these changes. `changes` holds the new value of each field, as JSON.

        Sides that the changes replace are kept in `former`.
        """
        after = type(self).model_validate({**self.model_dump(), **changes})
        gone = tuple(party for party in self.parties if party not in after.parties and party not in self.former)
        return after.model_copy(update={"former": (*self.former, *gone)}) if gone else after

    @property
    def sides(self) -> tuple[str, ...]:
        return tuple(party.side for party in self.parties)

    def others(self, side: str) -> tuple[str, ...]:
        """The sides of the item without `side`, in the order of `sides`."""
        return tuple(each for each in self.sides if each != side)

    def post_room(self, office: str) -> PostRoomAddress:
        """Returns the address of the post room of an office. The office may be one that an amendment has replaced."""
        parties = (*self.parties, *reversed(self.former))
        party = next(p for p in parties if any(rung.office == office for rung in p.told))
        title = next(rung.title for rung in party.told if rung.office == office)
        return PostRoomAddress(
            plan=self.plan,
            plan_title=self.plan_title,
            office=office,
            office_title=title,
            despatch=self.despatch,
            zone=party.zone,
            clock=self.clock,
            focal_point=party.focal_point,
            focal_point_title=party.focal_point_title,
            side=party.side,
            edition=self.edition,
            epoch=self.epoch,
        )
