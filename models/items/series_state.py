"""The state of a series: its windows, its open sessions, its hosting turns; and what follows from it for a session."""

from itertools import count
from typing import Any

from models.common.ids import event_uid, session_id
from models.common.values import Instant
from models.items import turns
from models.items.past_sessions import AdoptedSession
from models.items.turns import Turns
from models.machine.setup import ItemSetup
from models.machine.state import ItemState
from models.plan.kinds import Kind
from models.plan.plan import HostRule, Window


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
    def meets(self) -> bool:
        """Its sessions are meetings; otherwise each is a commitment, closed by evidence."""
        return Kind(self.session_kind).meets

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


def taken_names(state: SeriesState) -> set[str]:
    """Names that sessions of this series bear already: none is given twice."""
    return {turn.session for turn in state.hosting.turns} | {each.session for each in state.past}


def free_name(state: SeriesState, number: int) -> str:
    """The name of a session that no window names: its number, or the next that is free."""
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
    """The host of the session that opens next."""
    if state.host_rule is HostRule.ROTATING:
        return turns.next_host(state.hosting)
    return state.fixed_host or state.next_host


def turns_view(state: SeriesState) -> dict[str, Any]:
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
