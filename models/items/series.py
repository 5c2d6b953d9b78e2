"""A series: which session opens next, when it opens, and which side hosts it.

Each session is an item of its own and asks its offices itself. The module `turns` keeps the turns. The module
`series_changes` carries out the orders that the plan gives to the series.
"""

from collections.abc import Iterator
from typing import Any

from models.common.values import Instant
from models.items import turns
from models.items.commitment import CommitmentState
from models.items.meeting_state import MeetingState
from models.items.past_sessions import AdoptedSession, PastState, adopted_entries
from models.items.series_changes import change, give_hosts, settle_first
from models.items.series_state import (
    SeriesState,
    free_name,
    next_host,
    opening_host,
    opens_at,
    planned_host,
    session_setup,
    turns_view,
)
from models.machine.calls import refuse_call, say_called
from models.machine.closing import close
from models.machine.draft import Draft
from models.machine.machine import Machine
from models.machine.orders import say_dropped
from models.machine.refusals import refusal
from models.machine.round_answers import PROGRESS
from models.machine.rules import Deed, Rules
from models.machine.state import ItemState
from models.messages.acts import Act, Call
from models.messages.effects import EnterElsewhere, ItemReport, Open, Order
from models.messages.moments import Moment, MomentKind
from models.messages.sentences import not_taken
from models.messages.views import Refusal
from models.plan.kinds import Kind
from models.plan.plan import Window

SESSIONS_PER_RUN = 10
"""How many sessions one run of the series workflow opens. Then a new run starts, to keep each history short."""

Series = Draft[SeriesState]

# A call opens a session of a series without windows


def _refuse_call(rules: Rules[SeriesState], state: SeriesState, act: Call, side: str, now: Instant) -> Refusal | None:
    if not state.on_call:
        return refusal(rules, state, "wrong-kind", "its sessions open by themselves and need no call")
    return refuse_call(rules, state, act, side, now)


def _take_call(rules: Rules[SeriesState], draft: Series, act: Call, side: str) -> None:
    """Opens a session for the reason that the call states. The sides then agree on its date and host as usual."""
    say_called(draft, act, side)
    draft.put(called_sessions=draft.state.called_sessions + 1)
    name = free_name(draft.state, draft.state.called_sessions + len(draft.state.past))
    _open(draft, name, None, called=act.reason)


# Opening


def _open_window(draft: Series) -> None:
    state = draft.state
    window = state.windows[state.opened] if state.windows else None
    name = window.name if window else free_name(state, state.opened + 1)
    known = next((each for each in state.past if each.session == name), None)
    if known is None and window is not None and window.end <= state.as_of:
        known = AdoptedSession(obligation=state.setup.obligation, session=name, state=PastState.UNKNOWN)
    if known is None:
        _open(draft, name, window)
    else:
        _adopt(draft, name, window, known)
    draft.put(opened=state.opened + 1)


def _open(draft: Series, name: str, window: Window | None, called: str = "") -> None:
    state = draft.state
    hosting = turns.open_session(state.hosting, name, window.start if window else draft.now)
    draft.put(hosting=hosting)
    host = opening_host(draft.state, name)
    draft.put(next_host=None)
    setup = session_setup(draft.state, window, name, draft.now)
    if state.meets:
        turn = planned_host(draft.state, name)
        session: ItemState = MeetingState(setup=setup, host=host, turn=turn, called=called)
        workflow = "meeting"
    else:
        session, workflow = CommitmentState(setup=setup, called=called), "commitment"
    draft.effects.append(Open(workflow=workflow, state=session))
    draft.put(open_sessions=(*state.open_sessions, setup.id))
    draft.enter("opened", f"session {name} opened", session=name, host=host)
    draft.report(ItemReport(session=name, item=setup.id, status="opened", title=setup.title))


def _adopt(draft: Series, name: str, window: Window | None, past: AdoptedSession) -> None:
    """Enters a session before the launch into the record and into the turns. No office gets mail about it."""
    on = past.date.start if past.date else None
    draft.put(hosting=turns.adopt(draft.state.hosting, name, past.state.value, past.host, on))
    state = draft.state
    session = MeetingState(setup=session_setup(state, window, name, draft.now), host=past.host)
    item: ItemState = session if state.meets else CommitmentState(setup=session.setup)
    draft.effects.append(EnterElsewhere(item=item.setup.id, entries=adopted_entries(item, past, draft.now)))
    unknown = past.state is PastState.UNKNOWN
    what = "enters as unknown: its window ended before the launch" if unknown else past.words
    draft.enter("opened" if unknown else "adopted", f"session {name} {what}", session=name, host=past.host)


# The end


