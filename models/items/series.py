"""A series: which session is opened next, when, and who hosts it."""

from datetime import datetime
from itertools import count
from typing import Any

from pydantic import JsonValue

from models.common.ids import event_uid, session_id
from models.common.values import Instant, write_instant
from models.items import turns
from models.items.commitment import CommitmentState
from models.items.meeting import MeetingState
from models.items.past_sessions import AdoptedSession, PastState, adopted_entries
from models.items.turns import Turns, TurnState
from models.machine.draft import Draft, Step, heard_at
from models.machine.machine import Machine
from models.machine.setup import ItemSetup
from models.machine.state import ItemState
from models.messages.acts import Act, Call, Topic
from models.messages.effects import EnterElsewhere, Open, Order, SessionReport
from models.messages.moments import Moment, MomentKind, earliest
from models.messages.sentences import not_taken
from models.messages.views import ItemRow, ItemView, Refusal
from models.plan.kinds import Kind
from models.plan.plan import HostRule, Window

SESSIONS_PER_RUN = 10
"""Sessions that one run of the workflow opens: its history does not grow with their number."""


class SeriesState(ItemState):
    """What a series carries from session to session. Its setup is also that of its sessions, but for their id, name,
    window and uid."""

    host_rule: HostRule
    fixed_host: str | None = None
    first_host: str | None = None
    """The host of the first session where no turns are stated."""
    next_host: str | None = None
    """Where no turns are stated: the side on which the offices have agreed for the session that opens next."""
    recalled: tuple[str, ...] = ()
    """Open sessions that an amendment has made undue, as long as nobody has begun them."""
    first_title: str | None = None
    launched: Instant
    as_of: Instant
    """A window that ended before enters as unknown, or as the adopted history has it."""
    valid_until: Instant | None = None
    windows: tuple[Window, ...] = ()
    """Empty where nothing states how often it meets."""
    expired: bool = False
    """The plan's validity ended, or the sides dropped what nothing dates: no further session is opened."""
    opened: int = 0
    """How many windows have opened; of what nothing dates, how many sessions."""
    called_sessions: int = 0
    """How many sessions were called."""
    open_sessions: tuple[str, ...] = ()
    hosting: Turns
    session_kind: str = Kind.MEETING.value
    """Kind of a session; exchange and the like where each year asks for evidence anew."""
    past: tuple[AdoptedSession, ...] = ()

    @property
    def exhausted(self) -> bool:
        return self.expired or (bool(self.windows) and self.opened >= len(self.windows))

    @property
    def on_call(self) -> bool:
        """Nothing dates it: its sessions are called."""
        return not self.windows and (self.setup.on_trigger or bool(self.setup.rounds))


def opens_at(state: SeriesState) -> Instant | None:
    """When the next session is opened; None while only a call, or the end of the open one, brings the next."""
    if state.closed or state.exhausted or state.on_call:
        return None
    if state.windows:
        window = state.windows[state.opened]
        return window.start if window.end <= state.as_of else asking_from(window, state.setup)
    return None if state.open_sessions else state.launched


def asking_from(window: Window, setup: ItemSetup) -> Instant:
    """When asking starts: as the window opens, or early enough for the ladder and the plan's lead before its end."""
    if not setup.lead:
        return window.start
    top = max(rung.after for party in setup.parties for rung in party.ladder)
    return min(window.start, window.end - top - setup.lead)


