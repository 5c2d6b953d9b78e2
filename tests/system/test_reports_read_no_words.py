"""No fact is read from words: with gibberish in place of every sentence of the record, everything reads the same."""

from datetime import datetime
from functools import cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.items.commitment import COMMITMENT
from models.items.meeting import MEETING
from models.items.past_sessions import AdoptedSession, PastState
from models.messages import acts
from models.messages.acts import Act, Terms, Topic
from models.messages.effects import Enter
from models.plan.plan import Plan
from models.post.why import told
from models.report.facts import Facts, ItemFact
from models.report.item_record import hear_all
from models.report.progress import build_report
from models.report.timeline import build_timeline
from tests.support.builders import DAY, START, Player, date_terms, launch_of, meeting, obligation, opened, plan_of
from tests.support.moves import PREAMBLE, moves, play
from tests.support.recorded import Record, RecordedLife, gibberish, in_gibberish
from tests.support.worlds import amend

LAO, KHM = "lao-moc", "khm-moc"
MFA = ("lao-mfa", "khm-mfa")
ROTATING: dict[str, Any] = {
    "cadence": "annual",
    "window": {"by": "year", "first": 2024, "last": 2027},
    "host_rule": "rotating",
    "readings": {"first_host": {"others": ["LAO", "KHM"]}},
}
HISTORY = (
    AdoptedSession(obligation="s", session="2024", state=PastState.EXCUSED, note="a flood (of the Mekong)"),
    AdoptedSession(obligation="past", state=PastState.MISSED, note="war"),
)


def plan() -> Plan:
    return plan_of(
        *(obligation(name, report_to_higher=name == "m") for name in ("m", "drop", "excuse", "gone", "wait", "silent")),
        obligation("later", window={"by": "year", "first": 2026, "last": 2026}),
        obligation("mou", kind="instrument"),
        obligation("c", kind="standing", cadence="continuous", window=None),
        obligation("proc", kind="procedure", cadence="on_trigger", window=None),
        obligation("adhoc", kind="meeting_series", cadence="on_trigger", window=None),
        obligation("s", kind="meeting_series", **ROTATING),
        obligation("y", kind="meeting_series", cadence="annual", window={"by": "year", "first": 2026, "last": 2027}),
        obligation("past", kind="visit", window={"by": "year", "first": 2025, "last": 2025}),
        round={"by": "year", "day": "03-01", "first": 2025, "last": 2027},
        valid_from="2025-01-01",
        valid_for_years=3,
    )


class Varied(RecordedLife):
    """A life in which most of what can happen happens."""

    def does(self, item: str, verb: type[Act], office: str, **fields: Any) -> None:
        assert self.act(f"t/{item}" if item else "t", verb, office, **fields) is None, (item, verb)

    def agree(self, item: str, terms: Terms, offices: tuple[str, ...] = (LAO, KHM)) -> None:
        first, *rest = offices
        self.does(item, acts.Propose, first, terms=terms)
        number = self.item(f"t/{item}" if item else "t").last_proposal
        for office in rest:
            self.does(item, acts.Accept, office, proposal=number)

    def hold(self, item: str, day: int) -> None:
        self.agree(item, date_terms(START + day * DAY))
        self.until(START + (day + 1) * DAY)
        self.does(item, acts.Held, LAO)


