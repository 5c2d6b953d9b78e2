"""From the plan in force and its record to the timeline: every dated item and session as a row of marks. Pure."""

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from itertools import groupby

from models.common.values import Instant, Value
from models.governance.opening import whole_window
from models.items.turns import Turns, holder
from models.plan.plan import HostRule, Obligation, Plan, Provision, Window
from models.plan.windows import ROUND
from models.report.facts import Facts, Followed, PlanOnDay, side_names
from models.report.item_record import Known


class MarkKind(StrEnum):
    WINDOW = "window"
    """A bar: the stretch in which a session or deliverable is due."""
    AGREED = "agreed"
    HELD = "held"
    DONE = "done"
    """A commitment that was closed out."""
    MISSED = "missed"
    EXCUSED = "excused"
    ROUND = "round"
    """A status round."""


class TimelineMark(Value):
    kind: MarkKind
    start: Instant
    end: Instant | None = None
    """Of a window, exclusive; None for an instant."""
    side: str | None = None
    """Whose turn it is, or who hosted: gives the colour. None: nobody's turn is stated."""
    label: str = ""
    """Short: "2026", "3 March 2026, Vientiane"."""


class TimelineRow(Value):
    ref: str
    title: str
    marks: tuple[TimelineMark, ...] = ()


class TimelinePillar(Value):
    name: str
    rows: tuple[TimelineRow, ...]
    undated: int = 0
    """Items without any date: counted, not drawn."""


class Timeline(Value):
    """The dated items of a plan over its validity."""

    title: str
    start: Instant
    end: Instant
    today: Instant | None = None
    zone: str = "UTC"
    offset_hours: float = 0.0
    """Of the plan's zone, for drawing the years where they begin there."""
    sides: dict[str, str] = {}
    """Names by side, for the legend."""
    pillars: tuple[TimelinePillar, ...] = ()


_INSTANT = timedelta(seconds=1)
"""Before an end that is no longer included."""

_NO_DAY = "the day is not on record"


def build_timeline(plan: Plan, facts: Facts, now: Instant | None) -> Timeline:
    """The timeline as of an instant; without one, what the plan states alone."""
    start, end = _span(plan, facts, now)
    reading = PlanOnDay(plan, facts, now or facts.launched)
    return Timeline(
        title=plan.title,
        start=start,
        end=end,
        today=now,
        zone=facts.clock.zone,
        offset_hours=facts.clock.offset.total_seconds() / 3600,
        sides=side_names(plan),
        pillars=tuple(_pillars(reading)),
    )


def _span(plan: Plan, facts: Facts, now: Instant | None) -> tuple[Instant, Instant]:
    """The term of the plan; where none is stated, from the launch to the end of the last window."""
    ends = [window.end for name, own in facts.windows.items() if name != ROUND for window in own]
    starts = [window.start for name, own in facts.windows.items() if name != ROUND for window in own]
    last = facts.valid_until or max(ends, default=facts.launched + timedelta(days=365))
    if plan.valid_from is None:
        return min([facts.launched, *starts]), max(last, now or last)
    # The day on which it took effect, where it begins by the plan's clock.
    return datetime.combine(plan.valid_from, time.min, UTC) - facts.clock.offset, last


def _pillars(reading: PlanOnDay) -> Iterator[TimelinePillar]:
    of_obligation: dict[str, list[Followed]] = {}
    for each in reading.items:
        of_obligation.setdefault(each.obligation.id, []).append(each)
    groups = [
        (name, [provision.ref for provision in found])
        for name, found in groupby(reading.plan.provisions, key=lambda each: each.pillar)
    ]
    for n, (name, refs) in enumerate(groups, 1):
        rows, undated = [], 0
        for provision, obligation in reading.obligations():
            if provision.ref not in refs or obligation.item is not None:
                continue
            items = of_obligation.get(obligation.id, [])
            marks = tuple(_marks(reading, obligation, items))
            if marks:
                rows.append(_row(provision, obligation, marks))
            undated += sum(1 for each in items if not _drawn(reading, each))
        if n == len(groups):
            rows += _rounds(reading)
        yield TimelinePillar(name=name, rows=tuple(rows), undated=undated)


def _row(provision: Provision, obligation: Obligation, marks: tuple[TimelineMark, ...]) -> TimelineRow:
    return TimelineRow(ref=provision.ref, title=obligation.title, marks=marks)


def _rounds(reading: PlanOnDay) -> list[TimelineRow]:
    """A row of its own for the rounds in which all that no window dates is asked."""
    rounds = reading.facts.windows.get(ROUND, ())
    marks = tuple(TimelineMark(kind=MarkKind.ROUND, start=window.start, label=window.name) for window in rounds)
    return [TimelineRow(ref="", title="Status rounds, of what bears no date", marks=marks)] if marks else []


