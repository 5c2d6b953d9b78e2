"""What the record tells of a past day: what was awaited then, and whose turn it was."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from models.items.commitment import COMMITMENT
from models.items.meeting import MEETING
from models.items.series import SERIES
from models.messages import acts
from models.messages.acts import Terms, Topic
from tests.support.builders import DAY, START, Player, date_terms, obligation, opened, plan_of
from tests.support.examples import examples
from tests.support.progress import entries
from tests.support.recordings import known, player, the_meeting

LAO, KHM = "lao-moc", "khm-moc"
ROUND = {"by": "year", "day": "01-15", "first": 2026, "last": 2027}


def test_what_becomes_awaited_without_a_word_has_a_line_of_its_own() -> None:
    one = the_meeting()
    one.act(acts.Propose, LAO, terms=date_terms(START + 30 * DAY))
    one.act(acts.Accept, KHM, proposal=1)
    assert known(one).awaiting == ()
    one.tick(START + 31 * DAY)
    last = entries(one)[-1]
    assert (last.verb, last.text) == ("awaited", "khm-moc and lao-moc awaited: say whether it was held")
    assert [line.n for line in entries(one)] == list(range(1, len(entries(one)) + 1))
    assert known(one).awaiting == MEETING.awaiting(one.state)


MOVES = st.lists(
    st.tuples(
        st.integers(0, 40),
        st.sampled_from(
            ["propose", "accept", "reject", "counter", "regret", "held", "not", "outcome", "close", "extend"]
        ),
        st.sampled_from([LAO, KHM]),
    ),
    max_size=14,
)


def play(one: Player, move: str, office: str) -> None:
    number = one.state.last_proposal
    later = date_terms(one.now + 5 * DAY)
    extended = Terms(topic=Topic.EXTEND, until=START + 500 * DAY)
    verb, fields = {
        "propose": (acts.Propose, {"terms": later}),
        "extend": (acts.Propose, {"terms": extended}),
        "accept": (acts.Accept, {"proposal": number}),
        "reject": (acts.Reject, {"proposal": number, "reason": "no"}),
        "counter": (acts.Counter, {"proposal": number, "terms": later}),
        "regret": (acts.Regret, {"reason": "ill"}),
        "held": (acts.Held, {}),
        "not": (acts.NotHeld, {}),
        "outcome": (acts.Outcome, {"text": "minutes"}),
        "close": (acts.Close, {}),
    }[move]
    one.act(verb, office, **fields)  # type: ignore[arg-type]


@given(MOVES)
@examples(0.6)
def test_the_record_tells_what_was_awaited_at_every_instant(moves: list[tuple[int, str, str]]) -> None:
    one = the_meeting()
    seen = [(one.now, MEETING.awaiting(one.state))]
    for days, move, office in moves:
        one.tick(one.now + days * DAY + timedelta(seconds=1))
        seen.append((one.now, MEETING.awaiting(one.state)))
        one.now += timedelta(seconds=1)
        play(one, move, office)
        seen.append((one.now, MEETING.awaiting(one.state)))
    for at, awaiting in seen:
        assert known(one, at).awaited == awaiting, at


def test_a_status_round_is_told() -> None:
    state = opened(plan_of(obligation("c", kind="deliverable", window=None), round=ROUND)).commitments[0]
    one = player(COMMITMENT, state).tick(START + 20 * DAY)
    assert {row.act for row in known(one).awaiting} == {"progress"} and known(one, START + DAY).awaiting == ()


def test_a_series_tells_its_turns() -> None:
    window = {"by": "year", "first": 2026, "last": 2028}
    document = obligation("s", kind="meeting_series", cadence="annual", window=window, host_rule="rotating")
    document["readings"] = {"first_host": {"chosen": "LAO", "others": ["KHM"]}}
    one = player(SERIES, opened(plan_of(document)).series[0]).tick(START + DAY)
    assert known(one).turns["next"] == SERIES.view(one.state).turns["next"]
    assert [turn["session"] for turn in known(one).turns["turns"]] == ["2026"]
