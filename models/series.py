"""A series: which session is opened next, when, and who hosts it."""

from collections.abc import Sequence
from typing import Any

from models.base import Instant, Value
from models.effects import SessionReport
from models.ids import event_uid, session_id
from models.item import ItemSetup
from models.meeting import MeetingState
from models.plan import HostRule, Kind, Window
from models.views import ItemRow, ItemView, LedgerEntry

SESSIONS_KEPT = 20


class Turn(Value):
    """One session's hosting."""

    session: str
    planned: str | None
    """The side whose turn it was; None where nothing says."""
    host: str | None = None
    state: str = "owed"
    """owed, served, swapped, forfeited, unknown"""


class SeriesState(Value):
    """What a series carries from session to session."""

    template: ItemSetup
    """The setup of a session, but for its id, name, window and uid; its own id is the series'."""
    host_rule: HostRule
    fixed_host: str | None
    first_host: str | None
    order: tuple[str, ...]
    first_title: str | None
    launched: Instant
    as_of: Instant
    """A window that ended before enters as unknown."""
    valid_until: Instant | None = None
    windows: tuple[Window, ...] = ()
    """Empty where nothing states how often it meets: then one session is open at a time."""
    expired: bool = False
    """The plan's validity ended: no further session is opened."""
    opened: int = 0
    turns: tuple[Turn, ...] = ()
    open_sessions: tuple[str, ...] = ()
    ledger: tuple[LedgerEntry, ...] = ()
    entries: int = 0

    @property
    def exhausted(self) -> bool:
        return self.expired or (bool(self.windows) and self.opened >= len(self.windows))


class Opening(Value):
    """The next session: a meeting to start, or one whose window ended before the launch."""

    state: MeetingState
    unknown: bool


def next_host(order: Sequence[str], first: str | None, turns: Sequence[Turn]) -> str | None:
    """Whose turn the next session is: the next in order after the last host; None where nothing says.

    A turn whose host is not known leaves the next one to be agreed: nothing is presumed.
    """
    if not turns:
        return first
    last = turns[-1].host or (turns[-1].planned if turns[-1].state != "unknown" else None)
    return order[(order.index(last) + 1) % len(order)] if last in order else None


def opens_at(state: SeriesState) -> Instant | None:
    """When the next session is opened; None while only the end of the open one brings the next."""
    if state.windows:
        return None if state.exhausted else state.windows[state.opened].start
    if state.open_sessions or state.expired:
        return None
    return state.launched


def open_next(state: SeriesState) -> Opening:
    """The session that comes next, with its host."""
    window = state.windows[state.opened] if state.windows else None
    name = window.name if window else str(state.opened + 1)
    meeting = MeetingState(setup=_session_setup(state, window, name), host=_host(state))
    return Opening(state=meeting, unknown=window is not None and window.end <= state.as_of)


def opened(state: SeriesState, opening: Opening, now: Instant) -> SeriesState:
    """The series once this session is opened (or entered as unknown)."""
    name, host, item = opening.state.setup.session or "", opening.state.host, opening.state.setup.id
    turn = Turn(session=name, planned=host, state="unknown" if opening.unknown else "owed")
    changes = {
        "opened": state.opened + 1,
        "turns": (*state.turns, turn)[-SESSIONS_KEPT:],
        "open_sessions": state.open_sessions if opening.unknown else (*state.open_sessions, item),
    }
    what = "enters as unknown: its window ended before the launch" if opening.unknown else "opened"
    text = f"session {name} {what}"
    return entered(state.model_copy(update=changes), now, "opened", text, session=name, host=host)


def _host(state: SeriesState) -> str | None:
    if state.host_rule is HostRule.ROTATING:
        return next_host(state.order, state.first_host, state.turns)
    return state.fixed_host


def _session_setup(state: SeriesState, window: Window | None, name: str) -> ItemSetup:
    template = state.template
    item = session_id(template.plan, template.obligation, name)
    first = state.opened == 0 and state.first_title
    return template.model_copy(
        update={
            "id": item,
            "session": name,
            "title": f"{state.first_title} {name}" if first else f"{template.title} {name}",
            "short": f"{template.short} {name}",
            "uid": event_uid(item, state.launched.isoformat()),
            "parent": template.id,
            "window": window,
            "opens_at": window.start if window else state.launched,
        }
    )


def learn(state: SeriesState, report: SessionReport, now: Instant) -> SeriesState:
    """A session tells its host, or its end: the turn is served, swapped or forfeited."""
    turns = []
    for turn in state.turns:
        if turn.session == report.session:
            swapped = bool(turn.planned and report.host and report.host != turn.planned)
            done = ("swapped" if swapped else "served") if report.held else "forfeited"
            turn = turn.model_copy(update={"host": report.host, "state": done if report.closed else turn.state})
        turns.append(turn)
    left = tuple(item for item in state.open_sessions if not (report.closed and item == report.item))
    # Nothing dates a series without windows: once the sides have dropped a session, no other is asked for.
    given_up = not state.windows and report.closed and report.status == "dropped"
    expired = given_up or (state.valid_until is not None and state.valid_until <= now)
    state = state.model_copy(update={"turns": tuple(turns), "open_sessions": left, "expired": expired})
    text = f"session {report.session} {report.status}" + (f", host {report.host}" if report.host else "")
    return entered(state, now, report.status, text, session=report.session, host=report.host)


def entered(state: SeriesState, now: Instant, verb: str, text: str, **data: Any) -> SeriesState:
    entry = LedgerEntry(n=state.entries + 1, at=now, verb=verb, text=text, data={k: v for k, v in data.items() if v})
    return state.model_copy(update={"ledger": (*state.ledger, entry)[-SESSIONS_KEPT:], "entries": entry.n})


def sentence(state: SeriesState) -> str:
    """What the series waits for: the summary of its timer."""
    at, name = opens_at(state), f"{state.template.ref} {state.template.short}"
    if at is not None:
        session = state.windows[state.opened].name if state.windows else str(state.opened + 1)
        return f"{name}: session {session} opens {state.template.clock.on(at)}"
    return f"{name}: waits for the end of {', '.join(state.open_sessions) or 'nothing'}"


def row(state: SeriesState) -> ItemRow:
    template, at = state.template, opens_at(state)
    return ItemRow(
        id=template.id,
        ref=template.ref,
        kind=Kind.MEETING_SERIES.value,
        title=template.title,
        status="dormant" if at is not None or state.open_sessions else "closed",
        next_at=at,
        next_what=sentence(state),
        window=state.windows[state.opened] if state.windows and not state.exhausted else None,
        host=_host(state),
        assumed=template.assumed,
        clock=template.clock,
    )


def view(state: SeriesState) -> ItemView:
    return ItemView(**row(state).model_dump(), plan=state.template.plan, ledger=state.ledger)
