"""The current details of a workflow in the Temporal UI: a page of Markdown for the operator."""

from models.item import ItemState, S
from models.machine import Machine
from models.postroom import PostRoomState
from models.series import SeriesState, sentence
from models.wording import infinitive

ENTRIES_SHOWN = 8


def item_details(machine: Machine[S], state: S) -> str:
    """Status, what is awaited, the next instant, the recent ledger."""
    setup, row, moment = state.setup, machine.row(state), state.setup.clock.moment
    lines = [f"**{setup.ref} {setup.title}** is **{row.status}**" + (f", host {row.host}" if row.host else "") + "."]
    if row.date:
        place = f", {row.date.place}" if row.date.place else ""
        lines.append(f"\nDate: {row.date.local} ({row.date.zone}){place}.")
    if row.window:
        ends = moment(row.window.end)
        lines.append(f"\nWindow {row.window.name}: until {ends}" + (" (extended)." if state.extended_to else "."))
    if row.awaiting:
        lines += ["\n| awaited | act | since | due | rung |", "| --- | --- | --- | --- | --- |"]
        lines += [
            f"| {each.office} | {infinitive(each.act)} | {moment(each.since)} "
            f"| {moment(each.due) if each.due else '-'} | {each.rung} |"
            for each in row.awaiting
        ]
    lines.append(f"\nNext: {row.next_what}" + (f" ({moment(row.next_at)})" if row.next_at else ""))
    if setup.assumed:
        lines.append(f"\nAssumed, not stated by the plan: {', '.join(setup.assumed)}.")
    return "\n".join([*lines, *_ledger(state)])


def _ledger(state: ItemState | SeriesState) -> list[str]:
    clock = state.template.clock if isinstance(state, SeriesState) else state.setup.clock
    entries = [f"- {clock.moment(entry.at)}: {entry.text}" for entry in reversed(state.ledger[-ENTRIES_SHOWN:])]
    return ["\nRecent ledger:", *entries] if entries else []


def series_details(state: SeriesState) -> str:
    """The next session, the turns, the recent ledger."""
    lines = [f"**{state.template.ref} {state.template.title}**, a series. {sentence(state)}."]
    if state.turns:
        lines += ["\n| session | turn | host | state |", "| --- | --- | --- | --- |"]
        lines += [f"| {t.session} | {t.planned or '-'} | {t.host or '-'} | {t.state} |" for t in state.turns]
    return "\n".join([*lines, *_ledger(state)])


def post_room_details(state: PostRoomState) -> str:
    """What is awaited of the office and when its next letter goes."""
    lines, moment = [f"**Post room of {state.address.office_title}.**"], state.address.clock.moment
    if state.unreachable:
        lines.append(f"\nNothing reaches this office: {state.unreachable}. Correct its address in the contacts file.")
    lines.append(f"\nNext letter: {moment(state.letter_at) if state.letter_at else 'none, nothing is awaited'}.")
    if state.standing:
        lines += ["\n| item | act | since | rung | sent |", "| --- | --- | --- | --- | --- |"]
        lines += [
            f"| {s.notice.item} | {s.notice.act} | {moment(s.notice.since)} | {s.notice.rung} "
            f"| {'yes' if s.sent else 'in the next letter'} |"
            for s in state.standing.values()
        ]
    lines += [f"\nWaiting to go: {queued.kind.value} on {queued.title}." for queued in state.queue]
    return "\n".join(lines)