def _end_if_done(rules: Rules[SeriesState], draft: Series) -> None:
    """Closes the series if no session is open and no further session opens."""
    state = draft.state
    if state.exhausted and not state.open_sessions and not state.closed:
        status = "expired" if state.expired and state.on_call else "closed"
        close(rules, draft, status, None, "the last session is closed out", by="sessions")


class SeriesRules(Rules[SeriesState]):
    """The rules of a series: it opens sessions and keeps the turns."""

    deeds = {"call": Deed(_refuse_call, _take_call), "progress": PROGRESS}
    sleeps = False
    records_opening = False

    def not_taken_here(self, state: SeriesState, act: Act) -> str:
        names = ", ".join(item.partition("/")[2] for item in state.open_sessions)
        first = "call one first" if state.on_call else "none is open yet"
        return f"{not_taken(act.verb, 'series', self.deeds)}; act on one of its sessions ({names or first})"

    # What time brings

    def moments(self, state: SeriesState) -> Iterator[Moment]:
        at = opens_at(state)
        if at is not None:
            name = state.windows[state.opened].name if state.windows else free_name(state, state.opened + 1)
            yield Moment(at, MomentKind.SESSION_OPENS, name)

    def waits_for(self, state: SeriesState) -> str | None:
        if state.on_call:
            return None
        if not state.open_sessions:
            return "no further session opens"
        return f"waits for the end of {', '.join(state.open_sessions)}"

    def pass_moments(self, draft: Series) -> Instant | None:
        """Opens at most one session whose opening instant has come. Closes the series after its last session.

        In a series without windows, it first enters the sessions before the launch. Always returns None.
        """
        state = draft.state
        if not state.windows and state.past and not state.opened:
            for known in state.past:
                if turns.turn_of(state.hosting, known.session) is None:
                    _adopt(draft, known.session, None, known)
            draft.put(opened=len(state.past))
        at = opens_at(draft.state)
        if at is not None and at <= draft.now:
            _open_window(draft)
        _end_if_done(self, draft)
        return None

    # What sessions and the plan tell

    def learn(self, draft: Series, report: ItemReport) -> None:
        """Records what a session reports to the series: which side hosts it, or that it has ended.

        If the session has ended, its turn is served, swapped or forfeited. If the series itself ordered the session to
        end, its turn waits for another session.
        """
        state = draft.state
        recalled = report.closed and report.status == "dropped" and report.item in state.recalled
        if recalled:
            hosting = turns.recall_session(state.hosting, report.session)
            if state.setup.edition >= 1:
                draft.put(recalled_names=(*state.recalled_names, report.session))
        elif report.closed and report.item in state.open_sessions:
            hosting = turns.close_session(
                state.hosting, report.session, report.held, report.host, report.on, report.reason
            )
        elif report.host and not report.closed:
            hosting = turns.agree_host(state.hosting, report.session, report.host, report.reason)
        else:
            hosting = state.hosting
        left = tuple(item for item in state.open_sessions if not (report.closed and item == report.item))
        # If the sides drop a session of a series without windows and calls, the series opens no other.
        dropped = report.closed and report.status == "dropped" and not recalled
        given_up = dropped and not state.windows and not state.on_call
        over = state.valid_until is not None and state.valid_until <= draft.now
        draft.put(hosting=hosting, open_sessions=left, expired=state.expired or given_up or over)
        text = f"session {report.session} {report.status}" + (f", host {report.host}" if report.host else "")
        draft.enter(report.status, text, session=report.session, host=report.host)
        give_hosts(draft, state.hosting, except_for=report.session)
        if report.closed:
            draft.report(report)
            _end_if_done(self, draft)

    def obeys(self, draft: Series, order: Order) -> bool:
        """Carries out an order that changes fields, names a host, or ends the series. Always returns True."""
        open_before = draft.state.open_sessions
        if order.changes:
            change(draft, order)
        if order.host:
            settle_first(draft, order)
        if order.end:
            how = {"by": order.by, "amendment": order.amendment}
            for item in open_before:
                draft.tell(item, Order(end=order.end, text=order.text, **how))
            if not open_before:  # otherwise the sessions announce it
                say_dropped(draft, order)
            draft.put(expired=True, open_sessions=())
            close(self, draft, order.end, None, order.text, by=order.by or None, amendment=order.amendment)
        else:
            _end_if_done(self, draft)
        return True

    # In views and the record

    def row_facts(self, state: SeriesState) -> dict[str, Any]:
        following = state.windows[state.opened] if state.windows and not state.exhausted else None
        return {"kind": Kind.MEETING_SERIES.value, "window": following, "host": next_host(state)}

    def view_facts(self, state: SeriesState) -> dict[str, Any]:
        return {"turns": turns_view(state), "uid": ""}

    def recorded_facts(self, state: SeriesState) -> dict[str, Any]:
        """Returns the turns of the series in the form that the command `show` uses."""
        return {"turns": turns_view(state)}


SERIES = Machine(SeriesRules())
