"""Progress reports for tests, made from the facts of real machines."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from models.common.values import Instant
from models.items.commitment import COMMITMENT
from models.items.meeting import MEETING
from models.messages import acts
from models.messages.effects import Enter
from models.messages.views import LedgerEntry
from models.plan.plan import Plan
from models.plan.windows import clock_of, resolve_windows
from models.report.facts import Facts, ItemFact
from models.report.progress import build_report
from models.report.values import ArticleReport, ItemLine, ProgressReport, Standing
from tests.support.builders import DAY, START, Player, meeting, obligation, opened, plan_of
from tests.support.meetings import LAO, agreed

LATER = datetime(2027, 2, 1, tzinfo=UTC)
ROUND = {"by": "year", "day": "01-15", "first": 2026, "last": 2027}


def undated(oid: str, **more: Any) -> dict[str, Any]:
    return obligation(oid, **{"kind": "deliverable", "window": None, **more})


def entries(player: Player) -> tuple[LedgerEntry, ...]:
    return tuple(effect.entry for effect in player.effects if isinstance(effect, Enter))


def fact(player: Player, *, row: bool = False) -> ItemFact:
    own = player.machine.row(player.state) if row and not player.state.closed else None
    return ItemFact(id=player.state.setup.id, entries=entries(player), row=own)


def facts(plan: Plan, *items: ItemFact, **more: Any) -> Facts:
    known = {"launched": START, "clock": clock_of(plan, START), "windows": resolve_windows(plan, START), **more}
    return Facts(items=items, **known)


def built(plan: Plan, *items: ItemFact, as_of: Instant = LATER, **more: Any) -> ProgressReport:
    return build_report(plan, facts(plan, *items, **more), as_of)


def lines(report: ProgressReport) -> dict[str, ItemLine]:
    return {line.id: line for article in articles(report) for line in article.lines}


def articles(report: ProgressReport) -> Iterator[ArticleReport]:
    return (article for pillar in report.pillars for article in pillar.articles)


def stands(report: ProgressReport, item: str) -> tuple[Standing, str]:
    line = lines(report)[f"t/{item}"]
    return line.standing, line.detail


def held_meeting() -> Player:
    """A meeting that was held on 31 January 2026."""
    player = agreed(day=30).tick(START + 31 * DAY)
    player.act(acts.Held, LAO)
    return player


def commitment(oid: str = "c", at: datetime = START, **more: Any) -> Player:
    state = opened(plan_of(undated(oid, **more), round=ROUND), at).commitments[0]
    return Player(COMMITMENT, state, at)


def mixed() -> tuple[Plan, tuple[ItemFact, ...]]:
    """A plan and its facts: two meetings, a series with one past and one coming session, a shared item, an item that
    waits for a call, and items without a window."""
    window = {"by": "year", "first": 2026, "last": 2028}
    rotating = {"kind": "meeting_series", "cadence": "annual", "host_rule": "rotating", "window": window}
    plan = plan_of(
        obligation("m"),
        obligation("s", **rotating),
        undated("c"),
        undated("shared", item="c"),
        undated("call", kind="procedure", cadence="on_trigger"),
        undated("talks", kind="meeting_series", cadence="unspecified"),
        round=ROUND,
    )
    alone = meeting()
    setup = alone.setup.model_copy(update={"id": "t/s/2026"})
    session = Player(MEETING, alone.model_copy(update={"setup": setup}))
    return plan, (fact(held_meeting()), fact(session.tick(LATER)))
