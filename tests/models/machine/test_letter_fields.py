"""What the core tells the letters in fields: who, what, since when; in titles and names, never in ids."""

from typing import Any

from models.governance.opening import openings
from models.governance.plan_machine import PLAN
from models.items.commitment import COMMITMENT
from models.items.meeting import MEETING
from models.items.questions import QUESTIONS
from models.machine.letter_fields import amended, told_of
from models.machine.letter_fields import proposed as fields_of
from models.messages import acts
from models.messages.acts import Document, Terms, Topic
from models.messages.effects import Await, Order
from models.messages.notices import Announcement, Notice
from models.plan.amendment import Amendment
from models.plan.windows import resolve_windows
from tests.support.builders import DAY, START, Player, date_terms, launch_of, meeting, obligation, opened, plan_of
from tests.support.meetings import KHM, LAO, agreed, proposed
from tests.support.plan_lives import plan_now
from tests.support.worlds import amend, announced


def told(player: Player) -> list[Announcement]:
    """What was announced since it was last asked."""
    found = announced(player.effects)
    player.effects = [each for each in player.effects if isinstance(each, Await)]
    return found


def notices(player: Player) -> list[Notice]:
    return [each.notice for each in player.effects if isinstance(each, Await)]


def test_a_proposal_and_its_answer_are_told_with_titles_and_names() -> None:
    player = Player(MEETING, meeting())
    player.act(acts.Propose, LAO, terms=Terms(topic=Topic.HOST, host="KHM", reason="an exchange"))
    asked = [each for each in notices(player) if each.verb == "answer"]
    [proposal] = {each.proposal for each in asked}
    assert proposal is not None
    assert (proposal.topic, proposal.host, proposal.reason) == ("host", "Cambodia", "an exchange")
    assert proposal.by == "Coordinator, Ministry MOC, Lao PDR" and proposal.side == "Lao"
    player.act(acts.Reject, KHM, proposal=1, reason="not now")
    [word] = told(player)
    assert word.happened is not None and word.short == "m"
    happened = word.happened
    assert (happened.verb, happened.by, happened.side) == ("reject", "Coordinator, Ministry MOC, Cambodia", "Cambodian")
    assert happened.reason == "not now" and happened.proposal is not None and happened.proposal.number == 1
    assert "Cambodia as host" in word.text and "KHM" not in word.text


def test_what_was_held_is_told_with_the_day_and_place_that_were_agreed() -> None:
    player = Player(MEETING, meeting())
    player.act(acts.Propose, LAO, terms=date_terms(START + 10 * DAY))
    player.act(acts.Accept, KHM, proposal=1)
    agreed = told(player)[-1].happened
    assert agreed is not None and agreed.verb == "agreed" and agreed.by == ""
    assert agreed.proposal is not None and agreed.proposal.place == "Vientiane"
    player.tick(START + 11 * DAY)
    player.act(acts.Held, LAO)
    [word] = told(player)
    assert word.happened is not None and word.happened.on == agreed.proposal.slot.start  # type: ignore[union-attr]
    assert word.happened.place == "Vientiane"


def test_a_higher_office_learns_who_was_asked_before_and_since_when() -> None:
    player = Player(MEETING, meeting()).tick(START + 70 * DAY)
    [top] = [each for each in notices(player) if each.rung == 3 and each.side == "LAO"]
    assert [(each.office, each.title.partition(",")[0], each.since) for each in top.before] == [
        ("lao-moc", "Coordinator", START),  # the instant of its letter
        ("lao-moc-dg", "Director General", top.since + 30 * DAY),
    ]
    assert tuple(each.title for each in top.before) == top.asked_before


def test_a_status_round_is_told_by_its_name() -> None:
    rounds: dict[str, Any] = {"round": {"by": "offset", "opens": "P1D", "every": "P30D", "count": 2}}
    found = opened(plan_of(obligation("c", kind="standing", cadence="continuous", window=None), **rounds))
    player = Player(COMMITMENT, found.commitments[0]).tick(START + 2 * DAY)
    assert {(each.verb, each.round) for each in notices(player)} == {("progress", "1")}


