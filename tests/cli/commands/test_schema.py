"""The schemas that editors check plan and contacts files by: they take what the program takes, and are up to date."""

import copy
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from adapters.program_folders import PLANS, ROOT
from cli.app import app
from cli.files.schema import SchemaOf, schema_of, schema_text
from tests.support.json_schema import faults

SHIPPED = sorted(PLANS.rglob("*.yaml"))


class AsEditorsRead(yaml.SafeLoader):
    """YAML 1.2: dates and `no` are texts."""


AsEditorsRead.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith((":timestamp", ":bool"))]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
AsEditorsRead.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("true|false"), ["t", "f"])


def read(text: str) -> Any:
    """What an editor hands to its validator: keys are texts."""

    def plain(node: Any) -> Any:
        if isinstance(node, dict):
            return {str(key): plain(value) for key, value in node.items()}
        return [plain(each) for each in node] if isinstance(node, list) else node

    return plain(yaml.load(text, AsEditorsRead))


def kind_of(path: Path) -> SchemaOf:
    if path.name.endswith(".contacts.yaml"):
        return SchemaOf.CONTACTS
    return SchemaOf.PLAN if path.parent == PLANS else SchemaOf.PART


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.name)
def test_a_shipped_file_names_its_schema_and_fits(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    first = text.splitlines()[0]
    named = path.parent / first.removeprefix("# yaml-language-server: $schema=")
    assert named.resolve() == PLANS / "schema" / f"{kind_of(path)}.json"
    assert faults(read(text), json.loads(named.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize("kind", SchemaOf)
def test_the_shipped_schema_is_what_the_command_prints(kind: SchemaOf) -> None:
    printed = CliRunner().invoke(app, ["schema", kind])
    assert printed.exit_code == 0
    assert printed.output == schema_text(kind)
    assert (PLANS / "schema" / f"{kind}.json").read_text(encoding="utf-8") == printed.output


def test_no_schema_is_shipped_that_nothing_makes() -> None:
    assert {path.name for path in (PLANS / "schema").iterdir()} == {f"{kind}.json" for kind in SchemaOf}


def test_the_examples_of_the_documentation_fit() -> None:
    text = (ROOT / "docs" / "plan-files.md").read_text(encoding="utf-8")
    blocks = [read(block) for block in re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)]
    plans = [block for block in blocks if isinstance(block, dict) and "plan" in block and "sides" in block]
    contacts = [block for block in blocks if isinstance(block, dict) and "organizer" in block]
    assert plans and contacts
    assert [faults(each, schema_of(SchemaOf.PLAN)) for each in plans] == [[]] * len(plans)
    assert [faults(each, schema_of(SchemaOf.CONTACTS)) for each in contacts] == [[]] * len(contacts)


PLAN = read((PLANS / "a-year-in-a-minute.yaml").read_text(encoding="utf-8"))
CONTACTS = read((PLANS / "a-year-in-a-minute.contacts.yaml").read_text(encoding="utf-8"))

Wrong = Callable[[Any], Any]


@pytest.mark.parametrize(
    ("wrong", "fault"),
    [
        (lambda plan: plan.update(titel="x"), "titel: false"),
        (lambda plan: plan.pop("zone"), ": required"),
        (lambda plan: plan.pop("provisions"), ": anyOf"),
        (lambda plan: plan.update(lead="30 days"), "lead: pattern"),
        (lambda plan: plan.update(expiry_notice=30), "expiry_notice: type"),
        (lambda plan: plan["offices"]["lao-demo"]["titles"].update({"5": "King"}), "offices.lao-demo.titles.5: enum"),
        (lambda plan: plan["offices"].update({"a/b": plan["offices"]["lao-demo"]}), "offices.a/b: false"),
        (lambda plan: plan["provisions"][0].update(ref="4.2.1"), "provisions.0.ref: pattern"),
        (
            lambda plan: plan["provisions"][0]["obligations"][0].update(strength="must"),
            "provisions.0.obligations.0.strength: enum",
        ),
        (lambda plan: plan.update(forfeited="never"), "forfeited: enum"),
        (lambda plan: plan.update(signed="13 February 2023"), "signed: anyOf"),
        (lambda plan: plan.update(round={"by": "month", "count": 1}), "round: anyOf"),
    ],
)
def test_what_no_plan_file_may_hold(wrong: Wrong, fault: str) -> None:
    plan = copy.deepcopy(PLAN)
    assert faults(plan, schema_of(SchemaOf.PLAN)) == []
    wrong(plan)
    assert fault in faults(plan, schema_of(SchemaOf.PLAN))


def test_a_plan_in_parts_may_leave_them_the_rest() -> None:
    plan = {**PLAN, "parts": ["one.yaml"]}
    del plan["offices"], plan["provisions"]
    assert faults(plan, schema_of(SchemaOf.PLAN)) == []
    assert faults({"provisions": PLAN["provisions"]}, schema_of(SchemaOf.PART)) == []
    assert faults({"ladders": PLAN["ladders"]}, schema_of(SchemaOf.PART)) == ["ladders: false"]


@pytest.mark.parametrize(
    ("wrong", "fault"),
    [
        ({"mail": "a@b.example"}, "offices.lao-demo.mail: false"),
        ({"address": "Coordinator <a@b.example>"}, "offices.lao-demo.address: pattern"),
        ({"hours": ["8-12"]}, "offices.lao-demo.hours: anyOf"),
        ({"days": ["mon", "someday"]}, "offices.lao-demo.days: anyOf"),
        ({"closed": {"1 May": "Labour Day"}}, "offices.lao-demo.closed.1 May: format"),
        ({"language": "English"}, "offices.lao-demo.language: pattern"),
    ],
)
def test_what_no_contacts_file_may_hold(wrong: dict[str, Any], fault: str) -> None:
    contacts = copy.deepcopy(CONTACTS)
    contacts["offices"]["lao-demo"].update(wrong)
    assert fault in faults(contacts, schema_of(SchemaOf.CONTACTS))


def test_what_a_contacts_file_may_hold() -> None:
    contacts = copy.deepcopy(CONTACTS)
    contacts["offices"]["lao-demo"].update(
        hours=["08:00-12:00", "13:00-24:00"],
        days=["mon", "TUE", "Wed"],
        letter_day="mon",
        closed={"2026-05-01": "Labour Day"},
        working=["2026-05-02"],
        stand_ins=[{"address": "b@b.example", "first": "2026-05-01", "last": "2026-05-31"}],
    )
    assert faults(contacts, schema_of(SchemaOf.CONTACTS)) == []


def test_fields_carry_their_docstrings() -> None:
    plan = schema_of(SchemaOf.PLAN)
    assert (
        plan["properties"]["zone"]["description"]
        == "IANA zone of the plan. The days and years of the plan begin and end in this zone."
    )
    assert plan["$defs"]["Obligation"]["description"] == "One thing that a provision asks for."
    contact = schema_of(SchemaOf.CONTACTS)["$defs"]["Contact"]["properties"]
    hours = "The hours of a working day, in order, in the zone of the office."
    assert contact["hours"]["description"] == hours, "of the class that it extends"


def test_another_kind_is_bad_usage() -> None:
    assert CliRunner().invoke(app, ["schema", "letters"]).exit_code == 2
