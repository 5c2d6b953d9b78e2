"""The state of a series: its windows, open sessions and turns. Also the setup of each session that the series opens."""

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
    """The state of a series. Each session gets the setup of the series, with its own id, name, window and event UID."""

    host_rule: HostRule
    fixed_host: str | None = None
    """The side that hosts every session. None if the text names no such side, or if the host rotates."""
    first_host: str | None = None
    """The side that hosts the first session. If the host rotates, the turns decide instead. None if it is not known."""
    next_host: str | None = None
    """The host of the session that opens next, if the host does not rotate. None if the sides have not settled it."""
    recalled: tuple[str, ...] = ()
    """Ids of sessions that the series has ordered to end, because the plan has no window for them any more."""
    recalled_names: tuple[str, ...] = ()
    """The names of the sessions that have ended so. A workflow id is never used again, so a session that opens later
    has another name. Empty for series with rules before edition 1."""
    first_title: str | None = None
    """The title of the first session. None if it has the title of the series, like the other sessions."""
    launched: Instant
    """When the plan was launched."""
    as_of: Instant
    """A session is past if its window ended by this instant. The history file says what became of it. If the file does
    not, the session is unknown."""
    valid_until: Instant | None = None
    """The end of the plan's validity. None if the series outlives the plan, or if the plan states no end."""
    windows: tuple[Window, ...] = ()
    """One window for each session, in order. Empty if nothing states how often the series meets."""
    expired: bool = False
    """True: no further session opens. The validity of the plan ended, the plan ordered the series to end, or the sides
    dropped a session of a series that has no windows and waits for no call."""
    opened: int = 0
    """How many of `windows` have opened, with past ones. If there are no windows: how many sessions have opened without
    a call, with past ones."""
    called_sessions: int = 0
    """How many sessions have opened because a side called them."""
    open_sessions: tuple[str, ...] = ()
    """Ids of the sessions that are open."""
    hosting: Turns
    """The turns of the sessions."""
    session_kind: str = Kind.MEETING.value
    """The kind of each session. For example, it is `exchange` if the sides must give evidence again each year."""
    past: tuple[AdoptedSession, ...] = ()
    """The sessions before the launch, as the history file lists them. Empty if the file lists none of this series."""

    @property
    def meets(self) -> bool:
        """Whether the sessions of the series are meetings. If not, they are commitments."""
        return Kind(self.session_kind).meets

    @property
    def exhausted(self) -> bool:
        """Whether the series opens no further session, because it has expired or has used all its windows."""
        return self.expired or (bool(self.windows) and self.opened >= len(self.windows))

    @property
    def on_call(self) -> bool:
        """Whether a session of the series opens only when a side calls it. Never true for a series with windows."""
        return not self.windows and (self.setup.on_trigger or bool(self.setup.rounds))


def opens_at(state: SeriesState) -> Instant | None:
    """Returns the instant at which the next session opens.

    None if no further session opens, or if the next session waits for a call or for the end of the open session.
    """
    if state.closed or state.exhausted or state.on_call:
        return None
    if state.windows:
        window = state.windows[state.opened]
        return window.start if window.end <= state.as_of else asking_from(window, state.setup)
    return None if state.open_sessions else state.launched


def asking_from(window: Window, setup: ItemSetup) -> Instant:
    """Returns the instant at which a session begins to ask its sides: the start of its window, or an earlier instant.

    It is earlier if the window is shorter than the longest ladder and the lead of the plan together.
    """
    if not setup.lead:
        return window.start
    top = max(rung.after for party in setup.parties for rung in party.ladder)
    return min(window.start, window.end - top - setup.lead)


def taken_names(state: SeriesState) -> set[str]:
    """Returns the names of all sessions so far. A new session must have another name."""
    return {turn.session for turn in state.hosting.turns} | {each.session for each in state.past}


def free_name(state: SeriesState, number: int) -> str:
    """Returns a name for a session without a window: `number`, or the next higher number that no session has."""
    taken = taken_names(state)
    return next(str(n) for n in count(number) if str(n) not in taken)


def planned_host(state: SeriesState, session: str) -> str | None:
    """Returns the side whose turn it is to host the session. None if nobody has the turn, or if it has not opened."""
    return next((turn.planned for turn in state.hosting.turns if turn.session == session), None)


def opening_host(state: SeriesState, session: str) -> str | None:
    """Returns the host that a session has when it opens. None if the sides must still agree on a host."""
    if state.host_rule is HostRule.ROTATING:
        return planned_host(state, session)
    if state.fixed_host is None and not state.hosting.turns[:-1]:
        return state.next_host or state.first_host
    return state.fixed_host or state.next_host


def next_host(state: SeriesState) -> str | None:
    """Returns the side that hosts the session that opens next. None if this side is not known."""
    if state.host_rule is HostRule.ROTATING:
        return turns.next_host(state.hosting)
    return state.fixed_host or state.next_host


def turns_view(state: SeriesState) -> dict[str, Any]:
    """Returns the turns of the series in the form that the command `show` and the record use."""
    rotating = state.host_rule is HostRule.ROTATING
    return {**state.hosting.model_dump(mode="json"), "rotating": rotating, "next": explain(state)}


def explain(state: SeriesState) -> str:
    """Returns a sentence that says which side hosts the session that opens next, and why."""
    if state.host_rule is HostRule.ROTATING:
        return turns.explain(state.hosting)
    if state.fixed_host:
        return f"{state.fixed_host} hosts every session: the text names it."
    if state.next_host:
        return f"{state.next_host} hosts the session that opens next: the sides have settled it. No rotation is stated."
    return "The text states no rotation: the host of each session is agreed for that session."


def past_session(series: ItemSetup, name: str, launched: Instant) -> ItemSetup:
    """Returns the setup of a session before the launch, for its record. `series` is the setup of its series."""
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
    """Returns the setup of the session `name`. `window` is its window, or None if the session has no window."""
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
