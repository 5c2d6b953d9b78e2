"""The preview of a launch: what would have been sent, and what comes first."""

from datetime import UTC, date, datetime
from pathlib import Path

from cli import launching
from cli.display.preview import preview_of, preview_text
from tests.support.builders import launch_of, obligation, plan_of
from tests.support.takeovers import AS_OF, GOOD, plan


def test_the_preview_tells_what_would_have_been_and_what_comes_first(tmp_path: Path) -> None:
    path = tmp_path / "history.csv"
    path.write_text(GOOD)
    launch = launching.launch_of(plan(), date(2026, 6, 1), path, AS_OF)
    preview = preview_of(launch)
    past, first = preview["would_have_been_sent"], preview["first"]
    assert past["since"] == "2023-02-12T17:00:00Z" and past["notices"] == len(past["list"]) > 50
    assert past["letters"] > past["offices"] > 4 and "lao-moc-minister" in {each["office"] for each in past["list"]}
    assert all(each["at"] < "2026-06-01" for each in past["list"])
    assert len(preview["adopted"]) == 6
    assert first and all(letter["at"] >= "2026-05-31T17:00:00Z" for letter in first)
    items = {notice["item"] for letter in first for notice in letter["notices"]}
    assert {"t/s/2026", "t/questions/lao-moc.khm-moc"} <= items
    assert not {item for item in items if item.endswith(("2023", "2024", "2025"))}, "nothing is sent about the past"
    assert all(notice["reason"] for letter in first for notice in letter["notices"])
    text = preview_text(preview, launch.clock)
    assert "Nothing is launched and nothing is sent." in text and f"{past['notices']} notices" in text
    assert "Taken over: 6 sessions of the history." in text and "\n  s 2024: missed" in text
    assert preview_of(launch) == preview, "asking twice changes nothing"


def test_a_preview_of_a_launch_at_the_beginning_has_no_past() -> None:
    begins = datetime(2023, 2, 12, 17, tzinfo=UTC)
    for launch in (launch_of(plan(), begins), launch_of(plan_of(obligation("m")), AS_OF)):
        past = preview_of(launch)["would_have_been_sent"]
        assert (past["notices"], past["letters"], past["offices"], past["list"]) == (0, 0, 0, [])
        assert preview_text(preview_of(launch), launch.clock)


def test_a_preview_as_of_an_earlier_day_begins_there() -> None:
    launch = launch_of(plan(), AS_OF, as_of=datetime(2025, 6, 1, tzinfo=UTC))
    preview = preview_of(launch)
    assert all(each["at"] < "2025-06-01" for each in preview["would_have_been_sent"]["list"])
    items = {notice["item"] for letter in preview["first"] for notice in letter["notices"]}
    assert "t/s/2025" in items and "t/s/2024" not in items
