"""Corrections: the side that put something on record replaces it, and the others are told what it said before."""

from typing import Any

import pytest

from models.items.commitment import COMMITMENT
from models.items.meeting import MEETING
from models.machine.silence import ends_at
from models.messages import acts
from models.messages.effects import Announce
from models.messages.notices import Announcement
from models.messages.views import Receipt
from tests.support.builders import DAY, START, Player, date_terms, obligation, opened, plan_of
from tests.support.meetings import KHM, LAO, agreed
from tests.support.rounds import ASKS, standing

NEXT_DAY = date_terms(START + 11 * DAY).slot.start  # type: ignore[union-attr]


def marked() -> Player:
    """A meeting that LAO has marked held on the agreed day."""
    player = agreed().tick(START + 12 * DAY)
    player.act(acts.Held, LAO)
    player.effects.clear()
    return player


def committed() -> Player:
    player = Player(COMMITMENT, opened(plan_of(obligation(kind="instrument"))).commitments[0])
    player.act(acts.Evidence, LAO, text="signed")
    player.effects.clear()
    return player


def told(player: Player) -> list[Announcement]:
    return [effect.announcement for effect in player.effects if isinstance(effect, Announce)]


def reach(player: Player) -> None:
    """The mail server takes the mail to every other side."""
    for key in [key for each in player.state.silences for key in each.keys.values()]:
        player.state = player.machine.delivered(player.state, key, player.now, player.now).state


def check_corrected(player: Player, verb: str, receipt: Any, now: str, before: str) -> Announcement:
    """The new line keeps the earlier one, and the other side is told both and may object from the new mail on."""
    assert isinstance(receipt, Receipt) and receipt.text.startswith(f"{LAO} (LAO) corrects the ")
    assert receipt.text.endswith(f"{now} (before: {before})")
    line = next(each for each in reversed(player.state.ledger) if each.verb == verb)
    assert line.data["replaced"]["side"] == "LAO" and line.text == receipt.text.splitlines()[0]
    [word] = [each for each in told(player) if each.office == KHM]
    assert word.happened is not None and word.happened.before is not None
    assert word.happened.replaced and f"(before: {before})" in word.text
    return word


@pytest.mark.parametrize(
    ("fields", "now"),
    [
        ({"on": NEXT_DAY}, "held on 12 January 2026 (Vientiane)"),
        ({"place": "Pakse"}, "held on 11 January 2026 (Pakse)"),
        ({"format": "hybrid"}, "held on 11 January 2026 (Vientiane, hybrid)"),
    ],
)
def test_a_mark_is_corrected_in_what_the_correction_names(fields: dict[str, Any], now: str) -> None:
    player = marked()
    reach(player)
    assert ends_at(player.state) is not None
    receipt = player.act(acts.Held, LAO, **fields)
    word = check_corrected(player, "held", receipt, now, "held on 11 January 2026 (Vientiane)")
    assert word.happened is not None and word.happened.before is not None and word.happened.before.place == "Vientiane"
    assert ends_at(player.state) is None, "the time to object begins again"
    assert player.state.mark.agreed is not None


def test_a_meeting_was_not_held_after_all_and_held_after_all() -> None:
    player = marked()
    player.act(acts.Outcome, LAO, text="minutes")
    player.effects.clear()
    receipt = player.act(acts.NotHeld, LAO, reason="the road was closed")
    check_corrected(player, "not_held", receipt, "not held: the road was closed", "held on 11 January 2026 (Vientiane)")
    assert MEETING.status_of(player.state) == "date-awaited"
    assert player.state.outcome is None and not player.state.silences, "what was not held has no outcome"
    player.effects.clear()
    receipt = player.act(acts.Held, LAO)
    check_corrected(player, "held", receipt, "held on 11 January 2026 (Vientiane)", "not held: the road was closed")
    assert MEETING.status_of(player.state) == "outcome-awaited" and len(player.state.silences) == 1


def test_a_mark_without_an_event_is_also_told_when_it_is_taken_back() -> None:
    player = Player(MEETING, opened(plan_of(obligation())).meetings[0]).tick(START + 12 * DAY)
    player.act(acts.Held, LAO, on=NEXT_DAY)
    player.effects.clear()
    check_corrected(player, "not_held", player.act(acts.NotHeld, LAO), "not held", "held on 12 January 2026")


def test_another_side_disputes_and_does_not_correct() -> None:
    player = marked()
    for verb, fields in ((acts.Held, {"place": "Pakse"}), (acts.NotHeld, {"reason": "nobody came"})):
        refused = player.act(verb, KHM, **fields)
        assert refused.code == "already-marked" and "if it is wrong, dispute it instead" in refused.message
    player.act(acts.NotHeld, LAO)
    assert player.act(acts.Held, KHM).code == "already-marked", "one side does not overrule the other"
    assert isinstance(player.act(acts.Held, KHM, on=NEXT_DAY), Receipt), "another meeting, on another day"
    committed_player = committed()
    refused = committed_player.act(acts.Evidence, KHM, text="ours", corrects=committed_player.state.evidence[0]["line"])
    assert refused.code == "not-yours" and "dispute it instead" in refused.message


def test_a_correction_that_changes_nothing_is_none() -> None:
    player = marked()
    assert player.act(acts.Held, LAO).code == "no-change"
    player.act(acts.Outcome, LAO, text="minutes")
    assert player.act(acts.Outcome, LAO, text="minutes").code == "no-change"
    assert committed().act(acts.Evidence, LAO, text="signed", corrects=2).code == "no-change"


def test_evidence_is_corrected_by_the_number_of_its_line() -> None:
    player = committed()
    player.act(acts.Evidence, LAO, text="photographs")
    [first, second] = player.state.evidence
    player.effects.clear()
    assert player.act(acts.Evidence, LAO, text="x", corrects=99).message == (
        f"line 99 holds no evidence; the evidence of your side is in line {first['line']}, {second['line']}"
    )
    receipt = player.act(acts.Evidence, LAO, text="signed in Pakse", corrects=first["line"])
    check_corrected(player, "evidence", receipt, '"signed in Pakse"', '"signed"')
    assert [each["text"] for each in player.state.evidence] == ["signed in Pakse", "photographs"]


def test_an_outcome_is_corrected_and_its_document_with_it() -> None:
    player = marked()
    document = {"name": "minutes.pdf", "sha256": "ab" * 32, "size": 9}
    player.act(acts.Outcome, LAO, text="minutes", document=document)
    player.effects.clear()
    receipt = player.act(acts.Outcome, LAO, text="minutes")
    word = check_corrected(
        player, "outcome", receipt, '"minutes"', f'"minutes", minutes.pdf (SHA-256 {document["sha256"]})'
    )
    assert word.happened is not None and word.happened.before is not None
    assert word.happened.before.digest == document["sha256"]


def test_an_answer_to_a_status_round_is_corrected_and_told() -> None:
    player = standing()
    player.tick(ASKS)
    player.effects.clear()
    player.act(acts.Progress, LAO, state="limited")
    assert "answers round" in player.state.ledger[-1].text and not told(player)
    player.act(acts.Progress, LAO, state="limited")
    assert "answers round" in player.state.ledger[-1].text and not told(player), "it says the same"
    receipt = player.act(acts.Progress, LAO, state="substantial", note="two visits")
    word = check_corrected(player, "progress", receipt, "substantial: two visits", "limited")
    assert word.happened is not None and word.happened.state == "substantial"
    assert [each.state for each in player.state.progress] == ["substantial"]
