"""Functions that read the state of an item: its status, its fate, when it next moves, its row and its view."""

from typing import Any

from models.common.values import Instant
from models.machine.draft import S
from models.machine.ladders import awaiting, rung_moments
from models.machine.lapses import lapse_moments
from models.machine.rules import Rules
from models.machine.silence import silence_moments, silence_rows
from models.machine.state import ItemState
from models.machine.status_rounds import asked_in_round, round_moment
from models.messages.moments import Moment, MomentKind, earliest
from models.messages.sentences import infinitive, joined
from models.messages.views import ItemRow, ItemView


def status_of(rules: Rules[S], state: S) -> str:
    """Returns the status word of an item."""
    if state.closed:
        return state.closed.status
    if (own := rules.status_word(state)) is not None:
        return own
    if state.awake:
        return rules.phase(state).status
    if state.open_proposals:
        return "consent-awaited"
    if any(asked_in_round(state)):
        return "progress-awaited"
    return "postponed" if state.asleep_until else "dormant"


def fate(rules: Rules[S], state: S) -> str | None:
    """Returns the fate of an item: on-time, late, missed or excused. None if the fate is not decided yet, or if the
    item has no window."""
    if state.closed and state.closed.status == "excused":
        return "excused"
    if state.window_end is None:
        return None
    on = rules.held_on(state)
    if on is not None:  # the day of the meeting counts, not the day of the mark
        return "on-time" if on < state.window_end else "late"
    if rules.fulfilled(state):
        return "late" if state.late else "on-time"
    if state.late:
        return "late" if state.excused else "missed"
    return None


def done_in_time(rules: Rules[S], state: S) -> bool:
    """Whether the sides have done within the window what the plan asks, although the item is still open. For example,
    a mark or evidence stands under silence. Always False by the rules before edition 1."""
    return state.setup.edition >= 1 and fate(rules, state) == "on-time"


# What moves it next


def wakes_at(rules: Rules[S], state: S) -> Instant | None:
    """Returns when a dormant item wakes. None if the item is awake, or if no instant wakes it."""
    if state.awake or not rules.sleeps:
        return None
    return state.asleep_until or state.setup.opens_at


def next_moment(rules: Rules[S], state: S) -> Moment | None:
    """Returns when the item next moves by itself, and what happens then. None if only an act or a message moves it."""
    if state.closed:
        return None
    moments = [*rung_moments(state), *lapse_moments(state)]
    if state.awake or not rules.sleeps:
        moments += rules.moments(state)
    moments += silence_moments(state)
    if (wakes := wakes_at(rules, state)) is not None:
        moments.append(Moment(wakes, MomentKind.WAKES))
    if rules.answers_rounds and (asks := round_moment(state)) is not None:
        moments.append(asks)
    end = None if state.late or done_in_time(rules, state) else state.window_end
    if (state.awake or state.asleep_until is not None) and end is not None:
        moments.append(Moment(end, MomentKind.WINDOW_ENDS))
    return earliest(moments)


def sentence(rules: Rules[S], state: S) -> str:
    """Returns one line with the name of the item and what it waits for. The line is the summary of the item's timer."""
    return f"{rules.name(state)}: {next_step(rules, state)}"


def next_step(rules: Rules[S], state: S) -> str:
    """Returns one line that says what the item waits for. The line does not name the item."""
    moment = next_moment(rules, state)
    if moment is None:
        first = next(iter(awaiting(state)), None)
        if first is not None and rules.waits_for(state) is None:
            return f"{first.office} awaited: {infinitive(first.act)}"
        return rules.waits_for(state) or dormant_until(state)
    clock = state.setup.clock
    if moment.kind is MomentKind.RUNG:  # several offices may be awaited from the same instant on
        labels = dict.fromkeys(each.about for each in rung_moments(state) if each.at == moment.at)
        moment = moment._replace(about=joined(labels))
    days = {MomentKind.WINDOW_ENDS: clock.last_day, MomentKind.SESSION_OPENS: clock.on}
    return f"{moment.words} {days.get(moment.kind, clock.day)(moment.at)}"


def dormant_until(state: ItemState) -> str:
    """Returns one line that says who may wake a dormant item that no instant wakes."""
    setup = state.setup
    if setup.on_trigger:
        when = f" ({setup.condition})" if setup.condition else ""
        return f"dormant until {' or '.join(setup.triggers or setup.sides)} calls it{when}"
    return "dormant until an office of any side acts"


# Rows and views


def row(rules: Rules[S], state: S) -> ItemRow:
    """Returns the row of the item that the command `status` prints."""
    return ItemRow(**_row_fields(rules, state))


def _row_fields(rules: Rules[S], state: S) -> dict[str, Any]:
    moment = next_moment(rules, state)
    setup = state.setup
    return {
        "id": setup.id,
        "ref": setup.ref,
        "kind": setup.kind,
        "title": setup.title,
        "status": status_of(rules, state),
        "awaiting": awaiting(state),
        "next_at": moment.at if moment else None,
        "next_what": sentence(rules, state) if not state.closed else "",
        "next_step": next_step(rules, state) if not state.closed else "",
        "window": setup.window.model_copy(update={"end": state.window_end}) if setup.window else None,
        "host": state.host,
        "assumed": setup.assumed,
        "clock": setup.clock,
        **rules.row_facts(state),
    }


def view(rules: Rules[S], state: S) -> ItemView:
    """Returns the full view of the item, which the command `show` prints."""
    fields = {
        **_row_fields(rules, state),
        "plan": state.setup.plan,
        "proposals": tuple(p.model_dump(mode="json") for p in state.proposals),
        "ledger": state.ledger,
        "uid": state.setup.uid,
        "late": state.late,
        "fate": fate(rules, state),
        "called": state.called,
        "progress": tuple(each.model_dump(mode="json") for each in state.progress),
        "settled": state.setup.settled,
        "evidence": state.evidence,
        "silences": silence_rows(state),
        **rules.view_facts(state),
    }
    return ItemView(**fields)


def recorded_facts(rules: Rules[S], state: S) -> dict[str, Any]:
    """Returns facts for the data of a line in the record: the acts that are awaited after this line, and what the kind
    adds."""
    return {"awaiting": [each.model_dump(mode="json") for each in awaiting(state)], **rules.recorded_facts(state)}
