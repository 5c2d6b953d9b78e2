"""`report` and `timeline`: their days, their files, their JSON."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from cli.app import app
from cli.commands import report as report_command
from cli.commands.report import ReportFormat as Format
from cli.commands.report import rendered, report_document
from cli.errors import BadUsage
from cli.gathering import instant_of, item_facts
from cli.output import write_file
from models.governance.plan_state import PlanState, plan_state
from models.messages.views import ItemRow
from models.plan.plan import Plan
from models.report.values import ProgressReport
from tests.support.builders import DAY, START, launch_of, obligation, plan_of
from tests.support.progress import built, entries, held_meeting, mixed


def in_force(plan: Plan) -> PlanState:
    return plan_state(launch_of(plan))


def test_the_day_of_a_report_ends_in_the_zone_of_the_plan() -> None:
    state = in_force(plan_of(obligation()))
    now = START + 40 * DAY
    past = instant_of(date(2026, 1, 20), state, now)
    assert not past.current
    assert past.at == datetime(2026, 1, 20, 17, tzinfo=UTC) - timedelta(microseconds=1)
    assert instant_of(None, state, now).at == now
    assert instant_of((now + timedelta(hours=7)).date(), state, now).current
    for day in (date(2025, 12, 31), date(2026, 3, 1)):
        with pytest.raises(BadUsage):
            instant_of(day, state, now)


def test_the_contract_of_json() -> None:
    plan, items = mixed()
    report = built(plan, *items)
    document = json.loads(rendered(report, Format.JSON))
    assert document == report_document(report)
    assert document["as_of"] == "2027-02-01T00:00:00Z"
    tallies = [document["tally"], *(pillar["tally"] for pillar in document["pillars"])]
    tallies += [article["tally"] for pillar in document["pillars"] for article in pillar["articles"]]
    for tally in tallies:
        assert tally.pop("total") == sum(tally.values())
    line = document["pillars"][0]["articles"][0]["lines"][0]
    assert set(line) == {"id", "ref", "title", "standing", "detail"}
    assert {"turns", "amendments", "awaited", "awaited_known", "to_come", "note", "sides"} <= set(document)


def test_a_file_that_is_there_is_written_over_with_force_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.svg"
    write_file(path, b"one", False)
    with pytest.raises(BadUsage) as refused:
        write_file(path, b"two", False)
    assert (refused.value.code, refused.value.exit_code, path.read_bytes()) == ("file-exists", 2, b"one")
    write_file(path, b"two", True)
    assert path.read_bytes() == b"two"
    with pytest.raises(BadUsage):
        write_file(tmp_path / "none" / "a.svg", b"one", False)


def test_the_timeline_of_a_plan_file_needs_no_server(tmp_path: Path) -> None:
    out = tmp_path / "plan.svg"
    command = ["timeline", "--file", "plans/lao-cambodia-2023-2027.yaml", "--out", str(out)]
    assert CliRunner().invoke(app, command).exit_code == 0
    drawing = out.read_text()
    assert "Joint Trade Commission" in drawing
    again = CliRunner().invoke(app, command)
    assert isinstance(again.exception, BadUsage)
    assert out.read_text() == drawing


def test_a_dash_is_standard_output_for_a_drawing_and_for_a_report_that_is_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan_file = str(Path("plans/lao-cambodia-2023-2027.yaml").resolve())
    report = built(plan_of(obligation("m")))

    async def of_no_server(*_: Any) -> ProgressReport:
        return report

    monkeypatch.setattr(report_command, "_report", of_no_server)
    monkeypatch.chdir(tmp_path)
    drawn = CliRunner().invoke(app, ["timeline", "--file", plan_file, "--out", "-"])
    assert drawn.stdout.startswith(("<svg", "<?xml")) and drawn.stdout.rstrip().endswith("</svg>")
    page = CliRunner().invoke(app, ["report", "--format", "html", "--out", "-"])
    assert page.stdout_bytes == rendered(report, Format.HTML)
    told = CliRunner().invoke(app, ["report", "--format", "json", "--out", "-"])
    assert json.loads(told.stdout) == report_document(report)
    refused = CliRunner().invoke(app, ["report", "--out", "-"]).exception
    assert isinstance(refused, BadUsage) and "choose --format html or json" in refused.message
    assert list(tmp_path.iterdir()) == []


def test_facts_are_read_from_the_record_and_from_rows(tmp_path: Path) -> None:
    player = held_meeting()
    (tmp_path / "t").mkdir()
    lines_ = "".join(json.dumps(entry.model_dump(mode="json")) + "\n" for entry in entries(player))
    (tmp_path / "t" / "m.jsonl").write_text(lines_)
    row = ItemRow(id="t/other", ref="1.1", kind="meeting", title="Other", status="dormant")
    found = {each.id: each for each in item_facts(tmp_path, "t", [row])}
    assert found["t/m"].entries == entries(player)
    assert found["t/other"].row == row
