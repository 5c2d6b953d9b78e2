"""A record that an earlier release wrote tells the same today: its lines lack fields that lines have now."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from adapters.files.record_file import read_record
from cli.gathering import item_facts
from models.items.meeting import MEETING
from models.items.past_sessions import AdoptedSession, PastState, adopted_entries
from models.items.turns import Turns
from models.messages import acts
from models.messages.acts import Terms, Topic
from models.messages.effects import Enter
from models.messages.views import LedgerEntry
from models.plan.plan import Plan
from models.plan.windows import resolve_windows
from models.report.facts import Facts, ItemFact, SeriesFact
from models.report.item_record import hear_all
from models.report.progress import build_report
from models.report.timeline import build_timeline
from tests.support.builders import DAY, START, Player, date_terms, meeting, obligation, plan_of

RECORD = Path(__file__).parent / "records" / "2026-11-28"
"""The record of the plan `t` as the release of that day (commit 92d6fe2) wrote it. `plan.json` and `facts.json` are
what its workflow held beside it, and `expected.json` is what the code of that release read from it: neither is made
anew."""

EXPECTED: dict[str, dict[str, Any]] = json.loads((RECORD / "expected.json").read_text(encoding="utf-8"))


def facts() -> Facts:
    series = []
    for item in ("t/s", "t/turns"):
        told = hear_all(LedgerEntry.model_validate(line) for line in read_record(RECORD, item)).turns
        series.append(SeriesFact(id=item, hosting=Turns.model_validate(told), next=str(told["next"])))
    beside = json.loads((RECORD / "facts.json").read_text(encoding="utf-8"))
    return Facts.model_validate({**beside, "items": item_facts(RECORD, "t", []), "series": series})


def read(as_of: str) -> dict[str, Any]:
    plan = Plan.model_validate_json((RECORD / "plan.json").read_text(encoding="utf-8"))
    at, known = datetime.fromisoformat(as_of), facts()
    report, timeline = build_report(plan, known, at), build_timeline(plan, known, at)
    return {"report": report.model_dump(mode="json"), "timeline": timeline.model_dump(mode="json")}


@pytest.mark.parametrize("as_of", EXPECTED)
def test_a_record_of_an_earlier_release_is_read_as_that_release_read_it(as_of: str) -> None:
    assert read(as_of) == EXPECTED[as_of]


# --- lines of still earlier releases ---------------------------------------------------------------------------------


def told(*lines: LedgerEntry) -> str:
    """Where the report has the meeting of which these are the lines, and why."""
    item = ItemFact(id="t/m", entries=lines)
    known = Facts(launched=START, windows=resolve_windows(PLAN, START), current=False, items=(item,))
    line = build_report(PLAN, known, START + 400 * DAY).pillars[0].articles[0].lines[0]
    return f"{line.standing}: {line.detail}"


def bare(player: Player, *fields: str) -> list[LedgerEntry]:
    """The lines of a life without these fields."""
    lines = [effect.entry for effect in player.effects if isinstance(effect, Enter)]
    return [
        each.model_copy(update={"data": {name: value for name, value in each.data.items() if name not in fields}})
        for each in lines
    ]


PLAN = plan_of(obligation())


def test_the_day_of_a_mark_stands_in_its_words() -> None:
    player = Player(MEETING, meeting()).tick(START + 31 * DAY)
    player.act(acts.Held, "lao-moc", on=date_terms(START + 30 * DAY).slot.start, place="Vientiane (old town)")  # type: ignore[union-attr]
    assert told(*bare(player, "date", "silence")) == (
        "in progress: held on 31 January 2026, Vientiane (old town); its outcome is awaited"
    )


@pytest.mark.parametrize(
    ("state", "first", "words"),
    [
        (PastState.MISSED, 1, "missed: missed (war (of 2025)); taken over at the launch"),
        (PastState.EXCUSED, 3, "excused: excused (war (of 2025)); settled by the sides"),
        (PastState.HELD, 3, "done: held (the day is not on record); settled by the sides"),
    ],
)
def test_what_was_taken_over_stands_in_its_words(state: PastState, first: int, words: str) -> None:
    note = "" if state is PastState.HELD else "war (of 2025)"
    past = AdoptedSession(obligation="m", state=state, note=note)
    line, view = adopted_entries(meeting(), past, START, first=first)
    assert told(line.model_copy(update={"data": {}}), view) == words


@pytest.mark.parametrize("reason", ["no longer needed", "dropped by consent: of all"])
def test_how_it_ended_stands_in_its_words(reason: str) -> None:
    player = Player(MEETING, meeting())
    player.act(acts.Propose, "lao-moc", terms=Terms(topic=Topic.DROP, reason=reason))
    player.act(acts.Accept, "khm-moc", proposal=1)
    lines = [each.model_copy(update={"data": {}}) if each.verb == "dropped" else each for each in bare(player)]
    assert told(*lines) == f"excused: dropped by consent on 1 January 2026: {reason}"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "Title m was dropped from the plan by amendment 12",
            "dropped from the plan on 1 January 2026, by amendment 12",
        ),
        ("it is not due any longer by amendment 12: dropping m from the plan", "dropped on 1 January 2026"),
    ],
)
def test_the_amendment_that_ended_it_stands_in_its_words(text: str, words: str) -> None:
    first, *_ = bare(Player(MEETING, meeting()))
    ended = LedgerEntry(n=2, at=START, verb="dropped", text=text)
    assert told(first, ended) == f"excused: {words}"


def test_the_necessity_of_a_call_stands_in_its_words() -> None:
    line = LedgerEntry(n=1, at=START, verb="call", text="lao-moc (LAO) calls it: a flood", office="lao-moc", side="LAO")
    assert hear_all([line]).called == "a flood"
    line = LedgerEntry(n=1, at=START, verb="opened", text="Title m opened, called: a flood", data={"ref": "1.1"})
    assert (hear_all([line]).title, hear_all([line]).called) == ("Title m", "a flood")
