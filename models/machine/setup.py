"""The setup with which an item starts: its name, its schedule, who may call it, its duties, its parties."""

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from pydantic import JsonValue

from models.common.clock import Clock
from models.common.values import Duration, Instant, Value
from models.messages.effects import PostRoomAddress
from models.plan.parties import Party
from models.plan.plan import DespatchRule, Window

EDITION = 1
"""The edition of the rules by which items that start now decide. It grows by one when a rule changes what an item does
at which instant: a history of an earlier release then replays by the rules with which its run started."""


class RoundAt(Value):
    """One status round of the plan, resolved to instants."""

    name: str
    """The year of the round, or its number in a demonstration plan."""
    at: Instant
    """When it asks."""
    closes: Instant
    """When it closes and the ministries of foreign affairs receive the answers."""


class ItemName(Value):
    """The names of an item, and the plan, provision and workflow to which it belongs."""

    plan: str
    plan_title: str
    id: str
    """Workflow id: lao-khm/16.3-jtc/2026."""
    parent: str
    """Id of the workflow that opened the item."""
    ref: str
    """Provision reference: 16.3."""
    kind: str
    obligation: str
    session: str | None
    """Name of the session in its series. None for an item that is no session."""
    title: str
    short: str
    """The short title, for summaries and timers: "JTC 2026"."""
    uid: str
    """UID of the calendar event."""


class Schedule(Value):
    """When the item is due, and when it begins to ask."""

    window: Window | None
    opens_at: Instant | None
    """The instant at which the item wakes. Before it, nothing is awaited. None: only an act wakes the item."""
    rounds: tuple[RoundAt, ...] = ()
    """The status rounds that ask about the item. Empty if it has a window or waits for a call."""
    lead: Duration = timedelta(0)
    """The time that should remain between the last rung and the end of the window."""
    remind: Duration | None = None
    """How long before an agreed date its guests are reminded. None reminds nobody."""


class CallRule(Value):
    """Who may call the item, and when."""

    on_trigger: bool = False
    """True: the item is dormant until a side calls it."""
    triggers: tuple[str, ...] = ()
    """The sides that may call it. Empty: every side that takes part."""
    condition: str = ""
    """When it may be called, in the words of the plan file."""
    not_before: Instant | None = None
    """The instant from which on it may be called. None: at any time."""


class Duties(Value):
    """Rules about the host, the report to the higher authority, and the evidence."""

    rotating: bool = False
    """True: the sides host in turn."""
    host_in_questions: bool = False
    """True: the list of open questions asks who hosts first, so that the sessions do not ask it."""
    report_to_higher: bool = False
    """True: each side reports the outcome to its higher authority (as 6.2 demands)."""
    evidence_wanted: str = ""
    """The evidence that shows that it is fulfilled."""


class ItemSetup(ItemName, Schedule, CallRule, Duties):
    """The setup of an item. Only an amendment, or the answer to a question, changes it."""

    edition: int = 0
    """The edition of the rules by which the item decides, from the start of its run. 0: of release 0.1.0, or before."""
    parties: tuple[Party, ...]
    despatch: DespatchRule
    clock: Clock = Clock()
    assumed: tuple[str, ...] = ()
    """The field names of the readings that are only assumed."""
    settled: dict[str, JsonValue] = {}
    """The values that the sides have settled by consent, by field."""
    former: tuple[Party, ...] = ()
    """Sides whose offices an amendment changed, as they were before it. Notices to the former offices are settled in
    their post rooms."""

    def party(self, side: str) -> Party:
        return next(party for party in self.parties if party.side == side)

    def side_of(self, office: str) -> str | None:
        """The side for which an office may act here. None if it may not act."""
        return next((party.side for party in self.parties if office in party.offices), None)

    @property
    def names(self) -> dict[str, str]:
        """The short name of each state, by side."""
        return {party.side: party.name or party.adjective for party in self.parties}

    def title_of(self, office: str, side: str) -> str:
        """The title of an office. `side` may be empty. If the office is unknown, it gives the id back."""
        parties = (party for party in (*self.parties, *self.former) if side in ("", party.side))
        return next((party.offices[office] for party in parties if office in party.offices), office)

    def spoken(self, text: str) -> str:
        """The text of a ledger line as offices read it: with titles of offices in place of their ids."""
        for party in (*self.parties, *self.former):
            for office, title in party.offices.items():
                name = rf"(?<![\w.-]){re.escape(f'{office} ({party.side})')}"
                text = re.sub(name, lambda _, title=title: title, text)  # type: ignore[misc]
        return text

    def changed(self, changes: Mapping[str, Any]) -> "ItemSetup":
        """The setup after these changes: field and new value, as JSON. It keeps the former parties in `former`."""
        after = type(self).model_validate({**self.model_dump(), **changes})
        gone = tuple(party for party in self.parties if party not in after.parties and party not in self.former)
        return after.model_copy(update={"former": (*self.former, *gone)}) if gone else after

    @property
    def sides(self) -> tuple[str, ...]:
        return tuple(party.side for party in self.parties)

    def post_room(self, office: str) -> PostRoomAddress:
        """The address of the post room of an office. The office may be one of today, or one before an amendment."""
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
        )