class SeriesMachine(Machine[SeriesState]):
    """Opens sessions and keeps the turns. What is asked about a session is the session's own."""

    verbs = frozenset({"call", "progress"})
    topics: frozenset[Topic] = frozenset()

    def status_of(self, state: SeriesState) -> str:
        if state.closed:
            return state.closed.status
        if any(self.asked_in_round(state)):
            return "progress-awaited"
        waits = opens_at(state) is not None or state.open_sessions or state.on_call
        return "dormant" if waits else "closed"

    def next_moment(self, state: SeriesState) -> Moment | None:
        if state.closed:
            return None
        opening = self._opening(state)
        moments = [opening] if opening else []
        if (round_moment := self.round_moment(state)) is not None:
            moments.append(round_moment)
        return earliest(moments)

    def _opening(self, state: SeriesState) -> Moment | None:
        """When the next session opens."""
        at = opens_at(state)
        if at is None:
            return None
        name = state.windows[state.opened].name if state.windows else _free_name(state, state.opened + 1)
        return Moment(at, MomentKind.SESSION_OPENS, name)

    def next_step(self, state: SeriesState) -> str:
        moment = self.next_moment(state)
        if moment is not None:
            clock = state.setup.clock
            opens = moment.kind is MomentKind.SESSION_OPENS
            return f"{moment.words} {clock.on(moment.at) if opens else clock.day(moment.at)}"
        if state.on_call:
            return self.trigger(state)
        return f"waits for the end of {', '.join(state.open_sessions) or 'nothing'}"

    def row(self, state: SeriesState) -> ItemRow:
        setup = state.setup
        return ItemRow(
            id=setup.id,
            ref=setup.ref,
            kind=Kind.MEETING_SERIES.value,
            title=setup.title,
            status=self.status_of(state),
            awaiting=self.awaiting(state),
            next_at=moment.at if (moment := self.next_moment(state)) else None,
            next_what=self.sentence(state),
            next_step=self.next_step(state),
            window=state.windows[state.opened] if state.windows and not state.exhausted else None,
            host=_host(state),
            assumed=setup.assumed,
            clock=setup.clock,
        )

    def view(self, state: SeriesState) -> ItemView:
        progress = tuple(each.model_dump(mode="json") for each in state.progress)
        row = self.row(state).model_dump()
        return ItemView(
            **row,
            plan=state.setup.plan,
            ledger=state.ledger,
            progress=progress,
            settled=state.setup.settled,
            turns=_turns(state),
        )

    def recorded_facts(self, state: SeriesState) -> dict[str, Any]:
        """With the turns, as `view` tells them."""
        return {**super().recorded_facts(state), "turns": _turns(state)}

    # Deciding

    def due(self, state: SeriesState, now: Instant) -> Step[SeriesState]:
        """The next session whose time has come (one at a time), a status round, or the end of the series."""
        if state.closed:
            return Step(state=state)
        draft = Draft(state, now)
        round_at = self.pass_rounds(draft)
        if not state.windows and state.past and not state.opened:
            for known in state.past:
                if turns.turn_of(state.hosting, known.session) is None:
                    self._adopt(draft, known.session, None, known)
            draft.put(opened=len(state.past))
        at = opens_at(draft.state)
        if at is not None and at <= now:
            self._open_window(draft)
        self._end_if_done(draft)
        self.reconcile(draft, due_at=round_at)
        return Step(state=draft.state, effects=tuple(draft.effects))

    def _end_if_done(self, draft: Draft[SeriesState]) -> None:
        """A series ends with its last session."""
        state = draft.state
        if state.exhausted and not state.open_sessions and not state.closed:
            status = "expired" if state.expired and state.on_call else "closed"
            self.close(draft, status, None, _ENDED, by="sessions")

    def refuse_own(self, state: SeriesState, act: Act, side: str, now: Instant) -> Refusal | None:
        raise AssertionError("there is no such act")  # `verbs` holds calls and answers to rounds only

    def not_taken_here(self, state: SeriesState, act: Act) -> str:
        names = ", ".join(item.partition("/")[2] for item in state.open_sessions)
        first = "call one first" if state.on_call else "none is open yet"
        what = f"act on one of its sessions ({names or first})"
        return f"{not_taken(act.verb, 'series', self.verbs)}; {what}"

    def refuse_call(self, state: SeriesState, act: Call, side: str, now: Instant) -> Refusal | None:
        if not state.on_call:
            return self.no(state, "wrong-kind", "its sessions open by themselves")
        return super().refuse_call(state, act, side, now)

    def take_call(self, draft: Draft[SeriesState], act: Call, side: str) -> None:
        """Opens a session with the stated necessity; its date and host are then agreed as ever."""
        self.say_called(draft, act, side)
        draft.put(called_sessions=draft.state.called_sessions + 1)
        name = _free_name(draft.state, draft.state.called_sessions + len(draft.state.past))
        self._open(draft, name, None, called=act.reason)

    def _open_window(self, draft: Draft[SeriesState]) -> None:
        state = draft.state
        window = state.windows[state.opened] if state.windows else None
        name = window.name if window else _free_name(state, state.opened + 1)
        known = next((each for each in state.past if each.session == name), None)
        if known is None and window is not None and window.end <= state.as_of:
            known = AdoptedSession(obligation=state.setup.obligation, session=name, state=PastState.UNKNOWN)
        if known is None:
            self._open(draft, name, window)
        else:
            self._adopt(draft, name, window, known)
        draft.put(opened=state.opened + 1)

    def _open(self, draft: Draft[SeriesState], name: str, window: Window | None, called: str = "") -> None:
        state = draft.state
        hosting = turns.open_session(state.hosting, name, window.start if window else draft.now)
        draft.put(hosting=hosting)
        host = _opening_host(draft.state, name)
        draft.put(next_host=None)
        setup = _session_setup(draft.state, window, name, draft.now)
        if Kind(state.session_kind).meets:
            turn = _planned(draft.state, name)
            session: ItemState = MeetingState(setup=setup, host=host, turn=turn, called=called)
            workflow = "meeting"
        else:
            session, workflow = CommitmentState(setup=setup, called=called), "commitment"
        draft.effects.append(Open(workflow=workflow, state=session))
        draft.put(open_sessions=(*state.open_sessions, setup.id))
        draft.enter("opened", f"session {name} opened", session=name, host=host)
        self._tell_plan(draft, SessionReport(session=name, item=setup.id, status="opened", title=setup.title))

    def _adopt(self, draft: Draft[SeriesState], name: str, window: Window | None, past: AdoptedSession) -> None:
        """A session of before the launch: it enters the record and the turns, and nobody is written to."""
        on = past.date.start if past.date else None
        draft.put(hosting=turns.adopt(draft.state.hosting, name, past.state.value, past.host, on))
        state = draft.state
        session = MeetingState(setup=_session_setup(state, window, name, draft.now), host=past.host)
        item: ItemState = session if Kind(state.session_kind).meets else CommitmentState(setup=session.setup)
        draft.effects.append(EnterElsewhere(item=item.setup.id, entries=adopted_entries(item, past, draft.now)))
        unknown = past.state is PastState.UNKNOWN
        what = "enters as unknown: its window ended before the launch" if unknown else past.words
        draft.enter("opened" if unknown else "adopted", f"session {name} {what}", session=name, host=past.host)

    def _tell_plan(self, draft: Draft[SeriesState], report: SessionReport) -> None:
        draft.report(report)

    # What sessions and the plan tell

    def learn(self, state: SeriesState, report: SessionReport, now: Instant) -> Step[SeriesState]:
        """A session tells its host, or its end: the turn is served, swapped or forfeited."""
        if state.closed:
            return Step(state=state)
        now = heard_at(state, report.at, now)
        draft = Draft(state, now)
        recalled = report.closed and report.status == "dropped" and report.item in state.recalled
        if recalled:
            hosting = turns.recall_session(state.hosting, report.session)
        elif report.closed and report.item in state.open_sessions:
            hosting = turns.close_session(
                state.hosting, report.session, report.held, report.host, report.on, report.reason
            )
        elif report.host and not report.closed:
            hosting = turns.agree_host(state.hosting, report.session, report.host, report.reason)
        else:
            hosting = state.hosting
        left = tuple(item for item in state.open_sessions if not (report.closed and item == report.item))
        # Nothing dates a series without windows: once the sides have dropped a session, no other is asked for.
        dropped = report.closed and report.status == "dropped" and not recalled
        given_up = dropped and not state.windows and not state.on_call
        expired = state.expired or given_up or (state.valid_until is not None and state.valid_until <= now)
        draft.put(hosting=hosting, open_sessions=left, expired=expired)
        text = f"session {report.session} {report.status}" + (f", host {report.host}" if report.host else "")
        draft.enter(report.status, text, session=report.session, host=report.host)
        self._give_hosts(draft, state.hosting, except_for=report.session)
        if report.closed:
            self._tell_plan(draft, report)
            self._end_if_done(draft)
        return Step(state=draft.state, effects=tuple(draft.effects))

    def _give_hosts(self, draft: Draft[SeriesState], before: Turns, except_for: str = "") -> None:
        """Open sessions whose turn has become known learn their host."""
        if draft.state.host_rule is not HostRule.ROTATING:
            return
        known = {turn.session: turn.planned for turn in before.turns}
        for turn in draft.state.hosting.turns:
            item = session_id(draft.state.setup.plan, draft.state.setup.obligation, turn.session)
            fresh = turn.planned is not None and known.get(turn.session) is None
            if fresh and turn.session != except_for and item in draft.state.open_sessions:
                order = Order(host=turn.planned, text=turns.explain(draft.state.hosting, turn.session))
                draft.tell(item, order)

    def ordered(self, state: SeriesState, order: Order, now: Instant) -> Step[SeriesState]:
        """What the plan tells: an answer that the sides have settled, an amendment, or the end."""
        if state.closed:
            return Step(state=state)
        draft = Draft(state, heard_at(state, order.at, now))
        if order.changes:
            self._change(draft, order)
        if order.host:
            self._settle_first(draft, order)
        if order.end:
            how = {"by": order.by, "amendment": order.amendment}
            end = Order(end=order.end, text=order.text, **how)
            for item in state.open_sessions:
                draft.tell(item, end)
            if not state.open_sessions:  # they say it themselves
                self.say_dropped(draft, order)
            draft.put(expired=True, open_sessions=())
            self.close(draft, order.end, None, order.text, by=order.by or None, amendment=order.amendment)
        else:
            self._end_if_done(draft)
            self.reconcile(draft)
        return Step(state=draft.state, effects=tuple(draft.effects))

    def _settle_first(self, draft: Draft[SeriesState], order: Order) -> None:
        before = draft.state.hosting
        assert order.host is not None
        host = Order(host=order.host, instead_of=order.instead_of, text=order.text)
        if draft.state.host_rule is HostRule.FIXED:
            for item in draft.state.open_sessions:
                draft.tell(item, host)
            draft.enter("settled", f"host {order.host}: {order.text}", host=order.host)
            return
        draft.put(first_host=order.host)
        if draft.state.host_rule is HostRule.ROTATING:
            draft.put(hosting=turns.settle_first(before, order.host))
        else:
            self._settle_next(draft, host)
        draft.enter("settled", f"first host {order.host}: {order.text}", host=order.host)
        self._give_hosts(draft, before)

    def _settle_next(self, draft: Draft[SeriesState], order: Order) -> None:
        """No turns are stated: the side hosts the earliest open session for which nothing else was agreed, else the
        one that opens next."""
        state, setup = draft.state, draft.state.setup
        free = [turn.session for turn in state.hosting.turns if turn.host is None]
        waiting = [
            item for name in free if (item := session_id(setup.plan, setup.obligation, name)) in state.open_sessions
        ]
        if waiting:
            draft.tell(waiting[0], order)
        else:
            draft.put(next_host=order.host)

    def _change(self, draft: Draft[SeriesState], order: Order) -> None:
        """An amendment or a settled question: changed fields of the setup, another order of turns, or new windows."""
        changes = dict(order.changes)
        state = draft.state
        if "host_rule" in changes:
            draft.put(host_rule=HostRule(str(changes.pop("host_rule"))))
        draft.put(**{field: changes.pop(field) for field in ("fixed_host", "first_title") if field in changes})
        windows, past, sequence = changes.pop("windows", None), changes.pop("past", None), changes.pop("order", None)
        moved: dict[str, dict[str, JsonValue]] = {}
        if windows is not None:
            draft.put(**_rescheduled(state, windows, draft.now))
            moved = _moved_windows(state, draft.state)
            self._recall(draft, state, order)
        if isinstance(sequence, list):
            draft.put(hosting=turns.reorder(state.hosting, tuple(str(side) for side in sequence)))
        if past is not None:
            self._learn_past(draft, AdoptedSession.model_validate(past))
        if changes:
            if "parties" in changes:
                self.restart(draft)  # what was asked of the former offices is settled there
            draft.put(setup=state.setup.changed(changes))
        self._change_sessions(draft, state, changes, moved, order)
        draft.enter("amended", order.text, changes=order.changes)
        if order.announce:
            self.say_amended(draft, state.setup, order)

    def _recall(self, draft: Draft[SeriesState], before: SeriesState, order: Order) -> None:
        """Open sessions of windows that the plan no longer has end, if nobody has begun them; their turns come back."""
        setup, kept = draft.state.setup, {window.name for window in draft.state.windows}
        # What is missed stays missed, and open.
        gone = [each.name for each in before.windows if each.name not in kept and each.end > draft.now]
        undue = [
            item for name in gone if (item := session_id(setup.plan, setup.obligation, name)) in before.open_sessions
        ]
        text = f"it is not due any longer {order.text}"
        end = Order(end="dropped", unless_begun=True, text=text, by="window")
        for item in undue:
            draft.tell(item, end)
        draft.put(recalled=(*(item for item in draft.state.recalled if item in before.open_sessions), *undue))

    def _change_sessions(
        self,
        draft: Draft[SeriesState],
        before: SeriesState,
        changes: dict[str, Any],
        moved: dict[str, dict[str, JsonValue]],
        order: Order,
    ) -> None:
        """Open sessions go on as they were opened, but in the windows, and with the offices and duties, that the plan
        now has."""
        told = {field: changes[field] for field in SESSION_FIELDS if field in changes}
        offices = [[party.offices for party in each.setup.parties] for each in (before, draft.state)]
        if "windows" in order.changes and offices[0] == offices[1]:
            told.pop("parties", None)  # only the ladder differs: by what dates the sessions to come
        for item in before.open_sessions:
            change = {**told, **moved.get(item, {})}
            if change:
                reinvites = order.reinvites and "parties" in change
                same = {"text": order.text, "amended": order.amended}
                draft.tell(item, Order(changes=change, reinvites=reinvites, **same))

    def _learn_past(self, draft: Draft[SeriesState], past: AdoptedSession) -> None:
        state = draft.state
        turn = turns.turn_of(state.hosting, past.session)
        after_all = past.state is PastState.HELD and turn is not None and turn.state == TurnState.FORFEITED
        if turn is None or not (after_all or turn.state == TurnState.UNKNOWN):
            return
        window = next((each for each in state.windows if each.name == past.session), None)
        if not (window and window.end <= state.as_of) and past.session not in [each.session for each in state.past]:
            return  # a session that opened here has a record of its own
        setup = _session_setup(state, window, past.session, draft.now)
        item: ItemState = MeetingState(setup=setup, host=past.host)
        if not Kind(state.session_kind).meets:
            item = CommitmentState(setup=setup)
        entries = adopted_entries(item, past, draft.now, first=past.follows + 1)
        draft.effects.append(EnterElsewhere(item=setup.id, entries=entries))
        on = past.date.start if past.date else None
        if after_all:
            draft.put(hosting=turns.held_after_all(state.hosting, past.session, past.host, on))
        else:
            draft.put(hosting=turns.learn_past(state.hosting, past.session, past.state.value, past.host, on))
        self._give_hosts(draft, state.hosting)