@cache
def lived() -> Varied:
    life = Varied(launch=launch_of(plan(), START, history=HISTORY))
    life.agree("drop", Terms(topic=Topic.DROP, reason="no longer needed: done elsewhere (by ASEAN)"))
    life.agree("excuse", Terms(topic=Topic.EXCUSE, reason="elections"))
    life.agree("wait", Terms(topic=Topic.POSTPONE, until=START + 100 * DAY))
    _settle_questions(life)
    life.agree("", amend("drop", "gone"), MFA)
    life.agree("", amend("change", "y", fields={"window": {"by": "year", "first": 2027, "last": 2027}}), MFA)
    life.does("adhoc", acts.Call, KHM, reason="an urgent case, called: early")
    life.does("proc", acts.Call, LAO, reason="a necessity")
    life.hold("m", 40)
    life.does("m", acts.Dispute, KHM, reason="nobody came")
    life.does("m", acts.Held, KHM)
    life.does("m", acts.Outcome, LAO, text="minutes")
    for office in (LAO, KHM):
        life.does("m", acts.Evidence, office, text="reported")
    life.does("m", acts.Close, KHM, note="well done")
    life.until(START + 65 * DAY)
    life.does("c", acts.Progress, LAO, state="limited", note="begun (a little)")
    life.does("mou", acts.Evidence, LAO, text="signed")
    life.does("mou", acts.Dispute, KHM, reason="a page is missing")
    life.does("mou", acts.Evidence, KHM, text="signed, all pages")
    life.does("mou", acts.Close, LAO)
    life.until(START + 110 * DAY)
    life.hold("s/2026", 120)
    life.agree("later", date_terms(START + 400 * DAY))
    life.agree("adhoc/1", Terms(topic=Topic.DROP, reason="settled by telephone"))
    life.until(datetime.fromisoformat("2027-03-10T00:00:00Z"))
    life.agree("", amend("drop", "adhoc"), MFA)
    return life.until(datetime.fromisoformat("2028-02-01T00:00:00Z"))  # type: ignore[return-value]


def _settle_questions(life: Varied) -> None:
    """Who hosts first, and what became of the session of before the launch."""
    questions = next(item for item in life.world.items if item.startswith("t/questions/")).removeprefix("t/")
    for name, value in (("s/first_host", "KHM"), ("s/past/2025", {"state": "missed", "note": "no quorum (again)"})):
        life.agree(questions, Terms(topic=Topic.ANSWER, question=name, value=value))


def told_of(life: Varied, record: Record, at: datetime, current: bool = False) -> tuple[Any, Any]:
    facts = life.facts(record, at, life.rows() if current else (), current)
    return build_report(life.plan.plan, facts, at), build_timeline(life.plan.plan, facts, at)


def test_a_life_is_varied() -> None:
    """What the other tests are worth: the record holds a line of most verbs."""
    verbs = {line.verb for own in lived().record.values() for line in own}
    ends = {"closed", "dropped", "excused", "expired", "adopted", "unknown", "settled"}
    assert verbs >= {*ends, "opened", "call", "held", "dispute", "missed", "late", "round", "progress", "amended"}
    assert len({line.text for own in lived().record.values() for line in own}) > 100


def instants() -> list[datetime]:
    return sorted({line.at for own in lived().record.values() for line in own})


@pytest.mark.parametrize("part", range(4))
def test_a_report_and_a_timeline_of_any_day_do_not_read_words(part: int) -> None:
    life = lived()
    other = in_gibberish(life.record)
    for at in instants()[part::4]:
        assert told_of(life, other, at) == told_of(life, life.record, at), at


def test_a_report_of_today_does_not_read_words() -> None:
    life = lived()
    at = life.now
    assert told_of(life, in_gibberish(life.record), at, current=True) == told_of(life, life.record, at, current=True)


def test_why_does_not_read_words() -> None:
    life = lived()
    for name, room in life.world.rooms.items():
        lines = [line.model_dump(mode="json") for line in life.world.lines.get(name, ())]
        other = [{**line, "text": "~"} for line in lines]
        assert lines and told(room.address.office, other, room) == told(room.address.office, lines, room)


@given(st.lists(moves, max_size=20), st.booleans(), st.integers(0, len(PREAMBLE)))
def test_whatever_happens_to_one_item_is_not_read_from_words(
    history: list[tuple[str, Any]], meets: bool, along: int
) -> None:
    kind = {} if meets else {"kind": "instrument"}
    whole = plan_of(obligation("m", **kind))
    state = meeting() if meets else opened(whole).commitments[0]
    player = Player(MEETING if meets else COMMITMENT, state)
    for move in [*PREAMBLE[:along], *history]:
        play(player, move)
    lines = tuple(effect.entry for effect in player.effects if isinstance(effect, Enter))
    other = tuple(map(gibberish, lines))
    assert hear_all(other) == hear_all(lines)
    read = []
    for own in (lines, other):
        facts = Facts(launched=START, current=False, items=(ItemFact(id="t/m", entries=own),))
        read.append((build_report(whole, facts, player.now), build_timeline(whole, facts, player.now)))
    assert read[0] == read[1]
