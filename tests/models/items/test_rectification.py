"""Rectifications: every side consents, or nothing changes; the first record stays as it is."""

from datetime import timedelta
from typing import Any

import pytest

from models.items.past_sessions import AdoptedSession, PastState
from models.messages import acts
from models.messages.acts import RecordedFact, Rectified
from models.messages.views import Refusal
from models.plan.windows import end_of_validity
from tests.support.builders import DAY, START, date_terms, launch_of, obligation, plan_of
from tests.support.plan_lives import TERM
from tests.support.worlds import Life

LAO, KHM, VNM = "lao-moc", "khm-moc", "vnm-moc"
ITEM, FIRST = "t/m", "t/m/rectification-1"
HELD = "held on 11 January 2026 (Vientiane)"
DAY_AFTER = date_terms(START + 11 * DAY).slot.start  # type: ignore[union-attr]


def closed(third: bool = False, **more: Any) -> Life:
    """A meeting that was held on 11 January and closed by silence."""
    sides = ("LAO", "KHM", "VNM") if third else ("LAO", "KHM")
    life = Life(obligation(sides=sides), third=third, **more)
    life.act(ITEM, acts.Propose, LAO, terms=date_terms(START + 10 * DAY))
    for office in (KHM, VNM)[: 1 + third]:
        life.act(ITEM, acts.Accept, office, proposal=1)
    life.until(START + 11 * DAY)
    life.act(ITEM, acts.Held, LAO)
    life.act(ITEM, acts.Outcome, LAO, text="minutes")
    life.pass_on(15 * DAY)
    assert life.status(ITEM) == "closed"
    return life


def mark(**more: Any) -> Rectified:
    fields = {"item": ITEM, "what": "mark", "before": HELD, "held": True, "on": DAY_AFTER, "place": "Vientiane"}
    return Rectified.model_validate({**fields, **more})


def rectify(life: Life, office: str = KHM, fact: Rectified | None = None, reason: str = "x") -> Refusal | None:
    return life.act("t", acts.Rectify, office, fact=fact or mark(), reason=reason)


def test_every_other_side_consents_and_then_it_is_in_force() -> None:
    life = closed(third=True)
    before = life.item(ITEM)
    assert rectify(life, reason="the minutes name the day after") is None
    assert life.awaited(FIRST) == {(LAO, "answer", 1), (VNM, "answer", 1)}
    [notice] = [each for each in life.world.notices if each.item == FIRST and each.office == LAO]
    assert notice.key == f"{FIRST}/answer/1/1/{LAO}", "no other item has this key"
    assert f"held on 12 January 2026 (Vientiane) (before: {HELD})" in notice.reason
    life.act(FIRST, acts.Accept, LAO, proposal=1)
    assert life.status(FIRST) == "consent-awaited", "silence of the third is no consent"
    life.act(FIRST, acts.Accept, VNM, proposal=1)
    ended = life.item(FIRST).closed
    assert ended is not None and ended.status == "closed"
    assert ended.text == "Every side consents. The mark of Title m now reads: held on 12 January 2026 (Vientiane)"
    assert life.item(ITEM) == before, "the first record is not touched"
    assert life.plan.rectifying == {} and life.plan.rectified == {ITEM: 1}


def test_one_refusal_ends_it_and_every_side_is_told() -> None:
    life = closed()
    rectify(life)
    life.act(FIRST, acts.Reject, LAO, proposal=1, reason="it was the day that we said")
    ended = life.item(FIRST).closed
    assert ended is not None and ended.status == "dropped" and "The record stays as it is" in ended.text
    told = {each.office for each in life.world.notices if each.item == FIRST and each.act == "answer"}
    assert told >= {LAO, KHM}
    assert rectify(life) is None and "t/m/rectification-2" in life.world.items, "a new one may follow"


def test_its_side_withdraws_it() -> None:
    life = closed()
    rectify(life)
    assert life.act(FIRST, acts.Accept, KHM, proposal=1).code == "own-proposal"  # type: ignore[union-attr]
    assert life.act(FIRST, acts.Withdraw, KHM, proposal=1) is None
    assert life.status(FIRST) == "dropped" and life.plan.rectifying == {}


def test_silence_is_no_consent_it_climbs_and_lapses_at_its_stated_instant() -> None:
    life = closed()
    rectify(life)
    lapses = life.item(FIRST).lapses
    assert lapses == life.item(FIRST).ledger[0].at + 90 * DAY + 28 * DAY
    life.until(lapses)
    assert ("lao-moc-minister", "answer", 4) in life.awaited(FIRST)
    life.pass_on()
    ended = life.item(FIRST).closed
    assert ended is not None and ended.status == "dropped" and "not every side consented until" in ended.text
    assert life.awaited(FIRST) == set()


def test_an_open_item_is_corrected_and_not_rectified() -> None:
    life = Life(obligation())
    refused = rectify(life)
    assert refused is not None and refused.code == "still-open" and "its own side corrects" in refused.message