def test_questions_are_told_one_by_one() -> None:
    reading: dict[str, Any] = {"first_host": {"others": ["LAO", "KHM"]}, "cadence": {"others": ["annual", "biennial"]}}
    found = opened(
        plan_of(obligation("s", kind="meeting_series", cadence="regular", host_rule="rotating", readings=reading))
    )
    player = Player(QUESTIONS, found.questions[0])
    first = notices(player)[0]
    assert [(each.field, each.about) for each in first.questions] == [("first_host", "Title s"), ("cadence", "Title s")]
    assert first.questions[0].options == ("Lao PDR", "Cambodia")
    assert "how often to hold the Title s" in first.questions[1].text, "whatever its number"
    player.act(acts.Propose, LAO, terms=Terms(topic=Topic.ANSWER, question="s/first_host", value="KHM"))
    [answer] = [each for each in notices(player) if each.verb == "answer"]
    assert answer.proposal is not None
    assert (answer.proposal.value, answer.proposal.question) == ("Cambodia", "who hosts the Title s first")


def test_an_amendment_is_told_with_the_title_of_what_it_changes() -> None:
    player = Player(PLAN, plan_now(obligation("m"), obligation("n")))
    player.act(acts.Propose, "lao-mfa", terms=amend("change", "m", fields={"level": "ministers"}))
    player.act(acts.Accept, "khm-mfa", proposal=1)
    words = told(player)
    assert {word.office for word in words} == {"lao-mfa", "khm-mfa"}
    for word in words:
        assert word.happened is not None and word.happened.proposal is not None
        proposal = word.happened.proposal
        assert (proposal.change, proposal.question) == ("change", "Title m")
        assert proposal.fields == (("level", "ministers"),)


def test_a_state_of_an_earlier_release_has_its_sides_by_adjective() -> None:
    plan = plan_of(obligation())
    setup = openings(launch_of(plan), resolve_windows(plan, START)).meetings[0].setup
    old = setup.model_copy(update={"parties": tuple(p.model_copy(update={"name": ""}) for p in setup.parties)})
    assert (setup.names, old.names) == ({"LAO": "Lao PDR", "KHM": "Cambodia"}, {"LAO": "Lao", "KHM": "Cambodian"})


def test_a_proposed_time_is_an_invitation_where_the_tentative_event_is_at_it() -> None:
    player = proposed()
    [first] = player.state.open_proposals
    assert fields_of(player.state, first).invited
    other = first.model_copy(update={"terms": date_terms(START + 12 * DAY)})
    assert not fields_of(player.state, other).invited, "the event is at another time"
    player.act(acts.Accept, KHM, proposal=1)
    assert not fields_of(player.state, first).invited, "the event is tentative no longer"


def test_what_was_filed_is_told_with_its_words_and_the_name_of_its_document() -> None:
    player = agreed().tick(START + 11 * DAY)
    told(player)
    player.act(acts.Held, LAO, place="Pakse", format="hybrid")
    [mark] = told(player)
    assert mark.happened is not None and (mark.happened.place, mark.happened.format) == ("Pakse", "hybrid")
    player.act(acts.Outcome, KHM, text="minutes", document=Document(name="minutes.pdf", sha256="0" * 64, size=9))
    [word] = told(player)
    assert word.happened is not None and word.happened.proposal is None
    assert (word.happened.verb, word.happened.text, word.happened.document) == ("outcome", "minutes", "minutes.pdf")
    assert (word.happened.on, word.happened.place, word.happened.format) == (None, "", ""), "the mark has told these"


def test_an_amendment_in_force_is_told_by_the_title_that_its_offices_know() -> None:
    state = plan_now(obligation("m"))
    for kind, value, said in (
        ("cadence", "annual", "annual"),
        ("first-host", "KHM", "Cambodia"),
    ):
        done = Amendment(kind=kind, obligation="m", value=value, provision="1.1")
        field = amended(state, 3, done, "Title of before")
        assert (field.number, field.change, field.question, field.value) == (3, kind, "Title of before", said)
        assert (field.by, field.side, field.ref) == ("", "", "1.1"), "nobody proposes what is in force"
    added = Amendment(kind="add", obligation="z", fields={"title": "Forum", "level": "ministers"})
    assert amended(state, 4, added, "Forum").fields == (), "what is new has no former reading"
    changed = Amendment(kind="change", obligation="m", fields={"host": "KHM", "sides": ["LAO", "KHM"]})
    assert amended(state, 5, changed, "Title m").fields == (("host", "Cambodia"), ("sides", "Lao PDR, Cambodia"))


def test_an_order_tells_its_amendment_in_fields_and_nothing_where_it_has_none() -> None:
    assert told_of(Order(text="by amendment 1")) == {}
    field = amended(plan_now(obligation("m")), 1, Amendment(kind="drop", obligation="m"), "Title m")
    for relieved in (False, True):
        happened = told_of(Order(text="by amendment 1", amended=field), relieved)["happened"]
        assert (happened.verb, happened.proposal, happened.relieved) == ("amended", field, relieved)
