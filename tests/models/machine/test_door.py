"""The door of an item: lengths, zones, reach, size; and what a signal may leave behind."""

import os
import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from models.common.times import Slot, ZonedTime
from models.governance.plan_machine import PLAN
from models.items.meeting import MEETING
from models.machine.door import LARGEST_BY_CONSENT, LARGEST_BY_PROPOSAL, check_sound, refuse
from models.machine.machine import Machine
from models.messages import acts
from models.messages.acts import Terms, Topic
from models.messages.effects import ItemReport, Order
from models.messages.views import Refusal
from tests.support.builders import DAY, START, Player, date_terms, meeting, obligation
from tests.support.meetings import KHM, LAO, VNM
from tests.support.plan_lives import ROUND, TERM, UNDATED, series, standing
from tests.support.worlds import Life, amend

EMOJI = "\U0001f642"
"""Four bytes in UTF-8: the longest that a character can be."""


def door(act: acts.Act, player: Player | None = None) -> Refusal | None:
    player = player or Player(MEETING, meeting())
    return refuse(MEETING, player.state, act, player.now)


def proposal(**more: Any) -> acts.Propose:
    return acts.Propose(act_id="1", office=LAO, terms=date_terms(START + 10 * DAY).model_copy(update=more))


def at(local: str, zone: str, utc: str) -> Slot:
    time = ZonedTime(local=datetime.fromisoformat(local), zone=zone, utc=datetime.fromisoformat(utc))
    later = time.model_copy(update={"local": time.local + timedelta(hours=1), "utc": time.utc + timedelta(hours=1)})
    return Slot(start=time, end=later)


@pytest.mark.parametrize(
    ("more", "code", "said"),
    [
        ({"reason": "x" * 1001}, "too-long", "terms.reason: it has 1,001 characters; up to 1,000 are allowed"),
        ({"place": "x" * 201}, "too-long", "terms.place: it has 201 characters"),
        ({"reason": "a\x00"}, "bad-character", "terms.reason: it holds the character U+0000"),
        (
            {"slot": at("2026-03-02T09:00", "Asia/Vientaine", "2026-03-02T02:00Z")},
            "bad-time",
            "terms.slot.start: 'Asia/Vientaine' is no IANA time zone; write one as Asia/Vientiane",
        ),
        (
            {"slot": at("2026-03-02T09:00", "Asia/Vientiane", "2026-03-02T09:00Z")},
            "bad-time",
            "terms.slot.start: 2026-03-02 09:00 in Asia/Vientiane is not the instant 2026-03-02T09:00:00Z",
        ),
        (
            {"slot": at("2026-03-02T09:00+07:00", "Asia/Vientiane", "2026-03-02T02:00Z")},
            "bad-time",
            "terms.slot.start: the wall time has an offset; leave it out",
        ),
        (
            {"slot": at("2062-03-02T09:00", "Asia/Vientiane", "2062-03-02T02:00Z")},
            "bad-time",
            "terms.slot.start.utc: 2 March 2062 is more than 25 years away; check the year",
        ),
    ],
)
def test_what_nobody_can_have_meant_is_refused_and_names_its_field(more: dict[str, Any], code: str, said: str) -> None:
    refusal = door(proposal(**more))
    assert refusal is not None and refusal.code == code and refusal.message.startswith(said), refusal


def test_what_keeps_within_every_bound_goes_on_to_the_item() -> None:
    assert door(proposal(reason=EMOJI * 1000, place=EMOJI * 200)) is None
    summer = at("2026-07-02T09:00", "Europe/Paris", "2026-07-02T07:00Z")
    assert door(proposal(slot=summer)) is None
    refusal = door(acts.Accept(act_id="1", office=LAO, proposal=7))
    assert refusal is not None and refusal.code == "no-such-proposal"


def test_a_postponement_is_bounded_as_well() -> None:
    terms = Terms(topic=Topic.POSTPONE, until=START + 30 * 366 * DAY, reason="x")
    refusal = door(acts.Propose(act_id="1", office=LAO, terms=terms))
    assert refusal is not None and refusal.code == "bad-time" and "terms.until" in refusal.message


