"""The current details of a workflow in the Temporal UI: a page for the operator, in sentences.

The page has no tables, because the UI's Markdown shows no borders and has no room for narrow columns. A list needs an
empty line before it.
"""

import re

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from models.common.clock import Clock
    from models.common.values import Instant
    from models.governance.plan_machine import PLAN
    from models.governance.plan_state import PlanState
    from models.items.series import SERIES
    from models.items.series_state import SeriesState, explain
    from models.items.turns import Turn
    from models.machine.draft import S
    from models.machine.ladders import due_of
    from models.machine.machine import Machine
    from models.machine.state import ItemState, OpenAct
    from models.messages.sentences import assumption, sentence_of, status_in_words
    from models.post.post_room_state import PostRoomState, StandingNotice, StandingReminder
    from models.post.reminders import goes_alone_at

ENTRIES_SHOWN = 8


def details_of(machine: Machine[S], state: S) -> str:
    """Returns the page of an item of any kind, as Markdown."""
    if isinstance(state, SeriesState):
        return series_details(state)
    if isinstance(state, PlanState):
        return plan_details(state)
    return item_details(machine, state)


def item_details(machine: Machine[S], state: S) -> str:
    """Returns the page of a meeting, commitment or list of questions. It shows the status, what is awaited, what comes
    next, and the last lines of the ledger."""
    setup, row, clock = state.setup, machine.row(state), state.setup.clock
    host = f", hosted by {row.host}" if row.host else ""
    facts = [_of_plan(state)]
    if state.called:
        facts.append(f"Called because: {_sentence(state.called)}")
    if row.date:
        place = f", {row.date.place}" if row.date.place else ""
        facts.append(f"Date: {_text(f'{clock.at(row.date.start)} to {clock.at(row.date.end)}{place}')}.")
    if row.window:
        extended = " (extended by consent)" if state.extended_to else ""
        facts.append(f"It is due by {clock.last_day(row.window.end)}{extended}.")
    parts = [f"**{_text(f'{setup.ref} {setup.title}')}**{host}: {status_in_words(row.status)}.", "\n".join(facts)]
    parts += _awaited_list(machine, state)
    if row.next_at:
        parts.append(f"**Next:** {_text(row.next_step)}.")
    if setup.assumed:
        parts.append(f"**Assumed,** not stated by the plan: {'; '.join(map(assumption, setup.assumed))}.")
    return "\n\n".join([*parts, *_ledger(state, clock)])


def _of_plan(state: ItemState) -> str:
    setup = state.setup
    return f"Provision {setup.ref} of the {_text(setup.plan_title)}. Times are those of {setup.clock.zone}."


def _awaited_list(machine: Machine[S], state: S) -> list[str]:
    lines = [line for open_act in state.open_acts for line in _awaited(machine, state, open_act)]
    return ["**Awaited**", _list(lines)] if lines else []


def _awaited(machine: Machine[S], state: S, open_act: OpenAct) -> list[str]:
    ladder, clock = state.setup.party(open_act.side).ladder, state.setup.clock
    act = machine.act_in_words(state, open_act)
    lines = []
    for number, (climbed, rung) in enumerate(zip(open_act.climbs, ladder, strict=False), start=1):
        due = due_of(state, open_act, number)
        by = f", by {clock.last_day(due)}" if due else ""
        paused = "; it cannot be reached, so its ladder waits" if open_act.paused else ""
        # A semicolon, because the words of the act may hold commas.
        asked = f"asked since {clock.at(climbed)}{by}, rung {number}"
        lines.append(f"{rung.office} ({rung.label}) to {act}; {asked}{paused}")
    return lines


def _ledger(state: ItemState, clock: Clock) -> list[str]:
    lines = [f"{clock.at(entry.at)}: {entry.text}" for entry in reversed(state.ledger[-ENTRIES_SHOWN:])]
    return ["**Recent ledger**", _list(lines)] if lines else []


def series_details(state: SeriesState) -> str:
    """Returns the page of a series. It shows what the series waits for, what is awaited, the turns, and the last lines
    of the ledger."""
    setup = state.setup
    waits = _text(SERIES.next_step(state))
    parts = [f"**{_text(f'{setup.ref} {setup.title}')}**, a series: {waits}.", _of_plan(state)]
    parts += _awaited_list(SERIES, state)
    if state.hosting.turns:
        parts += [f"**Turns.** {_text(explain(state))}", _list([_turn(turn) for turn in state.hosting.turns])]
    return "\n\n".join([*parts, *_ledger(state, setup.clock)])