_ENDED = "the last session is closed out"


def _rescheduled(state: SeriesState, windows: Any, now: datetime) -> dict[str, Any]:
    """The new windows, and how many of them are past or were opened: those stay as they were opened."""
    taken = _names(state)
    found = [Window.model_validate(window) for window in windows]
    if not found:
        return {"windows": (), "opened": max(state.opened, len(state.hosting.turns))}
    done = [window for window in found if window.end <= now or window.name in taken]
    return {"windows": (*done, *(each for each in found if each not in done)), "opened": len(done)}


def _moved_windows(before: SeriesState, after: SeriesState) -> dict[str, dict[str, JsonValue]]:
    """Of open sessions whose window lies otherwise now: what changes in their setup, by item."""
    setup, old = before.setup, {window.name: window for window in before.windows}
    moved: dict[str, dict[str, JsonValue]] = {}
    for window in after.windows:
        item = session_id(setup.plan, setup.obligation, window.name)
        if item in before.open_sessions and old.get(window.name) not in (None, window):
            asked = write_instant(asking_from(window, after.setup))
            moved[item] = {"window": window.model_dump(mode="json"), "opens_at": asked}
    return moved


def _names(state: SeriesState) -> set[str]:
    """Names that sessions of this series bear already: none is given twice."""
    return {turn.session for turn in state.hosting.turns} | {each.session for each in state.past}