# --- size ------------------------------------------------------------------------------------------------------------


def size(machine: Machine[Any], state: Any) -> int:
    return len(machine.rules.carried(state).model_dump_json().encode())


def test_thousands_of_proposals_on_one_item_come_nowhere_near_the_limit() -> None:
    """Each as long as it may be. An item keeps the last ones alone. `make soak` makes ten thousand."""
    count = int(os.environ.get("AIDE_PROPOSALS", "500"))
    player, taken, largest = Player(MEETING, meeting(third=True)), 0, 0
    state, now, offices = player.state, player.now, (LAO, KHM, VNM)
    for n in range(count):
        office = offices[n % 3]
        terms = date_terms(START + (10 + n % 300) * DAY).model_copy(
            update={"place": EMOJI * 200, "reason": EMOJI * 1000}
        )
        propose = acts.Propose(act_id=f"{n}".ljust(200, EMOJI), office=office, terms=terms)
        withdraw = acts.Withdraw(act_id=f"-{n}".ljust(200, EMOJI), office=office, proposal=n + 1)
        for act in (propose, withdraw):
            assert refuse(MEETING, state, act, now) is None
            state = MEETING.take(state, act, now).state
            taken += 1
        if n % 100 == 0:
            largest = max(largest, size(MEETING, state))
    assert taken == 2 * count and state.last_proposal == count
    assert size(MEETING, state) <= largest * 1.01 < 400_000, "it grows no further"


def test_amendments_fill_a_plan_up_to_the_bound_and_what_is_open_can_still_be_settled() -> None:
    life = Life(obligation("m"))
    refused: Refusal | None = None
    n = 0
    while refused is None and n < 200:
        n += 1
        fields = {**obligation(f"x{n}"), "title": f"Title {n}", "evidence": EMOJI * 2_800}
        del fields["id"]
        terms = amend("add", f"x{n}", provision="1.1", fields=fields)
        act = acts.Propose(act_id=f"{n}", office="lao-mfa", terms=terms)
        refused = refuse(PLAN, life.plan, act, life.now)
        if refused is None:
            _put(life, PLAN.take(life.plan, act, life.now).state)
    assert refused is not None and refused.code == "too-large", refused
    assert "at most 1,000,000 fit; first accept, reject or withdraw open proposals there" in refused.message
    assert LARGEST_BY_PROPOSAL * 0.9 < size(PLAN, life.plan) <= LARGEST_BY_PROPOSAL
    consents = 0
    for open_proposal in life.plan.open_proposals:
        act = acts.Accept(act_id=f"a{open_proposal.number}", office="khm-mfa", proposal=open_proposal.number)
        refused = refuse(PLAN, life.plan, act, life.now)
        if refused is not None:
            assert refused.code == "too-large"
            act = acts.Reject(act_id=f"r{open_proposal.number}", office="khm-mfa", proposal=act.proposal, reason="full")
            assert refuse(PLAN, life.plan, act, life.now) is None, "a rejection is always taken"
        else:
            consents += 1
        _put(life, PLAN.take(life.plan, act, life.now).state)
        assert size(PLAN, life.plan) <= LARGEST_BY_CONSENT + 100_000
    assert not life.plan.open_proposals and consents


def _put(life: Life, state: Any) -> None:
    life.world.items["t"] = state


# --- signals ---------------------------------------------------------------------------------------------------------

WORDS = ["", "LAO", "XXX", "x" * 300, "ລ" * 50, "t/m", "t/s/2026", "2026", "held", "dropped", "closed", "opened"]
FIELDS = [
    "parties",
    "window",
    "windows",
    "past",
    "order",
    "host_rule",
    "fixed_host",
    "first_title",
    "overtaken",
    "added",
    "title",
    "clock",
    "despatch",
    "rounds",
    "lead",
    "opens_at",
    "triggers",
    "not_before",
    "assumed",
]