def _turn(turn: Turn) -> str:
    planned = f"the turn of {turn.planned}" if turn.planned else "nobody's turn is stated"
    hosted = f", hosted by {turn.host}" if turn.host else ""
    return f"session {turn.session}: {planned}{hosted}; {turn.state}"


def plan_details(state: PlanState) -> str:
    """Returns the page of the plan. It shows the status, what is awaited, the amendments in force, what comes next, and
    the last lines of the ledger."""
    clock, launch = state.setup.clock, state.launch
    parts = [f"**{_text(state.setup.title)}**: {status_in_words(PLAN.status_of(state))}."]
    until = f" and valid until {clock.last_day(launch.valid_until)}" if launch.valid_until else ""
    launched = f"Launched as of {clock.at(launch.as_of)}{until}. Times are those of {clock.zone}."
    counted = f"{len(state.open_items)} items are open. The status rounds ask about {len(state.round_items)}."
    parts.append(f"{launched}\n{counted}")
    parts += _awaited_list(PLAN, state)
    if state.amendments:
        amended = [f"{each.number}: {each.text}, since {clock.at(each.at)}" for each in state.amendments]
        parts += ["**Amendments in force**", _list(amended)]
    moment = PLAN.next_moment(state)
    if moment:
        parts.append(f"**Next:** {moment.words} {clock.day(moment.at)}.")
    return "\n\n".join([*parts, *_ledger(state, clock)])


def post_room_details(state: PostRoomState, now: Instant | None = None) -> str:
    """Returns the page of a post room. It shows what is awaited of the office, what waits to be sent, and when the next
    letter goes. With `now`, it also shows until when a closed office stays closed."""
    clock = state.address.clock
    parts = [f"**Post room of {_text(state.address.office_title)}**, the only sender to this office."]
    parts.append(f"Times are those of {clock.zone}.")
    if state.unreachable:
        parts.append(f"**Nothing reaches this office:** {_sentence(state.unreachable)}")
    if now is not None and state.hours is not None and not state.hours.is_open(now):
        parts.append(f"**The office is closed** until {clock.at(state.hours.next_open(now))}.")
    if state.hold_until:
        parts.append(f"**Next attempt:** {clock.at(state.hold_until)}.")
    elif state.letter_at:
        parts.append(f"**Next letter:** {clock.at(state.letter_at)}.")
    else:
        parts.append("Nothing is awaited of it, so no letter is due.")
    if state.standing:
        parts += ["**Awaited of it**", _list([_stands(standing, clock) for standing in state.standing.values()])]
    if state.queue:
        parts += ["**Waiting to go**", _list([f"{each.kind.value}, {each.ref} {each.title}" for each in state.queue])]
    if state.waiting_reminders:
        parts += ["**Reminders that wait**", _list([_reminds(state, each) for each in state.waiting_reminders])]
    return "\n\n".join(parts)


def _stands(standing: StandingNotice, clock: Clock) -> str:
    notice = standing.notice
    if standing.returned:
        told = "not reached"
    elif standing.sent:
        told = "told by letter"
    else:
        told = "told in another mail; also in the next letter" if notice.quiet else "in the next letter"
    return f"{notice.ref} {notice.title}: to {notice.act}, since {clock.at(notice.since)}, rung {notice.rung} ({told})"


def _reminds(state: PostRoomState, reminder: StandingReminder) -> str:
    """Says in one line of which date the reminder tells, and in which mail it goes."""
    alone, clock = goes_alone_at(state, reminder), state.address.clock
    mail = "in the next letter" if alone is None else f"in a mail of its own from {clock.at(alone)}"
    return f"{reminder.word.ref} {reminder.word.title}, {clock.at(reminder.begins)} ({mail})"


def _list(lines: list[str]) -> str:
    return "\n".join(f"- {_text(line)}" for line in lines)


def _text(words: str) -> str:
    """Words that a person wrote, made safe for Markdown: on one line, without emphasis, code, HTML or links."""
    return re.sub(r"([\\`*\[\]<>])", r"\\\1", " ".join(words.split()))


def _sentence(words: str) -> str:
    return _text(sentence_of(words))