def _free_name(state: SeriesState, number: int) -> str:
    """The name of a session that no window names: its number, or the next that is free."""
    taken = _names(state)
    return next(str(n) for n in count(number) if str(n) not in taken)


def _planned(state: SeriesState, session: str) -> str | None:
    return next((turn.planned for turn in state.hosting.turns if turn.session == session), None)


def _opening_host(state: SeriesState, session: str) -> str | None:
    if state.host_rule is HostRule.ROTATING:
        return _planned(state, session)
    if state.fixed_host is None and not state.hosting.turns[:-1]:
        return state.next_host or state.first_host
    return state.fixed_host or state.next_host


def _host(state: SeriesState) -> str | None:
    """The host of the session that opens next."""
    if state.host_rule is HostRule.ROTATING:
        return turns.next_host(state.hosting)
    return state.fixed_host or state.next_host


def _turns(state: SeriesState) -> dict[str, Any]:
    rotating = state.host_rule is HostRule.ROTATING
    return {**state.hosting.model_dump(mode="json"), "rotating": rotating, "next": explain(state)}


def explain(state: SeriesState) -> str:
    """Who hosts next, and why."""
    if state.host_rule is HostRule.ROTATING:
        return turns.explain(state.hosting)
    if state.fixed_host:
        return f"{state.fixed_host} hosts every session: the text names it."
    if state.next_host:
        return f"{state.next_host} hosts the session that opens next: the sides have settled it. No rotation is stated."
    return "The text states no rotation: the host of each session is agreed for that session."