def _drawn(reading: PlanOnDay, each: Followed) -> bool:
    return _window_of(reading, each) is not None or bool([*_outcome(reading, each)])


def _marks(reading: PlanOnDay, obligation: Obligation, items: list[Followed]) -> Iterator[TimelineMark]:
    own = reading.windows(obligation)
    several = obligation.recurs
    if not several and (window := whole_window(own)) is not None and not items:
        yield _bar(window, obligation.working_first_host)
    sides = dict(_turns(reading, obligation, own)) if several else {}
    known = {each.session for each in items if each.session}
    if several:
        yield from (_bar(window, sides.get(window.name)) for window in own if window.name not in known)
    for each in items:
        window = _window_of(reading, each)
        if window is not None:
            yield _bar(window, each.known.host or sides.get(each.session))
        yield from _outcome(reading, each)


def _bar(window: Window, side: str | None) -> TimelineMark:
    return TimelineMark(kind=MarkKind.WINDOW, start=window.start, end=window.end, side=side, label=window.name)


def _window_of(reading: PlanOnDay, each: Followed) -> Window | None:
    """As extended, if it was; else as the plan has it."""
    if each.known.window is not None:
        return each.known.window
    own = reading.windows(each.obligation)
    if each.obligation.recurs:
        return next((window for window in own if window.name == each.session), None)
    return whole_window(own)


def _turns(reading: PlanOnDay, obligation: Obligation, own: tuple[Window, ...]) -> Iterator[tuple[str, str | None]]:
    """Whose turn each window is: as given, else as it follows from those given."""
    series = reading.series_of(obligation)
    if obligation.host_rule is not HostRule.ROTATING or series is None:
        yield from ((window.name, obligation.host) for window in own)
        return
    given = {turn.session: holder(turn) for turn in series.hosting.turns}
    yield from given.items()
    following = _following(series.hosting)
    yield from ((window.name, next(following, None)) for window in own if window.name not in given)


def _following(hosting: Turns) -> Iterator[str]:
    """The turns to come, for ever; nothing while nobody knows whose is next."""
    order = hosting.order
    if not hosting.upcoming or not order:
        return
    yield from hosting.upcoming
    last = order.index(hosting.upcoming[-1]) if hosting.upcoming[-1] in order else -1
    while True:
        last = (last + 1) % len(order)
        yield order[last]


# What became of it


def _outcome(reading: PlanOnDay, each: Followed) -> Iterator[TimelineMark]:
    """What is drawn upon the window, or without one."""
    known, window = each.known, _window_of(reading, each)
    if each.meets:
        yield from _meeting(each, window)
    elif known.ended == "closed" and known.ending.at is not None:
        yield _done(known, window, known.ending.at)
    if window is None:
        return
    end = window.end - _INSTANT
    missed = known.ended in ("missed", "expired") or (known.deadline.missed and known.ended in ("", "closed"))
    if known.ended in ("excused", "dropped"):
        label = f"{window.name}, {known.ended}"
        if known.ending.adopted or known.ending.at is None:
            yield TimelineMark(kind=MarkKind.EXCUSED, start=window.start, end=window.end, label=label)
        else:
            yield TimelineMark(kind=MarkKind.EXCUSED, start=known.ending.at, label=label)
    elif missed and not known.held and not (known.proof.evidence and not each.meets):
        yield TimelineMark(kind=MarkKind.MISSED, start=end, label=window.name)


def _meeting(each: Followed, window: Window | None) -> Iterator[TimelineMark]:
    known, date = each.known, each.known.date
    held = bool(known.held) or known.ended == "closed"
    if not held and known.talks.agreed is None:
        return
    kind = MarkKind.HELD if held else MarkKind.AGREED
    if date is not None:
        yield TimelineMark(kind=kind, start=date.start, side=known.host, label=date.place)
    elif held and window is not None:
        # Within its window, and nobody says when.
        yield TimelineMark(kind=kind, start=window.start, end=window.end, side=known.host, label=_NO_DAY)


def _done(known: Known, window: Window | None, at: Instant) -> TimelineMark:
    if known.date is not None:
        return TimelineMark(kind=MarkKind.DONE, start=known.date.start, label=known.date.place)
    if known.ending.adopted and window is not None:
        return TimelineMark(kind=MarkKind.DONE, start=window.start, end=window.end, label=_NO_DAY)
    return TimelineMark(kind=MarkKind.DONE, start=at)
