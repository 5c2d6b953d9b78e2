"""Reads a history file: a CSV file that says what became of the sessions before the launch."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from difflib import get_close_matches
from pathlib import Path

from adapters.files.csv_file import Table, read_table
from adapters.files.yaml_file import Fault, FileFault
from models.common.ids import SLUG
from models.common.zones import zone
from models.governance.opening import whole_window
from models.items.past_sessions import AdoptedSession, PastState
from models.messages.views import DateRow
from models.plan.plan import Cadence, HostRule, Obligation, Plan, Window

COLUMNS = ("obligation", "session", "state", "date", "place", "host", "note")

Windows = Mapping[str, tuple[Window, ...]]


def load_history(path: Path, plan: Plan, windows: Windows, as_of: datetime) -> tuple[AdoptedSession, ...]:
    """Returns the past sessions that a history file lists. `windows` has the windows of each obligation, by its id.

    Raises FileFault if rows are bad. The error names each bad row, its line and what to do about it.
    """
    faults: list[Fault] = []
    found: list[AdoptedSession] = []
    first: dict[tuple[str, str], int] = {}
    for line, row in read_table(path, Table(COLUMNS, ("obligation", "state"))):
        if isinstance(row, Fault):
            faults.append(row)
            continue
        reader = _Row(str(path), line, row, plan, windows, as_of)
        session = reader.read()
        faults += reader.faults
        if session is None:
            continue
        key = (session.obligation, session.session)
        if key in first:
            message = f"line {first[key]} has this session already; keep one of the two lines"
            faults.append(reader.fault("session", message))
        first.setdefault(key, line)
        found.append(session)
    if faults:
        raise FileFault(faults)
    return tuple(found)


class _Row:
    """One row of the file. `read` returns the session of the row. `faults` holds what is wrong with the row.

    `read` returns None if the row has faults, or if it says "unknown" of an obligation without a window.
    """

    def __init__(
        self, file: str, line: int, cells: dict[str, str], plan: Plan, windows: Windows, as_of: datetime
    ) -> None:
        self._file, self._line, self._cells = file, line, cells
        self._plan, self._windows, self._as_of = plan, windows, as_of
        self.faults: list[Fault] = []

    def fault(self, field: str, message: str) -> Fault:
        return Fault(self._file, self._line, field, message)

    def _bad(self, field: str, message: str) -> None:
        self.faults.append(self.fault(field, message))

    def read(self) -> AdoptedSession | None:
        obligation = self._obligation()
        state = self._state()
        window = self._window(obligation) if obligation else None
        host = self._host(obligation) if obligation else None
        when = self._date(state) if state else None
        if obligation is None or state is None:
            return None
        if state is not PastState.UNKNOWN and not self._has_past(obligation):
            message = f"{obligation.id} has no window and goes on, so nothing of it can be {state} before the launch"
            rule = "only windows, sessions and one-off items have a past; status rounds ask about the others"
            self._bad("state", f"{message}; leave the row out ({rule})")
        if window is not None:
            self._fits(window, state)
        if self.faults or (state is PastState.UNKNOWN and not self._own(obligation)):
            return None  # it has no window and nothing is known, so it is followed from the launch on
        return AdoptedSession(
            obligation=obligation.id,
            session=self._cells.get("session", ""),
            state=state,
            date=when,
            host=host,
            note=self._cells.get("note", "")[:500],
        )

    def _own(self, obligation: Obligation) -> tuple[Window, ...]:
        return self._windows.get(obligation.id, ())

    def _has_past(self, obligation: Obligation) -> bool:
        """Whether anything of an obligation can have ended before the launch: a window, a session, its one item."""
        own = self._own(obligation)
        once = obligation.cadence is Cadence.ONCE or obligation.kind.once
        return bool(own) or once or obligation.recurs

    def _obligation(self) -> Obligation | None:
        name = self._cells.get("obligation", "").removeprefix(f"{self._plan.plan}/")
        found = self._plan.obligation(name)
        if found is not None and found.item is not None:
            self._bad("obligation", f"{name} is followed by the item of {found.item}; write that one")
            return None
        if found is None:
            near = get_close_matches(name, [each.id for _, each in self._plan.obligations()], n=1)
            hint = f"did you mean {near[0]}?" if near else "`register` lists them"
            self._bad("obligation", f"there is no obligation {name!r}; {hint}" if name else "name the obligation")
        return found

    def _state(self) -> PastState | None:
        word = self._cells.get("state", "").casefold()
        if word not in set(PastState):
            said = f"there is no state {word!r}" if word else "nothing is written here"
            self._bad("state", f"{said}; write one of {', '.join(PastState)}")
            return None
        return PastState(word)

    def _window(self, obligation: Obligation) -> Window | None:
        name, own = self._cells.get("session", ""), self._own(obligation)
        if not obligation.recurs:
            if name:
                self._bad("session", f"{obligation.id} has one item and no sessions; leave this empty")
            return whole_window(own)
        if not name:
            self._bad("session", f"{obligation.id} has sessions; say which")
            return None
        if not own:
            if not re.fullmatch(SLUG, name) or len(name) > 60:
                self._bad("session", f"{name!r} cannot name a session; write letters, digits and hyphens, as in 2024-1")
            return None
        found = next((window for window in own if window.name == name), None)
        if found is None:
            names = ", ".join(window.name for window in own)
            self._bad("session", f"{obligation.id} has no session {name!r}; there are: {names}")
        return found

    def _fits(self, window: Window, state: PastState) -> None:
        if window.start > self._as_of:
            self._bad("session", f"its window opens after {self._as_of:%Y-%m-%d}; leave the row out: it is not past")
        elif window.end > self._as_of and state in (PastState.MISSED, PastState.UNKNOWN):
            last = window.end - timedelta(seconds=1)
            message = f"its window is open until {last:%Y-%m-%d}; leave the row out: the program follows the session"
            self._bad("state", message)

    def _date(self, state: PastState) -> DateRow | None:
        text = self._cells.get("date", "")
        place = " ".join(self._cells.get("place", "").split())
        if not text:
            if place:
                self._bad("place", "a place needs a date; write the day, or write the place in the note")
            return None
        if state is not PastState.HELD:
            self._bad("date", f"a session that is {state} has no date; leave this empty")
            return None
        try:
            day = datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007
        except ValueError:
            self._bad("date", f"{text!r} is no date; write it as 2024-05-03")
            return None
        start = datetime(day.year, day.month, day.day, tzinfo=zone(self._plan.zone)).astimezone(UTC)
        if start > self._as_of:
            self._bad("date", f"{text} is after {self._as_of:%Y-%m-%d}; correct the date, or leave the row out")
            return None
        local = f"{day.isoformat()}T00:00:00"
        return DateRow(start=start, end=start, local=local, zone=self._plan.zone, place=place, format=None)

    def _host(self, obligation: Obligation) -> str | None:
        word = self._cells.get("host", "")
        host = next((side for side in obligation.all_sides if side.casefold() == word.casefold()), None)
        if word and host is None:
            self._bad("host", f"{word} does not take part; write one of {', '.join(obligation.all_sides)}, or nothing")
        elif host and obligation.host_rule is HostRule.FIXED and host != obligation.host:
            message = f"the text names {obligation.host} as the host of every session; write that or nothing"
            self._bad("host", f"{message}, and write in the note if another side hosted")
        return host
