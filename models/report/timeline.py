"""Makes the timeline from a plan and its facts: one row of marks for each obligation that has dates."""

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
from models.report.standing import under_silence


class MarkKind(StrEnum):
    """What one mark in the timeline stands for."""

    WINDOW = "window"
    """A bar: the window of a session or a deliverable."""
    AGREED = "agreed"
    """An agreed date."""
    HELD = "held"
    """A meeting that was held."""
    EVIDENCE = "evidence"
    """A commitment with evidence on record that stands under silence."""
    DONE = "done"
    """A commitment that was closed out."""
    MISSED = "missed"
    """An item that was not done when its window ended."""
    EXCUSED = "excused"
    """An item that was excused or dropped."""
    ROUND = "round"
    """A status round."""


class TimelineMark(Value):
    """One mark in a row of the timeline. It is at one instant, or it is a bar from `start` to `end`."""

    kind: MarkKind
    start: Instant
    end: Instant | None = None
    """The first instant after the bar. None if the mark is an instant."""
    side: str | None = None
    """The side whose turn it is, or the side that hosted. The drawing takes the colour of the mark from this side. None
    if no side is known."""
    label: str = ""
    """A few words that the drawing shows for the mark: "2026", "Vientiane". Empty if the mark has no words."""


class TimelineRow(Value):
    """One row of the timeline: the marks of one obligation, or the marks of all status rounds."""

    ref: str
    """The reference of the obligation's provision. Empty for the row of status rounds."""
    title: str
    marks: tuple[TimelineMark, ...] = ()


class TimelinePillar(Value):
    """One pillar of the plan, with its rows of the timeline."""

    name: str
    rows: tuple[TimelineRow, ...]
    undated: int = 0
    """How many items of the pillar have no mark, because they have neither a window nor a date."""


class Timeline(Value):
    """Everything that the drawing of a timeline shows."""

    title: str
    start: Instant
    """The left end of the drawing."""
    end: Instant
    """The right end of the drawing."""
    today: Instant | None = None
    """The instant of which the timeline tells. None if the timeline shows only what the plan states."""
    zone: str = "UTC"
    offset_hours: float = 0.0
    """The hours by which the plan's time zone is ahead of UTC. The drawing uses them to place the beginning of each
    year."""
    sides: dict[str, str] = {}
    """The short name of each side, by its code. The drawing shows them in its legend."""
    pillars: tuple[TimelinePillar, ...] = ()


_INSTANT = timedelta(seconds=1)
"""A mark at the end of a window is drawn so much before it, because the end itself is outside the window."""

_NO_DAY = "the day is not on record"


def build_timeline(plan: Plan, facts: Facts, now: Instant | None) -> Timeline:
    """Returns the timeline as of the instant `now`. If `now` is None, returns the timeline as of the launch, with
    `today` None."""
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
    """Returns the first and the last instant of the timeline. They are the start and the end of the plan's validity.

    If the plan does not state its start, the timeline begins at the launch or at the first window, whichever is
    earlier. If the plan does not state its end, the timeline ends with the last window.
    """
    ends = [window.end for name, own in facts.windows.items() if name != ROUND for window in own]
    starts = [window.start for name, own in facts.windows.items() if name != ROUND for window in own]
    last = facts.valid_until or max(ends, default=facts.launched + timedelta(days=365))
    if plan.valid_from is None:
        return min([facts.launched, *starts]), max(last, now or last)
    # The beginning of the day on which the plan came into force, by the plan's clock.
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
    """Returns one row with all status rounds. Empty if the plan has no status rounds."""
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
    """Returns the window of an item, with its extensions. None if the item has no window."""
    if each.known.window is not None:
        return each.known.window
    own = reading.windows(each.obligation)
    if each.obligation.recurs:
        return next((window for window in own if window.name == each.session), None)
    return whole_window(own)


def _turns(reading: PlanOnDay, obligation: Obligation, own: tuple[Window, ...]) -> Iterator[tuple[str, str | None]]:
    """Yields the name of each window with the side whose turn it is. If the turn is not on record yet, the side follows
    from the order of the turns."""
    series = reading.series_of(obligation)
    if obligation.host_rule is not HostRule.ROTATING or series is None:
        yield from ((window.name, obligation.host) for window in own)
        return
    given = {turn.session: holder(turn) for turn in series.hosting.turns}
    yield from given.items()
    following = _following(series.hosting)
    yield from ((window.name, next(following, None)) for window in own if window.name not in given)


def _following(hosting: Turns) -> Iterator[str]:
    """Yields the sides of the coming turns, without end. Yields nothing while nobody knows whose turn is next."""
    order = hosting.order
    if not hosting.upcoming or not order:
        return
    yield from hosting.upcoming
    last = order.index(hosting.upcoming[-1]) if hosting.upcoming[-1] in order else -1
    while True:
        last = (last + 1) % len(order)
        yield order[last]


# What became of an item


def _outcome(reading: PlanOnDay, each: Followed) -> Iterator[TimelineMark]:
    """Yields the marks that show what became of an item. The drawing puts them over the bar of the item's window."""
    known, window = each.known, _window_of(reading, each)
    if each.meets:
        yield from _meeting(reading, each, window)
    elif known.ended == "closed" and known.ending.at is not None:
        yield _done(known, window, known.ending.at)
    elif known.proof.evidence_at is not None and (label := _silence(reading, known)):
        yield TimelineMark(kind=MarkKind.EVIDENCE, start=known.proof.evidence_at, label=label)
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


def _silence(reading: PlanOnDay, known: Known) -> str:
    """Returns in words how long other sides may still object to what is on record. Empty if they no longer may."""
    silence = known.proof.under_silence("mark", "outcome", "evidence") if not known.ended else None
    return under_silence(silence, reading.facts.clock) if silence is not None else ""


def _meeting(reading: PlanOnDay, each: Followed, window: Window | None) -> Iterator[TimelineMark]:
    known, date = each.known, each.known.date
    held = bool(known.held) or known.ended == "closed"
    if not held and known.talks.agreed is None:
        return
    kind = MarkKind.HELD if held else MarkKind.AGREED
    if date is not None:
        label = ", ".join(part for part in (date.place, _silence(reading, known)) if part)
        yield TimelineMark(kind=kind, start=date.start, side=known.host, label=label)
    elif held and window is not None:
        # It was held within its window, and the day is not known.
        yield TimelineMark(kind=kind, start=window.start, end=window.end, side=known.host, label=_NO_DAY)


def _done(known: Known, window: Window | None, at: Instant) -> TimelineMark:
    if known.date is not None:
        return TimelineMark(kind=MarkKind.DONE, start=known.date.start, label=known.date.place)
    if known.ending.adopted and window is not None:
        return TimelineMark(kind=MarkKind.DONE, start=window.start, end=window.end, label=_NO_DAY)
    return TimelineMark(kind=MarkKind.DONE, start=at)