@pytest.mark.parametrize(
    ("office", "changes", "reason", "code"),
    [
        (VNM, {}, "x", "not-a-party"),
        ("lao-mfa", {}, "x", "not-a-party"),
        (KHM, {"item": "t/nothing"}, "x", "no-such-item"),
        (KHM, {"item": "u/m"}, "x", "no-such-item"),
        (KHM, {"item": FIRST}, "x", "no-such-item"),
        (KHM, {}, " ", "bad-terms"),
        (KHM, {"held": None}, "x", "bad-terms"),
        (KHM, {"what": "outcome", "held": None, "text": ""}, "x", "bad-terms"),
        (KHM, {"before": "held on 12 January 2026 (Vientiane)"}, "x", "no-change"),
        (KHM, {"on": date_terms(START + 400 * DAY).slot.start}, "x", "not-begun"),  # type: ignore[union-attr]
    ],
)
def test_what_cannot_be_rectified_is_refused(office: str, changes: dict[str, Any], reason: str, code: str) -> None:
    refused = rectify(closed(), office, mark(**changes), reason)
    assert refused is not None and refused.code == code and refused.message


def test_one_rectification_of_a_fact_is_open_at_a_time() -> None:
    life = closed()
    rectify(life)
    refused = rectify(life, LAO)
    assert refused is not None and refused.code == "open-proposal" and "m/rectification-1" in refused.message
    other = Rectified(item=ITEM, what=RecordedFact.OUTCOME, before='"minutes"', text="the minutes, with page 2")
    assert rectify(life, LAO, other) is None and len(life.plan.rectifying) == 2


def test_a_repeated_act_opens_nothing_twice() -> None:
    life = closed()
    for _ in range(2):
        life.count = 900
        rectify(life)
    assert life.plan.rectified == {ITEM: 1}


def test_a_session_before_the_launch_is_rectified_in_the_same_way() -> None:
    window = {"by": "year", "first": 2024, "last": 2028}
    plan = plan_of(obligation("s", kind="meeting_series", cadence="annual", window=window), **TERM)
    history = (AdoptedSession(obligation="s", session="2024", state=PastState.MISSED),)
    life = Life(launch=launch_of(plan, START + 200 * DAY, history=history))
    past = date_terms(START - 600 * DAY).slot
    assert past is not None
    fact = mark(item="t/s/2024", before="not held", on=past.start)
    assert rectify(life, LAO, fact) is None
    assert life.item("t/s/2024/rectification-1").setup.title == "Rectification of Title s 2024"
    life.act("t/s/2024/rectification-1", acts.Accept, KHM, proposal=1)
    assert life.status("t/s/2024/rectification-1") == "closed"


def word(life: Life, office: str = KHM) -> str:
    """The key of the announcement that told this office of the outcome."""
    told = (each for each in life.world.notices if each.kind == "announcement" and each.act == "outcome")
    return next(each.key for each in told if each.office == office)


def come_back(life: Life, key: str) -> None:
    life.world._take("t", life.machine("t").returned(life.plan, key, "550 no such mailbox", life.now))
    life.pass_on()


def test_a_mail_that_comes_back_after_silence_closed_the_item_opens_one_in_the_name_of_that_side() -> None:
    life = closed()
    come_back(life, word(life))
    state = life.item(FIRST)
    assert state.setup.sides == ("LAO", "KHM") and life.awaited(FIRST) == {(LAO, "answer", 1)}
    verbs = [each.verb for each in state.ledger]
    assert verbs[:3] == ["opened", "unheard", "propose"] and "in the name of KHM" in state.ledger[1].text
    [told] = [each for each in life.world.notices if (each.item, each.office, each.act) == (FIRST, KHM, "answer")]
    assert "your side had not been told: the mail to Coordinator, Ministry MOC" in told.reason
    come_back(life, word(life))
    assert life.plan.rectified == {ITEM: 1}, "one is enough"
    assert life.act(FIRST, acts.Withdraw, KHM, proposal=1) is None, "that side has no objection"


def test_a_mail_of_a_side_that_agreed_or_of_another_item_opens_none() -> None:
    life = closed(third=True)
    for key in ("t/other/outcome/1/khm-moc", "t/m/outcome/9/lao-moc", "t/answer/1/khm-mfa", "nothing"):
        come_back(life, key)
    assert life.plan.rectified == {}
    met = Life(obligation()).until(START + 12 * DAY)
    met.act(ITEM, acts.Held, LAO, on=DAY_AFTER)
    met.act(ITEM, acts.Outcome, LAO, text="minutes")
    met.act(ITEM, acts.Agree, KHM)
    come_back(met, word(met))
    assert met.plan.rectified == {} and met.plan.silenced == {}


def test_what_is_open_when_the_plan_ends_expires_with_it() -> None:
    life = closed(**TERM)
    end = end_of_validity(life.plan.plan)
    assert end is not None
    life.until(end - 10 * DAY)
    rectify(life)
    life.until(end + timedelta(seconds=2))
    assert life.status(FIRST) == "expired"
    refused = rectify(life)
    assert refused is not None and refused.code == "closed" and "its record is final" in refused.message
