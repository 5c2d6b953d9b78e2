"""The current details of a workflow in the Temporal UI: a page for the operator, in sentences.

The UI's Markdown has neither table borders nor room for narrow columns, so there are none.
"""

from models.governing import PLAN, PlanState
from models.item import ItemState, OpenAct, S
from models.machine import Machine
from models.postroom import PostRoomState, Standing
from models.series import SERIES, SeriesState, explain
from models.wording import Clock, assumption, status_in_words

ENTRIES_SHOWN = 8


def details_of(machine: Machine[S], state: S) -> str:
    """The page of any item."""
    if isinstance(state, SeriesState):
        return series_details(state)
    if isinstance(state, PlanState):
        return plan_details(state)
    return item_details(machine, state)


def item_details(machine: Machine[S], state: S) -> str:
    """Where it stands, what is awaited of whom, what comes next, the recent ledger."""
    setup, row, clock = state.setup, machine.row(state), state.setup.clock
    host = f", hosted by {row.host}" if row.host else ""
    lines = [f"**{setup.ref} {setup.title}**{host}: {status_in_words(row.status)}."]
    lines.append(f"\n{setup.plan_title}, provision {setup.ref}. Times are those of {clock.zone}.")
    if state.called:
        lines.append(f"\nCalled because: {state.called}.")
    if row.date:
        place = f", {row.date.place}" if row.date.place else ""
        lines.append(f"\nDate: {clock.at(row.date.start)} to {clock.at(row.date.end)}{place}.")
    if row.window:
        extended = " (extended by consent)" if state.extended_to else ""
        lines.append(f"\nIt is due by {clock.last_day(row.window.end)}{extended}.")
    if state.open_acts:
        lines.append("\nAwaited:")
        lines += [line for open_act in state.open_acts for line in _awaited(machine, state, open_act)]
    if row.next_at:
        lines.append(f"\nNext: {row.next_what.partition(': ')[2]}.")
    if setup.assumed:
        lines.append(f"\nAssumed, not stated by the plan: {'; '.join(map(assumption, setup.assumed))}.")
    return "\n".join([*lines, *_ledger(state, clock)])


def _awaited(machine: Machine[S], state: S, open_act: OpenAct) -> list[str]:
    ladder, clock = state.setup.party(open_act.side).ladder, state.setup.clock
    act = machine.act_in_words(state, open_act)
    lines = []
    for number, (climbed, rung) in enumerate(zip(open_act.climbs, ladder, strict=False), start=1):
        due = machine.due_of(state, open_act, number)
        by = f", by {clock.last_day(due)}" if due else ""
        paused = "; it cannot be reached, so its ladder waits" if open_act.paused else ""
        lines.append(f"- {rung.office} ({rung.label}) to {act}, since {clock.at(climbed)}{by}, rung {number}{paused}")
    return lines


def _ledger(state: ItemState, clock: Clock) -> list[str]:
    entries = [f"- {clock.at(entry.at)}: {entry.text}" for entry in reversed(state.ledger[-ENTRIES_SHOWN:])]
    return ["\nRecent ledger:", *entries] if entries else []


def series_details(state: SeriesState) -> str:
    """The next session, the turns, the recent ledger."""
    setup = state.setup
    lines = [f"**{setup.ref} {setup.title}**, a series: {SERIES.sentence(state).partition(': ')[2]}."]
    lines.append(f"\n{setup.plan_title}, provision {setup.ref}. Times are those of {setup.clock.zone}.")
    if state.open_acts:
        lines.append("\nAwaited:")
        lines += [line for open_act in state.open_acts for line in _awaited(SERIES, state, open_act)]
    if state.hosting.turns:
        lines.append(f"\nTurns. {explain(state)}")
        for turn in state.hosting.turns:
            planned = f"the turn of {turn.planned}" if turn.planned else "nobody's turn is stated"
            hosted = f", hosted by {turn.host}" if turn.host else ""
            lines.append(f"- session {turn.session}: {planned}{hosted}; {turn.state}")
    return "\n".join([*lines, *_ledger(state, setup.clock)])


def plan_details(state: PlanState) -> str:
    """The plan in force: its amendments, what is open, what comes next."""
    clock, launch = state.setup.clock, state.launch
    lines = [f"**{state.setup.title}**: {PLAN.status_of(state)}."]
    until = f" and valid until {clock.last_day(launch.valid_until)}" if launch.valid_until else ""
    lines.append(f"\nLaunched as of {clock.at(launch.as_of)}{until}. Times are those of {clock.zone}.")
    asked = len(state.round_items)
    lines.append(f"\nOpen: {len(state.open_items)} items. The status rounds ask about {asked}.")
    if state.amendments:
        lines.append("\nAmendments in force:")
        lines += [f"- {each.number}: {each.text}, since {clock.at(each.at)}" for each in state.amendments]
    moment = PLAN.next_moment(state)
    if moment:
        lines.append(f"\nNext: {moment[1]} {clock.day(moment[0])}.")
    return "\n".join([*lines, *_ledger(state, clock)])


def post_room_details(state: PostRoomState) -> str:
    """What is awaited of the office, what waits to go, when the next letter goes."""
    clock = state.address.clock
    lines = [f"**Post room of {state.address.office_title}**, the only sender to this office."]
    lines.append(f"\nTimes are those of {clock.zone}.")
    if state.unreachable:
        lines.append(f"\nNothing reaches this office: {state.unreachable}.")
    if state.hold_until:
        lines.append(f"\nNext attempt: {clock.at(state.hold_until)}.")
    elif state.letter_at:
        lines.append(f"\nNext letter: {clock.at(state.letter_at)}.")
    else:
        lines.append("\nNothing is awaited of it, so no letter is due.")
    if state.standing:
        lines.append("\nAwaited of it:")
        lines += [f"- {_stands(standing, clock)}" for standing in state.standing.values()]
    lines += [f"\nWaiting to go: {queued.kind.value}, {queued.ref} {queued.title}." for queued in state.queue]
    return "\n".join(lines)


def _stands(standing: Standing, clock: Clock) -> str:
    notice = standing.notice
    if standing.returned:
        told = "not reached"
    elif standing.sent:
        told = "told by letter"
    else:
        told = "told otherwise; also in the next letter" if notice.quiet else "in the next letter"
    return f"{notice.ref} {notice.title}: to {notice.act}, since {clock.at(notice.since)}, rung {notice.rung} ({told})"
