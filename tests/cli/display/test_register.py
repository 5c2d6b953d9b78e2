"""The register as a document and as a table."""

import io
import json
import re
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from cli.display.register import register_document
from cli.display.register_table import register_table
from cli.files.plan_file import load_plan
from models.plan.plan import Plan
from tests.support.plan_files import ACTION_PLAN, DEMO, change


def refs_and_ids(document: dict[str, Any]) -> list[tuple[str, list[str]]]:
    return [(each["ref"], [entry["id"] for entry in each["obligations"]]) for each in document["provisions"]]


def test_the_register_document_holds_the_contract() -> None:
    document = json.loads(json.dumps(register_document(load_plan(ACTION_PLAN))))
    assert document["plan"] == "lao-khm"
    provision = next(each for each in document["provisions"] if each["ref"] == "8.7")
    assert set(provision) == {"ref", "pillar", "article", "title", "operative", "obligations"}
    (conference,) = provision["obligations"]
    assert set(conference) >= {
        *("id", "title", "kind", "strength", "cadence", "years", "window", "host_rule", "host", "format", "level"),
        *("sides", "offices", "third_states", "quantity", "condition", "evidence", "basis", "readings", "assumed"),
        *("item", "also", "triggers", "report_to_higher"),
    }
    assert (conference["window"], conference["host"], conference["offices"]) == (None, None, {})
    assert conference["assumed"] == list(conference["readings"])
    assert conference["readings"]["first_host"]["chosen"] is None
    assert conference["readings"]["windows"]["chosen"] == {"by": "year", "first": 2023, "last": 2027, "every": 2}
    assert all(set(reading) == {"chosen", "others", "why", "settled"} for reading in conference["readings"].values())


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"ref": "16.3"}, [("16.3", ["16.3-agreement", "16.3-jtc"])]),
        ({"ref": "3.1"}, [("3.1", [])]),
        ({"kind": "visit"}, [("8.4", ["8.4-prosecutor-visit"])]),
        (
            {"kind": "instrument"},
            [
                *(("3.2", ["3.2-anti-corruption-mou"]), ("5.9", ["5.9-defence-mou"]), ("8.2", ["8.2-judicial-mou"])),
                *(("8.5", ["8.5-judicial-agreement"]), ("9.1", ["9.1-mou"])),
                *(("10.6", ["10.6-mou-environment", "10.6-mou-water"]), ("13.3", ["13.3-postal-mou"])),
                *(("17.6", ["17.6-double-taxation"]), ("17.7", ["17.7-lsco-serc-mou"]), ("17.8", ["17.8-lsx-csx-mou"])),
                *(("18.2", ["18.2-social-security-mou"]), ("18.4", ["18.4-social-welfare-mou"])),
                *(("19.6", ["19.6-sports-mou"]), ("24.4", ["24.4-health-mou"])),
            ],
        ),
        (
            {"office": "khm-moi", "kind": "meeting_series"},
            [("6.2", ["6.2-drugs-provincial", "6.2-drugs-district", "6.2-drugs-adhoc"])],
        ),
        (
            {"office": "lao-moic-minister"},
            [
                *(
                    ("14.1", ["14.1-industry", "14.1-impact-evaluation"]),
                    ("14.2", ["14.2-linkages", "14.2-productivity"]),
                ),
                *(("14.3", ["14.3-standards"]), ("14.4", ["14.4-practices"]), ("16.1", ["16.1-meetings"])),
                *(("16.3", ["16.3-agreement", "16.3-jtc"]), ("16.5", ["16.5-trade-fairs"])),
                *(
                    ("16.7", ["16.7-border-trade"]),
                    ("16.8", ["16.8-consumers"]),
                    ("16.9", ["16.9-intellectual-property"]),
                ),
            ],
        ),
        ({"office": "vnm-prosecutor"}, [("8.4", ["8.4-trilateral-seminar"])]),
        ({"office": "vnm-prosecutor", "kind": "seminar"}, [("8.4", ["8.4-trilateral-seminar"])]),
        ({"ref": "5.7", "kind": "visit"}, []),
        ({"ref": "99.9"}, []),
    ],
)
def test_the_register_is_filtered(asked: dict[str, str], expected: list[tuple[str, list[str]]]) -> None:
    assert refs_and_ids(register_document(load_plan(ACTION_PLAN), **asked)) == expected


def printed(plan: Plan, width: int = 80, **asked: str) -> str:
    out = io.StringIO()
    Console(file=out, width=width).print(register_table(plan, **asked))
    return out.getvalue()


def test_the_table_marks_what_is_assumed_and_what_is_to_be_agreed() -> None:
    text = printed(load_plan(ACTION_PLAN), width=160, ref="8.7")
    for expected in (
        *("windows: every 2 years 2023-2027 (assumed)", "counted from: 2023 (assumed)", "first host: to be agreed"),
        *("order: KHM, LAO, VNM (assumed)", "ladder: to-minister", "vnm-supreme-court (assumed)"),
    ):  # fmt: skip
        assert expected in text
    assert "first host: LAO" not in text


def test_the_table_does_not_mark_what_is_stated() -> None:
    text = printed(load_plan(ACTION_PLAN), width=160, ref="17.7")
    assert re.search(r"KHM: khm-serc\s*$", text, re.MULTILINE)
    assert "year in the text: 2023" in text
    demo = printed(load_plan(DEMO), width=200)
    assert "(assumed)" not in demo
    assert "host by turns, first LAO" in demo
    assert "2 windows of PT26S, every PT30S, the first PT1S after launch" in demo


def test_in_80_columns_every_id_stays_in_one_piece() -> None:
    plan = load_plan(ACTION_PLAN)
    text = printed(plan)
    assert all(re.search(rf"\s{re.escape(each.id)}\s", text) for _, each in plan.obligations())
    assert text.count("(assumed)") == printed(plan, width=200).count("(assumed)")


def test_brackets_in_a_plan_are_no_markup(tmp_path: Path) -> None:
    plan = load_plan(change(tmp_path, "title: Joint Review", 'title: "Joint [red] Review [/]"'))
    assert "Joint [red] Review [/]" in printed(plan, width=160)


def test_how_long_before_a_date_its_offices_are_reminded_is_in_the_register(tmp_path: Path) -> None:
    plan = load_plan(change(tmp_path, "cadence: annual", "remind: PT4S\n        cadence: annual"))
    document = register_document(plan)
    assert (document["remind"], document["provisions"][0]["obligations"][0]["remind"]) == ("PT2S", "PT4S")
    out = io.StringIO()
    Console(file=out, width=120).print(register_table(plan))
    assert "reminder PT4S before" in out.getvalue()
    silent = register_document(load_plan(ACTION_PLAN))
    assert silent["remind"] is None
    assert {each["remind"] for line in silent["provisions"] for each in line["obligations"]} == {None}
