"""Gathers the facts for a report or a timeline from the record. For a report of today it also asks Temporal."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from adapters.files.record_file import read_record, recorded_items
from cli.display.lists import open_rows, recorded_view, view_of
from cli.errors import BadUsage
from cli.session import Session
from models.common.ids import obligation_id
from models.common.values import Instant
from models.common.zones import zone
from models.governance.amended_plan import plan_as_of
from models.governance.plan_machine import PLAN
from models.governance.plan_state import PlanState
from models.items.turns import Turns
from models.messages.views import ItemRow, LedgerEntry
from models.plan.plan import HostRule, Plan
from models.plan.windows import resolve_windows
from models.report.facts import Facts, ItemFact, SeriesFact
from models.report.item_record import hear_all


class ReportDay(NamedTuple):
    """The instant that a report describes. `current` is true if this instant is now."""

    at: Instant
    current: bool


def instant_of(day: date | None, state: PlanState, now: Instant) -> ReportDay:
    """Returns the instant that a report of `day` describes: the last instant of that day in the plan's zone. For today,
    or if `day` is None, it is `now`.

    Raises BadUsage for a day in the future, and for a day that ended before the launch.
    """
    clock, there = state.launch.clock, zone(state.plan.zone)
    # Today is the day in the plan's zone or in the user's zone: one may be a day ahead of the other.
    if day is None or day in (now.astimezone(there).date(), now.astimezone().date()):
        return ReportDay(now, current=True)
    midnight = datetime.combine(day + timedelta(days=1), datetime.min.time(), there).astimezone(UTC)
    if midnight > now:
        raise BadUsage("bad-time", f"--as-of {day}: that day has not come yet")
    if midnight <= state.launch.launched:
        begins = clock.moment(state.launch.launched)
        raise BadUsage(
            "bad-time", f"--as-of {day}: the record of {state.plan.plan} begins on {begins}; name a later day"
        )
    return ReportDay(midnight - timedelta(microseconds=1), current=False)


def plan_then(state: PlanState, moment: ReportDay) -> Plan:
    return state.plan if moment.current else plan_as_of(state.plan, state.amendments, moment.at, state.settlements)


async def gather(here: Session, state: PlanState, moment: ReportDay) -> Facts:
    """Returns the facts for a report. They come from the record and from the workflows of series. A report of now also
    uses Temporal's lists of open items. Raises NoServer if Temporal or a worker does not answer."""
    plan = plan_then(state, moment)
    rows = await open_rows(here.client, state.plan.plan) if moment.current else []
    if moment.current and not state.closed:
        rows.append(PLAN.row(state))
    launch = state.launch
    return Facts(
        launched=launch.launched,
        clock=launch.clock,
        current=moment.current,
        valid_until=launch.valid_until,
        ended=launch.valid_until is not None and launch.valid_until <= moment.at,
        windows=state.windows if plan == state.plan else resolve_windows(plan, launch.launched),
        items=tuple(item_facts(here.record, state.plan.plan, rows)),
        awaited_recorded=True,
        series=tuple([await _series(here, plan.plan, each.id, moment) for each in _rotating(plan)]),
        amendments=state.amendments,
        settlements=state.settlements,
    )


def item_facts(record: Path, plan: str, rows: list[ItemRow]) -> list[ItemFact]:
    """Returns the facts about every item that has a record or a row in `rows`: the lines of its record, and its row. An
    item that has no row in `rows` has None as its row."""
    by_id = {row.id: row for row in rows}
    ids = dict.fromkeys((*recorded_items(record, plan), *by_id))
    return [
        ItemFact(
            id=item,
            entries=tuple(LedgerEntry.model_validate(line) for line in read_record(record, item)),
            row=by_id.get(item),
        )
        for item in ids
    ]


def _rotating(plan: Plan) -> list[Any]:
    return [
        each
        for _, each in plan.obligations()
        if each.item is None and each.kind.in_series and each.host_rule is HostRule.ROTATING
    ]


async def _series(here: Session, plan: str, obligation: str, moment: ReportDay) -> SeriesFact:
    """The turns of a series as they are now. For a past day they come from the record, if the record has them."""
    item = obligation_id(plan, obligation)
    lines = [LedgerEntry.model_validate(line) for line in read_record(here.record, item)]
    later = any(line.at > moment.at for line in lines)
    then = hear_all(line for line in lines if line.at <= moment.at).turns
    view = recorded_view(here.record, item) or await view_of(here, item)
    told = then if later and then else view.turns
    return SeriesFact(
        id=item,
        hosting=Turns.model_validate(told),
        rotating=bool(told.get("rotating", True)),
        next=str(told.get("next", "")),
        of_day=not later or bool(then),
    )
