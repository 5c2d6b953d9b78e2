"""What a receipt says to people."""

from cli.acting import in_words
from cli.opened import session_of
from models.messages import acts
from models.messages.views import AwaitedRow, Receipt
from tests.support.builders import START, obligation
from tests.support.recorded import RecordedLife
from tests.support.worlds import amend

LAO, KHM = "lao-moc", "khm-moc"


def test_a_receipt_says_the_status_of_an_item_and_what_is_awaited() -> None:
    row = AwaitedRow(office=KHM, act="answer", since=START, due=None, rung=1)
    receipt = Receipt(item="t/m", status="consent-awaited", proposal=2, text="it proposes", awaiting=(row,))
    assert in_words(receipt).splitlines() == [
        "it proposes",
        "proposal 2",
        "t/m is now consent-awaited",
        "  awaited: khm-moc to answer a proposal (rung 1)",
    ]


def test_a_plan_that_took_an_act_is_not_said_to_be_in_force_now() -> None:
    life = RecordedLife(obligation("m"))
    assert life.act("t", acts.Propose, "lao-mfa", terms=amend("drop", "m")) is None
    receipt = life.plan.taken[-1].receipt
    assert receipt is not None and receipt.status == "in-force"
    assert "in-force" not in in_words(receipt)
    assert "awaited: khm-mfa to answer a proposal" in in_words(receipt)


def test_a_call_names_the_session_that_it_opened() -> None:
    life = RecordedLife(obligation("adhoc", kind="meeting_series", cadence="on_trigger", window=None))
    series = life.machine("t/adhoc")
    assert session_of(series.view(life.item("t/adhoc")).ledger, KHM) is None
    life.act("t/adhoc", acts.Call, KHM, reason="a flood")
    assert session_of(series.view(life.item("t/adhoc")).ledger, KHM) == "1"
    life.act("t/adhoc", acts.Call, LAO, reason="another flood")
    ledger = series.view(life.item("t/adhoc")).ledger
    assert (session_of(ledger, LAO), session_of(ledger, KHM)) == ("2", "1")
    receipt = Receipt(item="t/adhoc", status="dormant", text="it is called")
    assert in_words(receipt, "t/adhoc/2").splitlines() == ["it is called", "opened: t/adhoc/2"]


def test_a_call_that_wakes_an_item_opens_none() -> None:
    life = RecordedLife(obligation("c", kind="standing", cadence="continuous", window=None))
    life.act("t/c", acts.Call, KHM, reason="a flood")
    assert session_of(life.machine("t/c").view(life.item("t/c")).ledger, KHM) is None
