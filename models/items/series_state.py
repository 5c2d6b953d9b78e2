"""The state of a series: its windows, its open sessions, its turns. Also the setup of a session that it opens."""

from itertools import count
from typing import Any

from models.common.ids import event_uid, session_id
from models.common.values import Instant
from models.items import turns
from models.items.past_sessions import AdoptedSession
from models.items.turns import Turns
from models.machine.setup import EDITION, ItemSetup
from models.machine.state import ItemState
from models.plan.kinds import Kind
from models.plan.plan import HostRule, Window


class SeriesState(ItemState):
    """The state of a series. Its sessions get its setup, with an id, a name, a window and a UID of their own."""

    host_rule: HostRule
    fixed_host: str | None = None
    first_host: str | None = None
    """The host of the first session, for a series without turns."""
    next_host: str | None = None
    """The host of the session that opens next, settled by the sides, for a series without turns."""
    recalled: tuple[str, ...] = ()
    """Open sessions that the series has ordered to end, because the plan has no window for them any more."""
    first_title: str | None = None
    launched: Instant
    as_of: Instant
    """A session whose window ended before this instant is a past one: unknown, or as the history file says."""
    valid_until: Instant | None = None
    windows: tuple[Window, ...] = ()
    """Empty if nothing states how often it meets."""
    expired: bool = False
    """True: no further session opens. The plan's validity ended, or the sides dropped a session without a window."""
    opened: int = 0
    """How many windows have opened. Without windows: how many sessions have opened without a call."""
    called_sessions: int = 0
    """How many sessions were called."""
    open_sessions: tuple[str, ...] = ()
    hosting: Turns
    session_kind: str = Kind.MEETING.value
    """The kind of each session. It is `exchange`, for example, if each year asks for evidence again."""
    past: tuple[AdoptedSession, ...] = ()

    @property
    def meets(self) -> bool:
        """Whether its sessions are meetings. If not, they are commitments."""
        return Kind(self.session_kind).meets

    @property
    def exhausted(self) -> bool:
        return self.expired or (bool(self.windows) and self.opened >= len(self.windows))

    @property
    def on_call(self) -> bool:
        """Whether its sessions open only when a side calls them, because it has no windows."""
        return not self.windows and (self.setup.on_trigger or bool(self.setup.rounds))


def opens_at(state: SeriesState) -> Instant | None:
    """When the next session opens. None if none does, or if it opens by a call or after the end of the open one."""
    if state.closed or state.exhausted or state.on_call:
        return None
    if state.windows:
        window = state.windows[state.opened]
        return window.start if window.end <= state.as_of else asking_from(window, state.setup)
    return None if state.open_sessions else state.launched


def asking_from(window: Window, setup: ItemSetup) -> Instant:
    """When a session begins to ask: when its window opens, or earlier if the ladder and the plan's lead would not fit
    before the end of the window."""
    if not setup.lead:
        return window.start
    top = max(rung.after for party in setup.parties for rung in party.ladder)
    return min(window.start, window.end - top - setup.lead)


def taken_names(state: SeriesState) -> set[str]:
    """The names of all sessions so far. No name is given twice."""
    return {turn.session for turn in state.hosting.turns} | {each.session for each in state.past}


def free_name(state: SeriesState, number: int) -> str:
    """The name of a session without a window: this number, or the next one that is free."""
    taken = taken_names(state)
    return next(str(n) for n in count(number) if str(n) not in taken)


def planned_host(state: SeriesState, session: str) -> str | None:
    return next((turn.planned for turn in state.hosting.turns if turn.session == session), None)


def opening_host(state: SeriesState, session: str) -> str | None:
    if state.host_rule is HostRule.ROTATING:
        return planned_host(state, session)
    if state.fixed_host is None and not state.hosting.turns[:-1]:
        return state.next_host or state.first_host
    return state.fixed_host or state.next_host


def next_host(state: SeriesState) -> str | None:
    """The host of the session that opens next. None if nobody knows."""
    if state.host_rule is HostRule.ROTATING:
        return turns.next_host(state.hosting)
    return state.fixed_host or state.next_host


def turns_view(state: SeriesState) -> dict[str, Any]:
    rotating = state.host_rule is HostRule.ROTATING
    return {**state.hosting.model_dump(mode="json"), "rotating": rotating, "next": explain(state)}


def explain(state: SeriesState) -> str:
    """A sentence that says who hosts next, and why."""
    if state.host_rule is HostRule.ROTATING:
        return turns.explain(state.hosting)
    if state.fixed_host:
        return f"{state.fixed_host} hosts every session: the text names it."
    if state.next_host:
        return f"{state.next_host} hosts the session that opens next: the sides have settled it. No rotation is stated."
    return "The text states no rotation: the host of each session is agreed for that session."


def past_session(series: ItemSetup, name: str, launched: Instant) -> ItemSetup:
    """The setup of a session before the launch, for its record. `series` is the setup of its series."""
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
            "edition": EDITION,
        }
    )


def session_setup(state: SeriesState, window: Window | None, name: str, now: Instant) -> ItemSetup:
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