def junk(choose: random.Random, depth: int = 0) -> Any:
    kind = choose.randrange(10 if depth < 3 else 6)
    if kind < 4:
        return choose.choice(WORDS)
    if kind == 4:
        return choose.choice([None, True, 0, -5, 10**12, 1.5])
    if kind == 5:
        return (START + timedelta(days=choose.randint(-4000, 4000))).isoformat()
    if kind < 8:
        return [junk(choose, depth + 1) for _ in range(choose.randrange(3))]
    return {choose.choice(WORDS + FIELDS): junk(choose, depth + 1) for _ in range(choose.randrange(3))}


def order_of(choose: random.Random) -> Order:
    changes = {choose.choice(FIELDS): junk(choose) for _ in range(choose.randrange(3))}
    word = lambda: choose.choice(["", "", *WORDS])  # noqa: E731
    return Order(
        host=word() or None, end=word(), by=word(), text=word(), changes=changes, announce=choose.random() < 0.5
    )


def report_of(choose: random.Random) -> ItemReport:
    told = {"side": choose.choice(WORDS), "round": "2026", "state": choose.choice(WORDS), "note": "x" * 2000}
    status = choose.choice(["progress", "answered", "busy", "idle", *WORDS])
    item, word = choose.choice(["t/c", "t/m", "t/s/2026", "elsewhere"]), choose.choice(WORDS)
    progress = told if status == "progress" else {}
    return ItemReport(
        session=word, item=item, status=status, host=word or None, closed=choose.random() < 0.3, progress=progress,
        question=word, value=junk(choose), title=word,
    )  # fmt: skip


@pytest.mark.parametrize("seed", range(4))
def test_from_whatever_a_signal_leaves_an_item_goes_on(seed: int) -> None:
    """A signal that would leave a state from which nothing follows raises at once, and is ignored by its workflow."""
    choose = random.Random(seed)
    life = Life(obligation("m"), series("s", host_rule="rotating"), standing("c"),
                obligation("i", kind="instrument", **UNDATED), round=ROUND, third=True, **TERM)  # fmt: skip
    life.until(datetime(2026, 1, 20, tzinfo=UTC))
    heard = 0
    for _ in range(300):
        name = choose.choice(list(life.world.items))
        machine, state, now = life.machine(name), life.item(name), life.now + choose.choice([0, 30]) * DAY
        order = choose.random() < 0.6
        try:
            if order:
                after = machine.ordered(state, order_of(choose), now).state
            else:
                after = machine.learn(state, report_of(choose), now).state
            check_sound(machine, after, now, reread=order)
        except Exception:
            continue
        heard += 1
        for _ in range(100):
            moment = machine.next_moment(after)
            if moment is None or after.closed:
                break
            now = max(now, moment.at)
            after = machine.due(after, now).state
            machine.view(after)
        carried = machine.rules.carried(after)
        type(carried).model_validate_json(carried.model_dump_json(warnings=False))
    assert heard > 100


def test_a_state_that_cannot_be_read_back_is_not_kept() -> None:
    player = Player(MEETING, meeting())
    check_sound(MEETING, player.state, player.now, reread=True)
    broken = player.state.model_copy(update={"host": {"no": "side"}})
    with pytest.raises(ValueError, match="host"):
        check_sound(MEETING, broken, player.now, reread=True)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"size": 0}, "it has 0 bytes"),
        ({"size": 25_000_001}, "file a document of 1 to 25,000,000 bytes"),
        ({"sha256": "ab"}, "must have 64 digits"),
        ({"name": "../x.pdf"}, "without a folder"),
        ({"name": ".."}, "without a folder"),
    ],
)
@pytest.mark.parametrize("verb", [acts.Outcome, acts.Evidence])
def test_a_document_has_a_size_a_digest_and_a_name(verb: type[acts.Outcome], changes: dict[str, Any], why: str) -> None:
    fields = {"name": "minutes.pdf", "sha256": "ab" * 32, "size": 25_000_000}
    good, bad = ({**fields, **more} for more in ({}, changes))
    sound = door(verb.model_validate({"act_id": "1", "office": LAO, "document": good}))
    assert sound is None or sound.code == "not-held"
    refused = door(verb.model_validate({"act_id": "1", "office": LAO, "document": bad}))
    assert refused is not None and refused.code == "bad-document" and why in refused.message
