"""What an item is born with: its name, its schedule, who may call it, its duties, its parties."""

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


class RoundAt(Value):
    """One status round of the plan, resolved to instants."""

    name: str
    """Its year, or its number in a demonstration plan."""
    at: Instant
    closes: Instant
    """When the ministries of foreign affairs are shown what was answered."""


class ItemName(Value):
    """What an item is called, and where it belongs."""

    plan: str
    plan_title: str
    id: str
    """Workflow id: lao-khm/16.3-jtc/2026."""
    parent: str
    """Id of the workflow that opened it."""
    ref: str
    """Provision reference: 16.3."""
    kind: str
    obligation: str
    session: str | None
    """Name of the session within its series; None for what has one item in all."""
    title: str
    short: str
    """For summaries and timers: "JTC 2026"."""
    uid: str
    """UID of its calendar event."""


class Schedule(Value):
    """When it is due, and when it is asked for."""

    window: Window | None
    opens_at: Instant | None
    """Nothing is awaited before. None: nothing dates it, and only an act or a status round asks anything."""
    rounds: tuple[RoundAt, ...] = ()
    """The status rounds in which it is asked how far it has come; empty where a window dates it."""
    lead: Duration = timedelta(0)
    """Time that should be left between the top of the ladder and the end of a window."""
    remind: Duration | None = None
    """How long before an agreed date the invited offices are reminded of it; None reminds nobody."""


class CallRule(Value):
    """Who may call it, and when."""

    on_trigger: bool = False
    """Dormant until one of `triggers` calls it."""
    triggers: tuple[str, ...] = ()
    """Sides that may call it; empty for every side that takes part."""
    condition: str = ""
    """When it may be called, in the words of the register."""
    not_before: Instant | None = None
    """It may be called only from then on."""


class Duties(Value):
    """What the text asks beside the thing itself."""

    rotating: bool = False
    """The sides host in turn."""
    host_in_questions: bool = False
    """Who hosts first is asked in the list of open questions, not by each session."""
    report_to_higher: bool = False
    """The outcome is reported to each side's higher authority (as 6.2 demands)."""
    evidence_wanted: str = ""
    """What closes it."""


class ItemSetup(ItemName, Schedule, CallRule, Duties):
    """What an item is born with. Only an amendment of the plan changes it."""

    parties: tuple[Party, ...]
    despatch: DespatchRule
    clock: Clock = Clock()
    assumed: tuple[str, ...] = ()
    """Names of the readings on which it rests and that the text does not state."""
    settled: dict[str, JsonValue] = {}
    """What the text leaves open and the sides have settled by consent, by field."""
    former: tuple[Party, ...] = ()
    """Sides as they were before an amendment changed their offices: what was told there is settled there."""

    def party(self, side: str) -> Party:
        return next(party for party in self.parties if party.side == side)

    def side_of(self, office: str) -> str | None:
        """The side for which an office may act here, or None."""
        return next((party.side for party in self.parties if office in party.offices), None)

    @property
    def names(self) -> dict[str, str]:
        """The states in short, by side."""
        return {party.side: party.name or party.adjective for party in self.parties}

    def title_of(self, office: str, side: str) -> str:
        """An office of a side by its title."""
        parties = (party for party in (*self.parties, *self.former) if side in ("", party.side))
        return next((party.offices[office] for party in parties if office in party.offices), office)

    def spoken(self, text: str) -> str:
        """A line of the ledger as it is said to an office: titles in place of ids."""
        for party in (*self.parties, *self.former):
            for office, title in party.offices.items():
                name = rf"(?<![\w.-]){re.escape(f'{office} ({party.side})')}"
                text = re.sub(name, lambda _, title=title: title, text)  # type: ignore[misc]
        return text

    def changed(self, changes: Mapping[str, Any]) -> "ItemSetup":
        """The setup with fields, as JSON, that an amendment changes."""
        after = type(self).model_validate({**self.model_dump(), **changes})
        gone = tuple(party for party in self.parties if party not in after.parties and party not in self.former)
        return after.model_copy(update={"former": (*self.former, *gone)}) if gone else after

    @property
    def sides(self) -> tuple[str, ...]:
        return tuple(party.side for party in self.parties)

    def post_room(self, office: str) -> PostRoomAddress:
        """What starts the post room of an office on one of the ladders, or on one of before an amendment."""
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
