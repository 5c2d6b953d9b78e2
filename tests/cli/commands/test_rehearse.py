"""`rehearse`: its JSON, scenarios, its summary."""

import json
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from adapters.program_folders import DEMONSTRATION_PLAN_FILE
from cli.app import app
from cli.commands.rehearse import summary
from models.rehearsal.world import RehearsedNotice
from tests.support.rehearsals import whole


def test_the_summary_counts_mails_by_office_and_week_and_what_merging_saves() -> None:
    told = summary(whole("silent"))["letters_per_office_and_week"]
    alone = told["unmerged"]
    assert (told["routine"], told["median"]) == (1, 1)
    assert told["total"] == len(whole("silent").letters)
    assert told["max"] <= 2, "one letter a week, and one more where a ladder climbs"
    assert alone["total"] > 3 * told["total"] and alone["weeks"] == told["weeks"] and alone["max"] > 10


def rehearse(*words: str) -> Any:
    result = CliRunner().invoke(app, ["rehearse", *words, "--json"])
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_the_contract_of_the_command() -> None:
    document = rehearse("--from", "2026-01-01", "--to", "2026-06-01", "--office", "lao-moic")
    assert set(document) == {"notices", "letters", "summary"}
    fields = {"class" if name == "kind" else name for name in RehearsedNotice._fields}
    assert {frozenset(each) for each in document["notices"]} == {frozenset(fields)}
    assert {each["office"] for each in (*document["notices"], *document["letters"])} == {"lao-moic"}
    keys = {each["key"] for each in document["notices"]}
    assert all(set(letter["notices"]) <= keys for letter in document["letters"])


def test_what_if_tells_what_a_scenario_changes(tmp_path: Path) -> None:
    slip = tmp_path / "slip.yaml"
    slip.write_text(
        "acts:\n"
        "  - {at: 2026-01-05, item: 16.3-jtc/2026, verb: propose, office: lao-moic, start: 2026-11-10T09:00}\n"
        "  - {at: 2026-01-09, item: 16.3-jtc/2026, verb: accept, office: khm-moc}\n"
    )
    told = rehearse("--from", "2026-01-01", "--to", "2026-12-01", "--what-if", str(slip))
    gone = {(each["item"], each["rung"]) for each in told["removed"]}
    assert ("lao-khm/16.3-jtc/2026", 4) in gone, "the ministers are no longer asked for a date"
    marks = [each for each in told["added"] if each["act"] == "mark"]
    assert marks and marks[0]["at"].startswith("2026-11-10"), "whether it was held is asked in November"
    assert told["moved"] == []


def test_an_act_on_what_is_not_open_then_is_listed_as_refused(tmp_path: Path) -> None:
    early = tmp_path / "early.yaml"
    early.write_text("acts:\n  - {at: 2026-02-05, item: 16.3-jtc/2027, verb: close, office: lao-moic}\n")
    told = rehearse("--from", "2026-01-01", "--to", "2026-06-01", "--assume", f"file:{early}")
    [refused] = told["summary"]["refused_acts"]
    assert (refused["item"], refused["message"]) == ("lao-khm/16.3-jtc/2027", "it is not open then")


def test_days_are_said_as_the_plans_clock_has_them() -> None:
    told = rehearse("--from", "2023-02-13", "--to", "2023-02-20", "--office", "lao-moic")
    [first] = [each for each in told["notices"] if each["item"] == "lao-khm/16.3-jtc/2023"]
    assert first["at"] == "2023-02-12T17:00:00Z", "midnight in Vientiane"
    assert first["reason"] == "propose a date: awaited since 13 February 2023"
    result = CliRunner().invoke(app, ["rehearse", "--from", "2023-02-13", "--to", "2023-02-13"])
    assert str(result.exception) == "--to 2023-02-13 is not after --from 2023-02-13; choose a later day"


def test_a_bad_scenario_is_told_by_its_line(tmp_path: Path) -> None:
    bad = tmp_path / "bad.yaml"
    bad.write_text("acts:\n  - {at: 2026-01-05, item: 16.3-jtc/2026, verb: celebrate, office: lao-moic}\n")
    result = CliRunner().invoke(app, ["rehearse", "--what-if", str(bad)])
    assert "bad.yaml:2" in str(result.exception) and "celebrate" in str(result.exception)


