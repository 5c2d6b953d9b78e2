"""A few simulated lives: every invariant holds, one seed gives one life, and a failure is told with a smaller story."""

import hashlib
from datetime import UTC, datetime
from pathlib import Path

from simulation import campaign as campaigns
from simulation.auditor.evidence import Violation
from simulation.campaign import Bounds, Tally, campaign, failure, live
from simulation.life import lived
from simulation.story import Story, story_of


def digest(story: Story) -> str:
    """A digest of everything that a life left behind."""
    found = hashlib.sha256()
    with lived(story) as life:
        for mail in life.evidence.mails:
            found.update(mail.data)
        for path in sorted(life.evidence.record.rglob("*.jsonl")):
            found.update(path.read_bytes())
    return found.hexdigest()


def test_a_few_lives_keep_every_invariant() -> None:
    """Faults of many kinds meet a meeting, an instrument and standing commitments."""
    said: list[str] = []
    tally = campaign(5, Bounds(lives=4, seconds=120.0, shrinking=0.0), said.append)
    assert said == []
    assert tally.lives == 4
    assert tally.mails > 20
    assert tally.faults
    assert "no failure in 4 lives" in tally.text()


def test_one_seed_gives_one_life() -> None:
    assert digest(story_of(8)) == digest(story_of(8))


def test_what_goes_wrong_is_told_with_seed_commit_and_a_smaller_story() -> None:
    said = failure(story_of(8), [Violation("S99", "nobody")], 0.0)
    assert said.startswith("seed 8 at commit ")
    assert "S99 nobody" in said


def test_a_campaign_ends_with_the_first_failure_if_it_is_asked_to(monkeypatch) -> None:  # type: ignore[no-untyped-def]
    def broken(story: Story):  # type: ignore[no-untyped-def]
        life, _ = live(story)
        return life, [Violation("S18", "stuck")]

    monkeypatch.setattr(campaigns, "live", broken)
    said: list[str] = []
    tally = campaign(8, Bounds(lives=3, seconds=60.0, shrinking=0.0, first_only=True), said.append)
    assert tally.failed == [8]
    assert len(said) == 1
    assert "no bound is proven" in tally.text()


def test_the_bound_is_three_over_the_number_of_lives() -> None:
    tally = Tally(lives=300)
    assert "fewer than 0.01 of all lives fail" in tally.text()


def test_the_record_of_a_life_is_gone_afterwards() -> None:
    with lived(story_of(8)) as life:
        folder: Path = life.evidence.record
        assert folder.is_dir()
        assert life.evidence.began < datetime(2028, 1, 1, tzinfo=UTC)
    assert not folder.exists()