def past_session(series: ItemSetup, name: str, launched: Instant) -> ItemSetup:
    """The setup with which a session of before the launch stands in the record."""
    item = session_id(series.plan, series.obligation, name)
    return series.model_copy(
        update={
            "id": item,
            "session": name,
            "title": f"{series.title} {name}",
            "short": f"{series.short} {name}",
            "uid": event_uid(item, launched.isoformat()),
            "parent": series.id,
            "rounds": (),
        }
    )


SESSION_FIELDS = (
    "parties",
    "report_to_higher",
    "evidence_wanted",
    "assumed",
    "settled",
    "rotating",
    "host_in_questions",
)
"""What an amendment changes in sessions that are open, too."""


def _session_setup(state: SeriesState, window: Window | None, name: str, now: Instant) -> ItemSetup:
    series = state.setup
    item = session_id(series.plan, series.obligation, name)
    first = state.first_title if name in [turn.session for turn in state.hosting.turns[:1]] else None
    if window is not None:
        starts: Instant | None = asking_from(window, series)
    else:
        starts = state.launched if not state.on_call else now
    return series.model_copy(
        update={
            "id": item,
            "kind": state.session_kind,
            "session": name,
            "title": f"{state.first_title} {name}" if first else f"{series.title} {name}",
            "short": f"{series.short} {name}",
            "uid": event_uid(item, state.launched.isoformat()),
            "parent": series.id,
            "window": window,
            "opens_at": starts,
            "rounds": (),
            "on_trigger": False,
            "not_before": None,
            "rotating": state.host_rule is HostRule.ROTATING,
        }
    )


SERIES = SeriesMachine()