def test_reminders_are_rehearsed_as_announcements_of_their_own_kind() -> None:
    told = rehearse("--file", str(DEMONSTRATION_PLAN_FILE), "--assume", "on-time")
    reminders = [each for each in told["notices"] if each["act"] == "reminder"]
    sessions = [(office, session) for session in ("1", "2") for office in ("khm-demo", "lao-demo")]
    assert sorted((each["session"], each["office"]) for each in reminders) == sorted((s, o) for o, s in sessions)
    assert {(each["class"], each["rung"]) for each in reminders} == {("announcement", 1)}
    assert all(each["reason"].startswith("A reminder of the agreed date: ") for each in reminders)
    carried = [key for letter in told["letters"] for key in letter["notices"] if "/reminder/" in key]
    assert sorted(carried) == sorted(each["key"] for each in reminders), "each went, in one mail"


def test_a_scenario_takes_the_words_of_the_command_line(tmp_path: Path) -> None:
    lines = (
        "propose 16.3-jtc/2026 date --start 2026-11-10T09:00 --zone Asia/Vientiane --for 3h --as lao-moic",
        "counter 16.3-jtc/2026 -n 1 --start 2026-11-11T09:00 --zone Asia/Vientiane --for PT2H --as khm-moc",
        "accept 16.3-jtc/2026 --proposal 2 --as lao-moic",
        "propose plan cadence 5.7-border-security annual --as lao-mfa",
        "accept plan --proposal 1 --as khm-mfa",
        "call 6.2-drugs-adhoc --reason 'a new route' --as khm-moi",
        "held 16.3-jtc/2026 --on 2026-11-12 --place Vientiane --as lao-moic",
    )
    days = ["2026-01-05", "2026-01-06", "2026-01-07", "2026-01-08", "2026-01-09", "2026-01-10", "2026-11-12T18:00"]
    words = tmp_path / "words.yaml"
    acts = (f"  - at: {day}\n    do: {line}\n" for day, line in zip(days, lines, strict=True))
    words.write_text(f"acts:\n{''.join(acts)}")
    told = rehearse("--from", "2026-01-01", "--to", "2026-12-01", "--assume", f"file:{words}")
    assert told["summary"]["refused_acts"] == []
    kinds = {(each["item"].partition("/")[2], each["act"]) for each in told["notices"]}
    assert {("16.3-jtc/2026", "outcome"), ("6.2-drugs-adhoc/1", "propose-date")} <= kinds
    assert any(each["act"] == "amendment" for each in told["notices"])


def test_words_that_cannot_be_read_are_faults_of_their_lines(tmp_path: Path) -> None:
    bad = tmp_path / "bad.yaml"
    bad.write_text(
        "acts:\n"
        "  - {at: 2026-01-05, do: propos 16.3-jtc/2026 date --as lao-moic}\n"
        "  - {at: 2026-01-05, do: accept 16.3-jtc/2026 --as lao-moic}\n"
        "  - {at: 2026-01-05, do: status}\n"
        "  - {at: 2026-01-05, do: propose 16.3-jtc/2026 dat --as lao-moic}\n"
        "  - {at: 2026-01-05, do: close 16.3-jtc/2026 --as lao-moic, office: lao-moic}\n"
        "  - {at: 2026-01-05, item: 16.3-jtc/2026, verb: close}\n"
        '  - {at: 2026-01-05, do: "call \'x --as lao-moic"}\n'
    )
    result = CliRunner().invoke(app, ["rehearse", "--what-if", str(bad)])
    said = str(result.exception).splitlines()
    assert len(said) == 7
    for line, words in zip(
        said,
        (
            "acts[0].do: there is no verb 'propos'; did you mean propose?",
            "acts[1].do: Missing option",
            "acts[2].do: there is no verb 'status'; ",
            "did you mean date?",
            "acts[4].office: do says the whole act",
            "acts[5].office: missing; add it, or write the act under do",
            "acts[6].do: No closing quotation",
        ),
        strict=True,
    ):
        assert words in line
